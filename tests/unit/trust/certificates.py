"""Certificates for tests: good ones by our own authority, and wrong ones by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from credentials.keys import SoftwareSigner
from credentials.trust import KeyPurpose
from credentials.trust.x509 import CertificateAuthority, make_ca

Extensions = Sequence[tuple[x509.ExtensionType, bool]]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
START = NOW - timedelta(days=30)
END = NOW + timedelta(days=300)
# By the machine's clock, too, that is far off.
LATE = END + timedelta(days=800)
CJIB = "https://cjib.example"
CJIB_OIN = "00000004000000041000"


def an_authority(name: str = "CJIB", oin: str | None = CJIB_OIN, **changes: object) -> CertificateAuthority:
    return make_ca(name, not_before=START, not_after=END + timedelta(days=900), oin=oin, **changes)


def a_leaf(authority: CertificateAuthority, signer: SoftwareSigner, **changes: object) -> bytes:
    wanted = {
        "uri": CJIB,
        "dns": "cjib.example",
        "common_name": "CJIB uitgever",
        "organisation": "CJIB",
        "oin": CJIB_OIN,
        "not_before": START,
        "not_after": END,
        "eku": KeyPurpose.CREDENTIALS,
        **changes,
    }
    return authority.issue_leaf(signer.public_jwk, **wanted)


def a_leaf_of_others(
    authority: CertificateAuthority,
    signer: SoftwareSigner,
    *,
    names: Sequence[x509.GeneralName] = (),
    subject: Sequence[tuple[x509.ObjectIdentifier, str]] = (),
    usages: Sequence[str] = (),
) -> bytes:
    """A leaf as another maker's software makes it: these names and usages, and nothing else of ours."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(*each) for each in subject]))
        .issuer_name(authority.certificate.subject)
        .public_key(signer.private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(LATE)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=not subject)
    if usages:
        usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(each) for each in usages])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(authority.signer.private_key, SHA256()).public_bytes(Encoding.DER)


def by_hand(
    subject: str,
    key: SoftwareSigner,
    issuer: str,
    issuer_key: SoftwareSigner,
    *extensions: tuple[x509.ExtensionType, bool],
    not_before: datetime = START,
    not_after: datetime = END,
    oins: Sequence[str] = (),
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject, *oins))
        .issuer_name(name(issuer))
        .public_key(key.private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key.private_key, SHA256()).public_bytes(Encoding.DER)


def name(common_name: str, *oins: str) -> x509.Name:
    numbers = [x509.NameAttribute(NameOID.SERIAL_NUMBER, oin) for oin in oins]
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name), *numbers])


def ca(path_length: int | None = None) -> tuple[x509.ExtensionType, bool]:
    return x509.BasicConstraints(ca=True, path_length=path_length), True


def usage(*, certificates: bool, signatures: bool = True) -> tuple[x509.ExtensionType, bool]:
    flags = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(digital_signature=signatures, key_cert_sign=certificates, **flags), True
