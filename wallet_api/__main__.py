"""Run the wallet's commands as `python -m wallet_api`."""

from wallet_api.cli import app

app()
