"""Which payment demands stand, and how much of each is paid.

Money is laid against the demands that stood when it came in: first those with its payment reference, then the one that
falls due first. What is left over waits for the next demand. Money laid against a demand that is withdrawn later stays
there, because the demand that replaces it asks for what was left; where it asks for the whole again, the balance of the
case (which bounds every figure derived from here) corrects that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import final

from credentials.debts.events import (
    DemandWithdrawn,
    Event,
    PaidOut,
    PaymentDemanded,
    PaymentProcessed,
    PaymentReversed,
    SetOff,
    Stage,
)


@final
@dataclass(frozen=True, slots=True)
class Demand:
    """A payment demand that stands, with the part of it that is paid."""

    event: PaymentDemanded
    covered: int

    @property
    def outstanding(self) -> int:
        """What is still to be paid of this demand."""
        return self.event.amount - self.covered

    def in_arrears(self, on: date) -> bool:
        """Tell whether it is late on this day (`credentials.debts.due`)."""
        if not self.outstanding or self.event.stage is Stage.FINAL_NOTICE:
            return self.outstanding > 0
        # A reminder that grants no new day recalls one that has passed.
        return self.event.stage is Stage.REMINDER if self.event.due is None else self.event.due < on


def live_demands(events: Iterable[Event]) -> tuple[Demand, ...]:
    """Return the demands that stand after these events (in order of time), the one that falls due first in front."""
    ledger = _Ledger()
    for event in sorted(events, key=_order):
        ledger.take(event)
    return tuple(Demand(event, ledger.covered[event.id]) for event in sorted(ledger.live.values(), key=_urgency))


class _Ledger:
    """The money while it is being laid out; lives for one call."""

    def __init__(self) -> None:
        self.live: dict[str, PaymentDemanded] = {}
        self.covered: dict[str, int] = {}
        self._unused: dict[str, int] = {}
        self._laid: dict[str, list[tuple[str, int]]] = {}

    def take(self, event: Event) -> None:
        match event:
            case PaymentDemanded():
                self.live[event.id] = event
                self.covered[event.id] = 0
                for payment in list(self._unused):
                    self._lay(payment, (event,))
            case DemandWithdrawn():
                self.live.pop(event.demand, None)
            case PaymentProcessed() | SetOff():
                self._unused[event.id] = event.amount
                reference = event.payment_reference
                self._lay(event.id, sorted(self.live.values(), key=lambda demand: _preferred(demand, reference)))
            case PaymentReversed():
                self._reverse(event.payment, event.amount)
            case PaidOut():
                self._pay_out(event.amount)
            case _:
                pass

    def _lay(self, payment: str, demands: Iterable[PaymentDemanded]) -> None:
        left = self._unused.pop(payment)
        for demand in demands:
            part = min(left, demand.amount - self.covered[demand.id])
            if part:
                self.covered[demand.id] += part
                self._laid.setdefault(payment, []).append((demand.id, part))
                left -= part
        if left:
            self._unused[payment] = left

    def _reverse(self, payment: str, amount: int) -> None:
        unused = min(amount, self._unused.get(payment, 0))
        if unused:
            self._unused[payment] -= unused
            amount -= unused
        laid = self._laid.get(payment, [])
        while amount and laid:
            demand, part = laid.pop()
            back = min(part, amount)
            self.covered[demand] -= back
            amount -= back
            if part > back:
                laid.append((demand, part - back))

    def _pay_out(self, amount: int) -> None:
        for payment in reversed(list(self._unused)):
            back = min(amount, self._unused[payment])
            self._unused[payment] -= back
            amount -= back


# Within one moment: a demand stands before it is withdrawn, and before the money for it comes in.
_RANK: dict[type[Event], int] = {
    PaymentDemanded: 0,
    DemandWithdrawn: 1,
    PaymentProcessed: 2,
    SetOff: 2,
    PaymentReversed: 3,
    PaidOut: 4,
}


def _order(event: Event) -> tuple[float, int, str]:
    return event.registered_at.timestamp(), _RANK.get(type(event), 5), event.id


def _urgency(demand: PaymentDemanded) -> tuple[date, datetime, str]:
    return demand.due or date.max, demand.registered_at, demand.id


def _preferred(demand: PaymentDemanded, reference: str | None) -> tuple[bool, date, datetime, str]:
    return reference is None or demand.payment_reference != reference, *_urgency(demand)
