"""`c_nonce`: fresh challenges that need no storage until they are used (OpenID4VCI 1.0 section 7).

A nonce is its time of issue, 16 random bytes, and a MAC over both: whoever has the key recognises its own nonces and
their age. To make one usable once only, the caller keeps the consumption keys of those used until they expire.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from credentials.clock import epoch, from_epoch
from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from credentials.errors import ConfigurationError, MalformedInput
from credentials.openid.errors import InvalidNonce, MalformedMessage
from credentials.openid.members import Members

MIN_KEY_BYTES: Final = 32
RANDOM_BYTES: Final = 16

_TIME_BYTES: Final = 6
_MAC_BYTES: Final = 16
_LENGTH: Final = 4 * ((_TIME_BYTES + RANDOM_BYTES + _MAC_BYTES) // 3) + 3
_SKEW: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class CheckedNonce:
    """A nonce of ours that has not expired; `consumption_key` is what to keep so that it is used once only."""

    consumption_key: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NonceAuthority:
    """Issue and recognise nonces of one purpose. `key` is secret and shared by all processes of one issuer."""

    key: bytes = field(repr=False)
    lifetime: timedelta = timedelta(minutes=5)
    purpose: str = "c_nonce"

    def __post_init__(self) -> None:
        if len(self.key) < MIN_KEY_BYTES:
            raise ConfigurationError(f"a nonce key has at least {MIN_KEY_BYTES} bytes")

    def issue(self, now: datetime, randomness: bytes) -> str:
        """Return a new nonce made of 16 fresh random bytes."""
        if len(randomness) != RANDOM_BYTES:
            raise ValueError(f"a nonce takes {RANDOM_BYTES} random bytes")
        body = epoch(now).to_bytes(_TIME_BYTES) + randomness
        return b64url_encode(body + self._mac(body))

    def check(self, nonce: str, now: datetime) -> CheckedNonce:
        """Check that a nonce is ours and has not expired. Raises InvalidNonce."""
        if len(nonce) > 2 * _LENGTH:
            raise InvalidNonce("the nonce is not one of ours")
        try:
            raw = b64url_decode(nonce, "nonce")
        except MalformedInput as wrong:
            raise InvalidNonce("the nonce is not one of ours") from wrong
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(body) != _TIME_BYTES + RANDOM_BYTES or not hmac.compare_digest(mac, self._mac(body)):
            raise InvalidNonce("the nonce is not one of ours")
        issued_at = from_epoch(int.from_bytes(body[:_TIME_BYTES]))
        expires_at = issued_at + self.lifetime
        if now >= expires_at or now < issued_at - _SKEW:
            raise InvalidNonce("the nonce has expired")
        return CheckedNonce(b64url_encode(body[_TIME_BYTES:]), expires_at)

    def _mac(self, body: bytes) -> bytes:
        message = self.purpose.encode("utf-8") + b"\0" + body
        return hmac.digest(self.key, message, hashlib.sha256)[:_MAC_BYTES]


def nonce_response(nonce: str) -> JsonObject:
    """Return the body of the nonce endpoint's answer, to be sent with `Cache-Control: no-store` (section 7.2)."""
    return {"c_nonce": nonce}


def parse_nonce_response(data: bytes) -> str:
    """Return the `c_nonce` of a nonce endpoint's answer. Raises MalformedMessage."""
    return Members.parse(data, "nonce response", MalformedMessage, max_bytes=16_000).text("c_nonce", max_length=2_000)
