"""How an agency tells a citizen about their debts: what to pay now, what later, what is arranged, what is done.

The words are the page's; here is only what belongs where, and which amount a person has to find today.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from credentials.debts.case import Case, PaymentDetails
from credentials.debts.demands import Demand
from credentials.debts.due import Due
from credentials.debts.errors import InvalidField
from credentials.debts.payment_qr import payment_qr
from credentials.debts.phase import Phase
from credentials.debts.unpaid import Consequence, History, consequence
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
class Payment:
    """What to transfer for one demand: whole cents, by when, and where to. `code` is the text of a payment QR code.

    Without an account there is no code, and without a code there still is the letter.
    """

    cents: int
    pay_by: date | None
    iban: str | None
    holder: str
    reference: str | None
    code: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Told:
    """A case as it is told, with what is due of it today, what follows when it is not paid, and how to pay."""

    case: Case = field(repr=False)
    group: Group
    due: Due
    unpaid: Consequence
    payments: tuple[Payment, ...] = field(default=(), repr=False)


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
        return sum(each.due.now for each in self.told)

    @property
    def first_due(self) -> date | None:
        """The first day by which something of it must be paid; in the past when it is late."""
        return min((each.due.pay_by for each in self.told if each.due.now and each.due.pay_by), default=None)

    @property
    def next_day(self) -> date | None:
        """The first day on which something falls due that is not due yet."""
        return min((each.due.next_day for each in self.told if each.due.next_day), default=None)

    @property
    def next_amount(self) -> int:
        """What falls due on that day."""
        return sum(each.due.next_amount for each in self.told if each.due.next_day == self.next_day)

    @property
    def all_late(self) -> bool:
        """Say whether the day has passed for everything that must be paid."""
        return all(each.due.late == each.due.now for each in self.told)

    @property
    def anything_late(self) -> bool:
        """Say whether a day of payment has passed."""
        return any(each.due.late for each in self.told)


_NOTHING_TO_PAY: Final = frozenset({Group.DONE, Group.BACK, Group.PAUSED})


def letter(facts: Facts, today: date) -> Letter:
    """Sort a citizen's cases: the most pressing first."""
    told = sorted(_told(facts.overview.cases, today), key=_urgency)
    return Letter(tuple(told))


def _told(cases: Iterable[Case], today: date) -> Iterable[Told]:
    for case in cases:
        due = case.due_on(today)
        group = _group(case, due)
        yield Told(
            case, group, due, _unpaid(case), () if group in _NOTHING_TO_PAY else tuple(_payments(case, due, today))
        )


def _payments(case: Case, due: Due, today: date) -> Iterable[Payment]:
    """Part what is due, or else what falls due next, over the demands that it is due of."""
    left = due.now or due.next_amount
    for demand in sorted(case.demands, key=lambda each: (not each.in_arrears(today), each.event.due or date.max)):
        cents = min(demand.outstanding, left)
        if cents > 0:
            left -= cents
            yield _payment(demand, cents, case)


def _payment(demand: Demand, cents: int, case: Case) -> Payment:
    event = demand.event
    own = PaymentDetails(event.iban, event.iban_holder, event.payment_reference)
    details = own if event.iban or event.payment_reference else case.payment or own
    holder = details.holder or case.executed_by.name or case.source.name
    try:
        code = (
            payment_qr(iban=details.iban, name=holder, cents=cents, reference=details.reference)
            if details.iban
            else None
        )
    except InvalidField:
        code = None  # what the register holds is shown as it is; no bank is offered it
    return Payment(cents, event.due, details.iban, holder, details.reference, code)


def _group(case: Case, due: Due) -> Group:
    if case.balance == 0:
        return Group.DONE
    if case.balance < 0:
        return Group.BACK
    if case.phase is Phase.SUSPENDED:
        return Group.PAUSED
    if due.now:
        return Group.NOW
    return Group.PLAN if case.phase is Phase.PLAN or case.plan is not None else Group.LATER


def _unpaid(case: Case) -> Consequence:
    kept = case.plan.kept if case.plan is not None else None
    history = History.of(case.events)
    return consequence(balance=case.balance, phase=case.phase, type=case.type, plan_kept=kept, history=history)


def _urgency(told: Told) -> tuple[int, date, int]:
    day = told.due.pay_by or told.due.next_day or date.max
    return list(Group).index(told.group), day, -told.case.balance
