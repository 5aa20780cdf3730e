"""Proof Key for Code Exchange with S256, the only method (RFC 7636, RFC 9700 section 2.1.1)."""

import hashlib
import hmac
import re
from typing import Final

from credentials.encoding import b64url_encode
from credentials.openid.errors import InvalidGrant, InvalidRequest

_VERIFIER: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")


def code_verifier(randomness: bytes) -> str:
    """Return a verifier made of at least 32 random bytes (section 4.1)."""
    if not 32 <= len(randomness) <= 96:
        raise ValueError("a code verifier is made of 32 to 96 random bytes")
    return b64url_encode(randomness)


def code_challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (section 4.2)."""
    return b64url_encode(hashlib.sha256(verifier.encode("ascii")).digest())


def check_challenge(challenge: str) -> str:
    """Return the challenge if it has the form of an S256 one. Raises InvalidRequest."""
    if not _CHALLENGE.match(challenge):
        raise InvalidRequest("code_challenge is not an S256 challenge")
    return challenge


def check_verifier(verifier: str, challenge: str) -> None:
    """Check the verifier of a token request against the challenge of its authorization. Raises InvalidGrant."""
    if not _VERIFIER.match(verifier) or not hmac.compare_digest(code_challenge(verifier), challenge):
        raise InvalidGrant("code_verifier does not belong to the code_challenge")
