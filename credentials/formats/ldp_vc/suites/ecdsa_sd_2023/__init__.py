"""`ecdsa-sd-2023`: selective disclosure of JSON-LD statements (Data Integrity ECDSA Cryptosuites 1.0, 3.4 to 3.6).

The issuer's base proof signs every statement by itself with a key made for this one proof; the holder derives from it
a document with some statements and a proof of exactly those. A base proof is for the holder only: it holds the key
that hides the labels, and a verifier must refuse it.
"""

from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.pointers import select
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.proof_value import BaseProofValue, DerivedProofValue
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.suite import EcdsaSd2023

__all__ = ["BaseProofValue", "DerivedProofValue", "EcdsaSd2023", "select"]
