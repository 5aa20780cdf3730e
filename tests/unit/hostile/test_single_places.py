"""What is said of a thing cannot be moved to another place that names it: our own profile has one place for each."""

from typing import Final

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, Profile, UnsafeDocument
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V1, CREDENTIALS_V2

OWN: Final = Canonicaliser(ContextBundle())
ANY: Final = Canonicaliser(ContextBundle(), profile=Profile.ANY)
ISSUER: Final = "did:example:issuer"


def credential(issuer: JsonValue, subject: JsonValue, *contexts: str) -> JsonObject:
    return {
        "@context": [CREDENTIALS_V2, *contexts],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": subject,
    }


NAMED: Final[JsonObject] = {"id": ISSUER, "name": "N", "description": "D"}
MOVED: Final = [
    credential(ISSUER, NAMED),
    credential(NAMED, ISSUER),
    credential(NAMED, {"id": ISSUER}),
    # A context of its own does not make a graph of its own.
    credential({"id": ISSUER, "name": "N"}, {"@context": [CREDENTIALS_V2], "id": ISSUER, "description": "D"}),
]


@pytest.mark.parametrize("document", MOVED)
def test_what_could_stand_elsewhere_is_refused(document: JsonObject) -> None:
    assert ANY.canonical(document) == ANY.canonical(MOVED[0])
    with pytest.raises(UnsafeDocument):
        OWN.canonical(document)


@pytest.mark.parametrize("issuer", ["cred:x", "https://www.w3.org/2018/credentials#x"])
def test_two_spellings_of_one_name_are_one_name(issuer: str) -> None:
    document: JsonObject = {
        **credential(issuer, {"id": "cred:x", "type": "VerifiableCredential"}),
        "@context": [CREDENTIALS_V1],
    }
    with pytest.raises(UnsafeDocument):
        OWN.canonical(document)
    assert OWN.canonical({**document, "issuer": "cred:y"}) == ANY.canonical({**document, "issuer": "cred:y"})


def test_a_known_structure_is_looked_at_too() -> None:
    own = Canonicaliser(ContextBundle())
    for number in range(3):
        fine = credential(f"did:example:{number}", {"id": "urn:uuid:2", "name": "N"})
        assert own.canonical(fine) == OWN.canonical(fine)
    with pytest.raises(UnsafeDocument):
        own.canonical(credential("urn:uuid:2", {"id": "urn:uuid:2", "name": "N"}))
    for issuer in ("did:example:%31", "did:example:%32"):
        assert own.canonical(credential(issuer, {"id": "urn:uuid:2", "name": "N"}))
        with pytest.raises(UnsafeDocument):
            own.canonical(credential(issuer, {"id": issuer, "name": "N"}))


def test_names_of_which_nothing_is_said_may_come_again() -> None:
    status: JsonObject = {"type": "BitstringStatusListEntry", "statusListCredential": "https://example.org/1"}
    document = credential(ISSUER, {"id": "urn:uuid:2", "name": "N"})
    document["credentialStatus"] = [
        {"id": "urn:uuid:3", **status, "statusPurpose": "revocation"},
        {"id": "urn:uuid:4", **status, "statusPurpose": "suspension"},
    ]
    for _ in range(3):
        assert OWN.canonical(document) == ANY.canonical(document)


def test_another_graph_is_another_place() -> None:
    inner = credential(ISSUER, {"id": "did:example:holder", "name": "N"})
    document: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": {"id": "did:example:holder", "name": "H"},
        "verifiableCredential": [inner],
    }
    assert OWN.canonical(document) == ANY.canonical(document)
