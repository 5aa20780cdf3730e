"""Key attestations beside a proof: which key they name, and that they prove none by themselves."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from credentials.clock import epoch
from credentials.encoding import JsonObject
from credentials.errors import MalformedInput
from credentials.jose import sign_compact
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.openid.certificates import build_x5c
from credentials.openid.errors import InvalidNonce, InvalidProof
from credentials.openid.key_attestation import MAX_ATTESTED_KEYS
from credentials.openid.proof import ProvenKey, verify_jwt_proof, verify_jwt_proofs
from tests.spoilt import spoilt_signature

ISSUER = "https://tilburg.example/uitgever"
ONE, TWO = SoftwareSigner.generate(), SoftwareSigner.generate()
PROVIDER, STRANGER = SoftwareSigner.generate(), SoftwareSigner.generate()
CHAIN = (b"a chain",)

Changed = dict[str, Any]


def attestation(now: datetime, signer: SoftwareSigner = PROVIDER, **changed: Any) -> str:
    header: Changed = {"typ": "key-attestation+jwt", "x5c": build_x5c(CHAIN)}
    claims: Changed = {
        "iat": epoch(now),
        "exp": epoch(now + timedelta(days=1)),
        "attested_keys": [dict(each.public_jwk.members) for each in (ONE, TWO)],
    }
    for name, value in changed.items():
        (header if name in header else claims)[name] = value
    return sign_compact(*({k: v for k, v in part.items() if v is not ...} for part in (header, claims)), signer)


def proof(now: datetime, signer: SoftwareSigner, **header: Any) -> str:
    claims: JsonObject = {"aud": ISSUER, "iat": epoch(now), "nonce": "n"}
    return sign_compact({"typ": "openid4vci-proof+jwt", **header}, claims, signer)


def verify(jwt: str, now: datetime, **more: Any) -> ProvenKey:
    def our_nonce(nonce: str) -> None:
        if nonce != "n":
            raise InvalidNonce("the nonce is not one of ours")

    return verify_jwt_proof(jwt, audience=ISSUER, now=now, nonce_check=our_nonce, **more)


@pytest.mark.parametrize(("kid", "signer"), [("0", ONE), ("1", TWO)])
def test_a_place_among_the_attested_keys_names_the_key(kid: str, signer: SoftwareSigner, now: datetime) -> None:
    jwt = proof(now, signer, kid=kid, key_attestation=attestation(now))
    assert verify(jwt, now) == ProvenKey(signer.public_jwk, None)
    # However many keys are attested, one is proven.
    keys = verify_jwt_proofs([jwt], max_proofs=5, audience=ISSUER, now=now, nonce_check=lambda _nonce: None)
    assert keys == (ProvenKey(signer.public_jwk, None),)


def test_a_key_beside_its_attestation_is_taken_when_it_is_among_the_attested(now: datetime) -> None:
    jwk = dict(ONE.public_jwk.members)
    assert verify(proof(now, ONE, jwk=jwk, key_attestation=attestation(now)), now).jwk == ONE.public_jwk
    other = SoftwareSigner.generate()
    with pytest.raises(InvalidProof, match="not among"):
        verify(proof(now, other, jwk=dict(other.public_jwk.members), key_attestation=attestation(now)), now)


@pytest.mark.requirement("vci-key-attestation")
def test_attested_is_not_proven(now: datetime) -> None:
    # The first key is attested, and the second signs: whoever copies an attestation holds none of its keys.
    for signer in (TWO, STRANGER):
        with pytest.raises(InvalidProof):
            verify(proof(now, signer, kid="0", key_attestation=attestation(now)), now)


@pytest.mark.parametrize(
    "kid", ["2", "00", "-1", "+1", "1.0", " 1", "١", "", "key-1", "0#0", 0, None, ["0"], "9" * 999]
)
def test_any_other_kid_beside_an_attestation_is_refused(kid: Any, now: datetime) -> None:
    with pytest.raises(InvalidProof):
        verify(proof(now, ONE, kid=kid, key_attestation=attestation(now)), now)


def test_a_place_without_an_attestation_is_refused(now: datetime) -> None:
    with pytest.raises(InvalidProof):
        verify(proof(now, ONE, kid="0"), now)


def test_a_kid_that_means_two_keys_is_refused(now: datetime) -> None:
    keys = [{**ONE.public_jwk.members, "kid": "1"}, {**TWO.public_jwk.members, "kid": "0"}]
    with pytest.raises(InvalidProof, match="two keys"):
        verify(proof(now, ONE, kid="0", key_attestation=attestation(now, attested_keys=keys)), now)
    keys = [{**ONE.public_jwk.members, "kid": "0"}, {**TWO.public_jwk.members, "kid": "1"}]
    assert verify(proof(now, ONE, kid="0", key_attestation=attestation(now, attested_keys=keys)), now).did_url is None


@pytest.mark.parametrize(
    "changed",
    [
        {"typ": "keyattestation+jwt"},
        {"typ": "JWT"},
        {"iat": ...},
        {"iat": "now"},
        {"iat": 4_000_000_000},
        {"exp": ...},
        {"exp": 1},
        {"attested_keys": ...},
        {"attested_keys": []},
        {"attested_keys": {}},
        {"attested_keys": ["0"]},
        {"attested_keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]},
        {"attested_keys": [ONE.to_private_jwk()]},
        {"attested_keys": [dict(ONE.public_jwk.members)] * (MAX_ATTESTED_KEYS + 1)},
    ],
)
def test_a_malformed_attestation_is_refused_and_not_passed_over(changed: Changed, now: datetime) -> None:
    jwk = dict(ONE.public_jwk.members)
    for named in ({"kid": "0"}, {"jwk": jwk}):
        with pytest.raises(InvalidProof):
            verify(proof(now, ONE, key_attestation=attestation(now, **changed), **named), now)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", None, 7, {}, ["x"], "x" * 40_000])
def test_what_is_no_token_is_no_attestation(text: Any, now: datetime) -> None:
    with pytest.raises(InvalidProof):
        verify(proof(now, ONE, jwk=dict(ONE.public_jwk.members), key_attestation=text), now)


def attester(known: SoftwareSigner) -> Callable[[Sequence[bytes], datetime], PublicJwk]:
    def key(x5c: Sequence[bytes], _at: datetime) -> PublicJwk:
        if tuple(x5c) != CHAIN:
            raise MalformedInput("another chain")
        return known.public_jwk

    return key


@pytest.mark.requirement("vci-key-attestation")
def test_where_somebody_is_trusted_to_attest_nobody_else_is(now: datetime) -> None:
    trusted = attester(PROVIDER)
    good = proof(now, ONE, kid="0", key_attestation=attestation(now))
    assert verify(good, now, attester_key=trusted).jwk == ONE.public_jwk
    for bad in (
        attestation(now, STRANGER),
        attestation(now, x5c=build_x5c((b"another",))),
        attestation(now, x5c=...),
        attestation(now, x5c="x"),
        spoilt_signature(attestation(now)),
    ):
        with pytest.raises(InvalidProof):
            verify(proof(now, ONE, kid="0", key_attestation=bad), now, attester_key=trusted)
        with pytest.raises(InvalidProof):
            verify(proof(now, ONE, jwk=dict(ONE.public_jwk.members), key_attestation=bad), now, attester_key=trusted)
    # Who sends none is asked for none.
    plain = proof(now, ONE, jwk=dict(ONE.public_jwk.members))
    assert verify(plain, now, attester_key=trusted).jwk == ONE.public_jwk
