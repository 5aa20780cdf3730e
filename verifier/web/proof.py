"""A proof in full, for who reads it: how it was signed, by which key, and where its status is kept.

All of it is read from the presentation as it came, which may be anything where it is not proven: what cannot be read is
left out, and nothing here decides whether a proof counts.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator

from credentials.encoding import JsonObject, JsonValue, b64url_decode, json_object
from credentials.errors import BlauweKnopError
from credentials.plain_text import shown
from service.i18n import day, moment
from verifier.domain.evidence import Evidence
from verifier.domain.lines import AgencyLine, CaseLine

_LONGEST = 200


def proof_facts(evidence: Evidence, case: CaseLine | None, line: AgencyLine | None) -> list[tuple[str, str]]:
    """Return what is behind a proof, each with its label. `line` is of the organisation that it is of."""
    facts = [
        ("Soort", evidence.type),
        ("Formaat", evidence.format),
        ("Uitgever", evidence.issuer.identifier),
        ("OIN", evidence.issuer.oin or ""),
        *_signed(evidence.presented),
        ("Geldig tot", day(evidence.valid_until) if evidence.valid_until else ""),
        *_complete(case, line),
    ]
    return [(label, value) for label, value in facts if value]


def _complete(case: CaseLine | None, line: AgencyLine | None) -> Iterator[tuple[str, str]]:
    at = case.case.as_of if case is not None else (line.as_of if line is not None else None)
    if at is not None:
        yield "Stand van de gegevens", moment(at)
    if line is None or line.stated is None:
        return
    yield "Compleet", f"{line.shown} van {line.stated} zaken getoond die de organisatie in haar overzicht noemt"
    if case is not None:
        yield "In het overzicht genoemd", "ja, met een kenmerk dat niet te raden is" if case.linked else "nee"


def _signed(presented: "str | JsonObject") -> Iterator[tuple[str, str]]:
    try:
        if isinstance(presented, str):
            if presented.count(".") >= 2:  # the parts of a JWS
                yield from _of_token(presented)
        else:
            yield from _of_document(presented)
    except (BlauweKnopError, binascii.Error, ValueError):
        return


def _of_token(token: str) -> Iterator[tuple[str, str]]:
    header, payload = (_decoded(part) for part in token.partition("~")[0].split(".")[:2])
    yield "Handtekening", f"JWS, {_text(header.get('alg'))}"
    chain = header.get("x5c")
    if isinstance(chain, list) and chain and isinstance(chain[0], str):
        leaf = hashlib.sha256(base64.b64decode(chain[0], validate=True)).hexdigest()
        yield "Certificaat van de sleutel (SHA-256)", leaf
    else:
        yield "Sleutel van de uitgever", _text(header.get("kid"))
    status = payload.get("status")
    entry = status.get("status_list") if isinstance(status, dict) else None
    yield (
        "Statuslijst",
        _text(entry.get("uri")) if isinstance(entry, dict) else _status(payload.get("credentialStatus")),
    )
    holder = payload.get("cnf")
    if isinstance(holder, dict) and holder:
        yield "Gebonden aan", "de sleutel in de wallet van de cliënt (cnf)"


def _of_document(document: JsonObject) -> Iterator[tuple[str, str]]:
    credential = document.get("verifiableCredential", document)
    if isinstance(credential, list):
        credential = credential[0] if credential else None
    if not isinstance(credential, dict):
        return
    proof = credential.get("proof")
    if isinstance(proof, dict):
        yield "Handtekening", f"Data Integrity, {_text(proof.get('cryptosuite'))}"
        yield "Sleutel van de uitgever", _text(proof.get("verificationMethod"))
    yield "Statuslijst", _status(credential.get("credentialStatus"))


def _status(entries: JsonValue) -> str:
    found = [entries] if isinstance(entries, dict) else entries if isinstance(entries, list) else []
    addresses = [_text(each.get("statusListCredential")) for each in found if isinstance(each, dict)]
    return ", ".join(dict.fromkeys(filter(None, addresses)))


def _decoded(part: str) -> JsonObject:
    return json_object(b64url_decode(part, "a part of a token"), "a part of a token")


def _text(value: JsonValue) -> str:
    # What is not proven may say anything here.
    return shown(value)[:_LONGEST] if isinstance(value, str) else ""
