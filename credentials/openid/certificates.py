"""The `x5c` header, and what is read from a leaf certificate: its key and its DNS names.

Reading proves nothing. Whether the chain ends in an anchor that may speak for anybody is `credentials.trust`'s to say.
"""

from collections.abc import Sequence
from typing import Final

from cryptography import x509

from credentials.encoding import b64_decode, b64_encode
from credentials.errors import MalformedInput
from credentials.keys import PublicJwk, UnreadableCertificate, alternative_names, read_certificate
from credentials.openid.members import ErrorClass

MAX_CERTIFICATES: Final = 6
MAX_CERTIFICATE_CHARACTERS: Final = 12_000


def parse_x5c(value: object, error: ErrorClass) -> tuple[bytes, ...]:
    """Return the DER certificates of an `x5c` header, leaf first (RFC 7515 section 4.1.6). Raises `error`."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_CERTIFICATES:
        raise error(f"x5c is not an array of 1 to {MAX_CERTIFICATES} certificates")
    chain: list[bytes] = []
    for text in value:
        if not isinstance(text, str) or len(text) > MAX_CERTIFICATE_CHARACTERS:
            raise error("x5c holds something that is no certificate")
        try:
            chain.append(b64_decode(text, "x5c"))
        except MalformedInput as wrong:
            raise error(wrong.detail) from wrong
    return tuple(chain)


def build_x5c(chain: Sequence[bytes]) -> list[str]:
    """Return DER certificates as an `x5c` header: standard base64, unlike all else in JOSE."""
    return [b64_encode(der) for der in chain]


def key_of(der: bytes, error: ErrorClass) -> PublicJwk:
    """Return the public key of a certificate. Raises `error`."""
    try:
        return PublicJwk.from_key(_load(der, error).public_key())
    except MalformedInput as wrong:
        raise error("the certificate holds no key that is taken here") from wrong


def dns_names_of(der: bytes, error: ErrorClass) -> frozenset[str]:
    """Return the dNSName alternative names of a certificate, in lower case. Raises `error`."""
    return frozenset(name.lower() for name in alternative_names(_load(der, error), x509.DNSName))


def _load(der: bytes, error: ErrorClass) -> x509.Certificate:
    try:
        return read_certificate(der)
    except UnreadableCertificate as wrong:
        raise error("x5c holds something that is no certificate") from wrong
