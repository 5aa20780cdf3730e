"""Validating a chain by our own list of checks.

`verify_chain` does, in order: shape and depth; no anchor and nothing self-signed in `x5c` (HAIP 1.0 section 6.1.1); the
leaf's own rules; for each link the names, the key identifiers, the right to sign, the path length and the signature;
every certificate's period. It follows RFC 5280 section 6.1 for what it processes and refuses a chain with anything
critical that it does not. Certificates are not looked up in revocation lists: the trust list, which is shorter-lived
than most of those, is where an authority or a participant is withdrawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final, final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID, SignatureAlgorithmOID

from credentials.keys import PublicJwk
from credentials.trust.x509.certificate import (
    CertificateExpired,
    InvalidChain,
    UnknownAuthority,
    attribute_of,
    attributes_of,
    authority_key_identifier,
    extension_of,
    key_identifier,
    public_jwk_of,
    read,
    usages_of,
)
from credentials.trust.x509.purpose import KeyPurpose, serves

MAX_CERTIFICATES: Final = 4
MIN_RSA_BITS: Final = 3072

# Authorities of other organisations may sign with RSA, as those of PKIoverheid do; leaves may not (`PublicJwk`).
_SIGNATURES: Final = frozenset(
    {
        SignatureAlgorithmOID.ECDSA_WITH_SHA256,
        SignatureAlgorithmOID.ECDSA_WITH_SHA384,
        SignatureAlgorithmOID.ECDSA_WITH_SHA512,
        SignatureAlgorithmOID.ED25519,
        SignatureAlgorithmOID.RSA_WITH_SHA256,
        SignatureAlgorithmOID.RSA_WITH_SHA384,
        SignatureAlgorithmOID.RSA_WITH_SHA512,
    }
)
# Extensions that may be critical because they are processed here, or, for policies, because any policy will do.
_PROCESSED: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.CERTIFICATE_POLICIES,
    }
)


@final
@dataclass(frozen=True, slots=True)
class Leaf:
    """What a validated leaf says about its holder. The texts are the authority's word.

    `hosts` are its DNS names and addresses, in lower case; `numbers` its `serialNumber` and `organizationIdentifier`;
    `fingerprint` the SHA-256 of the certificate.
    """

    uris: tuple[str, ...]
    hosts: tuple[str, ...]
    numbers: tuple[str, ...]
    fingerprint: bytes
    subject: str
    common_name: str | None
    organisation: str | None
    public_jwk: PublicJwk
    ski: bytes
    authority: bytes
    key_purposes: frozenset[str]
    not_after: datetime

    def may(self, purpose: KeyPurpose) -> bool:
        """Say whether the key may be used for this, by its extended key usages."""
        return serves(self.key_purposes, purpose)


def check_authority(der: bytes) -> None:
    """Demand that a certificate can be an anchor: a CA by its own word, of a kind that we take. Raises InvalidChain."""
    certificate = read(der)
    _check_extensions(certificate)
    _check_may_sign(certificate, below=0)


def verify_chain(x5c: Sequence[bytes], anchors: Sequence[bytes], at: datetime) -> Leaf:
    """Validate a chain, leaf first, up to one of the anchors (DER), at a moment.

    Raises UnknownAuthority when the chain is sound but ends at none of the anchors, CertificateExpired when only a
    period is wrong, and InvalidChain for everything else.
    """
    sound = _sound(tuple(x5c), tuple(anchors))
    leaf = next((leaf for authority, leaf in sound.vouched if _in_period(authority, at)), None)
    if leaf is None or not all(_in_period(each, at) for each in sound.certificates):
        raise CertificateExpired("a certificate of the chain is not valid at this moment")
    return leaf


def chain_end(x5c: Sequence[bytes]) -> datetime:
    """Return the moment from which a chain is good for nothing: the first end of its certificates, of its anchor too.

    Raises InvalidChain.
    """
    return min(read(each).not_valid_after_utc for each in x5c)


def check_alone(der: bytes, purpose: KeyPurpose, at: datetime) -> None:
    """Demand that a leaf which is known by itself, not by its authority, may serve a purpose at a moment.

    Raises CertificateExpired, InvalidChain.
    """
    leaf = read(der)
    _check_leaf(leaf)
    if not serves(usages_of(leaf), purpose):
        raise InvalidChain("the certificate is not for this use")
    if not _in_period(leaf, at):
        raise CertificateExpired("the certificate is not valid at this moment")


def issuer_of(x5c: Sequence[bytes]) -> x509.Name:
    """Return the name that a chain ends with: that of the authority it would have to lead to. Raises InvalidChain."""
    return read(x5c[-1]).issuer


def subject_of(der: bytes) -> x509.Name:
    """Return the name that a certificate is for. Raises InvalidChain."""
    return read(der).subject


@dataclass(frozen=True, slots=True)
class _Sound:
    """A chain in which all is right but perhaps the periods, and the leaf as each fitting authority vouches for it."""

    certificates: tuple[x509.Certificate, ...]
    vouched: tuple[tuple[x509.Certificate, Leaf], ...]


@lru_cache(maxsize=256)
def _sound(x5c: tuple[bytes, ...], anchors: tuple[bytes, ...]) -> _Sound:
    """Check what time does not change, and remember it: under the very certificates it was found out from.

    Strangers do not fill this memory: a chain that leads to no anchor is an error, and those are not kept.
    """
    if not 1 <= len(x5c) <= MAX_CERTIFICATES:
        raise InvalidChain(f"x5c holds 1 to {MAX_CERTIFICATES} certificates")
    if len(set(x5c)) != len(x5c):
        raise InvalidChain("a certificate stands twice in x5c")
    chain = [read(der) for der in x5c]
    leaf = chain[0]
    for certificate in chain:
        # HAIP 1.0 section 6.1.1: no anchor in x5c, no self-signed leaf. A self-signed certificate is one or the other.
        if _self_signed(certificate):
            raise InvalidChain("x5c holds a self-signed certificate")
        _check_extensions(certificate)
    if set(x5c) & set(anchors):
        raise InvalidChain("x5c holds the trust anchor")
    _check_leaf(leaf)
    for below, (child, parent) in enumerate(pairwise(chain)):
        _check_link(child, parent, below)
    authorities = _authorities_of(chain, anchors)
    return _Sound(tuple(chain), tuple((authority, _leaf(leaf, authority)) for authority in authorities))


def _authorities_of(chain: Sequence[x509.Certificate], anchors: Sequence[bytes]) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    failure = UnknownAuthority("the chain ends at no authority that we know")
    for der in anchors:
        anchor = read(der)
        if anchor.subject != chain[-1].issuer:
            continue
        try:
            _check_extensions(anchor)
            _check_link(chain[-1], anchor, len(chain) - 1)
        except InvalidChain as error:
            # Authorities of one name and different keys follow each other: another anchor may still fit.
            failure = UnknownAuthority(error.detail)
            continue
        found.append(anchor)
    if not found:
        raise failure
    return found


def _in_period(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _check_link(child: x509.Certificate, parent: x509.Certificate, below: int) -> None:
    if child.issuer != parent.subject:
        raise InvalidChain("a certificate names another issuer than the next one")
    wanted, present = authority_key_identifier(child), extension_of(parent, x509.SubjectKeyIdentifier)
    if wanted is not None and present is not None and wanted != present.digest:
        raise InvalidChain("a certificate names another key than that of its issuer")
    _check_may_sign(parent, below)
    if child.signature_algorithm_oid not in _SIGNATURES:
        raise InvalidChain("a certificate is signed with an algorithm that is not on our list")
    try:
        child.verify_directly_issued_by(parent)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidChain("a certificate's signature is not its issuer's") from error


def _self_signed(certificate: x509.Certificate) -> bool:
    # One name for issuer and subject is not enough: others' test authorities and leaves do share a name.
    if certificate.issuer != certificate.subject:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _check_may_sign(certificate: x509.Certificate, below: int) -> None:
    constraints = extension_of(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise InvalidChain("a certificate is signed by one that is no authority")
    if constraints.path_length is not None and below > constraints.path_length:
        raise InvalidChain("there are more certificates below an authority than it allows")
    usage = extension_of(certificate, x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        raise InvalidChain("an authority's key may not sign certificates")
    match certificate.public_key():
        case ec.EllipticCurvePublicKey() as key if key.curve.name in ("secp256r1", "secp384r1", "secp521r1"):
            pass
        case ed25519.Ed25519PublicKey():
            pass
        case rsa.RSAPublicKey() as key if key.key_size >= MIN_RSA_BITS:
            pass
        case _:
            raise InvalidChain("an authority's key is of a kind that we do not take")


def _check_leaf(leaf: x509.Certificate) -> None:
    constraints = extension_of(leaf, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise InvalidChain("the leaf is an authority")
    usage = extension_of(leaf, x509.KeyUsage)
    if usage is not None and (usage.key_cert_sign or not usage.digital_signature):
        raise InvalidChain("the leaf's key is not for digital signatures")


def _check_extensions(certificate: x509.Certificate) -> None:
    for extension in certificate.extensions:
        # RFC 5280 section 4.2. Name constraints limit whom an authority may certify: not processed, so not passed over.
        constrains = extension.oid == ExtensionOID.NAME_CONSTRAINTS
        if constrains or (extension.critical and extension.oid not in _PROCESSED):
            raise InvalidChain("a certificate has a constraint that we do not process")


def _leaf(leaf: x509.Certificate, authority: x509.Certificate) -> Leaf:
    san = extension_of(leaf, x509.SubjectAlternativeName) or x509.SubjectAlternativeName(())
    hosts = [*san.get_values_for_type(x509.DNSName), *map(str, san.get_values_for_type(x509.IPAddress))]
    return Leaf(
        uris=tuple(san.get_values_for_type(x509.UniformResourceIdentifier)),
        hosts=tuple(host.lower() for host in hosts),
        numbers=(*attributes_of(leaf, NameOID.SERIAL_NUMBER), *attributes_of(leaf, NameOID.ORGANIZATION_IDENTIFIER)),
        fingerprint=leaf.fingerprint(SHA256()),
        subject=leaf.subject.rfc4514_string(),
        common_name=attribute_of(leaf, NameOID.COMMON_NAME),
        organisation=attribute_of(leaf, NameOID.ORGANIZATION_NAME),
        public_jwk=public_jwk_of(leaf),
        ski=key_identifier(leaf),
        authority=authority.public_bytes(Encoding.DER),
        key_purposes=usages_of(leaf),
        not_after=leaf.not_valid_after_utc,
    )
