"""One press of the button: agencies asked one after another, each with its own outcome.

An agency that is down or misbehaves has an outcome like any other and never stops the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self, final

from wallet_api.domain.card import Agency
from wallet_api.domain.delivery import Underway
from wallet_api.domain.errors import UnknownStep
from wallet_api.domain.failures import Failure


class Outcome(StrEnum):
    """How far it is with one agency."""

    WAITING = "nog_niet"
    BUSY = "bezig"
    RECEIVING = "komt_binnen"
    AWAITED = "nog_niet_klaar"
    COLLECTED = "opgehaald"
    NO_DEBTS = "geen_schulden"
    FAILED = "mislukt"


@final
@dataclass(frozen=True, slots=True)
class Round:
    """The state of one agency in a collection. `cases` is the number of open cases that it stated.

    `delivery` names what is coming in, of which `taken` cards of `total` are there. Where the agency is not ready yet,
    it is asked again from `again_at` on.
    """

    agency: Agency
    outcome: Outcome = Outcome.WAITING
    failure: Failure | None = None
    cases: int = 0
    at: datetime | None = None
    delivery: str | None = None
    taken: int = 0
    total: int = 0
    again_at: datetime | None = None

    @property
    def settled(self) -> bool:
        """Say whether there is nothing left to do here now."""
        return self.outcome not in (Outcome.WAITING, Outcome.BUSY, Outcome.RECEIVING)


@final
@dataclass(frozen=True, slots=True)
class Collection:
    """The running or last collection of a wallet. `step` is a one-time word in the link that takes the next step."""

    id: str
    started_at: datetime
    rounds: tuple[Round, ...]
    step: str

    @property
    def next_round(self) -> Round | None:
        """The agency to go to now: the one we were busy with, else the first that waits."""
        unsettled = [each for each in self.rounds if not each.settled]
        begun = (each for each in unsettled if each.outcome in (Outcome.BUSY, Outcome.RECEIVING))
        return next(begun, unsettled[0] if unsettled else None)

    @property
    def done(self) -> bool:
        """Say whether every agency has an outcome."""
        return self.next_round is None

    @property
    def stopped_at(self) -> Round | None:
        """The agency where the citizen said no just now: then nobody is sent on to the next without being asked."""
        settled = [(each.at, index) for index, each in enumerate(self.rounds) if each.settled and each.at is not None]
        latest = self.rounds[max(settled)[1]] if settled else None
        return latest if latest is not None and latest.failure is Failure.DECLINED else None

    @property
    def settled(self) -> int:
        """How many agencies have an outcome."""
        return sum(each.settled for each in self.rounds)

    def of(self, identifier: str) -> Round:
        """Return the state of this agency. Raises UnknownStep."""
        for each in self.rounds:
            if each.agency.identifier == identifier:
                return each
        raise UnknownStep("the agency is not part of this collection")

    def begin(self, identifier: str, at: datetime, step: str) -> Self:
        """Go to this agency; links made before are void."""
        return replace(
            self._with(identifier, lambda one: replace(one, outcome=Outcome.BUSY, failure=None, at=at)), step=step
        )

    def expecting(self, identifier: str, delivery: str, *, total: int) -> Self:
        """Note what comes in from an agency that we were busy with; one that has an outcome by now keeps it."""
        return self._with(
            identifier,
            lambda one: (
                one
                if one.settled or one.delivery is not None
                else replace(one, outcome=Outcome.RECEIVING, delivery=delivery, total=total)
            ),
        )

    def expects(self, delivery: str) -> bool:
        """Say whether this delivery is one of ours, and not given up."""
        return any(each.delivery == delivery for each in self.rounds)

    def underway(self, identifier: str, underway: Underway) -> Self:
        """Note how far the agency's cards are. For one that is not ready yet the others need not wait."""
        waits = underway.again_at is not None
        return self._with(
            identifier,
            lambda one: Round(
                one.agency,
                Outcome.AWAITED if waits else Outcome.RECEIVING,
                delivery=underway.id,
                taken=underway.taken,
                total=underway.total,
                again_at=underway.again_at,
            ),
        )

    def due(self, now: datetime) -> tuple[Round, ...]:
        """Return the agencies that were not ready and may be asked again by now."""
        return tuple(
            each
            for each in self.rounds
            if each.outcome is Outcome.AWAITED and each.again_at is not None and each.again_at <= now
        )

    def woken(self, now: datetime, step: str) -> Self:
        """Go on with the agencies that may be asked again by now."""
        again = {each.agency.identifier for each in self.due(now)}
        rounds = tuple(
            replace(each, outcome=Outcome.RECEIVING, again_at=None) if each.agency.identifier in again else each
            for each in self.rounds
        )
        return replace(self, rounds=rounds, step=step)

    def collected(self, identifier: str, cases: int, at: datetime) -> Self:
        """Note that the agency gave its cards, for so many open cases."""
        outcome = Outcome.COLLECTED if cases else Outcome.NO_DEBTS
        return self._with(identifier, lambda one: Round(one.agency, outcome, None, cases, at))

    def failed(self, identifier: str, failure: Failure, at: datetime) -> Self:
        """Note that it did not work, and why."""
        return self._with(identifier, lambda one: Round(one.agency, Outcome.FAILED, failure, one.cases, at))

    def again(self, identifier: str, step: str) -> Self:
        """Put this agency back in the queue."""
        return replace(self._with(identifier, lambda one: Round(one.agency)), step=step)

    def _with(self, identifier: str, change: Callable[[Round], Round]) -> Self:
        self.of(identifier)
        rounds = tuple(change(each) if each.agency.identifier == identifier else each for each in self.rounds)
        return replace(self, rounds=rounds)
