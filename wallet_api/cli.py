"""The wallet's commands: `blauweknop wallet serve WALLET.toml` `init`, `keys` and `describe` beside it."""

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
def keys(settings_file: SettingsFile) -> None:
    """Make the keys that the settings name; what exists stays.

    `provider.keys` is by which agencies know this wallet, `errands.key` for what is asked while wallets are closed.
    """
    from service.settings import load  # noqa: PLC0415  # `--help` must not load the web framework
    from wallet_api.app import make_keys  # noqa: PLC0415
    from wallet_api.settings import WalletSettings  # noqa: PLC0415

    made = make_keys(load(settings_file, WalletSettings))
    typer.echo(", ".join(made) if made else "nothing to make")


@app.command()
def describe(settings_file: SettingsFile) -> None:
    """Print the wallet's entry for the scheme's trust list, as JSON."""
    from service.settings import load  # noqa: PLC0415  # `--help` must not load the web framework
    from wallet_api.app import describe_wallet  # noqa: PLC0415
    from wallet_api.settings import WalletSettings  # noqa: PLC0415

    typer.echo(describe_wallet(load(settings_file, WalletSettings)))


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
