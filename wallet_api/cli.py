"""The wallet's commands: `blauweknop wallet serve WALLET.toml` and `blauweknop wallet init WALLET.toml`."""

from pathlib import Path
from typing import Annotated

import typer

from credentials.errors import ConfigurationError
from wallet_api.settings import EXAMPLE

app = typer.Typer(help="The citizen's wallet: collect cards, see one overview, share it.", no_args_is_help=True)

SettingsFile = Annotated[Path, typer.Argument(metavar="WALLET.toml", help="The wallet's settings.")]


@app.command()
def init(settings_file: SettingsFile) -> None:
    """Write a commented settings file to start from. A file that is there already is never overwritten."""
    try:
        with settings_file.open("x", encoding="utf-8") as file:
            file.write(EXAMPLE)
    except FileExistsError as error:
        raise typer.BadParameter(f"{settings_file.name} exists already") from error
    except OSError as error:
        raise ConfigurationError(f"{settings_file.name} cannot be written") from error
    typer.echo(f"Written: {settings_file.name}. Set the trust list's address and root key in it.")


@app.command()
def serve(
    settings_file: SettingsFile,
    *,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes that serve the same address. By default one per core, two at most with SQLite."
        ),
    ] = None,
) -> None:
    """Serve the wallet: pages for citizens, and the REST interface under /api/v1.

    With several workers SIGHUP reads the settings anew, and no request fails meanwhile.
    """
    from wallet_api.app import run  # noqa: PLC0415  # `--help` must not load the web framework

    raise typer.Exit(run(settings_file, workers=workers))
