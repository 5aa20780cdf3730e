"""The case (*financiele zaak*) at a reference date: what its events come to.

1. Events of one id are one event; two that differ are refused. Every reference must resolve, to an earlier event.
2. Events registered after the reference date do not count yet.
3. Owed = obligations + signed corrections. Settled = payments + set-offs + remissions - reversals - payments out.
   Balance = owed - settled; it may be negative: money to come back (reference 1.5).
4. Demands, arrears, phase and next due date follow from the demands that stand (`demands`).
5. What no event tells (remedy, plan, preference, a stated phase) comes from the agency's own statements, and where it
   makes none from the catalogue of claim types.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Self, final

from credentials.clock import dutch_day
from credentials.debts.agency import Agency, Organisation
from credentials.debts.catalogue import Dischargeable, LegalGround, Preference, Remedy, describe
from credentials.debts.consistency import checked_events
from credentials.debts.demands import Demand, live_demands
from credentials.debts.due import NOTHING_DUE, Due, due_of
from credentials.debts.errors import EmptyCase
from credentials.debts.events import (
    Category,
    Event,
    ObligationCorrected,
    ObligationImposed,
    ObligationRemitted,
    PaidOut,
    PaymentProcessed,
    PaymentReversed,
    SetOff,
    Stage,
)
from credentials.debts.phase import Phase

_PHASE_OF: Final = {Stage.NOTICE: Phase.NOTICE, Stage.REMINDER: Phase.REMINDER, Stage.FINAL_NOTICE: Phase.FINAL_NOTICE}


@final
@dataclass(frozen=True, slots=True)
class PaymentDetails:
    """Where to pay, and with which reference."""

    iban: str | None = None
    holder: str | None = None
    reference: str | None = None


@final
@dataclass(frozen=True, slots=True)
class PlanTerms:
    """A payment plan as it was agreed."""

    instalment: int
    instalments: int
    start: date


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """A payment plan, and whether it is kept: no instalment is past due."""

    terms: PlanTerms
    kept: bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """What the agency states about a case beside its events.

    `phase`, `plan` and `arrears` (ids of demands) hold from `stated_at` on: at an earlier reference date they are not
    used, because nobody said so then.
    """

    stated_at: datetime | None = None
    phase: Phase | None = None
    arrears: frozenset[str] = frozenset()
    plan: PlanTerms | None = None
    remedy: Remedy | None = None
    preference: Preference | None = None
    dischargeable: Dischargeable | None = None

    def at(self, as_of: datetime) -> Self:
        """Return what holds at a moment: phase, plan and arrears only if they were stated by then."""
        if self.stated_at is None or as_of >= self.stated_at:
            return self
        return replace(self, stated_at=None, phase=None, arrears=frozenset(), plan=None)


NO_STATEMENTS: Final = Statements()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case at one moment. Amounts in whole cents; `events` in order of time, none after `as_of`.

    `statements` are those that hold at that moment, as the agency made them.

    `next_due_amount` is all that is due at that moment, with its earliest day `next_due_date` (None where it has none),
    or else what falls due next; what it comes to on a day is told by `due_on`.
    """

    reference: str
    source: Agency
    as_of: datetime
    type: str
    description: str
    decision_number: str | None
    imposed_by: Organisation
    executed_by: Organisation
    owed: int
    settled: int
    principal: int
    increases: int
    administration_costs: int
    interest: int
    other_costs: int
    origin_date: date
    last_event_date: date
    demands: tuple[Demand, ...]
    arrears: int
    phase: Phase
    next_due_date: date | None
    next_due_amount: int | None
    payment: PaymentDetails | None
    plan: Plan | None
    legal_ground: LegalGround | None
    remedy: Remedy | None
    preference: Preference
    dischargeable: Dischargeable
    events: tuple[Event, ...] = field(repr=False)
    fcid_version: str = "4.1.0"
    statements: Statements = field(default=NO_STATEMENTS, repr=False)

    @property
    def balance(self) -> int:
        """What is left to pay; negative when money is to come back."""
        return self.owed - self.settled

    @property
    def is_open(self) -> bool:
        """Tell whether anything is left to pay or to come back."""
        return self.balance != 0

    def due_on(self, today: date) -> Due:
        """Tell what is due on a Dutch day (`credentials.debts.due`)."""
        due = due_of(
            today,
            as_of=dutch_day(self.as_of),
            balance=self.balance,
            arrears=self.arrears,
            first_day=self.next_due_date,
            first_amount=self.next_due_amount,
            phase=self.phase,
        )
        return due or NOTHING_DUE


def fold(
    events: Iterable[Event],
    as_of: datetime,
    *,
    reference: str,
    source: Agency,
    statements: Statements = NO_STATEMENTS,
    organisations: Mapping[str, str] | None = None,
    fcid_version: str = "4.1.0",
) -> Case:
    """Fold the events of one case into its state at `as_of`.

    `organisations` gives the names of other organisations by OIN. The order of `events` does not matter, and an event
    that is there twice counts once. Raises EventCollision, UnresolvedReference or InconsistentCase when the events
    contradict each other (whatever the reference date), EmptyCase when nothing was imposed yet at `as_of`.
    """
    history = tuple(event for event in checked_events(events) if event.registered_at <= as_of)
    obligations = [event for event in history if type(event) is ObligationImposed]
    if not obligations:
        raise EmptyCase(reason="no obligation was imposed at the reference date")
    primary = next((obligation for obligation in obligations if obligation.primary), obligations[0])
    by_category = _by_category(obligations, history)
    owed, settled = totals(history)
    balance = max(owed - settled, 0)

    demands = live_demands(history)
    unpaid = [demand for demand in demands if demand.outstanding]
    today = dutch_day(as_of)
    stated = statements.at(as_of)
    late = [demand for demand in unpaid if demand.in_arrears(today) or demand.event.id in stated.arrears]
    names = {**(organisations or {}), source.oin: source.name}
    imposed_by = _organisation(primary.imposed_by, source, names)
    # The latest statement of who executes counts; without one it is whoever hands over the case.
    executed_by = _organisation(
        next((obligation.executed_by for obligation in reversed(obligations) if obligation.executed_by), None),
        source,
        names,
    )
    entry = describe(primary.type)
    first = _first_due(unpaid, [*late, *(each for each in unpaid if each not in late and each.event.due == today)])
    return Case(
        reference=reference,
        source=source,
        as_of=as_of,
        type=primary.type,
        description=primary.description or entry.title,
        decision_number=primary.decision_number,
        imposed_by=imposed_by,
        executed_by=executed_by,
        owed=owed,
        settled=settled,
        principal=by_category["principal"],
        increases=by_category["increases"],
        administration_costs=by_category["administration"],
        interest=by_category["interest"],
        other_costs=by_category["other"],
        origin_date=dutch_day(primary.imposed_at),
        last_event_date=dutch_day(history[-1].registered_at),
        demands=demands,
        arrears=min(sum(demand.outstanding for demand in late), balance),
        phase=_phase(balance, stated, unpaid, transferred=imposed_by.oin != executed_by.oin),
        next_due_date=min((each.event.due for each in first if each.event.due), default=None) if balance else None,
        next_due_amount=min(sum(each.outstanding for each in first), balance) if first and balance else None,
        payment=_payment(unpaid, demands) if balance else None,
        plan=Plan(stated.plan, kept=not late or not balance) if stated.plan is not None else None,
        legal_ground=_legal_ground(primary, entry.legal_ground),
        remedy=statements.remedy or entry.remedy,
        preference=statements.preference or entry.preference,
        dischargeable=statements.dischargeable or entry.dischargeable,
        events=history,
        fcid_version=fcid_version,
        statements=statements.at(as_of),
    )


def totals(events: Iterable[Event]) -> tuple[int, int]:
    """Return what is owed and what is settled after these events, each of which must be there once."""
    owed = settled = 0
    for event in events:
        match event:
            case ObligationImposed() | ObligationCorrected():
                owed += event.amount
            case PaymentProcessed() | SetOff() | ObligationRemitted():
                settled += event.amount
            case PaymentReversed() | PaidOut():
                settled -= event.amount
            case _:
                pass
    return owed, settled


def _by_category(obligations: Sequence[ObligationImposed], history: Iterable[Event]) -> dict[str, int]:
    totals = {"principal": 0, "increases": 0, "administration": 0, "interest": 0, "other": 0}
    part: dict[str, str] = {}
    for obligation in obligations:
        part[obligation.id] = _part(obligation)
        totals[part[obligation.id]] += obligation.amount
    for event in history:
        if type(event) is ObligationCorrected:
            # A correction of a correction belongs to what the first one corrected.
            part[event.id] = part[event.corrects]
            totals[part[event.id]] += event.amount
    return totals


def _part(obligation: ObligationImposed) -> str:
    match obligation.category:
        case Category.PRINCIPAL:
            return "principal"
        case Category.ADMINISTRATION:
            return "administration"
        case Category.INCREASE:
            return "increases"
        case Category.INTEREST:
            return "interest"
        case None:
            # The category is optional (reference 1.3): without one, the core obligation is the principal.
            return "principal" if obligation.primary else "other"


def _phase(balance: int, stated: Statements, unpaid: Sequence[Demand], *, transferred: bool) -> Phase:
    if not balance:
        return Phase.NONE
    if stated.phase is not None:
        return stated.phase
    if transferred:
        return Phase.TRANSFERRED
    if stated.plan is not None:
        return Phase.PLAN
    return max((_PHASE_OF[demand.event.stage] for demand in unpaid), key=lambda phase: phase.rank, default=Phase.NONE)


def _first_due(unpaid: Sequence[Demand], due: Sequence[Demand]) -> Sequence[Demand]:
    """Return all that is due, or else what falls due on the first day to come."""
    if due:
        return due
    days = [each.event.due for each in unpaid if each.event.due is not None]
    return [each for each in unpaid if each.event.due == min(days)] if days else []


def _payment(unpaid: Sequence[Demand], demands: Sequence[Demand]) -> PaymentDetails | None:
    for demand in (*unpaid, *reversed(demands)):
        event = demand.event
        if event.iban or event.payment_reference:
            return PaymentDetails(event.iban, event.iban_holder, event.payment_reference)
    return None


def _organisation(oin: str | None, source: Agency, names: Mapping[str, str]) -> Organisation:
    return Organisation(oin, names.get(oin)) if oin is not None else source.organisation


def _legal_ground(primary: ObligationImposed, default: LegalGround | None) -> LegalGround | None:
    if primary.legal_ground is None:
        return default
    return LegalGround(primary.legal_ground, primary.legal_source)
