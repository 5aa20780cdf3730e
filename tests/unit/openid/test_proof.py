import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credentials.clock import epoch
from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from credentials.errors import BlauweKnopError, Unavailable
from credentials.jose import sign_compact
from credentials.keys import Algorithm, PublicJwk, SoftwareSigner
from credentials.openid.certificates import build_x5c
from credentials.openid.errors import CredentialError, InvalidCredentialRequest, InvalidNonce, InvalidProof
from credentials.openid.proof import build_jwt_proof, verify_jwt_proof, verify_jwt_proofs

ISSUER = "https://tilburg.example/uitgever"
NONCE = "nonce-1"
DID = "did:example:holder"


class OneKey:
    """A resolver that knows one DID."""

    def __init__(self, key: PublicJwk) -> None:
        self.key = key

    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        if verification_method != f"{DID}#key-1" or purpose != "authentication":
            raise Unavailable("no such key")
        return self.key


def our_nonce(nonce: str) -> None:
    if nonce != NONCE:
        raise InvalidNonce("the nonce is not one of ours")


def verify(jwt: str, now: datetime, **changes: object) -> tuple[PublicJwk, str | None]:
    arguments: dict[str, object] = {"audience": ISSUER, "now": now, "nonce_check": our_nonce, **changes}
    return verify_jwt_proof(jwt, **arguments)  # type: ignore[arg-type]  # keyword arguments of several types


def proof(signer: SoftwareSigner, now: datetime, *, header: JsonObject | None = None, **claims: object) -> str:
    """Make a proof of which some parts are changed; None takes a part out."""
    base_header: JsonObject = {"typ": "openid4vci-proof+jwt", "jwk": dict(signer.public_jwk.members)}
    base_claims: JsonObject = {"aud": ISSUER, "iat": epoch(now), "nonce": NONCE}
    merged = {**base_claims, **claims}
    return sign_compact(
        {name: value for name, value in {**base_header, **(header or {})}.items() if value is not None},
        {name: value for name, value in merged.items() if value is not None},  # type: ignore[misc]  # JSON by test
        signer,
    )


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.EDDSA])
def test_a_proof_gives_its_key(algorithm: Algorithm, now: datetime) -> None:
    holder = SoftwareSigner.generate(algorithm)
    jwt = build_jwt_proof(holder, audience=ISSUER, nonce=NONCE, now=now)
    assert verify(jwt, now) == (holder.public_jwk, None)


def test_the_specifications_proof_is_accepted(vector: Callable[[str], bytes]) -> None:
    jwt = vector("vci/proof.jwt.txt").decode().strip()
    at = datetime.fromtimestamp(1701960444, UTC)
    seen: list[str] = []
    key, did_url = verify_jwt_proof(
        jwt, audience="https://credential-issuer.example.com", now=at, nonce_check=seen.append
    )
    assert key.members["x"] == "nUWAoAv3XZith8E7i19OdaxOLYFOwM-Z2EuM02TirT4"
    assert (did_url, seen) == (None, ["LarRGSbmUPYtRYO6BQ4yn8"])


def test_the_specifications_proof_is_refused_for_another_issuer(vector: Callable[[str], bytes]) -> None:
    jwt = vector("vci/proof.jwt.txt").decode().strip()
    with pytest.raises(InvalidProof):
        verify(jwt, datetime.fromtimestamp(1701960444, UTC))


@pytest.mark.requirement("vci-proof-did")
def test_a_proof_by_did_gives_the_did_url_too(signer: SoftwareSigner, now: datetime) -> None:
    jwt = build_jwt_proof(signer, audience=ISSUER, nonce=NONCE, now=now, did_url=f"{DID}#key-1")
    assert verify(jwt, now, resolver=OneKey(signer.public_jwk)) == (signer.public_jwk, f"{DID}#key-1")


def test_a_proof_by_certificate_gives_the_leafs_key(
    signer: SoftwareSigner, now: datetime, leaf_for: Callable[..., bytes]
) -> None:
    jwt = proof(signer, now, header={"jwk": None, "x5c": list(build_x5c([leaf_for(signer)]))})
    assert verify(jwt, now) == (signer.public_jwk, None)


@pytest.mark.requirement("vci-proof-did")
@pytest.mark.parametrize("did_url", [f"{DID}#key-2", DID, "#key-1", "https://a.example#key-1", "key-1"])
def test_a_key_that_no_did_lists_is_refused(did_url: str, signer: SoftwareSigner, now: datetime) -> None:
    jwt = build_jwt_proof(signer, audience=ISSUER, nonce=NONCE, now=now, did_url=did_url)
    with pytest.raises(InvalidProof):
        verify(jwt, now, resolver=OneKey(signer.public_jwk))


def test_dids_are_refused_where_nobody_resolves_them(signer: SoftwareSigner, now: datetime) -> None:
    with pytest.raises(InvalidProof):
        verify(build_jwt_proof(signer, audience=ISSUER, nonce=NONCE, now=now, did_url=f"{DID}#key-1"), now)


@pytest.mark.requirement("vci-proof-did")
def test_a_did_with_another_key_is_refused(signer: SoftwareSigner, now: datetime) -> None:
    jwt = build_jwt_proof(signer, audience=ISSUER, nonce=NONCE, now=now, did_url=f"{DID}#key-1")
    with pytest.raises(InvalidProof):
        verify(jwt, now, resolver=OneKey(SoftwareSigner.generate().public_jwk))


@pytest.mark.requirement("vci-proof-jwt")
@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"typ": "OPENID4VCI-PROOF+JWT"},
        {"jwk": None},
        {"kid": f"{DID}#key-1"},
        {"x5c": []},
        {"jwk": None, "x5c": []},
        {"jwk": None, "x5c": ["AAAA"]},
        {"jwk": None, "kid": 7},
        {"jwk": "x"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"crit": ["exp"]},
    ],
)
def test_a_header_that_does_not_name_one_key_of_one_kind_is_refused(
    header: JsonObject, signer: SoftwareSigner, now: datetime
) -> None:
    with pytest.raises(InvalidProof):
        verify(proof(signer, now, header=header), now, resolver=OneKey(signer.public_jwk))


@pytest.mark.requirement("vci-proof-jwt")
def test_a_private_key_in_the_header_is_refused(signer: SoftwareSigner, now: datetime) -> None:
    with pytest.raises(InvalidProof):
        verify(proof(signer, now, header={"jwk": signer.to_private_jwk()}), now)


def test_another_key_in_the_header_is_refused(signer: SoftwareSigner, now: datetime) -> None:
    other = dict(SoftwareSigner.generate().public_jwk.members)
    with pytest.raises(InvalidProof):
        verify(proof(signer, now, header={"jwk": other}), now)


@pytest.mark.requirement("vci-proof-jwt")
@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256", "ES512", None])
def test_other_algorithms_are_refused(algorithm: str | None, signer: SoftwareSigner, now: datetime) -> None:
    _, payload, signature = proof(signer, now).split(".")
    header = {"alg": algorithm, "typ": "openid4vci-proof+jwt", "jwk": signer.public_jwk.members}
    forged = f"{b64url_encode(json.dumps(header).encode())}.{payload}.{signature}"
    with pytest.raises(InvalidProof):
        verify(forged, now)


def test_an_algorithm_that_is_not_offered_is_refused(now: datetime) -> None:
    jwt = build_jwt_proof(SoftwareSigner.generate(Algorithm.ES384), audience=ISSUER, nonce=NONCE, now=now)
    with pytest.raises(InvalidProof):
        verify(jwt, now)


@pytest.mark.requirement("vci-proof-jwt")
@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example"},
        {"aud": ISSUER + "/"},
        {"aud": [ISSUER]},
        {"aud": None},
        {"iat": None},
        {"iat": "now"},
        {"iat": 0},
        {"exp": 1},
        {"nonce": None},
        {"nonce": ""},
        {"nonce": 7},
    ],
)
def test_a_proof_for_another_purpose_or_time_is_refused(
    claims: dict[str, Any], signer: SoftwareSigner, now: datetime
) -> None:
    with pytest.raises(InvalidProof):
        verify(proof(signer, now, header=None, **claims), now)


def test_a_proof_holds_for_a_while_and_from_a_clock_slightly_ahead(signer: SoftwareSigner, now: datetime) -> None:
    jwt = proof(signer, now)
    verify(jwt, now + timedelta(minutes=5))
    verify(jwt, now - timedelta(seconds=59))
    for moment in (now + timedelta(minutes=7), now - timedelta(minutes=2)):
        with pytest.raises(InvalidProof):
            verify(jwt, moment)


@pytest.mark.requirement("vci-proof-nonce")
@pytest.mark.parametrize("nonce", ["nonce-2", "n" * 2_000])
def test_only_a_wrong_nonce_sends_the_wallet_for_a_new_one(nonce: str, signer: SoftwareSigner, now: datetime) -> None:
    with pytest.raises(InvalidNonce):
        verify(proof(signer, now, nonce=nonce), now)


@pytest.mark.requirement("vci-proof-nonce")
def test_a_wrong_nonce_in_a_wrong_proof_is_a_wrong_proof(signer: SoftwareSigner, now: datetime) -> None:
    with pytest.raises(InvalidProof):
        verify(proof(signer, now, nonce="nonce-2", aud="https://elsewhere.example"), now)


def test_without_a_nonce_endpoint_no_nonce_is_needed(signer: SoftwareSigner, now: datetime) -> None:
    verify(build_jwt_proof(signer, audience=ISSUER, nonce=None, now=now), now, nonce_check=None)


def test_iss_is_the_client_if_it_is_there(signer: SoftwareSigner, now: datetime) -> None:
    jwt = build_jwt_proof(signer, audience=ISSUER, nonce=NONCE, now=now, client_id="wallet")
    verify(jwt, now, client_id="wallet")
    verify(jwt, now, client_id=None)
    with pytest.raises(InvalidProof):
        verify(jwt, now, client_id="another")


@pytest.mark.requirement("vci-proof-jwt")
def test_every_flipped_bit_of_the_signature_is_seen(signer: SoftwareSigner, now: datetime) -> None:
    header, payload, signature = proof(signer, now).split(".")
    raw = b64url_decode(signature)
    for position in range(0, len(raw) * 8, 7):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(InvalidProof):
            verify(f"{header}.{payload}.{b64url_encode(bytes(changed))}", now)


def test_a_truncated_proof_is_refused(signer: SoftwareSigner, now: datetime) -> None:
    jwt = proof(signer, now)
    for end in range(0, len(jwt), 7):
        with pytest.raises(InvalidProof):
            verify(jwt[:end], now)


def verify_all(jwts: list[str], now: datetime, nonce_check: Callable[[str], object] = our_nonce) -> int:
    return len(verify_jwt_proofs(jwts, max_proofs=3, audience=ISSUER, now=now, nonce_check=nonce_check))


def test_a_batch_shares_a_nonce_that_is_checked_once(now: datetime) -> None:
    jwts = [proof(SoftwareSigner.generate(), now) for _ in range(3)]
    seen: list[str] = []
    assert verify_all(jwts, now, seen.append) == 3
    assert seen == [NONCE]


def test_a_batch_with_one_wrong_nonce_gets_nothing(now: datetime) -> None:
    with pytest.raises(InvalidNonce):
        verify_all([proof(SoftwareSigner.generate(), now), proof(SoftwareSigner.generate(), now, nonce="x")], now)


def test_no_nonce_is_consumed_by_a_batch_that_does_not_hold(now: datetime) -> None:
    seen: list[str] = []
    jwts = [proof(SoftwareSigner.generate(), now), proof(SoftwareSigner.generate(), now, aud="https://e.example")]
    with pytest.raises(InvalidProof):
        verify_all(jwts, now, seen.append)
    assert seen == []


@pytest.mark.requirement("vci-proofs")
def test_two_proofs_of_one_key_are_refused(signer: SoftwareSigner, now: datetime) -> None:
    with pytest.raises(InvalidProof):
        verify_all([proof(signer, now), proof(signer, now)], now)


@pytest.mark.requirement("vci-proofs")
@pytest.mark.parametrize(("count", "error"), [(0, InvalidProof), (4, InvalidCredentialRequest)])
def test_too_few_and_too_many_proofs_are_refused(
    count: int, error: type[CredentialError], signer: SoftwareSigner, now: datetime
) -> None:
    with pytest.raises(error):
        verify_all([proof(signer, now)] * count, now)


def test_no_error_tells_the_value_that_was_wrong(signer: SoftwareSigner, now: datetime) -> None:
    with pytest.raises(BlauweKnopError) as refused:
        verify(proof(signer, now, aud="https://burger-999990019.example"), now)
    assert "999990019" not in str(refused.value)
