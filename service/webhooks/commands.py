"""`… webhooks list` and `… webhooks replay`: see what your own systems were told, and have it told anew."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from credentials.encoding import JsonObject
from service.webhooks.deliver import ReplayWebhooks
from service.webhooks.messages import Delivery, Message

AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON, for another program.")]


def webhook_commands(opened: Callable[[Path], AbstractContextManager[ReplayWebhooks]], *, metavar: str) -> typer.Typer:
    """Return the two commands of a party; `opened` opens what a settings file, called `metavar`, tells of."""
    commands = typer.Typer(no_args_is_help=True, help="See what your own systems were told, and tell it anew.")
    SettingsFile = Annotated[Path, typer.Argument(metavar=metavar, help="The settings.")]  # noqa: N806  # a type

    @commands.command(name="list")
    def list_messages(
        file: SettingsFile,
        *,
        failed: Annotated[bool, typer.Option("--failed", help="Only what was given up.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """List the last 200 messages, newest first: what, to whom, how far it came.

        Exit code 2 when one of those was given up.
        """
        with opened(file) as webhooks:
            found = [_told(each) for each in webhooks.recent([Delivery.GIVEN_UP] if failed else [])]
        if as_json:
            typer.echo(json.dumps({"berichten": found}, ensure_ascii=False, indent=2))
        else:
            for each in found:
                outcome = f" ({each['laatste']})" if each["laatste"] else ""
                line = (each["id"], each["opgetreden"], each["naam"], each["gebeurtenis"], each["stand"])
                typer.echo(f"{' '.join(map(str, line))}, {each['pogingen']} attempts{outcome}")
        if any(each["stand"] == Delivery.GIVEN_UP.value for each in found):
            raise typer.Exit(2)

    @commands.command()
    def replay(
        file: SettingsFile,
        ids: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Messages, as `list` names them.")] = None,
        *,
        failed: Annotated[bool, typer.Option("--failed", help="All that was given up.")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Have messages sent anew by the running service, whatever became of them; they keep their id.

        Exit code 2 when there are none such.
        """
        if bool(ids) == failed:
            typer.echo("name messages, or say --failed", err=True)
            raise typer.Exit(1)
        with opened(file) as webhooks:
            count = webhooks.given_up() if failed else webhooks(ids or [])
        typer.echo(json.dumps({"aantal": count}) if as_json else f"{count} messages will be sent anew")
        if not count:
            raise typer.Exit(2)

    return commands


def _told(message: Message) -> JsonObject:
    return {
        "id": message.id,
        "naam": message.endpoint,
        "gebeurtenis": message.kind,
        "opgetreden": message.announced_at.isoformat(),
        "stand": message.state.value,
        "pogingen": message.attempts,
        "laatste": message.outcome,
        "volgende": message.next_at.isoformat() if message.state is Delivery.WAITING else None,
    }
