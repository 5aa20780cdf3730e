"""`blauweknop trust`: look at a trust list, check it, sign a new one, or attest a verifier's key."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from credentials.clock import SystemClock
from credentials.encoding import json_parse
from credentials.errors import BlauweKnopError, ConfigurationError
from credentials.jose import UnverifiedToken
from credentials.keys import SoftwareSigner
from credentials.openid.verifier_attestation import sign_attestation
from credentials.trust import Participant, Role, TrustList, TrustListExpired, shared_authorities
from credentials.trust.trust_list import MAX_CHARACTERS, issue
from credentials.trust.x509 import to_der
from service.commands import scheme_document
from service.commands.reading import MAX_FILE_BYTES, Unusable, moment, plain, read_bytes, read_text, read_trust_list
from service.commands.writing import write_text

_ListFile = Annotated[Path, typer.Argument(help="The trust list, as it was published.")]
_At = Annotated[str | None, typer.Option(help="Look as of this moment or day instead of now.")]
_PIN: Final = (
    "Below such an authority, say which leaves are the participant's own: certificateNames (oin:…, dns:… or uri:…), or "
    "the fingerprints of its leaves."
)
_LINE: Final = "%Y-%m-%d %H:%M UTC"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(
        help="Look at a trust list, check it, sign one, publish it as a scheme document, or attest a verifier.",
        no_args_is_help=True,
    )
    commands.command("show")(show)
    commands.command("check")(check)
    commands.command("sign")(sign)
    commands.command("attest")(attest)
    scheme_document.register(commands)
    app.add_typer(commands, name="trust")


def show(
    file: _ListFile,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list's contents as JSON.")] = False,
) -> None:
    """Print a trust list WITHOUT checking its signature; `check` does that."""
    try:
        payload = UnverifiedToken.parse(read_text(file), max_characters=MAX_CHARACTERS).payload
        entries = payload.get("participants")
        participants = [Participant.parse(entry) for entry in entries] if isinstance(entries, list) else []
    except BlauweKnopError as error:
        raise Unusable(f"{file}: {error.detail}") from error
    if as_json:
        typer.echo(json.dumps(payload, ensure_ascii=False, indent=2))
        return
    typer.echo("The signature was not checked: use `blauweknop trust check`.", err=True)
    _print(participants)


def check(
    file: _ListFile,
    *,
    root: Annotated[Path, typer.Option(help="The scheme's root key: a JWK.")],
    at: _At = None,
    newer_than: Annotated[int | None, typer.Option(help="Refuse a list with a number below this one.")] = None,
) -> None:
    """Check a trust list against the root key, and whether each entry says whose its certificates are.

    Exit code 0: good; 1: expired, too old, or a shared authority below which no names are pinned; 2: not usable.
    """
    try:
        trust_list = read_trust_list(file, root, moment(at, SystemClock().now()))
    except TrustListExpired as error:
        typer.echo(f"{file}: {error.detail}", err=True)
        raise typer.Exit(1) from error
    if newer_than is not None and trust_list.sequence < newer_than:
        typer.echo(f"{file}: number {trust_list.sequence} is lower than {newer_than}", err=True)
        raise typer.Exit(1)
    _print(trust_list.participants)
    typer.echo(_summary(trust_list))
    if shared := _shared(trust_list.participants):
        typer.echo("\n".join([*shared, _PIN]), err=True)
        raise typer.Exit(1)


def sign(
    participants: Annotated[Path, typer.Argument(help="A JSON list of participants.")],
    *,
    key: Annotated[Path, typer.Option(help="The root's private key: PEM, readable by you alone.")],
    issuer: Annotated[str, typer.Option(help="The address of the scheme.")],
    sequence: Annotated[int, typer.Option(help="The list's number: higher than the last one's.", min=0)],
    out: Annotated[Path, typer.Option(help="Where to write the list.")],
    hours: Annotated[int, typer.Option(help="For how long the list is valid.", min=1, max=8784)] = 24,
    root_out: Annotated[Path | None, typer.Option(help="Also write the root's public JWK here.")] = None,
) -> None:
    """Sign a new trust list, and print the root's public key as wallets and verifiers have it in their settings."""
    now: datetime = SystemClock().now()
    try:
        document = json_parse(read_bytes(participants), "the participants", max_bytes=MAX_FILE_BYTES)
        entries = document.get("participants") if isinstance(document, dict) else document
        if not isinstance(entries, list):
            raise Unusable(f"{participants}: is not a list of participants")
        signer = SoftwareSigner.from_file(key)
        parsed = [Participant.parse(entry) for entry in entries]
        if shared := _shared(parsed):
            raise Unusable("\n".join([*shared, _PIN]))
        jwt = issue(parsed, signer, issuer=issuer, sequence=sequence, now=now, lifetime=timedelta(hours=hours))
    except ConfigurationError as error:
        raise Unusable(error.detail) from error
    except BlauweKnopError as error:
        raise Unusable(f"{participants}: {error.detail}") from error
    write_text(out, jwt)
    if root_out is not None:
        write_text(root_out, json.dumps(signer.public_jwk.to_dict()))
    typer.echo(_summary(TrustList.verify(jwt, signer.public_jwk, now)))
    typer.echo(f"root = {signer.public_jwk.multikey}")


def attest(
    verifier: Annotated[
        Path, typer.Argument(help="The verifier's entry, as `blauweknop verifier describe` prints it.")
    ],
    *,
    key: Annotated[Path, typer.Option(help="The attester's private key: PEM, readable by you alone.")],
    issuer: Annotated[str, typer.Option(help="The attester's identifier on the trust list.")],
    out: Annotated[Path, typer.Option(help="Where to write the attestation.")],
    certificate: Annotated[
        Path | None, typer.Option(help="The certificate of the key: PEM, below the attester's authority on the list.")
    ] = None,
    did_url: Annotated[str | None, typer.Option(help="Instead: the DID URL of the key.")] = None,
    subject: Annotated[str | None, typer.Option(help="Who the verifier is; without it, its host.")] = None,
    days: Annotated[int, typer.Option(help="For how long it is valid.", min=1, max=366)] = 90,
) -> None:
    """Attest that an access key is a verifier's (OpenID4VP 1.0 section 12), as an attester on the trust list."""
    if (certificate is None) == (did_url is None):
        raise Unusable("give either the certificate of the key or its DID URL")
    try:
        entry = Participant.parse(json_parse(read_bytes(verifier), "the entry", max_bytes=MAX_FILE_BYTES))
        signer = SoftwareSigner.from_file(key)
        x5c = (to_der(read_text(certificate)),) if certificate is not None else ()
    except ConfigurationError as error:
        raise Unusable(error.detail) from error
    except BlauweKnopError as error:
        raise Unusable(f"{verifier}: {error.detail}") from error
    if Role.VERIFIER not in entry.roles or len(entry.keys) != 1:
        raise Unusable(f"{verifier}: is not the entry of a verifier with one key")
    who = subject or urlsplit(entry.identifier).hostname or entry.identifier
    token = sign_attestation(
        signer,
        issuer=issuer,
        subject=who,
        holder=entry.keys[0],
        now=SystemClock().now(),
        lifetime=timedelta(days=days),
        x5c=x5c,
        verification_method=did_url,
    )
    write_text(out, token)
    typer.echo(f"verifier_attestation:{who}, for {days} days")


def _shared(participants: Iterable[Participant]) -> list[str]:
    found = shared_authorities(participants)
    return [f"{plain(each.participant.name)}: {plain(each.reason)}, and the entry pins no names" for each in found]


def _summary(trust_list: TrustList) -> str:
    return (
        f"{trust_list.issuer}: number {trust_list.sequence}, {len(trust_list.participants)} participants, "
        f"signed {trust_list.issued_at.strftime(_LINE)}, valid until {trust_list.expires_at.strftime(_LINE)}"
    )


def _print(participants: list[Participant] | tuple[Participant, ...]) -> None:
    table = Table(show_lines=True)
    for heading in ("naam", "identifier", "rollen", "OIN", "sleutels", "soorten bewijs", "bijzonderheden"):
        table.add_column(heading, overflow="fold")
    for each in participants:
        keys = [f"{len(each.anchors)} CA"] if each.anchors else []
        keys += [each.did] if each.did else []
        notes = [f"ingetrokken {each.withdrawn_at.strftime(_LINE)}"] if each.withdrawn_at else []
        notes += [f"tot {each.valid_until.strftime(_LINE)}"] if each.valid_until else []
        notes += ["mag BSN vragen"] if each.bsn else []
        notes += [f"certificaat: {name}" for name in each.certificate_names]
        notes += [f"certificaat: {digest.hex()[:16]}…" for digest in sorted(each.fingerprints)]
        cells = (
            each.name,
            each.identifier,
            ", ".join(sorted(each.roles)),
            each.oin or "",
            "\n".join(keys),
            "\n".join([*sorted(each.types), *(f"{prefix}*" for prefix in each.type_prefixes)]),
            "\n".join(notes),
        )
        table.add_row(*(Text("\n").join(plain(line) for line in cell.split("\n")) for cell in cells))
    Console(highlight=False).print(table)
