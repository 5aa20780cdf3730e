"""Documents and handovers that others published, to the byte."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from credentials.encoding import b64url_encode
from credentials.formats import Channel, Expectation, MalformedCredential
from credentials.formats.mdoc import MsoMdoc, session_transcript
from credentials.formats.mdoc.issuer_signed import IssuerSigned
from credentials.jose.cbor import cbor_bytes, cbor_parse
from credentials.keys import InvalidSignature, PublicJwk
from tests.unit.formats.format_samples import RESOLVER

VECTORS = Path(__file__).parents[2] / "vectors/mdoc"
HANDOVERS: Any = json.loads((VECTORS / "openid4vp-handovers.json").read_text())
FORMAT = MsoMdoc()
BARE = Expectation(datetime(2020, 11, 1, tzinfo=UTC), holder_binding=False)


def of_annex_d(name: str) -> bytes:
    return bytes.fromhex((VECTORS / f"annex-d-{name}.hex").read_text().replace("\n", ""))


def annex_d_document() -> Any:
    response: Any = cbor_parse(of_annex_d("4-1-2-device-response"))
    return response["documents"][0]["issuerSigned"]


def as_text(value: Any) -> str:
    return b64url_encode(cbor_bytes(value))


@pytest.mark.requirement("mdoc-digests")
def test_the_driving_licence_of_annex_d_is_read_and_verified() -> None:
    verified = FORMAT.verify(as_text(annex_d_document()), BARE, RESOLVER)
    assert (verified.type, verified.format) == ("org.iso.18013.5.1.mDL", "mso_mdoc")
    licence: Any = verified.claims["org.iso.18013.5.1"]
    assert licence["family_name"] == "Doe"
    assert licence["issue_date"] == "2019-10-20"
    assert licence["driving_privileges"] == [
        {"vehicle_category_code": "A", "issue_date": "2018-08-09", "expiry_date": "2024-10-20"},
        {"vehicle_category_code": "B", "issue_date": "2017-02-23", "expiry_date": "2024-10-20"},
    ]
    assert verified.document == {"org.iso.18013.5.1": licence}
    assert verified.issued_at == verified.valid_from == datetime(2020, 10, 1, 13, 30, 2, tzinfo=UTC)
    assert verified.valid_until == datetime(2021, 10, 1, 13, 30, 2, tzinfo=UTC)
    assert verified.holder is not None
    assert verified.holder.jwk.curve == "P-256"
    assert verified.status == ()


def test_the_issuer_signature_of_annex_d_is_the_one_in_its_response() -> None:
    issued = IssuerSigned.parse(annex_d_document())
    assert cbor_bytes(issued.issuer_auth) == of_annex_d("5-2-issuer-auth")
    # Read and written again, every item is the same to the byte.
    assert cbor_bytes(issued.to_cbor()["nameSpaces"]) == cbor_bytes(annex_d_document()["nameSpaces"])  # type: ignore[index,call-overload]
    privileges = next(item for item in issued.items["org.iso.18013.5.1"] if item.identifier == "driving_privileges")
    assert of_annex_d("2-1-driving-privileges") in privileges.raw


def test_an_element_of_annex_d_that_was_changed_is_refused() -> None:
    document = annex_d_document()
    item = document["nameSpaces"]["org.iso.18013.5.1"][0]
    changed = type(item)(item.tag, item.value.replace(b"Doe", b"Roe"))
    document["nameSpaces"]["org.iso.18013.5.1"][0] = changed
    with pytest.raises(MalformedCredential, match="not one that the issuer signed"):
        FORMAT.verify(as_text(document), BARE, RESOLVER)


def test_a_changed_signature_of_annex_d_is_refused() -> None:
    document = annex_d_document()
    signature = document["issuerAuth"][3]
    document["issuerAuth"][3] = signature[:-1] + bytes([signature[-1] ^ 1])
    with pytest.raises(InvalidSignature):
        FORMAT.verify(as_text(document), BARE, RESOLVER)


def test_a_mac_by_the_device_is_not_taken() -> None:
    # The holder of Annex D proved its key by a MAC, which nobody asks for over OpenID4VP here.
    asked = Expectation(BARE.now, "n", "x509_hash:a", Channel("https://v.example/r"))
    with pytest.raises(MalformedCredential, match="deviceAuth is not a signature"):
        FORMAT.verify(b64url_encode(of_annex_d("4-1-2-device-response")), asked, RESOLVER)


@pytest.mark.requirement("mdoc-session")
@pytest.mark.parametrize(
    ("name", "audience", "address"),
    [
        ("OpenID4VPHandover", "x509_san_dns:example.com", "https://example.com/response"),
        ("OpenID4VPDCAPIHandover", "origin:https://example.com", None),
    ],
)
def test_the_session_transcripts_of_openid4vp_are_made_to_the_byte(
    name: str, audience: str, address: str | None
) -> None:
    jwk = PublicJwk.parse(HANDOVERS["jwk"])
    nonce = "exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA"
    made: Any = session_transcript(audience, nonce, Channel(address, jwk.thumbprint))
    assert cbor_bytes(made).hex() == HANDOVERS[name]["transcript"]
    assert cbor_bytes(made[2]).hex() == HANDOVERS[name]["handover"]
    # Whoever answers in the clear says so.
    clear: Any = session_transcript(audience, nonce, Channel(address))
    assert clear[:2] == [None, None]
    assert clear[2][0] == name
    assert clear[2][1] != made[2][1]
