"""Documents of version 1.1, which are taken only by those who ask for them."""

from datetime import UTC, datetime

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm import (
    ANY_VERSION,
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    InvalidDocument,
    Problem,
    Version,
    read_credential,
    read_presentation,
)

CREDENTIAL: JsonObject = {
    "@context": [CREDENTIALS_V1],
    "type": ["VerifiableCredential"],
    "issuer": "did:example:1",
    "issuanceDate": "2026-11-23T12:00:00Z",
    "expirationDate": "2026-12-23T12:00:00Z",
    "credentialSubject": {"id": "did:example:2"},
}


def test_it_is_read_when_asked_for() -> None:
    document = read_credential(CREDENTIAL, ANY_VERSION)
    assert document.version is Version.V1_1
    assert document.valid_from == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert document.valid_until == datetime(2026, 12, 23, 12, tzinfo=UTC)
    presentation: JsonObject = {"@context": [CREDENTIALS_V1], "type": "VerifiablePresentation"}
    assert read_presentation(presentation, ANY_VERSION).version is Version.V1_1


def test_it_is_not_taken_otherwise() -> None:
    with pytest.raises(InvalidDocument) as caught:
        read_credential(CREDENTIAL)
    assert caught.value.path == "/@context"
    with pytest.raises(InvalidDocument):
        read_credential({**CREDENTIAL, "@context": [CREDENTIALS_V2]}, {Version.V1_1})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuanceDate", "2026-11-23"),
        ("issuanceDate", None),
        ("expirationDate", 5),
        ("validFrom", "2026-11-23T12:00:00Z"),
        ("validUntil", "2026-11-23T12:00:00Z"),
        ("credentialStatus", {"type": "X"}),
        ("credentialSchema", {"type": "X"}),
        ("refreshService", {"type": "X"}),
    ],
)
def test_what_breaks_its_rules_is_refused(name: str, value: JsonValue) -> None:
    with pytest.raises(InvalidDocument):
        read_credential({**CREDENTIAL, name: value}, ANY_VERSION)


def test_the_issuance_date_is_required() -> None:
    with pytest.raises(InvalidDocument):
        read_credential({name: value for name, value in CREDENTIAL.items() if name != "issuanceDate"}, ANY_VERSION)


def test_the_period_is_checked_by_the_names_of_the_version() -> None:
    document = read_credential(CREDENTIAL, ANY_VERSION)
    for second in (datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 12, 23, 11, 59, 59, tzinfo=UTC)):
        document.check_period(second)
    for moment, path in (
        (datetime(2026, 11, 23, 11, tzinfo=UTC), "/issuanceDate"),
        (datetime(2026, 12, 23, 12, tzinfo=UTC), "/expirationDate"),
    ):
        with pytest.raises(InvalidDocument) as caught:
            document.check_period(moment)
        assert (caught.value.problem, caught.value.path) == (Problem.RANGE, path)
        assert caught.value.details()["type"] == "https://www.w3.org/TR/vc-data-model#RANGE_ERROR"
