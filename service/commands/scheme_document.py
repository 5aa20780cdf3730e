"""`blauweknop trust stelseldocument`: publish a trust list as BK Connect's scheme document, and check such documents.

`sign` is for the scheme: run it every hour, and long before the copy in use ends. `check` is for anyone who has the
scheme's root, by another way than from whoever serves the document.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from cryptography.hazmat.primitives.serialization import Encoding
from rich.console import Console
from rich.table import Table

from credentials.clock import SystemClock, epoch
from credentials.debts.agency import is_oin
from credentials.encoding import JsonObject
from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import SoftwareSigner
from credentials.trust import SchemeDocument, SchemeDocumentRejected, TrustListExpired, issue_scheme_document
from credentials.trust.x509 import check_authority, load_pem
from service.commands.reading import Unusable, moment, plain, read_bytes, read_text, read_trust_list
from service.commands.writing import write_text

_LINE: Final = "%Y-%m-%d %H:%M:%S UTC"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(
        help="Publish a trust list as a scheme document of BK Connect draft-00, or check such a document.",
        no_args_is_help=True,
    )
    commands.command("sign")(sign)
    commands.command("check")(check)
    app.add_typer(commands, name="stelseldocument")


def sign(
    trust_list: Annotated[Path, typer.Argument(help="The trust list, as it was published.")],
    *,
    trust_root: Annotated[Path, typer.Option(help="The trust list's root key: a JWK.")],
    key: Annotated[Path, typer.Option(help="The private key that signs: PEM, P-256, readable by you alone.")],
    chain: Annotated[
        Path, typer.Option(help="Its certificate, and those between it and the root: PEM, in that order.")
    ],
    root: Annotated[Path, typer.Option(help="The root certificate that apps have built in: PEM.")],
    environment: Annotated[str, typer.Option(help="For which environment the document is, such as demo.")],
    out: Annotated[Path, typer.Option(help="Where to write the document.")],
    hours: Annotated[int, typer.Option(help="For how long it is valid.", min=1, max=24)] = 24,
) -> None:
    """Derive a scheme document from a trust list, sign it, and check it as apps will.

    Issuers on the list with an OIN are in it. The document's issuer is the OIN in the certificate's subject.
    """
    now = SystemClock().now()
    try:
        participants = read_trust_list(trust_list, trust_root, now).participants
        signer = SoftwareSigner.from_file(key)
        jws, made = issue_scheme_document(
            participants,
            signer,
            _certificates(chain),
            _roots(root),
            environment=environment,
            now=now,
            lifetime=timedelta(hours=hours),
        )
    except (ConfigurationError, TrustListExpired) as error:
        raise Unusable(error.detail) from error
    except SchemeDocumentRejected as error:
        raise Unusable(f"no app would take this document: {error.detail}") from error
    write_text(out, jws)
    typer.echo(_summary(made))
    left_out = len(participants) - len(made.organisations)
    if left_out:
        typer.echo(f"{left_out} participants are not in it: no issuer, no OIN, no web address, or not taking part now")


def check(
    file: Annotated[Path, typer.Argument(help="The document, as it was served.")],
    *,
    root: Annotated[
        Path, typer.Option(help="The scheme's root certificate: PEM. Not from whoever serves the document.")
    ],
    issuer: Annotated[str, typer.Option(help="The OIN of the scheme's manager.")],
    environment: Annotated[str, typer.Option(help="The environment that the document must be for.")],
    at: Annotated[str | None, typer.Option(help="Check as of this moment or day instead of now.")] = None,
    accepted: Annotated[
        str | None, typer.Option(help="When the copy that you accepted last was issued: an older one is refused.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a scheme document by the six steps of its profile, in its order.

    Exit code 0: good; 1: refused, and at which step; 2: the input cannot be used.
    """
    now = moment(at, SystemClock().now())
    if not is_oin(issuer):
        raise Unusable("--issuer is not an OIN of twenty digits")
    last = moment(accepted, now, "--accepted") if accepted is not None else None
    try:
        document = SchemeDocument.verify(
            read_text(file), _roots(root), issuer=issuer, environment=environment, now=now, accepted=last
        )
    except SchemeDocumentRejected as error:
        if as_json:
            refused: JsonObject = {
                "accepted": False,
                "step": error.reason.step,
                "reason": error.reason.value,
                "detail": error.detail,
            }
            typer.echo(json.dumps(refused, indent=2))
        else:
            where = "its contents" if error.reason.step is None else f"step {error.reason.step} of 6"
            typer.echo(f"{file}: refused by {where} ({error.reason.value}): {error.detail}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps(_as_json(document), ensure_ascii=False, indent=2))
        return
    _print(document)
    typer.echo(_summary(document))


def _certificates(path: Path) -> tuple[bytes, ...]:
    try:
        found = load_pem(read_bytes(path))
    except MalformedInput as error:
        raise Unusable(f"{path}: {error.detail}") from error
    return tuple(each.public_bytes(Encoding.DER) for each in found)


def _roots(path: Path) -> tuple[bytes, ...]:
    found = _certificates(path)
    try:
        for each in found:
            check_authority(each)
    except MalformedInput as error:
        raise Unusable(f"{path}: is not the certificate of an authority ({error.detail})") from error
    return found


def _summary(document: SchemeDocument) -> str:
    return (
        f"{document.issuer}: {len(document.organisations)} organisations, for {plain(document.environment)}, "
        f"version {document.version}, signed {document.issued_at.strftime(_LINE)}, "
        f"valid until {document.expires_at.strftime(_LINE)}"
    )


def _as_json(document: SchemeDocument) -> JsonObject:
    return {
        "accepted": True,
        "iss": document.issuer,
        "iat": epoch(document.issued_at),
        "exp": epoch(document.expires_at),
        "version": document.version,
        "environment": document.environment,
        "organizations": [each.to_dict() for each in document.organisations],
        "app_managers": list(document.app_managers),
        "document_types": [{"name": name} for name in document.document_types],
    }


def _print(document: SchemeDocument) -> None:
    table = Table()
    for heading in ("OIN", "naam", "adres"):
        table.add_column(heading, overflow="fold")
    for each in document.organisations:
        table.add_row(*(plain(cell) for cell in (each.oin, each.name, each.address)))
    Console(highlight=False).print(table)
