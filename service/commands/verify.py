"""`blauweknop verify FILE`: check any credential, presentation, overview, signed FCID document or sealed PDF, offline.

Evidence bundles are `evidence`'s. Nothing is fetched: the trust list and the status lists are files. What is missing
could not be checked, and what could not be checked is not proven. A second opinion can only take away. Exit code 0:
everything proven; 1: not everything, or a second opinion differs; 2: the input cannot be used.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, final

import typer
from cryptography.hazmat.primitives.serialization import Encoding
from rich.console import Console
from rich.text import Text

from credentials.clock import FixedClock, SystemClock, days_between
from credentials.debts.fcid.signed import TOKEN_TYPE as RESPONSE
from credentials.dids import Fetch, Resolver
from credentials.encoding import JsonObject, b64url_decode, json_object
from credentials.errors import BlauweKnopError, MalformedInput, Unavailable
from credentials.formats.base import Channel
from credentials.jose import UnverifiedToken
from credentials.sealed_pdf import BEGINS
from credentials.status import Limits, StatusChecker
from credentials.trust import TrustList, TrustListExpired
from credentials.trust.x509 import load_pem
from credentials.verification import (
    BundledProof,
    NoProofs,
    Verifier,
    examine_proof,
    examine_sealed,
    read_proofs,
    words,
)
from credentials.verification.evidence_bundle import BEGINS as BUNDLE_BEGINS
from credentials.verification.evidence_bundle import MAX_BYTES as MAX_BUNDLE_BYTES
from service.commands.cross_check import differs, opinions_of
from service.commands.evidence import Shown, verify_evidence
from service.commands.formats import all_formats
from service.commands.printed_reports import MARKS, print_reports, told
from service.commands.reading import MAX_FILE_BYTES, Unusable, moment, plain, read_bytes, read_text, read_trust_list

MANIFEST: Final = "manifest.json"
MAX_COPY_AGE: Final = timedelta(days=7)
"""How old a cached status list may be that bears no expiry of its own."""


# RFC 7638 with SHA-256.
_THUMBPRINT_BYTES: Final = 32
_NO_TRUST_LIST: Final = "Geen lijst van deelnemers gegeven: geef --trust-list en --trust-root."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(
    file: Annotated[
        str,
        typer.Argument(
            help="The credential, presentation, overview, signed FCID document, sealed PDF or evidence bundle; "
            "- reads standard input."
        ),
    ],
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
    response_uri: Annotated[
        str | None, typer.Option(help="Where the presentation was posted: in an mdoc the holder signs that too.")
    ] = None,
    encryption_key: Annotated[
        str | None, typer.Option(help="The JWK thumbprint of the key that it was encrypted to, if it was: as above.")
    ] = None,
    stamp_root: Annotated[
        Path | None, typer.Option(help="Of a sealed PDF: the authorities whose time stamps count, in PEM.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    claims: Annotated[bool, typer.Option("--claims", help="Also print what each credential states.")] = False,
    cross_check: Annotated[
        bool,
        typer.Option(
            "--cross-check",
            help="Have W3C proofs checked by other software too: PyLD, joserfc and, where installed, didkit.",
        ),
    ] = False,
) -> None:
    """Check any credential, presentation, overview, signed FCID document or sealed PDF, offline: nothing is fetched.

    A sealed PDF is checked as of its seal, by the status lists in it, unless --at or --status asks for another moment.
    An evidence bundle is checked as of its own date, by what is in it, and needs --trust-root alone; with --trust-list
    also whether keys have leaked since.

    Exit code 0: everything proven; 1: not everything, or a second opinion differs; 2: the input cannot be used.
    """
    today = SystemClock().now()
    now = moment(at, today)
    data = read_bytes(file, MAX_BUNDLE_BYTES)
    question = {
        "--nonce": nonce,
        "--audience": audience,
        "--response-uri": response_uri,
        "--encryption-key": encryption_key,
    }
    if data.startswith(BUNDLE_BEGINS):
        _refuse(question | {"--at": at, "--status": status, "--stamp-root": stamp_root}, "a bundle has its own")
        shown = Shown(as_json=as_json, claims=claims, cross_check=cross_check)
        raise typer.Exit(verify_evidence(data, trust_list, trust_root, today, shown))
    if len(data) > MAX_FILE_BYTES:
        raise Unusable(f"{file}: larger than {MAX_FILE_BYTES >> 20} MB")
    if (trust_list is None) != (trust_root is None):
        raise Unusable("--trust-list and --trust-root go together")
    if data.startswith(BEGINS):
        _refuse(question, "a sealed document holds no presentation")
        _verify_sealed(
            data,
            _Given(trust_list, trust_root, _Lists.read(status or ()), stamp_root),
            now=today,
            at=now if at is not None or status else None,
            as_json=as_json,
            claims=claims,
            cross_check=cross_check,
        )
        return
    _refuse({"--stamp-root": stamp_root}, "this is no sealed PDF")
    found = _proofs(file, data)
    if any(proof.format == RESPONSE for proof in found):
        _refuse(question, "a signed FCID document answers no question")
    proofs = [_demanding(proof, nonce, audience) for proof in found]
    lists = _Lists.read(status or ())
    verifier = _verifier(_trust_list(now, trust_list, trust_root), lists.fetch, now)
    channel = _channel(response_uri, encryption_key)
    reports = [examine_proof(verifier, proof, now, channel) for proof in proofs]
    proven = sum(report.proven for report in reports)
    opinions = (
        opinions_of([each.content for each in proofs], _trust_list(now, trust_list, trust_root))
        if cross_check
        else None
    )
    if as_json:
        result: JsonObject = {
            "bewezen": proven == len(reports),
            "bewijzen": told(reports, opinions),
        }
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        print_reports(reports, opinions, with_claims=claims)
        _print_missing(trust_list, status)
    if proven != len(reports) or any(differs(others) for others in opinions or ()):
        raise typer.Exit(1)


def _refuse(options: Mapping[str, object], reason: str) -> None:
    # Whoever asks for a check that is not done would take its silence for a yes.
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise Unusable(f"leave out {' and '.join(given)}: {reason}")


@final
@dataclass(frozen=True, slots=True)
class _Given:
    """What the caller brought to check a sealed document by."""

    trust_list: Path | None
    trust_root: Path | None
    lists: "_Lists"
    stamp_root: Path | None


def _verify_sealed(
    data: bytes, given: _Given, *, now: datetime, at: datetime | None, as_json: bool, claims: bool, cross_check: bool
) -> None:
    # Without another moment the document is judged as of its seal, by a trust list that is valid today.
    current = _trust_list(at or now, given.trust_list, given.trust_root)

    def verifier_at(moment: datetime, sealed: Mapping[str, bytes]) -> Verifier:
        def fetch(uri: str, accept: str) -> bytes:
            return sealed[uri] if uri in sealed and uri not in given.lists.by_uri else given.lists.fetch(uri, accept)

        return _verifier(current, fetch, moment)

    anchors = () if given.stamp_root is None else _anchors(given.stamp_root)
    found = examine_sealed(data, current, verifier_at, now=now, at=at, stamp_anchors=anchors)
    opinions = opinions_of([each.content for each in found.proofs], current) if cross_check else None
    if as_json:
        result: JsonObject = {
            "bewezen": found.proven,
            "zegel": found.seal.to_dict(),
            "bewijzen": told(found.reports, opinions),
        }
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        word, style = MARKS[found.seal.outcome]
        console = Console(highlight=False)
        console.print(Text("Zegel: ", style="bold"), Text(word, style), plain(found.seal.explanation), sep="  ")
        if found.examined_at is not None:
            console.print(plain(_as_of(found.examined_at, now)))
            console.print()
            print_reports(found.reports, opinions, with_claims=claims)
        if given.trust_list is None:
            typer.echo(_NO_TRUST_LIST, err=True)
    if not found.proven or any(differs(others) for others in opinions or ()):
        raise typer.Exit(1)


def _as_of(moment: datetime, now: datetime) -> str:
    age = days_between(moment, now)
    if not age:
        return f"Gecontroleerd naar de stand van vandaag, {words.day(moment)}."
    return (
        f"Gecontroleerd naar de stand van {words.day(moment)}, {words.days(age)} geleden. "
        "Of er sindsdien iets is veranderd, zegt dit bestand niet: vraag een nieuw overzicht, of geef --status."
    )


def _anchors(file: Path) -> tuple[bytes, ...]:
    try:
        return tuple(each.public_bytes(Encoding.DER) for each in load_pem(read_bytes(file)))
    except BlauweKnopError as error:
        raise Unusable(f"{file}: holds no certificates in PEM") from error


def _trust_list(now: datetime, trust_list: Path | None, trust_root: Path | None) -> Callable[[], TrustList]:
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

    return current


def _verifier(current: Callable[[], TrustList], fetch: Fetch, now: datetime) -> Verifier:
    clock = FixedClock(now)
    return Verifier(
        all_formats(), current, Resolver(), StatusChecker(fetch, clock, Limits(max_age=MAX_COPY_AGE)), clock
    )


def _proofs(file: str, data: bytes) -> Sequence[BundledProof]:
    try:
        return read_proofs(data, all_formats(), max_bytes=MAX_FILE_BYTES)
    except NoProofs as error:
        raise Unusable(f"{file}: {error.detail}") from error
    except BlauweKnopError as error:
        raise Unusable(f"{file}: holds no credential, presentation or overview ({error.detail})") from error


def _demanding(proof: BundledProof, nonce: str | None, audience: str | None) -> BundledProof:
    if nonce is None and audience is None:
        return proof
    # Whoever asks for a nonce wants a presentation: a bare credential then lacks its holder's proof.
    return BundledProof(proof.format, proof.content, True, nonce or proof.nonce, audience or proof.audience)


def _channel(response_uri: str | None, encryption_key: str | None) -> Channel:
    try:
        thumbprint = b64url_decode(encryption_key or "", "--encryption-key")
    except MalformedInput as error:
        raise Unusable(error.detail) from error
    if len(thumbprint) not in (0, _THUMBPRINT_BYTES):
        raise Unusable("--encryption-key is not a JWK thumbprint")
    return Channel(response_uri, encryption_key or None)


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


def _print_missing(trust_list: Path | None, status: list[Path] | None) -> None:
    if trust_list is None:
        typer.echo(_NO_TRUST_LIST, err=True)
    if not status:
        typer.echo("Geen statuslijsten gegeven: geef --status.", err=True)
