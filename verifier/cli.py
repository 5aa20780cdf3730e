"""`blauweknop verifier …`: make keys, describe this party to the scheme, serve it, and delete what has had its time."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from service.processing_log.commands import OpenedLog, log_commands
from service.webhooks.commands import webhook_commands
from service.webhooks.deliver import ReplayWebhooks

app = typer.Typer(no_args_is_help=True, help="Run a counsellor's service that asks for proven debts.")


def _messages(file: Path) -> AbstractContextManager[ReplayWebhooks]:
    from verifier.app.webhooks import messages_for_command  # noqa: PLC0415  # keeps `--help` fast
    from verifier.settings import load_verifier  # noqa: PLC0415

    return messages_for_command(load_verifier(file))


app.add_typer(webhook_commands(_messages, metavar="VERIFIER.toml"), name="webhooks")


def _log(file: Path) -> AbstractContextManager[OpenedLog]:
    from verifier.app.processing_log import opened_log  # noqa: PLC0415  # keeps `--help` fast
    from verifier.settings import load_verifier  # noqa: PLC0415

    return opened_log(load_verifier(file))


app.add_typer(log_commands(_log, metavar="VERIFIER.toml"), name="processing-log")

SettingsFile = Annotated[Path, typer.Argument(metavar="VERIFIER.toml", help="The verifier's settings.")]


@app.command()
def init(file: SettingsFile) -> None:
    """Make the keys, certificates, tokens and database; what exists is left alone.

    Without a settings file, a commented example is written first.
    """
    from verifier.app import initialise  # noqa: PLC0415  # keeps `--help` fast
    from verifier.settings import EXAMPLE, load_verifier  # noqa: PLC0415

    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(EXAMPLE, encoding="utf-8")
        typer.echo(f"{file.name}: written, with example settings")
    made = initialise(load_verifier(file))
    typer.echo(", ".join(made) if made else "nothing to make")


@app.command()
def describe(file: SettingsFile) -> None:
    """Print the verifier's entry for the scheme's trust list, as JSON."""
    from verifier.app import describe as participant  # noqa: PLC0415
    from verifier.settings import load_verifier  # noqa: PLC0415

    typer.echo(participant(load_verifier(file)))


@app.command()
def serve(
    file: SettingsFile,
    *,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes that serve the same address. By default one per core, two at most with SQLite."
        ),
    ] = None,
) -> None:
    """Serve the counsellors' pages, the business API and the wallets' protocol until interrupted.

    With several workers SIGHUP reads settings and keys anew, and no request fails meanwhile.
    """
    from verifier.app import serve as serve_verifier  # noqa: PLC0415

    raise typer.Exit(serve_verifier(file, workers=workers))


templates = typer.Typer(no_args_is_help=True, help="See what may be asked.")
app.add_typer(templates, name="templates")


@templates.command(name="check")
def check_templates(file: SettingsFile) -> None:
    """Say of each template whether the scheme's trust list lets you ask all of it.

    Reads the list that the service uses. Exit code 2 when one could not be asked now.
    """
    from verifier.app import check_templates as check  # noqa: PLC0415  # keeps `--help` fast
    from verifier.settings import load_verifier  # noqa: PLC0415

    found = check(load_verifier(file))
    for name, lacking in found.items():
        typer.echo(f"{name}: " + (f"may not be asked: {', '.join(lacking)}" if lacking else "ok"))
    if any(found.values()):
        raise typer.Exit(2)


@app.command()
def purge(file: SettingsFile) -> None:
    """Delete now what must no longer be kept; a running service does so by itself."""
    from verifier.app import purge as purge_once  # noqa: PLC0415
    from verifier.settings import load_verifier  # noqa: PLC0415

    typer.echo(f"{purge_once(load_verifier(file))} files deleted")
