from datetime import UTC, datetime

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm import CREDENTIALS_V2, InvalidDocument, Problem, read_credential

SRI = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

CREDENTIAL: JsonObject = {
    "@context": [CREDENTIALS_V2],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential"],
    "issuer": {"id": "did:example:1", "name": "CJIB"},
    "validFrom": "2026-11-23T12:00:00Z",
    "validUntil": "2026-12-23T12:00:00.5+01:00",
    "name": {"@value": "Zaak", "@language": "nl"},
    "credentialSubject": {"id": "did:example:2", "saldo": "5"},
    "credentialStatus": {"type": "X", "id": "urn:x"},
    "credentialSchema": {"id": "https://example.org/s", "type": "JsonSchema"},
    "relatedResource": {"id": "https://example.org/r", "digestSRI": SRI},
    "evidence": [{"type": "Note"}],
}


def test_a_credential_is_read() -> None:
    document = read_credential(CREDENTIAL)
    assert document.issuer == "did:example:1"
    assert document.valid_from == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert document.valid_until == datetime(2026, 12, 23, 11, 0, 0, 500_000, tzinfo=UTC)
    assert document.subjects == (CREDENTIAL["credentialSubject"],)
    assert "saldo" not in repr(document)


def test_the_least_that_is_a_credential() -> None:
    least: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "type": "VerifiableCredential",
        "issuer": "https://example.org",
        "credentialSubject": [{"a": "b"}, {"a": "c"}],
    }
    document = read_credential(least)
    assert (document.id, document.valid_from, document.valid_until, document.status) == (None, None, None, ())
    assert len(document.subjects) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("@context", CREDENTIALS_V2),
        ("@context", []),
        ("@context", ["https://www.w3.org/2018/credentials/v1"]),
        ("@context", ["https://example.org", CREDENTIALS_V2]),
        ("@context", [CREDENTIALS_V2, 5]),
        ("@context", [CREDENTIALS_V2, ""]),
        ("type", "Note"),
        ("type", []),
        ("type", ["VerifiableCredential", 5]),
        ("type", None),
        ("id", "not a url"),
        ("id", ["urn:1", "urn:2"]),
        ("id", 5),
        ("issuer", "example.org"),
        ("issuer", {"name": "x"}),
        ("issuer", {"id": 5}),
        ("issuer", ["did:example:1"]),
        ("issuer", {"id": "did:example:1", "name": 5}),
        ("credentialSubject", {}),
        ("credentialSubject", []),
        ("credentialSubject", [{"a": "b"}, {}]),
        ("credentialSubject", {"@id": "did:example:2"}),
        ("credentialSubject", "did:example:2"),
        ("credentialSubject", {"id": "x", "a": "b"}),
        ("validFrom", "2026-11-23"),
        ("validFrom", "2026-11-23T12:00:00"),
        ("validFrom", 5),
        ("validUntil", "2026-11-23T12:00:00+25:00"),
        ("validUntil", "later"),
        ("credentialStatus", {"id": "urn:x"}),
        ("credentialStatus", {"type": "X", "id": "x y"}),
        ("credentialStatus", []),
        ("credentialSchema", {"type": "JsonSchema"}),
        ("relatedResource", {"id": "https://example.org/r"}),
        ("relatedResource", {"id": "https://example.org/r", "digestSRI": 5}),
        ("relatedResource", [{"id": "urn:r", "digestSRI": SRI}, {"id": "urn:r", "digestSRI": SRI}]),
        ("@id", "urn:x"),
        ("@type", "VerifiableCredential"),
        ("evidence", {"id": "urn:x"}),
        ("confidenceMethod", {"id": "urn:x"}),
        ("renderMethod", {"id": "urn:x"}),
        ("termsOfUse", {"id": "urn:x"}),
        ("refreshService", "x"),
        ("name", 5),
        ("name", {"@value": "x", "extra": "y"}),
        ("description", {"@value": "x", "@language": "not a language"}),
        ("description", {"@value": "x", "@direction": "up"}),
        ("description", {"@language": "nl"}),
    ],
)
def test_what_is_malformed_is_refused(name: str, value: JsonValue) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read_credential({**CREDENTIAL, name: value})
    assert caught.value.problem is Problem.MALFORMED_VALUE
    assert caught.value.problem_type == "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"


def test_what_a_subject_or_holder_is_called_is_not_for_the_data_model_to_say() -> None:
    named = {"id": "did:example:2", "name": {"first": "Alice"}, "description": 5}
    read_credential({**CREDENTIAL, "credentialSubject": named})


@pytest.mark.parametrize("name", ["@context", "type", "issuer", "credentialSubject"])
def test_what_is_missing_is_refused(name: str) -> None:
    with pytest.raises(InvalidDocument):
        read_credential({key: value for key, value in CREDENTIAL.items() if key != name})


def test_an_end_before_the_beginning_is_out_of_range() -> None:
    read_credential({**CREDENTIAL, "validUntil": CREDENTIAL["validFrom"]})
    with pytest.raises(InvalidDocument) as caught:
        read_credential({**CREDENTIAL, "validUntil": "2026-11-22T12:00:00Z"})
    assert caught.value.problem is Problem.RANGE


def test_no_set_is_endless() -> None:
    evidence: list[JsonValue] = [{"type": "Note"}] * 256
    read_credential({**CREDENTIAL, "evidence": evidence})
    with pytest.raises(InvalidDocument) as caught:
        read_credential({**CREDENTIAL, "evidence": [*evidence, {"type": "Note"}]})
    assert caught.value.problem is Problem.RANGE


@pytest.mark.parametrize("document", [None, [], "x", 5])
def test_what_is_no_object_does_not_parse(document: object) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read_credential(document)
    assert caught.value.problem is Problem.PARSING


@pytest.mark.parametrize("term", ["credentialStatus", "validUntil", "termsOfUse"])
@pytest.mark.parametrize("prefix", ["https://www.w3.org/2018/credentials#", "cred:"])
def test_what_verifiers_act_upon_has_its_own_name(prefix: str, term: str) -> None:
    with pytest.raises(InvalidDocument):
        read_credential({**CREDENTIAL, f"{prefix}{term}": "urn:uuid:2"})


@pytest.mark.parametrize("name", ["https://example.org/validUntil", "ex:until"])
def test_other_properties_may_be_spelled_out(name: str) -> None:
    assert read_credential({**CREDENTIAL, name: "urn:uuid:2"})
