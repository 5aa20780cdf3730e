import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm import CREDENTIALS_V2, Envelope, InvalidDocument, is_envelope

ENVELOPE: JsonObject = {
    "@context": CREDENTIALS_V2,
    "id": "data:application/vc+jwt,eyJ.e30.x",
    "type": "EnvelopedVerifiableCredential",
}


def test_an_envelope_says_what_is_inside() -> None:
    envelope = Envelope.read(ENVELOPE)
    assert (envelope.kind, envelope.media_type, envelope.data) == (
        "EnvelopedVerifiableCredential",
        "application/vc+jwt",
        "eyJ.e30.x",
    )
    assert envelope.to_dict() == ENVELOPE
    assert is_envelope(ENVELOPE)
    assert "eyJ" not in repr(envelope)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("@context", [CREDENTIALS_V2, "https://example.org/more"]),
        ("type", ["EnvelopedVerifiablePresentation"]),
        ("id", "data:Application/VC+SD-JWT;charset=utf-8,eyJ.e30.x~d~"),
        ("id", " data:application/vc+jwt,eyJ.e30.x\r\n"),
        ("id", "DATA:application/vc+cose;base64,0oRY"),
    ],
)
def test_other_ways_to_write_one(name: str, value: JsonValue) -> None:
    Envelope.read({**ENVELOPE, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("@context", []),
        ("@context", None),
        ("@context", "https://www.w3.org/ns/credentials/examples/v2"),
        ("@context", ["https://www.w3.org/ns/credentials/examples/v2"]),
        ("type", None),
        ("type", "VerifiableCredential"),
        ("type", []),
        ("type", ["EnvelopedVerifiableCredential", "EnvelopedVerifiablePresentation"]),
        ("id", None),
        ("id", "eyJ.e30.x"),
        ("id", "https://example.org"),
        ("id", "text:application/vc+jwt,eyJ.e30.x"),
        ("id", "data:application/vc+jwt"),
        ("id", "data:application/vc+jwt,"),
        ("id", "data:,eyJ.e30.x"),
        ("id", "data:application/vc+jwt,eyJ%2Ee30.x"),
        ("id", "data:application/vc+jwt,eyJ\n.e30.x"),
        ("id", ["data:application/vc+jwt,eyJ.e30.x"]),
        ("proof", {"type": "DataIntegrityProof"}),
        ("credentialStatus", {"type": "BitstringStatusListEntry"}),
        ("name", "another"),
    ],
)
def test_what_is_no_envelope(name: str, value: JsonValue) -> None:
    with pytest.raises(InvalidDocument):
        Envelope.read({**ENVELOPE, name: value})


@pytest.mark.parametrize("document", [None, [], "data:application/vc+jwt,x", {"type": 5}])
def test_what_does_not_say_so_is_none(document: object) -> None:
    assert not is_envelope(document)
    with pytest.raises(InvalidDocument):
        Envelope.read(document)
