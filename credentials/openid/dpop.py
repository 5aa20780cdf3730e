"""DPoP: an access token that only the holder of a key can use (RFC 9449).

A proof shows possession of a key for one request. Each `jti` is good once: `verify_dpop_proof` returns the key under
which the caller must note the proof as used, before acting on it.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from credentials.clock import epoch, from_epoch
from credentials.encoding import JsonObject, b64url_encode
from credentials.errors import BlauweKnopError
from credentials.jose import InvalidToken, UnverifiedToken, check_times, sign_jwt
from credentials.jose.jwt import DEFAULT_SKEW, numeric_date
from credentials.keys import Algorithm, PublicJwk, Signer
from credentials.openid.errors import DpopProofRefused, InvalidDpopProof, OAuthError
from credentials.web_addresses import Normalised, normalised

TYPE: Final = "dpop+jwt"
MAX_PROOF_CHARACTERS: Final = 8_000
MAX_JTI_CHARACTERS: Final = 256
MAX_AGE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class DpopProof:
    """A proof that holds. `replay_key` must not have been seen before `expires_at`; `jkt` binds tokens to the key."""

    key: PublicJwk
    replay_key: str
    expires_at: datetime

    @property
    def jkt(self) -> str:
        """The key's thumbprint (section 6.1)."""
        return self.key.thumbprint


def access_token_hash(access_token: str) -> str:
    """Return the `ath` of an access token (section 4.2)."""
    return b64url_encode(hashlib.sha256(access_token.encode("ascii")).digest())


def build_dpop_proof(
    signer: Signer,
    *,
    method: str,
    url: str,
    now: datetime,
    jti: str,
    access_token: str | None = None,
    nonce: str | None = None,
) -> str:
    """Make the value of the `DPoP` header for one request; `jti` has at least 96 random bits (section 4.2)."""
    claims: JsonObject = {"jti": jti, "htm": method, "htu": _without_query(url), "iat": epoch(now)}
    if access_token is not None:
        claims["ath"] = access_token_hash(access_token)
    if nonce is not None:
        claims["nonce"] = nonce
    return sign_jwt(TYPE, {"jwk": dict(signer.public_jwk.members)}, claims, signer)


def verify_dpop_proof(
    header: str,
    *,
    method: str,
    url: str,
    now: datetime,
    algorithms: Collection[Algorithm] = (Algorithm.ES256, Algorithm.EDDSA),
    access_token: str | None = None,
    jkt: str | None = None,
    nonce_check: Callable[[str | None], object] | None = None,
) -> DpopProof:
    """Check a `DPoP` header by the list of section 4.3.

    `url` is the public URL of the request. At a resource `access_token` is the token beside the proof and `jkt` the
    thumbprint it is bound to. `nonce_check` gets the proof's nonce, or None, and raises UseDpopNonce or
    DpopNonceRequired if it wants another. Raises InvalidDpopProof, or DpopProofRefused at a resource.
    """
    refused = dpop_refusal(algorithms, at_resource=access_token is not None)
    try:
        token = UnverifiedToken.parse(header, max_characters=MAX_PROOF_CHARACTERS)
        token.require_type(TYPE)
        if token.algorithm not in algorithms:
            raise InvalidToken("alg is not offered here")
        key = PublicJwk.parse(token.header.get("jwk"))
        claims = token.verify(key).payload
        check_times(claims, now, max_age=MAX_AGE, require=("iat",))
        issued_at = numeric_date(claims, "iat") or 0
    except BlauweKnopError as wrong:
        raise refused(f"the DPoP proof does not hold: {wrong.detail or wrong.code}") from wrong
    jti, htu = claims.get("jti"), claims.get("htu")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_CHARACTERS:
        raise refused("jti is missing or too long")
    if claims.get("htm") != method:
        raise refused("htm is not the method of this request")
    if not isinstance(htu, str) or _normal(htu) != _normal(url):
        raise refused("htu is not the address of this request")
    if access_token is not None:
        ath = claims.get("ath")
        if not isinstance(ath, str) or not hmac.compare_digest(ath.encode(), access_token_hash(access_token).encode()):
            raise refused("ath does not belong to the access token")
    if jkt is not None and not hmac.compare_digest(jkt, key.thumbprint):
        raise refused("the key is not the one that the access token is bound to")
    if nonce_check is not None:
        nonce = claims.get("nonce")
        nonce_check(nonce if isinstance(nonce, str) else None)
    # Keyed on the thumbprint too, so that nobody can use up another's `jti`.
    replay_key = b64url_encode(hashlib.sha256(f"{key.thumbprint}\0{jti}".encode()).digest())
    return DpopProof(key, replay_key, from_epoch(issued_at) + MAX_AGE + 2 * DEFAULT_SKEW)


def dpop_refusal(algorithms: Collection[Algorithm], *, at_resource: bool) -> Callable[[str], OAuthError]:
    """Return the error for a proof that is missing or does not hold, to be made with what is wrong.

    A resource answers 401 and a challenge (section 7.1), an authorization server 400 (section 5).
    """
    if not at_resource:
        return InvalidDpopProof
    return partial(DpopProofRefused, algorithms=[algorithm.value for algorithm in algorithms])


def _without_query(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]


def _normal(url: str) -> Normalised | None:
    # Section 4.3, point 9: compared without query and fragment, after the normalisation of RFC 3986 section 6.2.2, .3.
    try:
        return normalised(url)
    except ValueError:
        return None
