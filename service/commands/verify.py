"""`blauweknop verify FILE`: check any credential, presentation or overview download, offline.

Nothing is fetched: the trust list and the status lists are files. What is missing could not be checked, and what could
not be checked is not proven. A second opinion can only take away. Exit code 0: everything proven; 1: not everything, or
a second opinion differs; 2: the input cannot be used.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from credentials.clock import FixedClock, SystemClock
from credentials.dids import Resolver
from credentials.encoding import JsonObject, JsonValue, json_object, json_parse
from credentials.errors import BlauweKnopError, Unavailable
from credentials.formats.base import Expectation
from credentials.formats.ldp_vc.second_opinion import SecondOpinion
from credentials.formats.registry import is_presentation
from credentials.jose import UnverifiedToken
from credentials.status import Limits, StatusChecker
from credentials.trust import TrustList, TrustListExpired
from credentials.verification import Bundle, BundledProof, CheckOutcome, Report, Verifier
from service.commands.cross_check import differs, in_words, second_opinions, to_dict
from service.commands.formats import all_formats
from service.commands.reading import MAX_FILE_BYTES, Unusable, moment, plain, read_bytes, read_text, read_trust_list

MANIFEST: Final = "manifest.json"
MAX_COPY_AGE: Final = timedelta(days=7)
"""How old a cached status list may be that bears no expiry of its own."""

_MARKS: Final = {
    CheckOutcome.PASSED: ("✓ goed", "green"),
    CheckOutcome.FAILED: ("✗ fout", "red"),
    CheckOutcome.NOT_DONE: ("– niet gedaan", "dim"),
    CheckOutcome.WARNING: ("! let op", "yellow"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(
    file: Annotated[str, typer.Argument(help="The credential, presentation or overview; - reads standard input.")],
    *,
    trust_list: Annotated[Path | None, typer.Option(help="The scheme's trust list, as it was published.")] = None,
    trust_root: Annotated[Path | None, typer.Option(help="The scheme's root key: a JWK.")] = None,
    status: Annotated[
        list[Path] | None,
        typer.Option(help="A status list, or a directory of them with manifest.json ({url: file}). May be repeated."),
    ] = None,
    at: Annotated[str | None, typer.Option(help="Check as of this moment or day instead of now.")] = None,
    nonce: Annotated[str | None, typer.Option(help="The nonce that the presentation must answer.")] = None,
    audience: Annotated[str | None, typer.Option(help="Whom the presentation must be for.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    claims: Annotated[bool, typer.Option("--claims", help="Also print what each credential states.")] = False,
    cross_check: Annotated[
        bool, typer.Option("--cross-check", help="Also ask PyLD and didkit, where installed, what they make of it.")
    ] = False,
) -> None:
    """Check any credential, presentation or overview download, offline: nothing is fetched.

    Exit code 0: everything proven; 1: not everything, or a second opinion differs; 2: the input cannot be used.
    """
    if (trust_list is None) != (trust_root is None):
        raise Unusable("--trust-list and --trust-root go together")
    now = moment(at, SystemClock().now())
    proofs = [_demanding(proof, nonce, audience) for proof in _proofs(file)]
    verifier = _verifier(now, trust_list, trust_root, _Lists.read(status or ()))
    reports = [verifier.examine(proof.content, _expectation(proof, now), proof.format) for proof in proofs]
    proven = sum(report.proven for report in reports)
    opinions = [second_opinions(proof.content) if cross_check else () for proof in proofs]
    if as_json:
        result: JsonObject = {
            "bewezen": proven == len(reports),
            "bewijzen": [
                report.to_dict() | ({"tweedeMening": [to_dict(each) for each in others]} if cross_check else {})
                for report, others in zip(reports, opinions, strict=True)
            ],
        }
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        _print(reports, opinions, with_claims=claims)
        _print_missing(trust_list, status)
    if proven != len(reports) or any(differs(others) for others in opinions):
        raise typer.Exit(1)


def _verifier(now: datetime, trust_list: Path | None, trust_root: Path | None, lists: "_Lists") -> Verifier:
    loaded: TrustList | None = None
    problem = TrustListExpired("no trust list was given")
    if trust_list is not None and trust_root is not None:
        try:
            loaded = read_trust_list(trust_list, trust_root, now)
        except TrustListExpired as error:
            problem = error

    def current() -> TrustList:
        if loaded is None:
            raise problem
        return loaded

    clock = FixedClock(now)
    return Verifier(
        all_formats(), current, Resolver(), StatusChecker(lists.fetch, clock, Limits(max_age=MAX_COPY_AGE)), clock
    )


def _proofs(file: str) -> Iterable[BundledProof]:
    data = read_bytes(file)
    formats = all_formats()
    try:
        text = data.decode("utf-8").strip()
        document = json_parse(text, "the file", max_bytes=MAX_FILE_BYTES) if text[:1] in ("{", '"') else text
        if isinstance(document, dict) and Bundle.describes_itself(document):
            proofs = Bundle.parse(document).proofs
        elif isinstance(document, str | dict):
            kind = formats.detect(document)
            proofs = (BundledProof(kind, document, is_presentation(document)),)
        else:
            proofs = ()
    except (BlauweKnopError, UnicodeDecodeError) as error:
        detail = error.detail if isinstance(error, BlauweKnopError) else "it is not text"
        raise Unusable(f"{file}: holds no credential, presentation or overview ({detail})") from error
    if not proofs:
        raise Unusable(f"{file}: holds no proofs")
    return proofs


def _demanding(proof: BundledProof, nonce: str | None, audience: str | None) -> BundledProof:
    if nonce is None and audience is None:
        return proof
    # Whoever asks for a nonce wants a presentation: a bare credential then lacks its holder's proof.
    return BundledProof(proof.format, proof.content, True, nonce or proof.nonce, audience or proof.audience)


def _expectation(proof: BundledProof, now: datetime) -> Expectation:
    if not proof.is_presentation:
        return Expectation(now, holder_binding=False)
    return Expectation(now, nonce=proof.nonce, audience=proof.audience, on_file=True)


@final
@dataclass(frozen=True, slots=True)
class _Lists:
    """Status lists from files, by address. Each says itself which address it is for; the checker holds it to that."""

    by_uri: Mapping[str, Path]

    @classmethod
    def read(cls, places: Iterable[Path]) -> "_Lists":
        found: dict[str, Path] = {}
        for place in places:
            if place.is_dir():
                found.update(_from_manifest(place))
            else:
                found[_address(place)] = place
        return cls(found)

    def fetch(self, uri: str, accept: str) -> bytes:
        del accept
        if uri not in self.by_uri:
            raise Unavailable("there is no cached copy of this list")
        return read_bytes(self.by_uri[uri])


def _from_manifest(directory: Path) -> dict[str, Path]:
    try:
        manifest = json_object(read_bytes(directory / MANIFEST), MANIFEST)
    except BlauweKnopError as error:
        raise Unusable(f"{directory / MANIFEST}: {error.detail}") from error
    found = {}
    for uri, name in manifest.items():
        path = (directory / name).resolve() if isinstance(name, str) else None
        if path is None or not path.is_relative_to(directory.resolve()):
            raise Unusable(f"{directory / MANIFEST}: each member names a file of this directory")
        found[uri] = path
    return found


def _address(path: Path) -> str:
    text = read_text(path)
    try:
        if text.startswith("{"):
            address = json_object(text, "the status list", max_bytes=MAX_FILE_BYTES).get("id")
        else:
            address = UnverifiedToken.parse(text, max_characters=MAX_FILE_BYTES).payload.get("sub")
    except BlauweKnopError as error:
        raise Unusable(f"{path}: is not a status list ({error.detail})") from error
    if not isinstance(address, str):
        raise Unusable(f"{path}: does not say which status list it is")
    return address


def _print(reports: list[Report], opinions: list[tuple[SecondOpinion, ...]], *, with_claims: bool) -> None:
    console = Console(highlight=False)
    for number, (report, others) in enumerate(zip(reports, opinions, strict=True), 1):
        issuer = report.issuer.name if report.issuer else "onbekende uitgever"
        title = f"{number}. {issuer}: {report.type or report.format or 'onbekend bewijs'}"
        table = Table(title=plain(title), title_justify="left", show_lines=False, expand=False)
        table.add_column("controle", no_wrap=True)
        table.add_column("uitkomst", no_wrap=True)
        table.add_column("uitleg")
        table.add_column("middel", overflow="fold")
        for check in report.checks:
            word, style = _MARKS[check.outcome]
            table.add_row(check.name.value, Text(word, style), plain(check.explanation), plain(check.by))
        console.print(table)
        age = "" if report.age_days is None else f", gegevens {report.age_days} dagen oud"
        console.print(Text(f"   {report.outcome.value}{age}", style="bold"))
        for each in others:
            console.print(Text(f"   {in_words(each)}"))
        if with_claims and report.claims is not None:
            console.print(_claims_table(report.claims))
        console.print()
    console.print(Text(f"{sum(report.proven for report in reports)} van {len(reports)} bewezen", style="bold"))


def _claims_table(claims: JsonObject) -> Table:
    table = Table(show_header=False, expand=False)
    for name, value in _leaves("", claims):
        table.add_row(plain(name), plain(value))
    return table


def _leaves(name: str, value: JsonValue) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from _leaves(f"{name}.{member}" if name else member, inner)
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _print_missing(trust_list: Path | None, status: list[Path] | None) -> None:
    if trust_list is None:
        typer.echo("Geen lijst van deelnemers gegeven: geef --trust-list en --trust-root.", err=True)
    if not status:
        typer.echo("Geen statuslijsten gegeven: geef --status.", err=True)
