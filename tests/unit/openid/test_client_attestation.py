from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credentials.encoding import json_compact
from credentials.errors import MalformedInput
from credentials.jose import UnverifiedToken, sign_jwt
from credentials.keys import Algorithm, PublicJwk, SoftwareSigner
from credentials.openid.authorization_server import parse_authorization_server
from credentials.openid.certificates import build_x5c
from credentials.openid.client_attestation import (
    ATTESTATION_TYPE,
    MAX_AGE,
    PROOF_TYPE,
    AttestedClient,
    build_attestation,
    build_attestation_proof,
    challenge_response,
    parse_challenge_response,
    verify_client_attestation,
)
from credentials.openid.errors import InvalidClientAttestation, MalformedMessage, UseAttestationChallenge
from tests.spoilt import spoilt_signature

pytestmark = pytest.mark.requirement("vci-wallet-attestation")

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SERVER = "https://uitgever.example"
CLIENT = "https://wallet.example"
PROVIDER, INSTANCE = SoftwareSigner.generate(), SoftwareSigner.generate()
CHAIN = (b"leaf",)
EPOCH = int(NOW.timestamp())


def provider_key(chain: Sequence[bytes], client_id: str, now: datetime) -> PublicJwk:
    if tuple(chain) != CHAIN or client_id != CLIENT or now != NOW:
        raise MalformedInput("nobody's")
    return PROVIDER.public_jwk


ATTESTATION = build_attestation(
    PROVIDER, CHAIN, issuer=SERVER, client_id=CLIENT, instance=INSTANCE.public_jwk, now=NOW, lifetime=timedelta(hours=1)
)


def a_proof(**changed: Any) -> str:
    signer = changed.pop("signer", INSTANCE)
    arguments: Any = {"client_id": CLIENT, "audience": SERVER, "now": NOW, "jti": "j", "challenge": "c", **changed}
    return build_attestation_proof(signer, **arguments)


def attestation(header: Any = None, signer: SoftwareSigner = PROVIDER, **changed: Any) -> str:
    claims = {
        "iss": SERVER,
        "sub": CLIENT,
        "iat": EPOCH,
        "exp": EPOCH + 60,
        "cnf": {"jwk": INSTANCE.public_jwk.to_dict()},
    }
    kept = {name: value for name, value in {**claims, **changed}.items() if value is not None}
    return sign_jwt(ATTESTATION_TYPE, {"x5c": [*build_x5c(CHAIN)], **(header or {})}, kept, signer)


def proof(header: Any = None, **changed: Any) -> str:
    claims = {"iss": CLIENT, "aud": SERVER, "jti": "j", "iat": EPOCH, "challenge": "c"}
    kept = {name: value for name, value in {**claims, **changed}.items() if value is not None}
    return sign_jwt(PROOF_TYPE, header or {}, kept, INSTANCE)


def verified(attestations: list[str], proofs: list[str], client_id: str | None = CLIENT) -> AttestedClient:
    return verify_client_attestation(
        attestations, proofs, client_id=client_id, audience=SERVER, now=NOW, provider_key=provider_key
    )


def test_a_wallet_that_its_provider_knows_is_known_by_its_key() -> None:
    client = verified([ATTESTATION], [a_proof()])
    assert (client.client_id, client.instance) == (CLIENT, INSTANCE.public_jwk.thumbprint)
    assert client.challenge == "c"
    assert client.expires_at > NOW + MAX_AGE
    assert verified([ATTESTATION], [a_proof(jti="k")]).replay_key != client.replay_key
    assert verified([ATTESTATION], [a_proof()], client_id=None).replay_key == client.replay_key


def test_later_drafts_name_no_issuer_and_earlier_ones_call_the_challenge_nonce() -> None:
    assert verified([attestation(iss=None)], [proof(iss=None)]).challenge == "c"
    assert verified([attestation()], [proof(challenge=None, nonce="n")]).challenge == "n"
    assert verified([attestation()], [proof(challenge=None)]).challenge is None
    assert verified([attestation()], [proof(aud=[SERVER])]).client_id == CLIENT


def test_what_is_sent_says_who_and_when_and_nothing_of_the_citizen() -> None:
    token = UnverifiedToken.parse(ATTESTATION)
    assert set(token.header) == {"typ", "alg", "x5c"}
    assert set(token.payload) == {"iss", "sub", "iat", "exp", "cnf"}
    assert set(UnverifiedToken.parse(a_proof()).payload) == {"iss", "aud", "jti", "iat", "challenge"}


@pytest.mark.parametrize(
    "given",
    [
        attestation(sub=None),
        attestation(sub=""),
        attestation(sub="https://other.example"),
        attestation(exp=None),
        attestation(exp=EPOCH - 3600),
        attestation(iat=EPOCH + 3600),
        attestation(nbf=EPOCH + 3600),
        attestation(cnf=None),
        attestation(cnf={"jwk": {}}),
        attestation(cnf={"kid": "x"}),
        attestation(cnf={"jwk": SoftwareSigner.generate().public_jwk.to_dict()}),
        attestation(signer=SoftwareSigner.generate()),
        attestation({"typ": "JWT"}),
        attestation({"x5c": [*build_x5c((b"other",))]}),
        attestation({"x5c": None}),
        spoilt_signature(ATTESTATION),
        "x",
        "",
    ],
)
def test_an_attestation_that_does_not_hold_is_refused(given: str) -> None:
    with pytest.raises(InvalidClientAttestation):
        verified([given], [a_proof()])


@pytest.mark.parametrize(
    "given",
    [
        proof(aud="https://other.example"),
        proof(aud=f"{SERVER}/"),
        proof(aud=[SERVER, "https://other.example"]),
        proof(aud=None),
        proof(jti=None),
        proof(jti=""),
        proof(jti="j" * 300),
        proof(iat=None),
        proof(iat=EPOCH - 600),
        proof(iat=EPOCH + 600),
        proof(exp=EPOCH - 600),
        proof(iss="https://other.example"),
        proof({"typ": "JWT"}),
        a_proof(signer=SoftwareSigner.generate()),
        a_proof(signer=SoftwareSigner.generate(Algorithm.EDDSA)),
        spoilt_signature(a_proof()),
        ATTESTATION,
        "",
    ],
)
def test_a_proof_that_does_not_hold_is_refused(given: str) -> None:
    with pytest.raises(InvalidClientAttestation):
        verified([ATTESTATION], [given])


@pytest.mark.parametrize(("attestations", "proofs"), [(1, 0), (0, 1), (2, 1), (1, 2), (0, 0)])
def test_each_header_comes_once(attestations: int, proofs: int) -> None:
    with pytest.raises(InvalidClientAttestation):
        verified([ATTESTATION] * attestations, [a_proof()] * proofs)


def test_the_client_of_the_request_is_the_attested_one() -> None:
    with pytest.raises(InvalidClientAttestation):
        verified([ATTESTATION], [a_proof()], client_id="app")


def test_a_key_of_a_kind_that_is_not_announced_is_refused() -> None:
    other = SoftwareSigner.generate(Algorithm.EDDSA)
    given = attestation(cnf={"jwk": other.public_jwk.to_dict()})
    with pytest.raises(InvalidClientAttestation):
        verified([given], [a_proof(signer=other)])


def test_a_challenge_travels_both_ways() -> None:
    assert parse_challenge_response(json_compact(challenge_response("c"))) == "c"
    for body in (b"{}", b'{"attestation_challenge":1}', b"x"):
        with pytest.raises(MalformedMessage):
            parse_challenge_response(body)
    refusal = UseAttestationChallenge("fresh")
    assert refusal.headers()["OAuth-Client-Attestation-Challenge"] == "fresh"
    assert (refusal.status, refusal.error) == (400, "use_attestation_challenge")


def test_a_servers_algorithms_are_those_that_it_takes_for_both_tokens() -> None:
    document = {
        "issuer": SERVER,
        "token_endpoint": f"{SERVER}/token",
        "challenge_endpoint": f"{SERVER}/challenge",
        "client_attestation_signing_alg_values_supported": ["ES256", "ES384"],
        "client_attestation_pop_signing_alg_values_supported": ["EdDSA", "ES256"],
    }
    server = parse_authorization_server(json_compact(document), issuer=SERVER)
    assert server.attestation_algorithms == ("ES256",)
    assert parse_authorization_server(json_compact(server.to_json()), issuer=SERVER) == server
