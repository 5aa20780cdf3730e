"""What a page shows of a proof of check."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from verifier.domain.proof_of_check import ProofOfCheck
from verifier.usecases.proofs import Proofs
from verifier.web.views import template_name

_GROUP: Final = 8


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """A proof of check, whose it is, and until when it is kept; its fingerprint in groups that people can compare."""

    proof: ProofOfCheck
    holder: str
    asked: str
    until: datetime
    groups: tuple[str, ...]


def kept_check(proofs: Proofs, proof: ProofOfCheck) -> KeptCheck:
    """Make a proof ready to be laid out."""
    name = proof.fingerprint
    return KeptCheck(
        proof,
        proofs.holder(proof),
        template_name(proof.template),
        proofs.until(proof),
        tuple(name[at : at + _GROUP] for at in range(0, len(name), _GROUP)),
    )
