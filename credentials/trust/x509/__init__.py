"""X.509 for issuers, list signers and verifiers.

An organisation has one certificate authority, which the trust list names, and short-lived leaves below it. `x5c`
carries the leaf and any intermediates, never the authority itself.
"""

from credentials.trust.x509.authority import CertificateAuthority, make_ca
from credentials.trust.x509.certificate import (
    CertificateExpired,
    InvalidChain,
    UnknownAuthority,
    aki,
    load_pem,
    public_jwk,
    ski,
    to_der,
    to_pem,
)
from credentials.trust.x509.chain import (
    MAX_CERTIFICATES,
    Leaf,
    chain_end,
    check_alone,
    check_authority,
    issuer_of,
    subject_of,
    verify_chain,
)
from credentials.trust.x509.purpose import KeyPurpose
from credentials.trust.x509.request import request_certificate

__all__ = [
    "MAX_CERTIFICATES",
    "CertificateAuthority",
    "CertificateExpired",
    "InvalidChain",
    "KeyPurpose",
    "Leaf",
    "UnknownAuthority",
    "aki",
    "chain_end",
    "check_alone",
    "check_authority",
    "issuer_of",
    "load_pem",
    "make_ca",
    "public_jwk",
    "request_certificate",
    "ski",
    "subject_of",
    "to_der",
    "to_pem",
    "verify_chain",
]
