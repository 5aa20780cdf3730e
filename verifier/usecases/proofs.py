"""See what stays of files that are gone, as long as that is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import final

from credentials.clock import Clock
from verifier.domain.errors import UnknownProof
from verifier.domain.proof_of_check import ProofOfCheck, ProofPage
from verifier.ports import ProofsOfCheck
from verifier.usecases.listing import PAGE
from verifier.usecases.staff import Staff


@final
@dataclass(frozen=True, slots=True)
class Proofs:
    """Proofs of check, of one's own files or, with None for the owner, of everybody's; `kept` is for how long."""

    proofs: ProofsOfCheck
    staff: Staff
    kept: timedelta
    clock: Clock

    def page(self, owner: str | None, number: int = 1) -> ProofPage:
        """Return a page, counted from 1; past the end, the last one. Whose time is over is in none, purged or not."""
        since = self.clock.now() - self.kept
        total = self.proofs.count(owner, since=since)
        last = max(1, -(-total // PAGE))
        number = min(number, last)
        found = tuple(self.proofs.of(owner, since=since, skip=(number - 1) * PAGE, most=PAGE))
        return ProofPage(found, number, last, self.staff.names({each.holder for each in found}))

    def one(self, owner: str | None, proof_id: str) -> ProofOfCheck:
        """Return one whose time is not over. Raises UnknownProof."""
        proof = self.proofs.get(owner, proof_id)
        if self.until(proof) < self.clock.now():
            raise UnknownProof
        return proof

    def holder(self, proof: ProofOfCheck) -> str:
        """Return the name of whoever had the file at the end."""
        return self.staff.names([proof.holder])[proof.holder]

    def until(self, proof: ProofOfCheck) -> datetime:
        """Say until when it is kept."""
        return proof.closed_at + self.kept

    def purge(self) -> int:
        """Delete those whose time is over; return how many."""
        return self.proofs.purge(self.clock.now() - self.kept)
