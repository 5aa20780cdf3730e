"""`blauweknop issuer notice …`: say that the agency's data are known to be deficient, and that they no longer are."""

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from credentials.debts.errors import InvalidNotice
from issuer.domain.errors import NoticeNotFound, TooManyNotices

if TYPE_CHECKING:
    from issuer.domain.notices import RecordedNotice
    from issuer.usecases.notices import NoticeChanged

notices = typer.Typer(
    no_args_is_help=True, help="Say that the agency's data are known to be wrong or late for a while."
)

AgencyFile = Annotated[Path, typer.Argument(metavar="AGENCY.toml", help="The agency's settings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON, for another program.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]


def _a_day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError
    return date.fromisoformat(text)


def _day_option(name: str, said: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar="YYYY-MM-DD", parser=_a_day, help=said)
    return option


@notices.command(name="add")
def add_notice(
    file: AgencyFile,
    what: Annotated[str, typer.Argument(metavar="TEXT", help="What is the matter, in plain words: citizens read it.")],
    *,
    first_day: Annotated[date, _day_option("--from", "The first day of which data are wrong or missing.")],
    last_day: Annotated[
        date | None, _day_option("--to", "The last day of which they are; without it, it goes on.")
    ] = None,
    expected_end: Annotated[
        date | None, _day_option("--expected-end", "When they are expected to be right again, where that is known.")
    ] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", metavar="CODE", help="A kind of claim that it is about; without, all.")
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Say that data are known to be deficient: every overview bears the notice from its first day until it is ended.

    What was issued without it is marked as superseded, so that wallets fetch anew: all overviews, and the cases that
    were issued since its first day. Exit code 2 for a notice that is not taken.
    """
    from credentials.debts.notice import Notice  # noqa: PLC0415  # keeps `--help` fast
    from issuer.app import notices as opened  # noqa: PLC0415
    from issuer.settings import load_agency  # noqa: PLC0415

    try:
        said = Notice(
            first_day=first_day,
            last_day=last_day,
            expected_end=expected_end,
            kinds=tuple(kinds or ()),
            what=what,
        )
        with opened(load_agency(file)) as keep:
            changed, today = keep.add(said, dry_run=dry_run), keep.today()
    except InvalidNotice as error:
        typer.echo(f"nothing was added: {error.detail}", err=True)
        raise typer.Exit(2) from None
    except TooManyNotices:
        typer.echo("nothing was added: an overview has room for no more; end one first", err=True)
        raise typer.Exit(2) from None
    _tell_change("added", changed, today, as_json=as_json)


@notices.command(name="list")
def list_notices(
    file: AgencyFile,
    *,
    ended: Annotated[bool, typer.Option("--ended", help="Also those that were ended.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the notices that stand or are announced, with their numbers."""
    from issuer.app import notices as opened  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    with opened(load_agency(file)) as keep:
        found = [each for each in keep.all() if ended or each.ended_at is None]
        today = keep.today()
    if as_json:
        typer.echo(json.dumps([_notice(each, today) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        typer.echo(_notice_line(each, today))
    if not found:
        typer.echo("no notices")


@notices.command(name="end")
def end_notice(
    file: AgencyFile,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Which: `notice list` says.")],
    *,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Say that the data are right again, or that the notice was a mistake.

    What bears it is marked as superseded, so that wallets fetch anew. Exit code 2 when there is no such notice.
    """
    from issuer.app import notices as opened  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    try:
        with opened(load_agency(file)) as keep:
            changed, today = keep.end(number, dry_run=dry_run), keep.today()
    except NoticeNotFound:
        typer.echo("there is no such notice, or it was ended already", err=True)
        raise typer.Exit(2) from None
    _tell_change("ended", changed, today, as_json=as_json)


def _tell_change(done: str, changed: "NoticeChanged", today: date, *, as_json: bool) -> None:
    if as_json:
        told = {**_notice(changed.recorded, today), "superseded": changed.superseded, "dry_run": changed.dry}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    would = "would be " if changed.dry else ""
    typer.echo(f"notice {changed.recorded.number} {would}{done}; {changed.superseded} credentials {would}superseded")


def _notice(recorded: "RecordedNotice", today: date) -> dict[str, object]:
    said = recorded.notice
    return {
        "number": recorded.number,
        "state": recorded.state(today).name.lower(),
        "from": said.first_day.isoformat(),
        "to": None if said.last_day is None else said.last_day.isoformat(),
        "expected_end": None if said.expected_end is None else said.expected_end.isoformat(),
        "overdue": recorded.ended_at is None and said.overdue(today),
        "kinds": list(said.kinds),
        "what": said.what,
    }


def _notice_line(recorded: "RecordedNotice", today: date) -> str:
    said = recorded.notice
    until = f" to {said.last_day}" if said.last_day is not None else ""
    end = f", expected to end on {said.expected_end}" if said.expected_end is not None else ""
    late = " (that day has passed)" if recorded.ended_at is None and said.overdue(today) else ""
    kinds = ", ".join(said.kinds) or "all kinds"
    state = recorded.state(today).name.lower()
    return f"{recorded.number} {state}: from {said.first_day}{until}{end}{late}; {kinds}: {said.what}"
