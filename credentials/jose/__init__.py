"""Strict JOSE: signed tokens (JWS, JWT) and encrypted ones (JWE).

Algorithms come from a list and keys from us, never from the token; no `crit`, no unencoded payload, no lenient
base64, `zip` only within a bound that the caller names. What a library would forgive is refused before it is asked.
"""

from credentials.jose.jwe import EncryptionKey, InvalidEncryption, decrypt, encrypt, encrypt_token, open_compact
from credentials.jose.jws import InvalidToken, UnverifiedToken, VerifiedToken, sign_compact
from credentials.jose.jws_json import parse_json, sign_json
from credentials.jose.jwt import ClaimError, check_times, sign_jwt

__all__ = [
    "ClaimError",
    "EncryptionKey",
    "InvalidEncryption",
    "InvalidToken",
    "UnverifiedToken",
    "VerifiedToken",
    "check_times",
    "decrypt",
    "encrypt",
    "encrypt_token",
    "open_compact",
    "parse_json",
    "sign_compact",
    "sign_json",
    "sign_jwt",
]
