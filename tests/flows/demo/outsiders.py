"""Issuers that this project did not make: certificates and SD-JWTs by plain `cryptography` and `json`.

They do as other makers do: certificates without extended key usage, a name only as URI or only as DNS, disclosures
without decoys, claims of their own.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from credentials.keys import SoftwareSigner

DEBT = "urn:example:schuld:1"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def hidden(name: str, value: object) -> tuple[str, str]:
    """Return a disclosure and its digest (RFC 9901 section 4.2)."""
    text = b64(json.dumps([b64(secrets.token_bytes(16)), name, value]).encode())
    return text, b64(hashlib.sha256(text.encode()).digest())


@dataclass
class CertifiedIssuer:
    """An issuer with a certificate authority of its own. `names` are those of its leaf certificate."""

    identifier: str
    name: str
    types: Sequence[str]
    names: Sequence[x509.GeneralName]
    says: str | None = None  # what its tokens name as issuer, when not the identifier
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        authority = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{self.name} root")])
        self.ca = (
            _builder(subject, subject, authority.public_key(), days=3650)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(authority, SHA256())
        )
        leaf = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        self.leaf = (
            _builder(leaf, subject, self.key.public_key(), days=365)
            .add_extension(x509.SubjectAlternativeName(self.names), critical=False)
            .sign(authority, SHA256())
        )

    @property
    def participant(self) -> dict[str, Any]:
        """The entry as the README has it."""
        pem = self.ca.public_bytes(Encoding.PEM).decode()
        return {"identifier": self.identifier, "naam": self.name, "certificate": pem, "types": list(self.types)}

    def issue(
        self, vct: str, holder: SoftwareSigner, open_: Mapping[str, object], hidden_: Mapping[str, object], **more: Any
    ) -> str:
        """Sign an SD-JWT VC with these claims in the open and those one by one hidden."""
        disclosures = [hidden(name, value) for name, value in hidden_.items()]
        now = int(datetime.now(UTC).timestamp())
        payload = {
            "iss": self.says or self.identifier,
            "vct": vct,
            "iat": now - 60,
            "exp": now + 86_400,
            "cnf": {"jwk": dict(holder.public_jwk.members)},
            "_sd_alg": "sha-256",
            "_sd": sorted(digest for _, digest in disclosures),
            **open_,
            **more,
        }
        x5c = [base64.b64encode(self.leaf.public_bytes(Encoding.DER)).decode()]
        token = sign({"alg": "ES256", "typ": "dc+sd-jwt", "x5c": x5c}, payload, self.key)
        return "~".join([token, *(text for text, _ in disclosures), ""])


def sign(header: Mapping[str, object], payload: Mapping[str, object], key: ec.EllipticCurvePrivateKey) -> str:
    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(payload).encode())}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
    return f"{signed}.{b64(r.to_bytes(32) + s.to_bytes(32))}"


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
    )
