"""How an agency stands: what was issued and what came of it, what failed and why, and what needs somebody's attention.

Counts only, of nobody. It reads what is kept, and asks the register nothing that could take time unless told to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from credentials.clock import Clock, dutch_day
from issuer.domain.issuance import CopyState, DayOfIssue, ListFill, Status
from issuer.domain.running import FailureCount, JobRun
from issuer.ports import Condition, DebtSource, PublicationTimes, Store

SHOWN: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that the agency shows to others and that ends one day; `soon` where that is near."""

    what: str
    ends_at: datetime
    soon: bool


@dataclass(frozen=True, slots=True)
class StatusListState:
    """How a status list stands: how full it is, since when it is served, until when, and when it is signed anew.

    `is_late`: it should have been signed anew by now. Without times it was never published.
    """

    number: int
    entries: int
    used: int
    is_filling: bool
    rest: Status
    published_at: datetime | None = None
    renewed_at: datetime | None = None
    expires_at: datetime | None = None
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How the agency stands at a moment; `days` are all of the last month, also those without anything."""

    at: datetime
    days: tuple[DayOfIssue, ...]
    failures: tuple[FailureCount, ...]
    waiting: int
    condition: Condition
    endings: tuple[Ending, ...]
    lists: tuple[StatusListState, ...]
    jobs: tuple[JobRun, ...]

    @property
    def issued(self) -> int:
        """How many copies were issued in the days shown."""
        return sum(sum(each.copies.values()) for each in self.days)

    def in_state(self, state: CopyState) -> int:
        """How many of these copies are in a state."""
        return sum(each.copies.get(state, 0) for each in self.days)


@dataclass(frozen=True, slots=True)
class Overlook:
    """Look at it all, or at the status lists alone.

    `lasting` are what ends, with how long before its end is near; `settle` writes down what this process counted.
    """

    store: Store
    clock: Clock
    source: DebtSource
    lasting: Callable[[], Sequence[tuple[str, datetime, timedelta]]]
    list_lifetime: timedelta
    settle: Callable[[], None]

    def __call__(self, *, wait: bool = False) -> Standing:
        """Say how the agency stands now; with `wait` the register is looked at anew, however long that takes."""
        # Who looks after a failure sees it, unless another process has it: that one writes within a minute.
        self.settle()
        now = self.clock.now()
        first = dutch_day(now - SHOWN)
        with self.store.read() as records:
            counted = records.issuances.count_states(first)
            failures = records.failures.since(first)
            waiting = records.deferrals.waiting(now)
            jobs = records.job_runs.all()
        return Standing(
            at=now,
            days=_every_day(counted, first, dutch_day(now)),
            failures=tuple(failures),
            waiting=waiting,
            condition=self.source.condition(now, wait=wait),
            endings=tuple(Ending(what, end, end - now <= ahead) for what, end, ahead in self.lasting()),
            lists=tuple(self.lists()),
            jobs=tuple(jobs),
        )

    def lists(self) -> Sequence[StatusListState]:
        """Say how each status list stands now."""
        with self.store.read() as records:
            filled, times = records.issuances.fill(), records.publications.times()
        newest = max((each.number for each in filled), default=0)
        now = self.clock.now()
        return [
            self._state(each, [one for one in times if one.list_number == each.number], newest, now) for each in filled
        ]

    def _state(self, fill: ListFill, times: Sequence[PublicationTimes], newest: int, now: datetime) -> StatusListState:
        filling = fill.number == newest
        if not times:
            return StatusListState(fill.number, fill.entries, fill.used, filling, fill.rest)
        # Of its kinds the one that is oldest: who checks a card may need any of them.
        published, expires = min(each.published_at for each in times), min(each.expires_at for each in times)
        renewed = expires - self.list_lifetime / 2
        return StatusListState(
            fill.number,
            fill.entries,
            fill.used,
            filling,
            fill.rest,
            published,
            renewed,
            expires,
            # Half of the time that is left then is more than any trouble with a job explains.
            is_late=now >= renewed + self.list_lifetime / 4,
        )


def _every_day(counted: Sequence[DayOfIssue], first: date, last: date) -> tuple[DayOfIssue, ...]:
    by_day = {each.day: each for each in counted}
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return tuple(by_day.get(day, DayOfIssue(day, {})) for day in days)
