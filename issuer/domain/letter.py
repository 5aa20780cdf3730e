"""How an agency tells a citizen about their debts: what to pay now, what later, what is arranged, what is done.

The words are the page's; here is only what belongs where, and which amount a person has to find today.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from credentials.debts.case import Case, Phase
from issuer.domain.facts import Facts


class Group(StrEnum):
    """Where a case belongs, in the order in which they are told."""

    NOW = "nu"
    LATER = "later"
    PLAN = "regeling"
    PAUSED = "pauze"
    BACK = "terug"
    DONE = "klaar"


@dataclass(frozen=True, slots=True)
class Told:
    """A case as it is told: `now` is what must be paid at once, `due` before when, `late` whether that is past."""

    case: Case = field(repr=False)
    group: Group
    now: int
    due: date | None
    late: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything that an agency tells one citizen."""

    told: tuple[Told, ...]

    def of(self, group: Group) -> tuple[Told, ...]:
        """Return the cases of a group."""
        return tuple(each for each in self.told if each.group is group)

    @property
    def now(self) -> int:
        """What must be paid at once, over all cases."""
        return sum(each.now for each in self.told)

    @property
    def first_due(self) -> date | None:
        """The first day before which something must be paid; in the past when it is late."""
        return min((each.due for each in self.told if each.now and each.due), default=None)

    @property
    def all_late(self) -> bool:
        """Say whether the day has passed for everything that must be paid."""
        return all(each.late for each in self.told if each.now)

    @property
    def anything_late(self) -> bool:
        """Say whether a day of payment has passed."""
        return any(each.late for each in self.told)


def letter(facts: Facts, today: date) -> Letter:
    """Sort a citizen's cases: the most pressing first."""
    told = sorted(_told(facts.overview.cases, today), key=_urgency)
    return Letter(tuple(told))


def _told(cases: Iterable[Case], today: date) -> Iterable[Told]:
    for case in cases:
        group = _group(case)
        now = max(case.arrears, case.next_due_amount or 0) if group is Group.NOW else 0
        if group is Group.PLAN:
            now = case.arrears
        late = case.arrears > 0 or (bool(now) and case.next_due_date is not None and case.next_due_date < today)
        yield Told(case, group, now, case.next_due_date, late)


def _group(case: Case) -> Group:
    if case.balance == 0:
        return Group.DONE
    if case.balance < 0:
        return Group.BACK
    if case.phase is Phase.SUSPENDED:
        return Group.PAUSED
    if case.phase is Phase.PLAN or case.plan is not None:
        return Group.PLAN
    return Group.NOW if case.arrears or case.next_due_amount else Group.LATER


def _urgency(told: Told) -> tuple[int, date, int]:
    return list(Group).index(told.group), told.due or date.max, -told.case.balance
