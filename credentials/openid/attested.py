"""Somebody's word, for a while, that a key is somebody's: the claims that attestations share (RFC 7800 section 3.2)."""

from datetime import datetime, timedelta

from credentials.clock import epoch
from credentials.encoding import JsonObject
from credentials.keys import PublicJwk


def attesting(issuer: str, subject: str, key: PublicJwk, now: datetime, lifetime: timedelta) -> JsonObject:
    """Return the claims by which an issuer says that a subject has this key."""
    return {
        "iss": issuer,
        "sub": subject,
        "iat": epoch(now),
        "exp": epoch(now + lifetime),
        "cnf": {"jwk": dict(key.members)},
    }


def attested_key(claims: JsonObject) -> PublicJwk:
    """Return the key of `cnf`. Raises UnsupportedKey, also where there is none, and MalformedInput."""
    confirmation = claims.get("cnf")
    return PublicJwk.parse(confirmation.get("jwk") if isinstance(confirmation, dict) else None)
