"""What the tests of the protocol messages share: a moment, keys, certificates and the specifications' examples."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from credentials.keys import SoftwareSigner

VECTORS = Path(__file__).parents[2] / "vectors" / "openid"


@pytest.fixture(scope="session")
def now() -> datetime:
    return datetime(2026, 12, 14, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def signer() -> SoftwareSigner:
    return SoftwareSigner.generate()


@pytest.fixture(scope="session")
def vector() -> Callable[[str], bytes]:
    return lambda name: (VECTORS / name).read_bytes()


@pytest.fixture(scope="session")
def leaf_for() -> Callable[..., bytes]:
    """Make a self-signed certificate: here only its key and names are read."""

    def make(signer: SoftwareSigner, *dns: str) -> bytes:
        key = signer.private_key
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "verifier")])
        start = datetime(2026, 1, 1, tzinfo=UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=365))
        )
        if dns:
            names = x509.SubjectAlternativeName([x509.DNSName(host) for host in dns])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(key, SHA256()).public_bytes(Encoding.DER)

    return make
