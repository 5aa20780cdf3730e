"""Read a person's debts from the agency's own register, at this moment."""

from dataclasses import dataclass

from credentials.clock import Clock
from credentials.debts.bsn import Bsn
from issuer.domain.facts import Facts
from issuer.ports import DebtSource


@dataclass(frozen=True, slots=True)
class ReadDebts:
    """The only way to a citizen's debts: nothing of them waits in a session or a table."""

    source: DebtSource
    clock: Clock

    def __call__(self, bsn: Bsn) -> Facts:
        """Return what the agency knows now; no cases is a fact too. Raises SourceUnavailable."""
        known = self.source.cases_of(bsn, self.clock.now())
        return Facts.of(self.source.agency, known.cases, known.as_of)
