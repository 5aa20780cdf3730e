"""Certificate authorities of one's own for outbound TLS: beside the public ones, never instead of them.

An organisation's own network often ends TLS under an authority that no browser knows: its own PKI, or PKIoverheid's
private root. `ca_file` in the settings of each party names a file of such authorities. It decides with whom a
connection is made, and nothing else: who may issue or ask stands in the trust list.
"""

import ssl
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from credentials.errors import ConfigurationError
from credentials.keys.certificate import UNREADABLE

_MAX_BYTES: Final = 1 << 20
_PRIVATE: Final = b"PRIVATE KEY-----"


def read_authorities(file: Path) -> tuple[x509.Certificate, ...]:
    """Read a PEM file of one or more certificate authorities.

    Raises ConfigurationError, with no word of the contents, for what cannot be read, is larger than 1 MiB, holds a
    private key, or holds a certificate that is no authority's: an end certificate here would stand above its issuer.
    """
    try:
        with file.open("rb") as opened:
            pem = opened.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"it cannot be read: {error.strerror}") from error
    if len(pem) > _MAX_BYTES:
        raise ConfigurationError("it is larger than 1 MiB")
    if _PRIVATE in pem:
        raise ConfigurationError("it holds a private key: only certificates belong there")
    try:
        found = tuple(x509.load_pem_x509_certificates(pem))
        authorities = all(_is_authority(certificate) for certificate in found)
    except UNREADABLE as error:
        raise ConfigurationError("it holds no PEM certificates, or one that cannot be read") from error
    if not authorities:
        raise ConfigurationError("it holds a certificate that is not an authority's")
    return found


def trust_also(context: ssl.SSLContext, file: Path) -> None:
    """Let a TLS context trust the authorities of a file too. Raises ConfigurationError."""
    for authority in read_authorities(file):
        context.load_verify_locations(cadata=authority.public_bytes(Encoding.DER))


def _is_authority(certificate: x509.Certificate) -> bool:
    # RFC 5280 section 4.2.1.9: without basicConstraints a key must not be used to verify certificates.
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
