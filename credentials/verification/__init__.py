"""Verification: from something that was presented to something that is proven, or to the reason why it is not.

`Verifier.verify` raises; `Verifier.examine` returns a Report that a person can read. `bundle` reads and writes the
overview that a citizen downloads, `sealed` examines the sealed document that holds one, `loose` whatever else proves
something by itself.
"""

from credentials.verification.bundle import Bundle, BundledProof
from credentials.verification.loose import LooseReport, NoProofs, examine_loose, examine_proof, read_proofs
from credentials.verification.report import (
    Check,
    CheckName,
    CheckOutcome,
    Outcome,
    Report,
    VerificationFailed,
    VerifiedCredential,
)
from credentials.verification.sealed import SealedReport, SealReport, examine_sealed
from credentials.verification.verifier import Verifier

__all__ = [
    "Bundle",
    "BundledProof",
    "Check",
    "CheckName",
    "CheckOutcome",
    "LooseReport",
    "NoProofs",
    "Outcome",
    "Report",
    "SealReport",
    "SealedReport",
    "VerificationFailed",
    "VerifiedCredential",
    "Verifier",
    "examine_loose",
    "examine_proof",
    "examine_sealed",
    "read_proofs",
]
