"""Wallet attestation: a wallet provider's word for a wallet that authenticates by it.

draft-ietf-oauth-attestation-based-client-auth-07, as OpenID4VCI 1.0 appendix E and HAIP 1.0 section 4.4.1 have it. The
provider attests a key of one installed wallet; the wallet proves possession of it for one request, by a proof that
names the authorization server and its challenge. Later drafts leave `iss` out of both tokens, so both are read with and
without it; earlier ones call the challenge `nonce`, which is read too.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from credentials.clock import epoch, from_epoch
from credentials.encoding import JsonObject, JsonValue, b64url_encode
from credentials.errors import BlauweKnopError, Unavailable
from credentials.jose import InvalidToken, UnverifiedToken, check_times, sign_jwt
from credentials.jose.jwt import DEFAULT_SKEW, numeric_date
from credentials.keys import Algorithm, PublicJwk, Signer
from credentials.openid.attested import attested_key, attesting
from credentials.openid.certificates import build_x5c, parse_x5c
from credentials.openid.errors import InvalidClientAttestation, MalformedMessage
from credentials.openid.members import Members

METHOD: Final = "attest_jwt_client_auth"
"""The `token_endpoint_auth_methods_supported` of an authorization server that takes it."""

ATTESTATION_HEADER: Final = "OAuth-Client-Attestation"
PROOF_HEADER: Final = "OAuth-Client-Attestation-PoP"
CHALLENGE_HEADER: Final = "OAuth-Client-Attestation-Challenge"
ATTESTATION_TYPE: Final = "oauth-client-attestation+jwt"
PROOF_TYPE: Final = "oauth-client-attestation-pop+jwt"
ALGORITHMS: Final = (Algorithm.ES256,)
MAX_CHARACTERS: Final = 32_000
MAX_JTI_CHARACTERS: Final = 256
MAX_AGE: Final = timedelta(minutes=2)

ProviderKey = Callable[[Sequence[bytes], str, datetime], PublicJwk]
"""Return the key of the leaf of a chain that may attest wallets of this client id now; raise for any other chain.

It raises Unavailable when that cannot be told now.
"""


@dataclass(frozen=True, slots=True)
class AttestedClient:
    """A wallet that has authenticated. `replay_key` must not have been seen before `expires_at`.

    `instance` is the thumbprint of the attested key: it tells one installed wallet from another.
    """

    client_id: str
    instance: str
    challenge: str | None
    replay_key: str
    expires_at: datetime


def build_attestation(
    provider: Signer,
    x5c: Sequence[bytes],
    *,
    issuer: str,
    client_id: str,
    instance: PublicJwk,
    now: datetime,
    lifetime: timedelta,
) -> str:
    """Attest a key of a wallet. `x5c` is the provider's chain, without its anchor (HAIP 1.0 section 4.4.1)."""
    chain: list[JsonValue] = list(build_x5c(x5c))
    return sign_jwt(ATTESTATION_TYPE, {"x5c": chain}, attesting(issuer, client_id, instance, now, lifetime), provider)


def build_attestation_proof(
    instance: Signer, *, client_id: str, audience: str, now: datetime, jti: str, challenge: str | None = None
) -> str:
    """Prove possession of the attested key to one authorization server, by its issuer identifier."""
    claims: JsonObject = {"iss": client_id, "aud": audience, "jti": jti, "iat": epoch(now)}
    if challenge is not None:
        claims["challenge"] = challenge
    return sign_jwt(PROOF_TYPE, {}, claims, instance)


def verify_client_attestation(
    attestations: Sequence[str],
    proofs: Sequence[str],
    *,
    client_id: str | None,
    audience: str,
    now: datetime,
    provider_key: ProviderKey,
) -> AttestedClient:
    """Check the two headers of a request, of which each comes once.

    `client_id` is the parameter of the request, if it has one. That the challenge is ours is for the caller to check.
    Raises InvalidClientAttestation, and Unavailable when it cannot be told now whose word counts.
    """
    if len(attestations) != 1 or len(proofs) != 1:
        raise InvalidClientAttestation("there is no client attestation with its proof, or more than one")
    try:
        attestation = UnverifiedToken.parse(attestations[0], max_characters=MAX_CHARACTERS)
        attestation.require_type(ATTESTATION_TYPE)
        subject = attestation.payload.get("sub")
        if not isinstance(subject, str) or not subject:
            raise InvalidToken("sub is missing")
        chain = parse_x5c(attestation.header.get("x5c"), InvalidClientAttestation)
        claims = attestation.verify(provider_key(chain, subject, now), ALGORITHMS).payload
        check_times(claims, now, require=("exp",))
        instance = attested_key(claims)
        proof = UnverifiedToken.parse(proofs[0], max_characters=MAX_CHARACTERS)
        proof.require_type(PROOF_TYPE)
        said = proof.verify(instance, ALGORITHMS).payload
        check_times(said, now, max_age=MAX_AGE, require=("iat",))
        issued_at = numeric_date(said, "iat") or 0
    except (InvalidClientAttestation, Unavailable):
        raise
    except BlauweKnopError as wrong:
        raise InvalidClientAttestation(f"the client attestation does not hold: {wrong.detail or wrong.code}") from wrong
    jti = said.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_CHARACTERS:
        raise InvalidClientAttestation("jti is missing or too long")
    if said.get("aud") not in (audience, [audience]):
        raise InvalidClientAttestation("aud is not this authorization server")
    if said.get("iss", subject) != subject:
        raise InvalidClientAttestation("iss of the proof is not the attested client")
    if client_id is not None and client_id != subject:
        raise InvalidClientAttestation("client_id is not the attested client")
    challenge = said.get("challenge", said.get("nonce"))
    # Keyed on the thumbprint too, so that nobody can use up another's `jti`.
    replay_key = b64url_encode(hashlib.sha256(f"{instance.thumbprint}\0{jti}".encode()).digest())
    return AttestedClient(
        client_id=subject,
        instance=instance.thumbprint,
        challenge=challenge if isinstance(challenge, str) else None,
        replay_key=replay_key,
        expires_at=from_epoch(issued_at) + MAX_AGE + 2 * DEFAULT_SKEW,
    )


def challenge_response(challenge: str) -> JsonObject:
    """Return the body of the challenge endpoint's answer, to be sent with `Cache-Control: no-store` (section 8)."""
    return {"attestation_challenge": challenge}


def parse_challenge_response(data: bytes) -> str:
    """Return the challenge of a challenge endpoint's answer. Raises MalformedMessage."""
    body = Members.parse(data, "challenge response", MalformedMessage, max_bytes=16_000)
    return body.text("attestation_challenge", max_length=2_000)
