"""`blauweknop vc-api`: the W3C's HTTP interface (VCALM, formerly VC-API) over the credential engine.

It is there for conformance suites and cross checks. Its keys are made up at the start and everyone may use them, so it
serves this machine only, and does not start where a production setting is.
"""

import typer

from service.commands.vc_api.command import vc_api

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("vc-api")(vc_api)
