"""Reading one X.509 certificate: bounded, and whole, so that no part of it fails later. Who made it is not asked."""

from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from credentials.errors import MalformedInput

MAX_CERTIFICATE_BYTES: Final = 16_384

UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    # Where warnings are errors, the library refuses today what it will refuse everywhere one day.
    UserWarning,
)
"""What the library raises for a certificate that somebody made up."""


class UnreadableCertificate(MalformedInput):
    """Bytes that are no certificate, or one that breaks RFC 5280 or uses what we do not know."""

    code = "unreadable_certificate"


@lru_cache(maxsize=512)
def read_certificate(der: bytes) -> x509.Certificate:
    """Parse a DER certificate, every part that is used later included. Raises UnreadableCertificate."""
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise UnreadableCertificate(f"a certificate is larger than {MAX_CERTIFICATE_BYTES} bytes")
    try:
        certificate = x509.load_der_x509_certificate(der)
        # The library reads these when they are first asked for: here is where a hostile one must fail.
        _ = (
            certificate.subject.rfc4514_string(),
            certificate.issuer,
            certificate.extensions,
            certificate.public_key(),
            certificate.signature_algorithm_oid,
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )
        serial_number, signature = certificate.serial_number, certificate.signature
    except UNREADABLE as error:
        raise UnreadableCertificate("a certificate is unreadable") from error
    if not ends_in_whole_bytes(der, signature):
        raise UnreadableCertificate("a certificate's signature is not whole bytes")
    # RFC 5280 section 4.1.2.2.
    if serial_number <= 0:
        raise UnreadableCertificate("a certificate's serial number is not positive")
    return certificate


def ends_in_whole_bytes(der: bytes, signature: bytes) -> bool:
    """Tell whether a structure ends in a BIT STRING of this signature, all of whose bits count.

    X.690 section 8.6.2, RFC 5280 section 4.1.1.3: the byte before it says how many do not, and nobody signs that one.
    """
    return der.endswith(b"\x00" + signature)


def alternative_names(certificate: x509.Certificate, kind: type[x509.GeneralName]) -> tuple[str, ...]:
    """Return the subject's alternative names of one kind, as texts; none where there is no such extension."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(each.value for each in names if isinstance(each, kind) and isinstance(each.value, str))
