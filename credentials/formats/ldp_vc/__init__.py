"""W3C VCDM 2.0 credentials secured by Data Integrity proofs over canonical RDF."""

from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.formats.ldp_vc.contexts import ContextBundle, UnknownContext
from credentials.formats.ldp_vc.format import LdpVc
from credentials.formats.ldp_vc.proofs import InvalidProof, VerifiedProof, sign_document, verify_document
from credentials.formats.ldp_vc.shape import DocumentLimits, UnsafeDocument

__all__ = [
    "Canonicaliser",
    "ContextBundle",
    "DocumentLimits",
    "InvalidProof",
    "LdpVc",
    "UnknownContext",
    "UnsafeDocument",
    "VerifiedProof",
    "sign_document",
    "verify_document",
]
