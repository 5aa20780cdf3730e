"""The command `blauweknop`: each party brings its own sub-commands, so that the frame imports no party.

Parties are found by the entry points of group `blauweknop.commands`. What belongs to no party is a module here with a
function `register(app)`.
"""

import importlib
import importlib.util
import sys
from importlib import metadata
from typing import Annotated, Final

import typer

from credentials.errors import BlauweKnopError, ConfigurationError

GROUP: Final = "blauweknop.commands"
OWN: Final = ("doctor", "verify", "trust", "vc_api", "vc_jose_cose")

_HELP: Final = """Blauwe Knop: every debt proven by the agency that holds it, in the citizen's own wallet.

Start with `blauweknop doctor`: it tells whether this machine has what is needed, and what to do where it has not.
"""


def main() -> None:
    """Run the command line. Exit code 2 for what the user can mend: settings, arguments, files."""
    try:
        build()(prog_name="blauweknop")
    except ConfigurationError as error:
        _complain(error.detail)
        sys.exit(2)
    except BlauweKnopError as error:
        _complain(error.code if error.personal_data else str(error))
        sys.exit(1)


def build() -> typer.Typer:
    """Gather all commands."""
    app = typer.Typer(
        help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, rich_markup_mode=None
    )
    app.callback()(_options)
    for entry in sorted(metadata.entry_points(group=GROUP), key=lambda found: found.name):
        app.add_typer(entry.load(), name=entry.name)
    for name in OWN:
        module = f"{__name__}.{name}"
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module).register(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"blauweknop {metadata.version('blauweknop')}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    del version


def _complain(text: str) -> None:
    typer.echo(f"blauweknop: {text}", err=True)
