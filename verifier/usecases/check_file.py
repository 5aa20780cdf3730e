"""A loose check: whatever a client brought as a file or as text, outside any question of ours.

1. How it begins says what it is: a sealed PDF, an evidence bundle, or else a credential, a presentation or an overview.
2. The first two have a maker and a moment: they are examined as of that moment by what is in them, and nothing is
   fetched. All else is examined as of now; for that the status lists of issuers on the trust list are read, as for any
   answer.
3. Nothing is kept, nothing is counted, and no file is opened for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias, final

from credentials.clock import Clock
from credentials.errors import Unavailable
from credentials.formats import FormatRegistry
from credentials.keys import PublicJwk
from credentials.sealed_pdf import BEGINS as PDF_BEGINS
from credentials.trust import TrustList
from credentials.verification import LooseReport, SealedReport, Verifier, examine_loose, examine_sealed, words
from credentials.verification.evidence_bundle import BEGINS as BUNDLE_BEGINS
from credentials.verification.evidence_bundle import EvidenceReport, VerifierThen, examine_evidence
from credentials.verification.sealed import VerifierAt

Found: TypeAlias = SealedReport | EvidenceReport | LooseReport

MAX_LOOSE_BYTES: Final = 2 << 20
"""How large a credential, presentation or overview may be that is read here, all as JSON or text."""


@final
@dataclass(frozen=True, slots=True)
class CheckFile:
    """Examine a file or a text by the trust list of now; `root` is the scheme's key, which no bundle brings along."""

    trust_list: Callable[[], TrustList]
    root: PublicJwk
    formats: FormatRegistry
    verifier: Verifier
    verifier_at: VerifierAt = field(repr=False)
    verifier_then: VerifierThen = field(repr=False)
    clock: Clock

    def __call__(self, content: bytes) -> Found:
        """Return what was found; never raises for what was brought."""
        now = self.clock.now()
        if content.startswith(PDF_BEGINS):
            return examine_sealed(content, self.trust_list, self.verifier_at, now=now)
        if content.startswith(BUNDLE_BEGINS):
            return examine_evidence(content, self.root, self.verifier_then, now=now, newest=self._newest())
        if len(content) > MAX_LOOSE_BYTES:
            return LooseReport(explanation=words.LOOSE["limit_exceeded"], code="limit_exceeded")
        return examine_loose(content, self.formats, self.verifier, now=now)

    def _newest(self) -> TrustList | None:
        try:
            return self.trust_list()
        except Unavailable:
            # What a bundle proves as of its date needs no list of now; that keys have leaked since, nobody can say.
            return None
