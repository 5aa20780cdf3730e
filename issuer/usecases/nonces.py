"""`c_nonce`s (OpenID4VCI 1.0 section 7): unpredictable, ours, minutes old at most, and used for one issuance only.

A nonce carries its own time and our seal, so that handing one out writes nothing; using one writes its hash, in the
transaction that reserves the credentials.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from credentials.clock import Clock, epoch, from_epoch
from credentials.encoding import b64url_decode, b64url_encode
from credentials.errors import MalformedInput

from issuer.domain.errors import InvalidNonce
from issuer.domain.secrets import Derivation, same

NONCE_LIFETIME: Final = timedelta(minutes=10)
_RANDOM: Final = 16
_TIME: Final = 8
_SEAL: Final = 16


@dataclass(frozen=True, slots=True)
class Nonces:
    """Make and check nonces."""

    clock: Clock
    derivation: Derivation

    def make(self) -> str:
        """Return a fresh nonce."""
        body = secrets.token_bytes(_RANDOM) + epoch(self.clock.now()).to_bytes(_TIME)
        return b64url_encode(body + self._seal(body))

    def check(self, nonce: str) -> datetime:
        """Return until when a nonce is good. Raises InvalidNonce when it is not ours or too old."""
        try:
            raw = b64url_decode(nonce, "nonce") if len(nonce) <= 100 else b""
        except MalformedInput as error:
            raise InvalidNonce from error
        body, seal = raw[: _RANDOM + _TIME], raw[_RANDOM + _TIME :]
        if len(raw) != _RANDOM + _TIME + _SEAL or not same(seal, self._seal(body)):
            raise InvalidNonce
        until = from_epoch(int.from_bytes(body[_RANDOM:])) + NONCE_LIFETIME
        if until <= self.clock.now():
            raise InvalidNonce
        return until

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self.derivation.key, b"c_nonce|" + body, "sha256")[:_SEAL]
