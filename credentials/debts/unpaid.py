"""What follows when a debt is not paid: by its phase, plan, history and kind. The words are each page's own.

1. While collection is suspended nothing follows; and nothing when nothing is left to pay.
2. A bailiff who may come goes before everything else.
3. What is being withheld goes on being withheld: nobody is reminded of what is taken at the source. One set-off says
   so only for a debt that its agency collects that way. Where the citizen paid after it, or was reminded or warned, it
   no longer does.
4. A plan can end; one that is not kept can end now.
5. Else the next letter follows the last one that was sent, also when it was withdrawn since: a stage is not passed
   twice. After the first letter it depends on the law of the debt (`Step`, in the catalogue).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self, final

from credentials.debts.catalogue import Step, describe
from credentials.debts.disclosed import DisclosedCase, DisclosedEvent
from credentials.debts.events import Event, PaymentDemanded, PaymentProcessed, SetOff, Stage
from credentials.debts.phase import Phase

# How agencies describe money that nobody paid: the FCID has no field for it, and its version 3 no set-off.
_WITHHELD: Final = re.compile(r"\b(?:ingehouden|inhouding|broninhouding|loonbeslag|beslag)\b", re.IGNORECASE)
_SET_OFF: Final = re.compile(r"\b(?:verrekend|verrekening)\b", re.IGNORECASE)


class Consequence(StrEnum):
    """What follows when the citizen does not pay."""

    NOTHING = "niets"
    PAUSED = "pauze"
    WRIT = "deurwaarder"
    WITHHELD = "inhouding"
    PLAN = "regeling"
    PLAN_AT_RISK = "regeling loopt achter"
    TRANSFERRED = "overgedragen"
    AFTER_FINAL_NOTICE = "na aanmaning"
    FINAL_NOTICE = "aanmaning"
    FINE_RISES = "boete hoger"
    FINAL_NOTICE_WITH_COSTS = "aanmaning met kosten"
    SET_OFF = "verrekening"
    REMINDER = "herinnering"


_NEXT: Final = {
    Step.REMINDER: Consequence.REMINDER,
    Step.FINE_RISES: Consequence.FINE_RISES,
    Step.FINAL_NOTICE_WITH_COSTS: Consequence.FINAL_NOTICE_WITH_COSTS,
    Step.SET_OFF: Consequence.SET_OFF,
}


class Money(StrEnum):
    """How money came in: paid by the citizen, withheld at the source, or set off against what the citizen would get."""

    PAID = "betaald"
    WITHHELD = "ingehouden"
    SET_OFF = "verrekend"


@final
@dataclass(frozen=True, slots=True)
class History:
    """What of a case's history tells how it goes on: how money came in last, and the furthest letter that was sent."""

    last: Money | None = None
    furthest: Stage | None = None

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self:
        """Read the events of a case, in order of time."""
        last, furthest = None, None
        for event in events:
            match event:
                case SetOff():
                    last = Money.SET_OFF
                case PaymentProcessed():
                    last = _money(event.description)
                case PaymentDemanded():
                    furthest = _further(furthest, event.stage)
                    last = last if event.stage is Stage.NOTICE else None
                case _:
                    pass
        return cls(last, furthest)

    @classmethod
    def of_disclosed(cls, events: Iterable[DisclosedEvent]) -> Self:
        """Read the events of a case as a card shows them: in any order, and as far as it does."""
        last, furthest = None, None
        for event in sorted(events, key=lambda each: each.at.timestamp() if each.at is not None else float("-inf")):
            match event.type:
                case "VerrekeningVerwerkt":
                    last = Money.SET_OFF
                case "BetalingVerwerkt":
                    last = _money(event.description)
                case "BetalingsverplichtingOpgelegd" if event.description in _STAGES:
                    furthest = _further(furthest, Stage(event.description))
                    last = last if event.description == Stage.NOTICE else None
                case _:
                    pass
        return cls(last, furthest)


def consequence(
    *, balance: int | None, phase: Phase | None, type: str | None, plan_kept: bool | None, history: History
) -> Consequence:
    """Tell what follows. `plan_kept` is None without a plan; what was not disclosed tells nothing."""
    if (balance is not None and balance <= 0) or phase is None:
        return Consequence.NOTHING
    if phase is Phase.SUSPENDED:
        return Consequence.PAUSED
    if phase is Phase.WRIT:
        return Consequence.WRIT
    step = describe(type or "").unpaid
    if history.last is Money.WITHHELD or (history.last is Money.SET_OFF and step is Step.SET_OFF):
        return Consequence.WITHHELD
    if plan_kept is False:
        return Consequence.PLAN_AT_RISK
    if phase is Phase.PLAN or plan_kept:
        return Consequence.PLAN
    return _next_letter(phase, step, history.furthest)


def consequence_of(case: DisclosedCase) -> Consequence:
    """Tell what follows of a case as a card shows it."""
    has_plan = case.plan_instalment is not None
    return consequence(
        balance=case.balance,
        phase=case.phase,
        type=case.type,
        plan_kept=case.plan_kept is not False if has_plan else None,
        history=History.of_disclosed(case.events),
    )


def _next_letter(phase: Phase, step: Step, furthest: Stage | None) -> Consequence:
    if phase in {Phase.TRANSFERRED, Phase.NONE}:
        return Consequence.TRANSFERRED if phase is Phase.TRANSFERRED else Consequence.NOTHING
    if phase is Phase.FINAL_NOTICE or furthest is Stage.FINAL_NOTICE:
        return Consequence.AFTER_FINAL_NOTICE
    if phase is Phase.REMINDER or furthest is Stage.REMINDER:
        return Consequence.FINAL_NOTICE
    return _NEXT[step]


_STAGES: Final = frozenset(str(stage) for stage in Stage)
_ORDER: Final = (None, Stage.NOTICE, Stage.REMINDER, Stage.FINAL_NOTICE)


def _further(known: Stage | None, stage: Stage) -> Stage | None:
    return max(known, stage, key=_ORDER.index)


def _money(description: str | None) -> Money:
    if description is not None and _WITHHELD.search(description):
        return Money.WITHHELD
    return Money.SET_OFF if description is not None and _SET_OFF.search(description) else Money.PAID
