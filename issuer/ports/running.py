"""How the service itself runs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from issuer.domain.running import FailureCount, JobRun, Step


class Failures(Protocol):
    """How often something went wrong for somebody, by day, step and cause."""

    def add(self, day: date, times: Mapping[tuple[Step, str], int]) -> None:
        """Count so many times more on this day."""
        ...

    def since(self, day: date) -> Sequence[FailureCount]:
        """Return the counts of every day from this one on, the oldest first."""
        ...

    def fold(self, since: date) -> None:
        """Tidy up what is counted by, and forget the days before this one."""
        ...


class JobRuns(Protocol):
    """When housekeeping was last done."""

    def note(self, run: JobRun) -> None:
        """Remember this run instead of the one of its name before it."""
        ...

    def all(self) -> Sequence[JobRun]:
        """Return the last run of each, by name."""
        ...
