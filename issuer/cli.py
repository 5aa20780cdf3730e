"""`blauweknop issuer …`: make an agency's keys and rotate them, describe it to the scheme, serve it, see changes."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from credentials.debts.errors import SourceError
from issuer.domain.clients import Profile
from issuer.domain.errors import NothingIssued, SourceUnavailable
from issuer.domain.key_purpose import Purpose
from issuer.domain.reasons import Reason
from issuer.notice_commands import notices
from service.processing_log.commands import OpenedLog, log_commands
from service.webhooks.commands import webhook_commands
from service.webhooks.deliver import ReplayWebhooks

if TYPE_CHECKING:
    from issuer.app.key_report import Step
    from issuer.app.rotation import Rotation
    from issuer.usecases.check_source import Checked
    from issuer.usecases.import_debts import Imported

app = typer.Typer(
    no_args_is_help=True,
    help="Run an agency that issues debt facts to citizens' wallets, in the `securings` of AGENCY.toml.",
)

sources = typer.Typer(no_args_is_help=True, help="Look at where an agency's debts come from.")
app.add_typer(sources, name="sources")

keys = typer.Typer(no_args_is_help=True, help="Replace the keys that an agency signs with, while it serves.")
app.add_typer(keys, name="keys")
app.add_typer(notices, name="notice")


def _messages(file: Path) -> AbstractContextManager[ReplayWebhooks]:
    from issuer.app.webhook_commands import messages_of  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    return messages_of(load_agency(file))


app.add_typer(webhook_commands(_messages, metavar="AGENCY.toml"), name="webhooks")


def _log(file: Path) -> AbstractContextManager[OpenedLog]:
    from issuer.app.processing_log import opened_log  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    return opened_log(load_agency(file))


app.add_typer(log_commands(_log, metavar="AGENCY.toml"), name="processing-log")

_LINE_EVERY: Final = 5.0
_LINE: Final = ("number", "at", "action", "actor", "object", "result", "reason")
_STATES: Final = (("opgeslagen", "kept in a wallet"), ("mislukt", "failed there"), ("verwijderd", "not kept"))
_HOW: Final = "`blauweknop issuer sources check` says what is wrong"

AgencyFile = Annotated[Path, typer.Argument(metavar="AGENCY.toml", help="The agency's settings.")]
ProfileName = Annotated[
    Profile | None, typer.Option("--profile", help="Which profile; by default the one that the settings name.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON, for another program.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done, or why it would not be.")]
KeyPurposes = Annotated[
    list[Purpose] | None,
    typer.Option("--purpose", help="Only of this purpose; `ldp` is for eddsa-rdfc-2022, `signer` for all else."),
]
IssuanceId = Annotated[str, typer.Argument(metavar="ID", help="The issuance, or one of its copies.")]
WithReason = Annotated[Reason, typer.Option("--reason", help="Why; it goes into the audit log.")]
Part = Annotated[
    str | None,
    typer.Option("--part", metavar="COPY", help="Only what this copy of it states, and all copies that state it."),
]
AgencyFiles = Annotated[list[Path], typer.Argument(metavar="AGENCY.toml…", help="One or more agencies' settings.")]


@app.command()
def init(files: AgencyFiles) -> None:
    """Make each agency's keys, certificates, secrets and database; what exists is left alone."""
    from issuer.app import initialise  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    for file in files:
        settings = load_agency(file)
        made = initialise(settings)
        typer.echo(f"{settings.agency.abbreviation}: {', '.join(made) if made else 'nothing to make'}")


@app.command()
def describe(file: AgencyFile) -> None:
    """Print the agency's entry for the scheme's trust list, as JSON."""
    from issuer.app import describe as participant  # noqa: PLC0415
    from issuer.settings import load_agency  # noqa: PLC0415

    typer.echo(participant(load_agency(file)))


@app.command()
def serve(
    files: AgencyFiles,
    *,
    process_per_agency: Annotated[
        bool, typer.Option("--process-per-agency", help="Give each agency a process of its own.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Processes that serve the same addresses. By default one per core, two at most with SQLite, and one "
            "where several agencies are served.",
        ),
    ] = None,
) -> None:
    """Serve the agencies, each on its own address with its own keys, database and status lists.

    With several workers SIGHUP reads settings and keys anew, and no request fails meanwhile.
    """
    from issuer.app import serve as serve_agencies  # noqa: PLC0415

    raise typer.Exit(serve_agencies(files, process_per_agency=process_per_agency, workers=workers))


@app.command()
def refresh(file: AgencyFile) -> None:
    """Compare issued credentials with the debts of now, once, and mark what changed as superseded.

    A running service does so by itself, every `jobs.refresh_seconds`. Exit code 2 when not all debts can be read.
    """
    from issuer.app import refresh as refresh_once  # noqa: PLC0415
    from issuer.settings import load_agency  # noqa: PLC0415

    try:
        done = refresh_once(load_agency(file))
    except SourceUnavailable as error:
        typer.echo(f"nobody checked: {error.detail or 'the register cannot be read'}; {_HOW}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{done.checked} people checked, {done.superseded} credentials superseded")
    if not done.condition.listed:
        typer.echo(f"{done.unreadable} people not checked: the source does not say whom it knows", err=True)
    if not done.condition.readable:
        typer.echo(
            f"{done.unreadable} people could not be checked: a part of the register cannot be read; {_HOW}", err=True
        )
        raise typer.Exit(2)


@app.command()
def restored(
    file: AgencyFile,
    *,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Make what was issued after the backup invalid, not superseded.")
    ] = False,
) -> None:
    """Go on after the database was put back from a backup: no place in a status list is ever given twice.

    All status lists are closed, fresh ones begun, and every copy that the records do not know counts as superseded, so
    that wallets fetch it anew. Offers, codes and tokens of before end: wallets log in again. A service that starts with
    a database that is older than what it left does so by itself; say it yourself after a restore to just before the
    end, or where the state folder was put back too. To say it once more does no harm.
    """
    from issuer.app import restored as go_on  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    fresh = go_on(load_agency(file), withdraw=withdraw)
    unknown = "invalid" if withdraw else "superseded"
    typer.echo(f"status list {fresh} begun; what the records do not know is {unknown}; offers and tokens have ended")


@app.command(name="import")
def import_debts(
    file: AgencyFile,
    debts: Annotated[Path, typer.Argument(metavar="FILE", help="A file of rows: .csv, .xlsx, .ods, .json or .jsonl.")],
    *,
    name: Annotated[
        str,
        typer.Option("--as", metavar="NAME", help="What part of the register it is. It replaces what NAME was before."),
    ] = "all",
    check_only: Annotated[bool, typer.Option("--check", help="Only read it, and say what is wrong.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import a file of debts into the agency's own database, for `[source] kind = "import"`.

    All or nothing: with one wrong row nothing is taken in, every fault is printed with file, line and column, and what
    was imported before stays; exit code 2. The same file again changes nothing. One that was broken off goes on, within
    a day. Standard error says how far it is.
    """
    from issuer.app.importing import import_file  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    with _progress() as progress:
        done = import_file(load_agency(file), debts, name=name, check_only=check_only, progress=progress)
    if as_json:
        typer.echo(json.dumps(done.to_dict(), ensure_ascii=False, indent=2))
    else:
        for line in _imported_lines(done, name, "would be imported" if check_only else "imported"):
            typer.echo(line)
    if done.faults:
        raise typer.Exit(2)


def _imported_lines(done: "Imported", name: str, what: str) -> Iterable[str]:
    if done.faults:
        yield from map(_fault, done.faults)
        yield f"{len(done.faults)} faults; nothing was imported"
    elif done.was_there:
        yield f"{name}: this file was imported already; nothing changed"
    else:
        resumed = f"; {done.resumed} people were there from a run that was broken off" if done.resumed else ""
        yield f"{name}: {done.people} people, {done.cases} cases {what}{resumed}"


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show on a terminal how far it is; elsewhere write it down every few seconds, a line each."""
    from rich.console import Console  # noqa: PLC0415  # keeps `--help` fast
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _in_lines()
        return
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as shown:
        task = shown.add_task("reading", total=None)
        yield lambda said: shown.update(task, description=said)


def _in_lines() -> Callable[[str], None]:
    told = time.monotonic()

    def tell(said: str) -> None:
        nonlocal told
        if time.monotonic() - told >= _LINE_EVERY:
            told = time.monotonic()
            typer.echo(said, err=True)

    return tell


@sources.command(name="check")
def check_sources(
    file: AgencyFile,
    *,
    as_json: AsJson = False,
) -> None:
    """Read the agency's debts once: print every row and column that is wrong and why, or what would be issued.

    No value is printed, and nobody is named. Needs no keys and changes nothing. Exit code 2 if anything is wrong.
    """
    from issuer.app import check_source  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    checked = check_source(load_agency(file))
    if as_json:
        typer.echo(json.dumps(checked.to_dict(), ensure_ascii=False, indent=2))
    else:
        for line in _told(checked):
            typer.echo(line)
    if not checked.sound:
        raise typer.Exit(2)


@keys.command(name="list")
def list_keys(file: AgencyFile, *, as_json: AsJson = False) -> None:
    """Print the signing keys and how far each is in its life, and what is lacking for the next step.

    `next` keys are known to others and sign nothing, the `active` one signs, by `verify-only` keys people still verify,
    `retired` ones are gone. Changes nothing.
    """
    with _rotation(file) as rotation:
        found = rotation.conditions()
    if as_json:
        typer.echo(json.dumps([each.to_dict() for each in found], indent=2))
        return
    for each in found:
        typer.echo(each.line)


@keys.command()
def prepare(file: AgencyFile, *, purpose: KeyPurposes = None, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Make the next keys and publish them, beside those that sign: in did.json, jwt-vc-issuer and `describe`.

    Send the scheme a fresh `describe` then. Where the authority's key is not here, a request for a certificate is
    written, for the authority to certify. A running service takes it up by itself.
    """
    with _rotation(file) as rotation:
        _show_steps(rotation.prepare(purpose, dry_run=dry_run), dry_run=dry_run, as_json=as_json)


@keys.command()
def activate(
    file: AgencyFile,
    *,
    purpose: KeyPurposes = None,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Even if others cannot know it yet: for when the active key leaked.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Sign with the next keys from now on; those before them are for verifying only. A running service does so too.

    Refused, with exit code 2, until the key has been published for `keys.publish_days`, is on the trust list that the
    settings name, and has a certificate that others take.
    """
    with _rotation(file) as rotation:
        steps = rotation.activate(purpose, at_once=at_once, dry_run=dry_run)
        _show_steps(steps, dry_run=dry_run, as_json=as_json)


@keys.command()
def retire(
    file: AgencyFile,
    names: Annotated[list[str] | None, typer.Argument(metavar="[KEY]…", help="Which; by default all that can.")] = None,
    *,
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Even if credentials that it signed may live: for a key that leaked.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Publish keys no more that nothing needs any longer, and destroy their private halves. Cannot be undone.

    Refused, with exit code 2, for the active key, and while credentials under a key may live. A next key can be retired
    at any time.
    """
    with _rotation(file) as rotation:
        steps = rotation.retire(names or (), at_once=at_once, dry_run=dry_run)
        _show_steps(steps, dry_run=dry_run, as_json=as_json)


@contextmanager
def _rotation(file: Path) -> Iterator["Rotation"]:
    from issuer.app import rotation  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    with rotation(load_agency(file)) as opened:
        yield opened


def _show_steps(steps: "Sequence[Step]", *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"dryRun": dry_run, "steps": [each.to_dict() for each in steps]}, indent=2))
        return
    for each in steps:
        typer.echo(f"{each.key}: {'would be ' if dry_run else ''}{each.done}; {each.note}")
    if not steps:
        typer.echo("nothing to do")


def _fault(fault: SourceError) -> str:
    line = f", line {fault.line}" if fault.line else ""
    column = f", column {fault.field}" if fault.field else ""
    return f"{fault.file}{line}{column}: {fault.reason}"


def _told(checked: "Checked") -> Iterable[str]:
    yield from map(_fault, checked.faults)
    if checked.unavailable:
        yield f"not read to the end: {checked.unavailable}"
    if not checked.sound:
        yield f"{len(checked.faults)} faults"
    if checked.preview.people or checked.sound:
        yield from checked.preview.lines()


@app.command(name="check-profile")
def check_profile(file: AgencyFile, profile: ProfileName = None) -> None:
    """Say what the settings still lack for a profile; exit code 1 if anything.

    `open` is OpenID4VCI 1.0 as it is, `haip` the OpenID4VC High Assurance Interoperability Profile 1.0, `nl-wallet`
    what the Dutch NL Wallet wants beside it. A note says what no setting can give.
    """
    from issuer.app.profiles import beyond, lacks  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    settings = load_agency(file)
    chosen = profile or settings.profile
    found = lacks(settings, chosen)
    for each in found:
        typer.echo(each.text)
    if not found:
        typer.echo(f"{chosen.value}: nothing lacks")
    for note in beyond(chosen):
        typer.echo(f"note: {note}")
    if found:
        raise typer.Exit(1)


@app.command(name="check-pid")
def check_pid(file: AgencyFile) -> None:
    """Say whose PID citizens can log in with, and what is wrong with the settings for it; exit code 1 if anything.

    Reads the files that the settings name and the trust list, and changes nothing.
    """
    from issuer.app import check_pid as look  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    providers, faults = look(load_agency(file))
    for each in providers:
        typer.echo(each)
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(1)
    typer.echo("nothing wrong")


@app.command(name="check-login")
def check_login(
    file: AgencyFile,
    *,
    as_json: AsJson = False,
) -> None:
    """Read what DigiD's broker says of itself, and say what lacks for these settings and for the NL GOV profile.

    `fault`: nobody can log in so. `profile`: the NL GOV Assurance profile for OpenID Connect wants it otherwise, with
    its section. `note`: good to know, with what is not known of this kind of broker. Nobody is logged in, and nothing
    changes. Exit code 1 if there is a fault or the profile is not met.
    """
    from issuer.app import check_login as look  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    checked = look(load_agency(file))
    _say(checked.to_dict(), as_json=as_json, lines=checked.lines())
    if checked.lacking:
        raise typer.Exit(1)


@app.command()
def overview(file: AgencyFile, *, as_json: AsJson = False) -> None:
    """Say how the agency stands: what was issued, what went wrong and why, and what needs attention.

    The twin of the desk's first screen. Exit code 2 when something needs attention.
    """
    from issuer.app.desk_commands import overview as look  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    found: Any = look(load_agency(file))
    _say(found, as_json=as_json, lines=_overview_lines(found))
    late = any(each["teLaat"] for each in found["statuslijsten"])
    ending = any(each["looptAf"] for each in found["certificaten"])
    failed = any(each["uitkomst"] != "ok" for each in found["taken"])
    if late or ending or failed or not found["bron"]["leesbaar"]:
        raise typer.Exit(2)


@app.command()
def audit(
    file: AgencyFile,
    *,
    page: Annotated[int, typer.Option(min=1, help="Which page, the newest lines first.")] = 1,
    prove: Annotated[
        bool, typer.Option("--prove", help="Go through the whole chain instead; exit code 2 if broken.")
    ] = False,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write a copy of it all, .csv or else JSON Lines.")
    ] = None,
    who: Annotated[
        bool, typer.Option("--who", help="Read the `sub` of somebody from standard input; print their pseudonym.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the audit log: who did what.

    The twin of the desk's screen. A copy can be gone through without us; that it was taken is its last line.
    """
    from issuer.app import desk_commands  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415
    from service.audit_log import Layout  # noqa: PLC0415

    settings = load_agency(file)
    if who:
        typer.echo(desk_commands.pseudonym(settings, sys.stdin.readline().strip()))
        return
    if export is not None:
        layout = Layout.CSV if export.suffix.lower() == ".csv" else Layout.JSON_LINES
        made: Any = desk_commands.export_audit(settings, export, layout)
        _say(made, as_json=as_json, lines=[f"{made['bestand']}: {made['bytes']} bytes"])
        return
    if prove:
        proven: Any = desk_commands.prove_audit(settings)
        broken = proven["kloptNietVanaf"]
        told = f"{proven['regels']} lines hold" if broken is None else f"broken from line {broken} on"
        _say(proven, as_json=as_json, lines=[told])
        if broken is not None:
            raise typer.Exit(2)
        return
    found: Any = desk_commands.audit(settings, page)
    _say(
        found,
        as_json=as_json,
        lines=[" ".join(str(each[name]) for name in _LINE if each[name]) for each in found["regels"]],
    )


@app.command()
def issuances(
    file: AgencyFile,
    id: Annotated[
        str | None, typer.Argument(metavar="ID", help="One issuance, or that of one copy; else the last ones.")
    ] = None,
    *,
    case: Annotated[
        bool,
        typer.Option("--case", help="Read a case's reference from standard input; the last in which it was stated."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what was issued, without saying to whom.

    The twin of the desk's screen. References of cases are not kept: they are looked for by a keyed hash.
    """
    from issuer.app.desk_commands import issuances as look  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    settings = load_agency(file)
    try:
        found: Any = look(settings, id=id, case=sys.stdin.readline().strip() if case else None)
    except NothingIssued:
        _nothing()
    _say(found, as_json=as_json, lines=_issuance_lines(found))


@app.command()
def withdraw(
    file: AgencyFile, id: IssuanceId, *, reason: WithReason, part: Part = None, as_json: AsJson = False
) -> None:
    """Make an issuance invalid, at once and for good: for what was never right.

    The twin of the desk's screen. It is published before this ends.
    """
    _mark(file, id, reason, part, as_json=as_json, withdraw=True)


@app.command()
def replace(
    file: AgencyFile, id: IssuanceId, *, reason: WithReason, part: Part = None, as_json: AsJson = False
) -> None:
    """Say of an issuance that it is no longer current, so that wallets fetch it anew.

    The twin of the desk's screen. Verifiers see it with the changes of the day; with `superseded = "at_once"` before
    this ends.
    """
    _mark(file, id, reason, part, as_json=as_json, withdraw=False)


@app.command()
def lists(file: AgencyFile, *, as_json: AsJson = False) -> None:
    """Say how the status lists stand: how full, since when, until when. The twin of the desk's screen."""
    from issuer.app.desk_commands import lists as look  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    found: Any = look(load_agency(file))
    lines = (f"list {each['nummer']}: {_list_line(each)}" for each in found["statuslijsten"])
    _say(found, as_json=as_json, lines=lines)


@app.command()
def retention(file: AgencyFile, *, as_json: AsJson = False) -> None:
    """Say what is kept, and how long. The twin of the desk's screen, and in its language."""
    from issuer.app.desk_commands import kept  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    found: Any = kept(load_agency(file))
    _say(found, as_json=as_json, lines=(f"{each['wat']}: {each['hoeLang']}" for each in found["bewaartermijnen"]))


def _mark(file: Path, id: str, reason: Reason, part: str | None, *, as_json: bool, withdraw: bool) -> None:
    from issuer.app.desk_commands import mark  # noqa: PLC0415  # keeps `--help` fast
    from issuer.settings import load_agency  # noqa: PLC0415

    try:
        done: Any = mark(load_agency(file), id, reason, part=part, withdraw=withdraw)
    except NothingIssued:
        _nothing()
    word = "invalid" if withdraw else "superseded"
    _say(done, as_json=as_json, lines=[f"{done['aantal']} copies are {word}"])


def _nothing() -> NoReturn:
    typer.echo("nothing was issued under this name, or there is nothing left of it to mark", err=True)
    raise typer.Exit(2) from None


def _issuance_lines(found: Any) -> Iterable[str]:  # noqa: ANN401  # JSON
    for each in found["uitgiften"]:
        yield f"{each['id']} {each['moment']}"
        for part in each["onderdelen"]:
            statuses = ", ".join(f"{many} {status}" for status, many in part["staat"].items())
            yield f"  part {part['onderdeel']}: {part['configuratie']}, {statuses}"
            for copy in part.get("uitgegeven", ()):
                yield f"    {copy['id']} {copy['staat']} list {copy['lijst']} place {copy['plaats']}"


def _say(found: object, *, as_json: bool, lines: Iterable[str]) -> None:
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for line in lines:
            typer.echo(line)


def _overview_lines(found: Any) -> Iterable[str]:  # noqa: ANN401  # JSON
    issued, source = found["uitgegeven"], found["bron"]
    told = [f"{issued[name]} {word}" for name, word in _STATES]
    yield f"last month: {issued['exemplaren']} copies issued: {', '.join(told)}"
    readable = "readable" if source["leesbaar"] else "not all of it can be read"
    yield f"source: {readable}; {source['wachtendeVragen']} requests wait"
    for each in found["fouten"]:
        yield f"failed {each['datum']}: {each['stap']} {each['code']}, {each['aantal']} times"
    for each in found["certificaten"]:
        yield f"{each['bestand']}: until {each['geldigTot']}{', which is soon' if each['looptAf'] else ''}"
    for each in found["statuslijsten"]:
        yield f"list {each['nummer']}: {_list_line(each)}"
    for each in found["taken"]:
        yield f"{each['naam']}: {each['uitkomst']}, {each['moment']}"


def _list_line(state: Any) -> str:  # noqa: ANN401  # JSON
    published = (
        f"signed {state['ondertekendOp']}, anew {state['opnieuwOp']}" if state["ondertekendOp"] else "never signed"
    )
    return (
        f"{state['gebruikt']} of {state['plaatsen']} places, {published}{', which is late' if state['teLaat'] else ''}"
    )
