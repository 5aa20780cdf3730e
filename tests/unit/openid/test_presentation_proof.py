"""Proofs of type `di_vp` in one request: how many, each for a key of its own, with a nonce that is checked once."""

from collections.abc import Callable
from datetime import datetime

import pytest

from credentials.encoding import JsonObject, json_compact
from credentials.errors import MalformedInput, Unavailable
from credentials.keys import SoftwareSigner
from credentials.openid.credential import CredentialRequest, parse_credential_request
from credentials.openid.errors import InvalidCredentialRequest, InvalidNonce, InvalidProof
from credentials.openid.presentation_proof import ProvenPresentation, verify_presentation_proofs
from credentials.openid.proof import ProvenKey

pytestmark = pytest.mark.requirement("vci-di-vp")

ISSUER = "https://tilburg.example"
SIGNERS = [SoftwareSigner.generate() for _ in range(3)]


def look(presentation: JsonObject, audience: str, _now: datetime) -> ProvenPresentation:
    assert audience == ISSUER
    key = presentation["key"]
    assert isinstance(key, int)
    challenge = presentation.get("challenge")
    return ProvenPresentation(
        SIGNERS[key].public_jwk, f"did:example:{key}#k", challenge if isinstance(challenge, str) else None
    )


def proven(
    *presentations: JsonObject, now: datetime, nonce_check: Callable[[str], object] = len
) -> tuple[ProvenKey, ...]:
    return verify_presentation_proofs(
        presentations, max_proofs=2, audience=ISSUER, now=now, nonce_check=nonce_check, verify=look
    )


def of(key: int, challenge: str | None = "n") -> JsonObject:
    return {"key": key} if challenge is None else {"key": key, "challenge": challenge}


def test_each_proof_is_for_a_key_and_the_did_url_that_names_it(now: datetime) -> None:
    nonces: list[str] = []
    keys = proven(of(0), of(1), now=now, nonce_check=nonces.append)
    assert keys == tuple(ProvenKey(SIGNERS[each].public_jwk, f"did:example:{each}#k") for each in (0, 1))
    assert nonces == ["n"], "a nonce that is shared is checked once"


@pytest.mark.parametrize(
    ("refusal", "presentations"),
    [
        (InvalidProof, ()),
        (InvalidCredentialRequest, (of(0), of(1), of(2))),
        (InvalidProof, (of(0), of(0))),
        (InvalidProof, (of(0, None),)),
        (InvalidNonce, (of(0, "n" * 2_000),)),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused(
    refusal: type[Exception], presentations: tuple[JsonObject, ...], now: datetime
) -> None:
    nonces: list[str] = []
    with pytest.raises(refusal):
        proven(*presentations, now=now, nonce_check=nonces.append)
    assert nonces == [], "no nonce is used up by what does not hold"


@pytest.mark.parametrize("error", [MalformedInput("x"), Unavailable("x")])
def test_whatever_is_wrong_with_a_presentation_is_an_invalid_proof(error: Exception, now: datetime) -> None:
    def verify(_presentation: JsonObject, _audience: str, _now: datetime) -> ProvenPresentation:
        raise error

    with pytest.raises(InvalidProof):
        verify_presentation_proofs([of(0)], max_proofs=1, audience=ISSUER, now=now, nonce_check=len, verify=verify)


def test_a_request_travels_both_ways() -> None:
    request = CredentialRequest("o", presentation_proofs=(of(0), of(1)))
    assert parse_credential_request(json_compact(request.to_json())) == request


@pytest.mark.parametrize(
    "proofs", [{"di_vp": []}, {"di_vp": {}}, {"di_vp": ["x"]}, {"di_vp": [{}], "jwt": ["a.b.c"]}, {"ldp_vp": [{}]}, {}]
)
def test_proofs_of_no_kind_or_of_two_are_refused(proofs: JsonObject) -> None:
    with pytest.raises(InvalidProof):
        parse_credential_request(json_compact({"credential_configuration_id": "o", "proofs": proofs}))
