"""Evidence bundles: what was proven once, kept so that it can be proven again as of its date, offline.

`packing` makes one of presentations as they were received with what they were checked by, `examining` reads one that
anybody may have made. `manifest` is the layout, `archive` the one way in which it is written (ADR 31).
"""

from credentials.verification.evidence_bundle.archive import BEGINS, MAX_BYTES
from credentials.verification.evidence_bundle.examining import (
    AnswerReport,
    EvidenceReport,
    VerifierThen,
    examine_evidence,
)
from credentials.verification.evidence_bundle.fingerprint import answer_part, content_of, digest_of, fingerprint
from credentials.verification.evidence_bundle.packing import Received, ReceivedAnswer, pack_evidence
from credentials.verification.evidence_bundle.then import verifiers_then

__all__ = [
    "BEGINS",
    "MAX_BYTES",
    "AnswerReport",
    "EvidenceReport",
    "Received",
    "ReceivedAnswer",
    "VerifierThen",
    "answer_part",
    "content_of",
    "digest_of",
    "examine_evidence",
    "fingerprint",
    "pack_evidence",
    "verifiers_then",
]
