"""Making certificates: an organisation's own authority, and the leaves below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self, final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from credentials.errors import ConfigurationError
from credentials.keys import Algorithm, PublicJwk, SoftwareSigner
from credentials.trust.x509.certificate import key_identifier, load_pem, public_jwk_of
from credentials.trust.x509.purpose import USAGE, KeyPurpose


@final
@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """A certificate authority and its key."""

    certificate: x509.Certificate
    signer: SoftwareSigner

    @classmethod
    def load(cls, pem: bytes, signer: SoftwareSigner) -> Self:
        """Join a stored certificate and its key. Raises ConfigurationError when they do not belong together."""
        (certificate,) = load_pem(pem)[:1] or (None,)
        if certificate is None:
            raise ConfigurationError("the file holds no certificate")
        if public_jwk_of(certificate) != signer.public_jwk:
            raise ConfigurationError("the certificate is not of this key")
        return cls(certificate, signer)

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        """The certificate, PEM."""
        return self.certificate.public_bytes(Encoding.PEM).decode("ascii")

    @property
    def ski(self) -> bytes:
        """The subject key identifier: what DCQL's `aki` names (OpenID4VP 1.0 section 6.1.1.1)."""
        return key_identifier(self.certificate)

    def issue_leaf(
        self,
        public_jwk: PublicJwk,
        *,
        uri: str,
        dns: str,
        common_name: str,
        organisation: str,
        oin: str | None,
        not_before: datetime,
        not_after: datetime,
        eku: KeyPurpose | None = None,
        country: str = "NL",
        other_uris: Sequence[str] = (),
    ) -> bytes:
        """Certify a key: SAN URI and DNS, AKI and SKI, digitalSignature only, and one purpose. Returns DER.

        `uri` is the identifier that stands in `iss`; `dns` its host. The OIN stands in serialNumber, as in
        PKIoverheid's service certificates. Without `eku` the key serves every purpose.
        Raises ConfigurationError for a purpose that no usage marks.
        """
        if eku is not None and eku not in USAGE:
            raise ConfigurationError("there is no extended key usage for this purpose")
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(each) for each in (uri, *other_uris)]
        if dns:
            names.append(x509.DNSName(dns))
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject_name(common_name, country, organisation, oin))
            .issuer_name(self.certificate.subject)
            .public_key(public_jwk.key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_after)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_jwk.key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier(self.ski, None, None), critical=False)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
        )
        if eku is not None:
            usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(USAGE[eku])])
            builder = builder.add_extension(usage, critical=True)
        return _signed(builder, self.signer).public_bytes(Encoding.DER)


def make_ca(
    name: str,
    country: str = "NL",
    *,
    not_before: datetime,
    not_after: datetime,
    organisation: str | None = None,
    oin: str | None = None,
    signer: SoftwareSigner | None = None,
) -> CertificateAuthority:
    """Make a self-signed authority that may sign leaves only (path length 0); a new P-256 key unless one is given."""
    keeper = signer or SoftwareSigner.generate(Algorithm.ES256)
    public_key = keeper.public_jwk.key
    subject = subject_name(name, country, organisation or name, oin)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )
    return CertificateAuthority(_signed(builder, keeper), keeper)


def subject_name(common_name: str, country: str, organisation: str, oin: str | None) -> x509.Name:
    """Return how a certificate names an organisation; the OIN stands in serialNumber."""
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, country),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
    ]
    if oin:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, oin))
    return x509.Name(attributes)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, signer: SoftwareSigner) -> x509.Certificate:
    hashes = {Algorithm.ES256: SHA256(), Algorithm.ES384: SHA384(), Algorithm.EDDSA: None}
    if signer.algorithm not in hashes:
        raise ConfigurationError("certificates are signed with P-256, P-384 or Ed25519")
    return builder.sign(signer.private_key, hashes[signer.algorithm])
