"""Data at rest: sealed with AES-256-GCM, bound to its place; and keyed look-ups of values that must not be stored.

A seal is `version (1) | nonce (12) | ciphertext and tag`. The associated data says where the value belongs (table,
column, row), so that a sealed value moved to another row does not open.
"""

import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.errors import SealBroken

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_VERSION: Final = b"\x01"


def random_key() -> bytes:
    """Return a fresh 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def derive(key: bytes, label: str) -> bytes:
    """Derive an independent 256-bit key for one purpose from a key with full entropy (RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=label.encode()).derive(key)


def seal(key: bytes, plaintext: bytes, place: bytes) -> bytes:
    """Encrypt and authenticate `plaintext`, bound to `place`."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, _VERSION + place)


def unseal(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """Open what `seal` made. Raises SealBroken."""
    version, nonce, ciphertext = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if version != _VERSION or len(nonce) != _NONCE_BYTES:
        raise SealBroken
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _VERSION + place)
    except InvalidTag as error:
        raise SealBroken from error


def lookup(key: bytes, value: str) -> str:
    """Return a keyed hash by which a value (a BSN) can be found again without being stored."""
    return hmac.digest(key, value.encode(), "sha256").hex()
