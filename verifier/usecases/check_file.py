"""Check a sealed overview that a client brought as a file: its seal, and every line in it as of that day.

Nothing is fetched and nothing is kept: the status lists are those that were sealed with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from credentials.clock import Clock
from credentials.trust import TrustList
from credentials.verification import SealedReport, examine_sealed
from credentials.verification.sealed import VerifierAt


@final
@dataclass(frozen=True, slots=True)
class CheckFile:
    """Examine a file by the trust list of now."""

    trust_list: Callable[[], TrustList]
    verifier_at: VerifierAt
    clock: Clock

    def __call__(self, content: bytes) -> SealedReport:
        """Return what was found; never raises for what the file is."""
        return examine_sealed(content, self.trust_list, self.verifier_at, now=self.clock.now())
