"""Reading one certificate: strict, bounded, and with errors that quote nothing."""

from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from credentials.encoding import b64url_encode
from credentials.errors import MalformedInput
from credentials.keys import PublicJwk, UnreadableCertificate, UnsupportedKey, read_certificate
from credentials.keys.certificate import UNREADABLE

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


class InvalidChain(MalformedInput):
    """A certificate chain that does not lead to one of the given authorities, or breaks a rule on the way."""

    code = "invalid_certificate_chain"


class UnknownAuthority(InvalidChain):
    """A chain that is sound in itself, but whose authority is not one of those given."""

    code = "unknown_certificate_authority"


class CertificateExpired(InvalidChain):
    """A certificate of the chain is not valid at the moment of the check."""

    code = "certificate_expired"


def load_pem(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Read the certificates of a PEM file. Raises MalformedInput."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except UNREADABLE as error:
        raise MalformedInput("no readable PEM certificate") from error


def to_der(pem: str) -> bytes:
    """Return the DER of the one certificate in a PEM text. Raises MalformedInput."""
    certificates = load_pem(pem.encode("utf-8", "replace"))
    if len(certificates) != 1:
        raise MalformedInput("exactly one PEM certificate is expected")
    return certificates[0].public_bytes(Encoding.DER)


def to_pem(der: bytes) -> str:
    """Return a DER certificate as PEM. Raises InvalidChain."""
    return read(der).public_bytes(Encoding.PEM).decode("ascii")


def ski(der: bytes) -> bytes:
    """Return the subject key identifier of a certificate, computed where it bears none. Raises InvalidChain."""
    return key_identifier(read(der))


def aki(der: bytes) -> str:
    """Return the authority key identifier, base64url as DCQL writes it; empty where there is none."""
    identifier = authority_key_identifier(read(der))
    return b64url_encode(identifier) if identifier else ""


def public_jwk(der: bytes) -> PublicJwk:
    """Return the key of a certificate that nobody has validated yet. Raises InvalidChain."""
    return public_jwk_of(read(der))


def read(der: bytes) -> x509.Certificate:
    """Parse a DER certificate, every part that is used later included. Raises InvalidChain."""
    try:
        return read_certificate(der)
    except UnreadableCertificate as error:
        raise InvalidChain(error.detail) from error


def public_jwk_of(certificate: x509.Certificate) -> PublicJwk:
    """Return the certified key. Raises InvalidChain for a key that leaves may not have."""
    try:
        return PublicJwk.from_key(certificate.public_key())
    except UnsupportedKey as error:
        raise InvalidChain("a certificate's key is of a kind that we do not take") from error


def extension_of(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    """Return one extension's value, None where the certificate does not have it."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def authority_key_identifier(certificate: x509.Certificate) -> bytes | None:
    """Return the identifier of the key that signed, as the certificate states it."""
    stated = extension_of(certificate, x509.AuthorityKeyIdentifier)
    return stated.key_identifier if stated else None


def key_identifier(certificate: x509.Certificate) -> bytes:
    """Return the identifier of the certified key: stated, or computed (RFC 5280 section 4.2.1.2, method 1)."""
    stated = extension_of(certificate, x509.SubjectKeyIdentifier)
    if stated is not None:
        return stated.digest
    return x509.SubjectKeyIdentifier.from_public_key(public_jwk_of(certificate).key).digest


def usages_of(certificate: x509.Certificate) -> frozenset[str]:
    """Return the extended key usages, dotted; none where the certificate has no such extension."""
    usages = extension_of(certificate, x509.ExtendedKeyUsage)
    return frozenset(usage.dotted_string for usage in usages) if usages else frozenset()


def attribute_of(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str | None:
    """Return the first text of a subject attribute."""
    return next(iter(attributes_of(certificate, oid)), None)


def attributes_of(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    """Return all texts of a subject attribute."""
    texts = (each.value for each in certificate.subject.get_attributes_for_oid(oid))
    return tuple(text for text in texts if isinstance(text, str))
