"""The cryptosuites that we make and take, by name."""

from collections.abc import Mapping
from typing import Final

from credentials.formats.base import UnknownFormat
from credentials.formats.ldp_vc.contexts import ED25519_SIGNATURE_2020_V1
from credentials.formats.ldp_vc.proof_errors import InvalidProof, ProofProblem
from credentials.formats.ldp_vc.suites.cryptosuite import Cryptosuite, ProofRequest, SelectiveCryptosuite
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023 import EcdsaSd2023
from credentials.formats.ldp_vc.suites.hashed import DATA_INTEGRITY_PROOF, ECDSA, ED25519, HashedSuite
from credentials.formats.ldp_vc.suites.jcs import jcs_hashing
from credentials.formats.ldp_vc.suites.rdfc import rdfc_hashing
from credentials.keys import PublicJwk

EDDSA_RDFC_2022: Final = HashedSuite("eddsa-rdfc-2022", ED25519, rdfc_hashing)
EDDSA_JCS_2022: Final = HashedSuite("eddsa-jcs-2022", ED25519, jcs_hashing, copies_context=True)
ECDSA_RDFC_2019: Final = HashedSuite("ecdsa-rdfc-2019", ECDSA, rdfc_hashing)
ECDSA_JCS_2019: Final = HashedSuite("ecdsa-jcs-2019", ECDSA, jcs_hashing, copies_context=True)
ECDSA_SD_2023: Final = EcdsaSd2023()
# DI-EdDSA appendix A: a linked-data signature of before cryptosuites, named by the type of its proof.
ED25519_SIGNATURE_2020: Final = HashedSuite(
    "Ed25519Signature2020", ED25519, rdfc_hashing, "Ed25519Signature2020", ED25519_SIGNATURE_2020_V1
)

ALL_SUITES: Final[Mapping[str, Cryptosuite]] = {
    suite.name: suite
    for suite in (
        EDDSA_RDFC_2022,
        ECDSA_RDFC_2019,
        EDDSA_JCS_2022,
        ECDSA_JCS_2019,
        ECDSA_SD_2023,
        ED25519_SIGNATURE_2020,
    )
}
"""Every suite, by the value of `cryptosuite` or the type of a linked-data signature."""


def suite_of(proof: Mapping[str, object], suites: Mapping[str, Cryptosuite] = ALL_SUITES) -> Cryptosuite:
    """Return the suite of a proof.

    Raises UnknownFormat for a suite that is not among `suites`, InvalidProof for a type that none of them has.
    """
    kind = proof.get("type")
    if kind == DATA_INTEGRITY_PROOF:
        name = proof.get("cryptosuite")
        if not isinstance(name, str):
            raise InvalidProof("cryptosuite is not a string")
    elif isinstance(kind, str):
        name = kind
    else:
        raise InvalidProof("the type of the proof is not one string")
    suite = suites.get(name)
    if suite is None or suite.proof_type != kind:
        raise UnknownFormat("the cryptosuite is not on our list")
    return suite


def suite_for(key: PublicJwk, name: str | None = None, suites: Mapping[str, Cryptosuite] = ALL_SUITES) -> Cryptosuite:
    """Return the suite of that name, or the first that takes the key.

    Raises UnknownFormat for an unknown name, InvalidProof with PROOF_GENERATION_ERROR for a key of another kind.
    """
    if name is None:
        name = next(each.name for each in suites.values() if each.takes(key))
    suite = suites.get(name)
    if suite is None:
        raise UnknownFormat("the cryptosuite is not on our list")
    if not suite.takes(key):
        raise InvalidProof("the key is not one for this cryptosuite", ProofProblem.GENERATION)
    return suite


__all__ = [
    "ALL_SUITES",
    "DATA_INTEGRITY_PROOF",
    "ECDSA_JCS_2019",
    "ECDSA_RDFC_2019",
    "ECDSA_SD_2023",
    "ED25519_SIGNATURE_2020",
    "EDDSA_JCS_2022",
    "EDDSA_RDFC_2022",
    "Cryptosuite",
    "EcdsaSd2023",
    "HashedSuite",
    "ProofRequest",
    "SelectiveCryptosuite",
    "suite_for",
    "suite_of",
]
