"""Key binding (RFC 9901 section 7.3) case by case: of what answers us now, and of what was accepted before."""

from dataclasses import replace
from typing import Any

import pytest

from credentials.encoding import JsonObject
from credentials.formats import (
    Expectation,
    HolderBindingFailed,
    HolderBindingMissing,
    StaleHolderProof,
    WrongAudience,
    WrongNonce,
)
from credentials.formats.selective_disclosure import key_binding
from credentials.formats.selective_disclosure.disclosures import digest
from credentials.jose import sign_jwt
from credentials.keys import SoftwareSigner
from tests.unit.formats.format_samples import NOW

HOLDER = SoftwareSigner.generate()
SIGNED = "eyJ.eyJ.abc~"
AT = int(NOW.timestamp())
CLAIMS: JsonObject = {"iat": AT, "aud": "a", "nonce": "n", "sd_hash": digest(SIGNED.encode())}
EXPECTED = Expectation(NOW, "n", "a")
ON_FILE = replace(EXPECTED, nonce=None, audience=None, on_file=True)
BOTH = pytest.mark.parametrize("expected", [EXPECTED, ON_FILE], ids=["now", "on file"])


def check(expected: Expectation, **changes: Any) -> None:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    proof = sign_jwt("kb+jwt", {}, claims, HOLDER)
    key_binding.check(proof, SIGNED, HOLDER.public_jwk, expected)


@BOTH
def test_what_holds_is_taken(expected: Expectation) -> None:
    check(expected)
    check(expected, exp=AT + 60)


@BOTH
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"aud": None}, WrongAudience),
        ({"aud": ["a"]}, WrongAudience),
        ({"aud": 1}, WrongAudience),
        ({"nonce": None}, WrongNonce),
        ({"nonce": 1}, WrongNonce),
        ({"nonce": ["n"]}, WrongNonce),
        ({"iat": None}, HolderBindingFailed),
        ({"iat": "now"}, HolderBindingFailed),
        ({"exp": "then"}, HolderBindingFailed),
        ({"sd_hash": None}, HolderBindingFailed),
        ({"sd_hash": digest(SIGNED[:-1].encode())}, HolderBindingFailed),
        ({"sd_hash": digest(SIGNED.encode(), "sha-512")}, HolderBindingFailed),
    ],
)
def test_what_is_no_answer_is_refused(expected: Expectation, change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        check(expected, **change)


@pytest.mark.parametrize(
    "change", [{"iat": AT - 361}, {"iat": AT + 61}, {"exp": AT - 60}], ids=["old", "early", "over"]
)
def test_the_moment_counts_now_and_not_on_file(change: dict[str, int]) -> None:
    with pytest.raises(StaleHolderProof):
        check(EXPECTED, **change)
    check(ON_FILE, **change)


@BOTH
def test_without_a_proof_or_a_key_nothing_is_proven(expected: Expectation) -> None:
    proof = sign_jwt("kb+jwt", {}, CLAIMS, HOLDER)
    for token, key in ((None, HOLDER.public_jwk), (proof, None), (None, None)):
        with pytest.raises(HolderBindingMissing):
            key_binding.check(token, SIGNED, key, expected)
    with pytest.raises(HolderBindingFailed):
        key_binding.check(proof, SIGNED, SoftwareSigner.generate().public_jwk, expected)
    with pytest.raises(HolderBindingFailed):
        key_binding.check(sign_jwt("JWT", {}, CLAIMS, HOLDER), SIGNED, HOLDER.public_jwk, expected)
