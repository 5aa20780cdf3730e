"""`… processing-log …`: see what waits for who keeps the log, have it handed on anew, and find a person's lines."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from service.processing_log.deliver import Lines, WaitingLine

_LISTED: Final = 100
_MOST_NUMBER: Final = 100

AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON, for another program.")]


@dataclass(frozen=True, slots=True)
class OpenedLog:
    """A party's processing log for one command: its lines, how late is late, and by what a number's owner is known."""

    lines: Lines
    is_late: bool
    pseudonym: Callable[[str], str]


def log_commands(opened: Callable[[Path], AbstractContextManager[OpenedLog]], *, metavar: str) -> typer.Typer:
    """Return the commands of a party; `opened` opens what a settings file, called `metavar`, tells of."""
    commands = typer.Typer(
        no_args_is_help=True, help="See what waits for the processing log (Logboek Dataverwerkingen), and find people."
    )
    SettingsFile = Annotated[Path, typer.Argument(metavar=metavar, help="The settings.")]  # noqa: N806  # a type

    @commands.command()
    def waiting(file: SettingsFile, *, as_json: AsJson = False) -> None:
        """Say how many lines wait and since when, and list the first hundred that were refused, with the cause.

        Exit code 2 when lines were refused, or wait for more than a quarter of an hour.
        """
        with opened(file) as log:
            backlog, refused, late = log.lines.backlog(), log.lines.refused(_LISTED), log.is_late
        since = None if backlog.since is None else backlog.since.isoformat()
        if as_json:
            told = {"wachtend": backlog.waiting, "geweigerd": backlog.refused, "sinds": since}
            typer.echo(json.dumps({**told, "regels": [_told(each) for each in refused]}, ensure_ascii=False, indent=2))
        else:
            typer.echo(f"{backlog.waiting} lines wait{f', since {since}' if since else ''}; {backlog.refused} refused")
            for each in refused:
                typer.echo(f"{each.number} {each.written_at.isoformat()} {each.operation} refused ({each.refused})")
        if late or backlog.refused:
            raise typer.Exit(2)

    @commands.command()
    def replay(file: SettingsFile, *, as_json: AsJson = False) -> None:
        """Have lines that were refused handed on anew by the running service. Exit code 2 when there are none."""
        with opened(file) as log:
            count = log.lines.again()
        typer.echo(json.dumps({"aantal": count}) if as_json else f"{count} lines will be handed on anew")
        if not count:
            raise typer.Exit(2)

    @commands.command()
    def subject(file: SettingsFile) -> None:
        """Print the `dpl.core.data_subject_id` of somebody, to find what the log tells of them when they ask.

        The number is read from standard input, so that it is in no list of commands or processes.
        """
        number = typer.get_text_stream("stdin").read(_MOST_NUMBER).strip()
        with opened(file) as log:
            try:
                found = log.pseudonym(number)
            except BlauweKnopError as error:
                typer.echo(f"not a number by which people are known here ({error.code})", err=True)
                raise typer.Exit(2) from None
        typer.echo(found)

    return commands


def _told(line: WaitingLine) -> JsonObject:
    return {
        "nummer": line.number,
        "geschreven": line.written_at.isoformat(),
        "handeling": line.operation,
        "oorzaak": line.refused,
    }
