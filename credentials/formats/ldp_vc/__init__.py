"""W3C VCDM 2.0 credentials secured by Data Integrity proofs over canonical RDF."""

from credentials.formats.ldp_vc.canonical import Canonicaliser, Profile
from credentials.formats.ldp_vc.contexts import EXAMPLES_V2, ContextBundle, UnknownContext
from credentials.formats.ldp_vc.format import LdpVc
from credentials.formats.ldp_vc.key_proof import SUITES as KEY_PROOF_SUITES
from credentials.formats.ldp_vc.key_proof import make_key_proof, verify_key_proof
from credentials.formats.ldp_vc.limits import DocumentLimits
from credentials.formats.ldp_vc.proof_errors import (
    InvalidChallenge,
    InvalidDomain,
    InvalidProof,
    ProofProblem,
    problem_type_of,
)
from credentials.formats.ldp_vc.proofs import VerifiedProof, derive_document, sign_document, verify_document
from credentials.formats.ldp_vc.safety import UnsafeDocument

__all__ = [
    "EXAMPLES_V2",
    "KEY_PROOF_SUITES",
    "Canonicaliser",
    "ContextBundle",
    "DocumentLimits",
    "InvalidChallenge",
    "InvalidDomain",
    "InvalidProof",
    "LdpVc",
    "Profile",
    "ProofProblem",
    "UnknownContext",
    "UnsafeDocument",
    "VerifiedProof",
    "derive_document",
    "make_key_proof",
    "problem_type_of",
    "sign_document",
    "verify_document",
    "verify_key_proof",
]
