from datetime import datetime, timedelta
from typing import Any

import pytest

from credentials.clock import epoch
from credentials.encoding import JsonObject
from credentials.jose import sign_compact
from credentials.keys import SoftwareSigner
from credentials.openid.dpop import DpopProof, access_token_hash, build_dpop_proof, verify_dpop_proof
from credentials.openid.errors import DpopProofRefused, InvalidDpopProof, UseDpopNonce

URL = "https://tilburg.example/uitgever/credential"


def verify(header: str, now: datetime, **changes: object) -> DpopProof:
    arguments: dict[str, object] = {"method": "POST", "url": URL, "now": now, **changes}
    return verify_dpop_proof(header, **arguments)  # type: ignore[arg-type]  # keyword arguments of several types


def proof(signer: SoftwareSigner, now: datetime, *, header: JsonObject | None = None, **claims: object) -> str:
    base: JsonObject = {"typ": "dpop+jwt", "jwk": dict(signer.public_jwk.members)}
    merged = {"jti": "j-1", "htm": "POST", "htu": URL, "iat": epoch(now), **claims}
    return sign_compact(
        {name: value for name, value in {**base, **(header or {})}.items() if value is not None},
        {name: value for name, value in merged.items() if value is not None},  # type: ignore[misc]  # JSON by test
        signer,
    )


def test_the_token_hash_is_the_one_of_rfc_9449() -> None:
    # RFC 9449 section 7.1, figure 12.
    token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
    assert access_token_hash(token) == "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"


def test_a_proof_gives_its_key(signer: SoftwareSigner, now: datetime) -> None:
    jwt = build_dpop_proof(signer, method="POST", url=URL + "?x=1", now=now, jti="j-1", access_token="at")
    checked = verify(jwt, now, access_token="at", jkt=signer.public_jwk.thumbprint)
    assert checked.jkt == signer.public_jwk.thumbprint


def test_the_replay_key_tells_proofs_and_keys_apart(signer: SoftwareSigner, now: datetime) -> None:
    one = verify(proof(signer, now), now)
    assert verify(proof(signer, now), now).replay_key == one.replay_key
    assert verify(proof(signer, now, jti="j-2"), now).replay_key != one.replay_key
    assert verify(proof(SoftwareSigner.generate(), now), now).replay_key != one.replay_key


def test_the_replay_key_is_kept_as_long_as_the_proof_could_come_back(signer: SoftwareSigner, now: datetime) -> None:
    jwt = proof(signer, now)
    expires = verify(jwt, now).expires_at
    with pytest.raises(InvalidDpopProof):
        verify(jwt, expires)


@pytest.mark.parametrize(
    "url",
    [
        "https://tilburg.example:443/uitgever/credential",
        "https://TILBURG.example/uitgever/credential",
        URL + "?x=1#y",
        "HTTPS://tilburg.example/uitgever/credential",
        "https://tilburg.example/%75itgever/credenti%61l",
        "https://tilburg.example/a/../uitgever/./credential",
        "https://tilburg.example/%2e%2E/uitgever/credential",
    ],
)
def test_addresses_are_compared_after_normalisation(url: str, signer: SoftwareSigner, now: datetime) -> None:
    verify(proof(signer, now, htu=url), now)


@pytest.mark.requirement("as-dpop")
@pytest.mark.parametrize(
    "claims",
    [
        {"htm": "GET"},
        {"htm": "post"},
        {"htm": None},
        {"htu": "https://tilburg.example/uitgever/token"},
        {"htu": "https://evil.example/uitgever/credential"},
        {"htu": "http://tilburg.example/uitgever/credential"},
        {"htu": "https://tilburg.example:8443/uitgever/credential"},
        {"htu": "https://x@tilburg.example/uitgever/credential"},
        {"htu": "https://tilburg.example/uitgever/Credential"},
        {"htu": "https://tilburg.example/uitgever%2Fcredential"},
        {"htu": "https://tilburg.example/uitgever/credential/"},
        {"htu": "https://tilburg.example//uitgever/credential"},
        {"htu": "https://tilburg.example:/x/uitgever/credential"},
        {"htu": "https://[::1"},
        {"htu": 7},
        {"htu": None},
        {"jti": None},
        {"jti": ""},
        {"jti": "j" * 257},
        {"jti": 7},
        {"iat": None},
        {"iat": 1},
    ],
)
def test_a_proof_for_another_request_is_refused(claims: dict[str, Any], signer: SoftwareSigner, now: datetime) -> None:
    with pytest.raises(InvalidDpopProof):
        verify(proof(signer, now, **claims), now)


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": None}, {"jwk": None}, {"jwk": {"kty": "oct"}}])
def test_a_header_without_one_public_key_is_refused(header: JsonObject, signer: SoftwareSigner, now: datetime) -> None:
    with pytest.raises(InvalidDpopProof):
        verify(proof(signer, now, header=header), now)


@pytest.mark.requirement("as-dpop")
def test_a_private_key_is_refused(signer: SoftwareSigner, now: datetime) -> None:
    with pytest.raises(InvalidDpopProof):
        verify(proof(signer, now, header={"jwk": signer.to_private_jwk()}), now)


@pytest.mark.requirement("as-dpop-bound")
def test_the_access_token_and_its_key_must_be_the_proofs(signer: SoftwareSigner, now: datetime) -> None:
    with pytest.raises(DpopProofRefused):
        verify(proof(signer, now), now, access_token="at")
    with pytest.raises(DpopProofRefused):
        verify(proof(signer, now, ath=access_token_hash("other")), now, access_token="at")
    with pytest.raises(InvalidDpopProof):
        verify(proof(signer, now), now, jkt=SoftwareSigner.generate().public_jwk.thumbprint)


@pytest.mark.parametrize("header", ["nonsense", "a.b.c"])
def test_a_resource_refuses_with_a_challenge_and_an_authorization_server_without(header: str, now: datetime) -> None:
    # RFC 9449 sections 7.1 and 5.
    with pytest.raises(DpopProofRefused) as at_resource:
        verify(header, now, access_token="at")
    with pytest.raises(InvalidDpopProof) as at_server:
        verify(header, now)
    assert (at_resource.value.status, at_server.value.status) == (401, 400)
    assert at_resource.value.headers()["WWW-Authenticate"].endswith('algs="ES256 EdDSA"')
    assert "WWW-Authenticate" not in at_server.value.headers()


@pytest.mark.requirement("as-dpop")
def test_an_old_or_future_proof_is_refused(signer: SoftwareSigner, now: datetime) -> None:
    for moment in (now + timedelta(minutes=4), now - timedelta(minutes=2)):
        with pytest.raises(InvalidDpopProof):
            verify(proof(signer, now), moment)


@pytest.mark.requirement("as-dpop-nonce")
def test_a_server_nonce_is_asked_where_it_is_wanted(signer: SoftwareSigner, now: datetime) -> None:
    def want(nonce: str | None) -> None:
        if nonce != "n-1":
            raise UseDpopNonce("n-1")

    jwt = build_dpop_proof(signer, method="POST", url=URL, now=now, jti="j", nonce="n-1")
    verify(jwt, now, nonce_check=want)
    for other in (None, "n-2", 7):
        with pytest.raises(UseDpopNonce):
            verify(proof(signer, now, nonce=other), now, nonce_check=want)


@pytest.mark.parametrize("header", ["", "a.b.c", "é", "x" * 9_000])
def test_what_is_no_token_is_refused(header: str, now: datetime) -> None:
    with pytest.raises(InvalidDpopProof):
        verify(header, now)


def test_a_foreign_signature_is_refused(signer: SoftwareSigner, now: datetime) -> None:
    other = dict(SoftwareSigner.generate().public_jwk.members)
    with pytest.raises(InvalidDpopProof):
        verify(proof(signer, now, header={"jwk": other}), now)
