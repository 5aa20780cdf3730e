"""Run the verifier's commands as `python -m verifier`."""

from verifier.cli import app

app()
