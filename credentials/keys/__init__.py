"""Keys: public JWKs, the signer port and its adapters.

Only algorithms on the list exist here: ES256 (P-256), ES384 (P-384, verification) and EdDSA over Ed25519, and ES512
(P-521) where a caller asks for it. The algorithm follows from the key, never from a token.
"""

from credentials.keys.certificate import UnreadableCertificate, alternative_names, read_certificate
from credentials.keys.jwk import COMMON, WITH_ES512, Algorithm, PublicJwk, UnsupportedKey
from credentials.keys.pkcs11 import Pkcs11Signer, Pkcs11Token
from credentials.keys.signer import InvalidSignature, Signer, SignerUnavailable
from credentials.keys.software import SoftwareSigner, verify_signature

__all__ = [
    "COMMON",
    "WITH_ES512",
    "Algorithm",
    "InvalidSignature",
    "Pkcs11Signer",
    "Pkcs11Token",
    "PublicJwk",
    "Signer",
    "SignerUnavailable",
    "SoftwareSigner",
    "UnreadableCertificate",
    "UnsupportedKey",
    "alternative_names",
    "read_certificate",
    "verify_signature",
]
