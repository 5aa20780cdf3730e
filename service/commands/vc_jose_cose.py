"""`blauweknop vc-jose-cose issue|verify`: secure and check W3C documents with JOSE, SD-JWT and COSE.

The command line that the W3C test suite of VC-JOSE-COSE calls, and of use by itself: the document, the key and the
answer are files. The key is a verification method of type JsonWebKey. What is checked is the securing and the structure
of the document; whose the key is, is for whoever gave the file. Moments are checked where `--at` names one: a file may
be looked at long after its signature was meant to serve.
"""

import json
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from credentials.claims_path import ClaimsPath
from credentials.clock import SystemClock
from credentials.encoding import JsonObject, b64_encode, json_object, json_parse
from credentials.errors import BlauweKnopError
from credentials.formats.jwt_vc import (
    Kind,
    Securing,
    SignatureClaims,
    VerificationMethod,
    message_of,
    open_secured,
    secure,
)
from credentials.formats.vcdm import read_credential
from credentials.keys import WITH_ES512, InvalidSignature, SoftwareSigner
from service.commands.reading import Unusable, moment, read_bytes, read_text


class Feature(StrEnum):
    """What is secured and how."""

    CREDENTIAL_JOSE = "credential_jose"
    CREDENTIAL_SDJWT = "credential_sdjwt"
    CREDENTIAL_COSE = "credential_cose"
    PRESENTATION_JOSE = "presentation_jose"
    PRESENTATION_SDJWT = "presentation_sdjwt"
    PRESENTATION_COSE = "presentation_cose"

    @property
    def kind(self) -> Kind:
        """What is secured."""
        return Kind.CREDENTIAL if self.value.startswith("credential") else Kind.PRESENTATION

    @property
    def securing(self) -> Securing:
        """How it is secured."""
        return _SECURINGS[self.value.partition("_")[2]]


_SECURINGS: Final = {"jose": Securing.JWT, "sdjwt": Securing.SD_JWT, "cose": Securing.COSE}

# `a.b[0]`: names without dots and brackets, and indices.
_STEP: Final = re.compile(r"(?:\A|(?<=[^.])\.)([^.\[\]]+)|\[(0|[1-9][0-9]{0,3})\]")

_Input = Annotated[Path, typer.Option("--input", help="The document to secure, or what was secured.")]
_Key = Annotated[
    Path, typer.Option("--key", help="A verification method with publicKeyJwk, and secretKeyJwk to issue.")
]
_Feature = Annotated[Feature, typer.Option("--feature", help="What is secured and how.")]
_Output = Annotated[Path, typer.Option("--output", help='Where to write {"result": …, "data": …}.')]
_At = Annotated[str | None, typer.Option("--at", help="Also check that it was valid at this moment or day.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(no_args_is_help=True, help="Secure and check W3C documents with JOSE, SD-JWT and COSE.")
    commands.command("issue")(issue)
    commands.command("verify")(verify)
    app.add_typer(commands, name="vc-jose-cose")


def issue(
    input_: _Input,
    key: _Key,
    feature: _Feature,
    output: _Output,
    sd: Annotated[str | None, typer.Option("--sd", help='What to hide: ["credentialSubject.name", "a.b[0]"].')] = None,
) -> None:
    """Secure a document. The result is "success" with what was secured (COSE in base64), or "failure" and why."""
    document = _read(key)
    method = _method(key, document)
    signer = _signer(key, document, method)
    places = _places(sd)

    def secured() -> str:
        made = secure(
            json_object(read_bytes(input_), "the document"),
            signer,
            kind=feature.kind,
            securing=feature.securing,
            kid=method.id,
            claims=SignatureClaims(issued_at=SystemClock().now()),
            disclosable=places,
        )
        return made if isinstance(made, str) else b64_encode(made)

    _answer(output, secured)


def verify(input_: _Input, key: _Key, feature: _Feature, output: _Output, at: _At = None) -> None:
    """Check what was secured. The result is "success" with the document, or "failure" and why."""
    method = _method(key, _read(key))
    now = None if at is None else moment(at, SystemClock().now())

    def document() -> str:
        text = read_text(input_)
        secured = message_of(text) if feature.securing is Securing.COSE else text
        found = open_secured(secured, method, kind=feature.kind, securing=feature.securing, at=now)
        if now is not None and feature.kind is Kind.CREDENTIAL:
            read_credential(found.document).check_period(now)
        return json.dumps(found.document, ensure_ascii=False)

    _answer(output, document)


def _answer(output: Path, made: Callable[[], str]) -> None:
    try:
        answer = {"result": "success", "data": made()}
    except InvalidSignature:
        answer = {"result": "failure", "data": "the signature does not belong to this document and key"}
    except (BlauweKnopError, ValueError) as error:
        answer = {"result": "failure", "data": str(error)}
    try:
        output.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise Unusable(f"{output}: cannot be written ({error.strerror})") from error


def _read(key: Path) -> JsonObject:
    try:
        return json_object(read_bytes(key), "the key")
    except BlauweKnopError as error:
        raise Unusable(f"{key}: is not a verification method ({error.detail})") from error


def _method(key: Path, document: JsonObject) -> VerificationMethod:
    try:
        return VerificationMethod.read(document)
    except BlauweKnopError as error:
        raise Unusable(f"{key}: is not a verification method ({error.detail})") from error


def _signer(key: Path, document: JsonObject, method: VerificationMethod) -> SoftwareSigner:
    secret = document.get("secretKeyJwk")
    try:
        signer = SoftwareSigner.from_private_jwk(secret if isinstance(secret, dict) else {}, WITH_ES512)
    except BlauweKnopError as error:
        raise Unusable(f"{key}: holds no secretKeyJwk to sign with ({error.detail})") from error
    if signer.public_jwk.members != method.key.members:
        raise Unusable(f"{key}: the two halves of the key do not belong together")
    return signer


def _places(sd: str | None) -> tuple[ClaimsPath, ...]:
    if sd is None:
        return ()
    try:
        listed = json_parse(sd, "--sd")
    except BlauweKnopError as error:
        raise Unusable(f"--sd is not JSON ({error.detail})") from error
    if not isinstance(listed, list):
        raise Unusable("--sd is not a JSON array")
    return tuple(_place(each) for each in listed)


def _place(text: object) -> ClaimsPath:
    path: list[str | int] = []
    end = 0
    for step in _STEP.finditer(text) if isinstance(text, str) else ():
        if step.start() != end:
            break
        end = step.end()
        path.append(step[1] if step[1] is not None else int(step[2]))
    if not isinstance(text, str) or not path or end != len(text) or not isinstance(path[0], str):
        raise Unusable("--sd holds something else than paths such as credentialSubject.names[0]")
    return tuple(path)
