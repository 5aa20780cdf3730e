"""A confidential client that authenticates with a key of its own: `private_key_jwt`.

RFC 7523 sections 2.2 and 3, with what OpenID Connect Core 1.0 section 9 and the NL GOV profile for OAuth make
compulsory: `jti`, so that an assertion counts once. Whose keys count, the caller says; the token names none.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from credentials.clock import epoch, from_epoch
from credentials.encoding import JsonObject, b64url_encode
from credentials.errors import BlauweKnopError
from credentials.jose import InvalidToken, UnverifiedToken, VerifiedToken, check_times, sign_jwt
from credentials.jose.jwt import DEFAULT_SKEW, numeric_date
from credentials.keys import COMMON, InvalidSignature, PublicJwk, Signer
from credentials.openid.errors import InvalidClient
from credentials.openid.form import optional, required

METHOD: Final = "private_key_jwt"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS: Final = COMMON
MAX_CHARACTERS: Final = 8_000
MAX_JTI_CHARACTERS: Final = 256
# RFC 7523 section 3: an expiry unreasonably far away may be refused. Each assertion is remembered until it expires.
MAX_LIFETIME: Final = timedelta(hours=1)

ClientKeys = Callable[[str], Sequence[PublicJwk]]
"""Return the registered keys of a client; none for a client that there is not."""


@dataclass(frozen=True, slots=True)
class ProvenClient:
    """A client that has authenticated. `replay_key` must not have been seen before `expires_at`."""

    client_id: str
    replay_key: str
    expires_at: datetime


def build_client_assertion(
    signer: Signer, *, client_id: str, audience: str, now: datetime, jti: str, lifetime: timedelta
) -> dict[str, str]:
    """Return the parameters by which a client authenticates to the authorization server with this identifier."""
    claims: JsonObject = {"iss": client_id, "sub": client_id, "aud": audience, "jti": jti}
    assertion = sign_jwt("JWT", {}, {**claims, "iat": epoch(now), "exp": epoch(now + lifetime)}, signer)
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}


def verify_client_assertion(
    fields: Mapping[str, str], *, audiences: Collection[str], now: datetime, keys: ClientKeys
) -> ProvenClient:
    """Check the parameters of a request. `audiences` are what the authorization server is known by.

    That the assertion was not used before is for the caller to check. Raises InvalidClient.
    """
    if required(fields, "client_assertion_type", error=InvalidClient) != ASSERTION_TYPE:
        raise InvalidClient("client_assertion_type is not the one of RFC 7523")
    compact = required(fields, "client_assertion", error=InvalidClient, max_length=MAX_CHARACTERS)
    try:
        token = UnverifiedToken.parse(compact, max_characters=MAX_CHARACTERS)
        subject = token.payload.get("sub")
        if not isinstance(subject, str) or not subject:
            raise InvalidToken("sub is missing")
        # RFC 7523 section 3 (2B): for client authentication the subject is the client, and so is the issuer.
        if token.payload.get("iss") != subject:
            raise InvalidToken("iss and sub are not the same client")
        claims = _verified(token, keys(subject)).payload
        check_times(claims, now, require=("exp",))
        expires_at = from_epoch(numeric_date(claims, "exp") or 0)
    except BlauweKnopError as wrong:
        raise InvalidClient(f"the client assertion does not hold: {wrong.detail or wrong.code}") from wrong
    if expires_at > now + MAX_LIFETIME + DEFAULT_SKEW:
        raise InvalidClient("the client assertion expires too far away")
    # One audience, as the only one: an assertion that another server may take too is worth something there.
    if claims.get("aud") not in [*audiences, *([each] for each in audiences)]:
        raise InvalidClient("aud is not this authorization server alone")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_CHARACTERS:
        raise InvalidClient("jti is missing or too long")
    # RFC 7521 section 4.2: where `client_id` comes along, it is the same client.
    if optional(fields, "client_id", error=InvalidClient) not in (None, subject):
        raise InvalidClient("client_id is not the client of the assertion")
    replay_key = b64url_encode(
        hashlib.sha256(f"{len(subject)}:{subject}{jti}".encode("utf-8", "surrogatepass")).digest()
    )
    return ProvenClient(subject, replay_key, expires_at + DEFAULT_SKEW)


def _verified(token: UnverifiedToken, keys: Sequence[PublicJwk]) -> VerifiedToken:
    algorithm = token.algorithm
    for key in keys:
        if key.algorithm is algorithm and not key.encrypts_only:
            try:
                return token.verify(key, ALGORITHMS)
            except InvalidSignature:
                continue
    raise InvalidToken("it is not signed with a registered key of this client")
