"""Whoever shows a W3C token is the one it was issued to: by the subject's DID, by `cnf`, or by both; and answers us."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credentials.dids import did_jwk, did_key
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats import (
    Expectation,
    HolderBindingFailed,
    HolderBindingMissing,
    MalformedCredential,
    StaleHolderProof,
    WrongAudience,
    WrongNonce,
)
from credentials.formats.base import SignedBy
from credentials.formats.jwt_vc.presentation import check_answer, check_bound
from credentials.formats.jwt_vc.signature_claims import SignatureClaims
from credentials.keys import SoftwareSigner
from tests.unit.jwt_vc.tokens import NOW

EXPECTED = Expectation(NOW, "n", "a")
ON_FILE = replace(EXPECTED, nonce=None, audience=None, on_file=True)
AT = int(NOW.timestamp())
HOLDER, THIEF = SoftwareSigner.generate(), SoftwareSigner.generate()
(DID, METHOD), (THIEFS, THIEFS_METHOD) = did_key(HOLDER.public_jwk), did_key(THIEF.public_jwk)
OWN, OTHER = {"jwk": dict(HOLDER.public_jwk.members)}, {"jwk": dict(THIEF.public_jwk.members)}
BY_HOLDER = SignedBy(DID, HOLDER.public_jwk, verification_method=METHOD)
BY_CERTIFICATE = SignedBy(DID, HOLDER.public_jwk, (b"leaf",))


@pytest.mark.parametrize(
    ("subject", "confirmation", "presenter"),
    [
        ({"id": DID}, None, BY_HOLDER),
        ({"id": DID}, OWN, BY_HOLDER),
        ({"id": DID}, {"kid": METHOD}, BY_HOLDER),
        ({}, OWN, BY_HOLDER),
        ({}, {"kid": METHOD}, BY_HOLDER),
        ({}, OWN, BY_CERTIFICATE),
    ],
)
def test_the_one_it_was_issued_to_is_taken(
    subject: JsonObject, confirmation: JsonObject | None, presenter: SignedBy
) -> None:
    assert check_bound(subject, confirmation, presenter).jwk == HOLDER.public_jwk


@pytest.mark.parametrize(
    ("subject", "confirmation", "presenter", "error"),
    [
        ({}, None, BY_HOLDER, HolderBindingMissing),
        ({"name": "x"}, None, BY_CERTIFICATE, HolderBindingMissing),
        ({"id": THIEFS}, None, BY_HOLDER, HolderBindingFailed),
        ({"id": did_jwk(HOLDER.public_jwk)[0]}, None, BY_HOLDER, HolderBindingFailed),
        ({"id": METHOD}, None, BY_HOLDER, HolderBindingFailed),
        ({"id": DID}, None, BY_CERTIFICATE, HolderBindingFailed),
        ({"id": THIEFS}, OWN, BY_HOLDER, HolderBindingFailed),
        ({"id": DID}, OTHER, BY_HOLDER, HolderBindingFailed),
        ({}, OTHER, BY_HOLDER, HolderBindingFailed),
        ({}, OTHER, BY_CERTIFICATE, HolderBindingFailed),
        ({}, {"kid": THIEFS_METHOD}, BY_HOLDER, HolderBindingFailed),
        ({"id": DID}, {"kid": THIEFS_METHOD}, BY_HOLDER, HolderBindingFailed),
        ({}, {"kid": METHOD}, BY_CERTIFICATE, HolderBindingFailed),
        ({"id": DID}, {}, BY_HOLDER, MalformedCredential),
        ({"id": DID}, {"kid": "1"}, BY_HOLDER, MalformedCredential),
        ({"id": DID}, {"jkt": HOLDER.public_jwk.thumbprint}, BY_HOLDER, MalformedCredential),
        ({"id": DID}, {"jwk": {}}, BY_HOLDER, BlauweKnopError),
    ],
)
def test_anybody_else_is_not(
    subject: JsonObject, confirmation: JsonObject | None, presenter: SignedBy, error: type[Exception]
) -> None:
    with pytest.raises(error):
        check_bound(subject, confirmation, presenter)


def claims(**changes: Any) -> SignatureClaims:
    named = {"nonce": "n", "aud": "a", "iat": AT, **changes}
    return SignatureClaims.read({}, {name: value for name, value in named.items() if value is not None})


@pytest.mark.parametrize("expected", [EXPECTED, ON_FILE])
def test_an_answer_to_us_is_taken(expected: Expectation) -> None:
    check_answer(claims(), expected)
    check_answer(claims(exp=AT + 60, nbf=AT), expected)


@pytest.mark.parametrize("expected", [EXPECTED, ON_FILE])
@pytest.mark.parametrize(
    ("change", "error"),
    [({"nonce": None}, WrongNonce), ({"aud": None}, WrongAudience), ({"iat": None}, HolderBindingFailed)],
)
def test_what_answers_nobody_is_refused_also_on_file(
    expected: Expectation, change: dict[str, None], error: type[Exception]
) -> None:
    with pytest.raises(error):
        check_answer(claims(**change), expected)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"nonce": "m"}, WrongNonce),
        ({"aud": "b"}, WrongAudience),
        ({"iat": AT - 361}, StaleHolderProof),
        ({"iat": AT + 61}, StaleHolderProof),
        ({"exp": AT - 60}, StaleHolderProof),
        ({"nbf": AT + 61}, StaleHolderProof),
    ],
)
def test_what_answers_another_or_at_another_time_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        check_answer(claims(**change), EXPECTED)
    if error is StaleHolderProof:
        check_answer(claims(**change), ON_FILE)
        assert EXPECTED.max_age == timedelta(minutes=5)
