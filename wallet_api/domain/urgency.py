"""How pressing each debt is, its next step, and what can be seen coming: told to the citizen and nobody else.

1. *Cannot wait* is where, by what follows when it is not paid (`credentials.debts.unpaid`), a bailiff comes next, or
   a plan ends. It goes before all groups.
2. Every debt has one next step. Whoever is pressed calls first: a call helps where money is short, and a payment alone
   may come too late.
3. Signals are worked out here, from the cards and the day. They are kept nowhere and sent to nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, final

from credentials.clock import dutch_day
from credentials.debts.disclosed import DisclosedCase
from credentials.debts.phase import Phase
from credentials.debts.unpaid import Consequence, consequence_of
from wallet_api.domain.overview import OUT_OF_DATE, DebtLine, Group

SOON: Final = timedelta(days=7)
"""A day of payment within so many days is near."""

LAST_DAYS: Final = timedelta(days=14)
"""A term to object ends when no more than so many days are left of it."""

_IMPOSED: Final = "FinancieleVerplichtingOpgelegd"
_REMINDED: Final = frozenset({Phase.REMINDER, Phase.FINAL_NOTICE})


class Step(StrEnum):
    """What to do first about a debt."""

    GET_HELP = "hulp_vragen"
    CALL = "bellen"
    FETCH = "opnieuw_ophalen"
    PAY = "betalen"
    PAY_LATER = "later_betalen"
    NOTHING = "niets"


class Signal(StrEnum):
    """Something that a citizen is better off to know before it happens."""

    DUE_SOON = "bijna_betalen"
    SECOND_NOTICE = "weer_een_brief"
    PLAN_SLIPPING = "regeling_loopt_achter"
    GROWING = "bedrag_loopt_op"
    OBJECTION_ENDING = "bezwaar_kan_nog_kort"


# In this order: first what can be done to somebody, then what is lost.
_PRESSING: Final = (Consequence.WRIT, Consequence.AFTER_FINAL_NOTICE, Consequence.PLAN_AT_RISK)


def cannot_wait(line: DebtLine) -> bool:
    """Say whether a debt goes before all others."""
    return line.group is not Group.DONE and consequence_of(line.case) in _PRESSING


def next_step(line: DebtLine) -> Step:
    """Return the one thing to do first."""
    if line.group is Group.DONE:
        return Step.NOTHING
    follows = consequence_of(line.case)
    if follows is Consequence.WRIT:
        return Step.GET_HELP
    if follows in _PRESSING or follows is Consequence.WITHHELD:
        return Step.CALL
    if line.freshness in OUT_OF_DATE:
        return Step.FETCH
    if line.due.now:
        return Step.PAY
    return Step.PAY_LATER if line.due.next_day is not None else Step.NOTHING


def signals(line: DebtLine, today: date) -> tuple[Signal, ...]:
    """Return what can be seen coming of a debt on this Dutch day."""
    if line.group is Group.DONE:
        return ()
    case = line.case
    holds = {
        Signal.DUE_SOON: _near(line.day, today, SOON),
        Signal.SECOND_NOTICE: case.phase in _REMINDED,
        Signal.PLAN_SLIPPING: case.plan_instalment is not None and case.plan_kept is False,
        Signal.GROWING: case.phase is not Phase.SUSPENDED and _has_grown(case),
        Signal.OBJECTION_ENDING: case.remedy is not None and _near(case.remedy_until, today, LAST_DAYS),
    }
    return tuple(signal for signal, so in holds.items() if so)


@final
@dataclass(frozen=True, slots=True)
class Arranged:
    """Debts in the order in which they want attention: each stands in one place."""

    first: tuple[DebtLine, ...]
    now: tuple[DebtLine, ...]
    later: tuple[DebtLine, ...]
    plan: tuple[DebtLine, ...]
    done: tuple[DebtLine, ...]

    @property
    def anything_late(self) -> bool:
        """Say whether something cannot wait, or should have been paid already."""
        return bool(self.first) or any(line.due.late for line in self.now)


def arranged(lines: Iterable[DebtLine]) -> Arranged:
    """Put debts in their places: what cannot wait by what threatens, all others by their day and amount."""
    first: list[DebtLine] = []
    groups: dict[Group, list[DebtLine]] = {group: [] for group in Group}
    for line in sorted(lines, key=lambda each: (each.day or date.max, -each.balance)):
        (first if cannot_wait(line) else groups[line.group]).append(line)
    first.sort(key=lambda line: _PRESSING.index(consequence_of(line.case)))
    return Arranged(
        tuple(first),
        tuple(groups[Group.NOW]),
        tuple(groups[Group.LATER]),
        tuple(groups[Group.PLAN]),
        tuple(groups[Group.DONE]),
    )


def _near(day: date | None, today: date, within: timedelta) -> bool:
    return day is not None and today <= day <= today + within


def _has_grown(case: DisclosedCase) -> bool:
    """Tell whether costs came after the first amount: what was imposed on the first day belongs to the debt itself."""
    if (case.increases or 0) > 0 or (case.interest or 0) > 0:
        return True
    imposed = [event for event in case.events if event.type == _IMPOSED and event.at is not None]
    return len({dutch_day(event.at) for event in imposed if event.at is not None}) > 1
