"""Bearer secrets: random or derived, hashed before they are stored, compared in constant time."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from credentials.encoding import b64url_encode

_DIGITS: Final = 6
_BYTES: Final = 32


def random_token() -> str:
    """Return 256 random bits, base64url."""
    return b64url_encode(secrets.token_bytes(_BYTES))


def random_reference() -> str:
    """Return 128 random bits, base64url: a name that opens nothing."""
    return b64url_encode(secrets.token_bytes(16))


def hashed(secret: str) -> bytes:
    """Return what is stored of a secret with full entropy."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def random_tx_code() -> str:
    """Return six random digits, never all zeros, which people try first."""
    return f"{secrets.randbelow(10**_DIGITS - 1) + 1:0{_DIGITS}d}"


@dataclass(frozen=True, slots=True, repr=False)
class Derivation:
    """Derives secrets from one key and a public reference, so that none of them has to be stored."""

    key: bytes

    def token(self, purpose: str, *parts: str) -> str:
        """Return the 256-bit secret of this purpose, base64url."""
        return b64url_encode(self.digest(purpose, *parts))

    def digest(self, purpose: str, *parts: str) -> bytes:
        """Return the 256-bit keyed digest of this purpose and these parts."""
        # Length before text: no two lists of parts give one message.
        message = "".join(f"{len(part)}:{part}" for part in (purpose, *parts))
        return hmac.digest(self.key, message.encode("utf-8", "surrogatepass"), "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)
