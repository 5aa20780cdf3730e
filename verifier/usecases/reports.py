"""Report on a year: what was asked, what came of it, and how long that took. Counts only, of nobody."""

from dataclasses import dataclass
from typing import final

from credentials.clock import Clock, start_of_day
from verifier.domain.reports import Report, first_day, report
from verifier.ports import Deeds


@final
@dataclass(frozen=True, slots=True)
class Reports:
    """Count what is on record."""

    deeds: Deeds
    clock: Clock

    def __call__(self) -> Report:
        """Return the report of the last twelve months, this one included."""
        now = self.clock.now()
        return report(self.deeds.since(start_of_day(first_day(now))), now)
