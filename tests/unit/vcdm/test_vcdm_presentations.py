import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm import CREDENTIALS_V2, InvalidDocument, read_presentation

CREDENTIAL: JsonObject = {
    "@context": [CREDENTIALS_V2],
    "type": ["VerifiableCredential"],
    "issuer": "did:example:1",
    "credentialSubject": {"id": "did:example:2"},
    "proof": {"type": "DataIntegrityProof"},
}
ENVELOPED: JsonObject = {
    "@context": CREDENTIALS_V2,
    "type": "EnvelopedVerifiableCredential",
    "id": "data:application/vc+jwt,eyJ.e30.x",
}
PRESENTATION: JsonObject = {
    "@context": [CREDENTIALS_V2],
    "type": ["VerifiablePresentation"],
    "holder": "did:example:2",
    "verifiableCredential": [CREDENTIAL, ENVELOPED],
}
OWN: JsonObject = {name: value for name, value in CREDENTIAL.items() if name != "proof"} | {"issuer": "did:example:2"}


def test_a_presentation_is_read() -> None:
    document = read_presentation(PRESENTATION)
    assert document.credentials == (CREDENTIAL, ENVELOPED)
    assert document.holder == "did:example:2"
    assert document.self_asserted == ()


def test_the_least_that_is_a_presentation() -> None:
    document = read_presentation({"@context": [CREDENTIALS_V2], "type": "VerifiablePresentation"})
    assert (document.holder, document.credentials) == (None, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("@context", CREDENTIALS_V2),
        ("@context", [CREDENTIALS_V2, "https ://example.org"]),
        ("type", "Note"),
        ("id", "x"),
        ("holder", "x"),
        ("holder", ["did:example:2"]),
        ("holder", {"name": "Acme"}),
        ("holder", {"id": "not a url"}),
        ("proof", {"proofValue": "z"}),
        ("proof", []),
        ("termsOfUse", {"id": "urn:x"}),
        ("verifiableCredential", []),
        ("verifiableCredential", ["x"]),
        ("verifiableCredential", [5]),
        ("verifiableCredential", "https://example.org/credential"),
        ("verifiableCredential", [{**CREDENTIAL, "type": "Note"}]),
        ("verifiableCredential", [{name: value for name, value in ENVELOPED.items() if name != "type"}]),
        ("verifiableCredential", [{**ENVELOPED, "type": "EnvelopedVerifiablePresentation"}]),
        ("verifiableCredential", [{**ENVELOPED, "id": "https://example.org"}]),
    ],
)
def test_what_is_malformed_is_refused(name: str, value: JsonValue) -> None:
    with pytest.raises(InvalidDocument):
        read_presentation({**PRESENTATION, name: value})


def test_what_the_holder_asserts_needs_no_proof_of_its_own() -> None:
    document = read_presentation({**PRESENTATION, "verifiableCredential": [OWN, CREDENTIAL]})
    assert document.self_asserted == (OWN,)
    named = {**PRESENTATION, "holder": {"id": "did:example:2", "name": "Alice"}, "verifiableCredential": OWN}
    assert read_presentation(named).self_asserted == (OWN,)


def test_what_another_asserts_needs_one() -> None:
    theirs = {**OWN, "issuer": "did:example:1"}
    with pytest.raises(InvalidDocument):
        read_presentation({**PRESENTATION, "verifiableCredential": [theirs]})
    with pytest.raises(InvalidDocument):
        read_presentation(
            {name: value for name, value in PRESENTATION.items() if name != "holder"} | {"verifiableCredential": [OWN]}
        )
