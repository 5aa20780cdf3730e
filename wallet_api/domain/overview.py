"""The citizen's overview across agencies: what to pay now, to whom, before when; and what each figure rests on.

1. Per agency the newest overview card counts, per debt the newest case card. What was withdrawn does not count at all.
2. A debt that two bodies serve is counted once; the other card stays in sight as the same debt.
3. Totals are the agencies' own totals, less what would be counted twice. They are never made up from parts when the
   agency stated the whole.
4. What is due now, late and still to come is what `credentials.debts.due` says of each card, today. Each debt is in one
   group by it: to pay now, later, in a plan, or done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, final

from credentials.clock import dutch_day
from credentials.debts.dedup import distinct_debts
from credentials.debts.disclosed import (
    DisclosedCase,
    DisclosedOverview,
    DisclosedSlot,
    read_case,
    read_overview,
)
from credentials.debts.due import NOTHING_DUE, Due
from credentials.debts.notice import Notice
from credentials.debts.phase import Phase
from credentials.errors import MalformedInput
from wallet_api.domain.card import Agency, Card, Standing
from wallet_api.domain.issuance import CASE, OVERVIEW

OLD: Final = timedelta(days=14)


class Group(StrEnum):
    """Where a debt stands in the citizen's life."""

    NOW = "nu_betalen"
    LATER = "later_betalen"
    PLAN = "in_een_regeling"
    DONE = "klaar"


class Freshness(StrEnum):
    """How far an agency's cards can be relied on today."""

    CURRENT = "actueel"
    OLD = "oud"
    SUPERSEDED = "verouderd"
    EXPIRED = "verlopen"
    UNCHECKED = "niet_gecontroleerd"
    WITHDRAWN = "ingetrokken"


OUT_OF_DATE: Final = frozenset({Freshness.SUPERSEDED, Freshness.EXPIRED, Freshness.WITHDRAWN})
"""The agency has something newer to say, or may have: fetch anew before anything is paid or asked."""


@final
@dataclass(frozen=True, slots=True)
class DebtLine:
    """One debt. `elsewhere` are the cards of other agencies about this same debt, which are not counted."""

    card: Card
    case: DisclosedCase
    group: Group
    due: Due
    freshness: Freshness
    elsewhere: tuple[Card, ...] = ()

    @property
    def day(self) -> date | None:
        """By when something must be paid, or must have been."""
        return self.due.pay_by if self.due.now else self.due.next_day

    @property
    def balance(self) -> int:
        """What is left to pay; negative when money is to come back."""
        return self.case.balance or 0


@final
@dataclass(frozen=True, slots=True)
class AgencyLine:
    """What one agency said. `without_card` are open cases of its overview for which there is no card here."""

    agency: Agency
    card: Card | None
    stated: DisclosedOverview | None
    freshness: Freshness
    cards_shown: int
    arrears_shown: int = 0
    without_card: tuple[DisclosedSlot, ...] = ()

    @property
    def open_cases(self) -> int:
        """How many open cases the agency states."""
        return (self.stated.open_cases or 0) if self.stated is not None else self.cards_shown

    @property
    def as_of(self) -> datetime | None:
        """The agency's reference date."""
        return self.stated.as_of if self.stated is not None else None

    @property
    def late_without_card(self) -> int:
        """What the agency states to be late in all, beyond what its cards here do."""
        if self.stated is None or not self.without_card or self.freshness is Freshness.WITHDRAWN:
            return 0
        return max((self.stated.arrears or 0) - self.arrears_shown, 0)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the agency says of its own data: they are known to be deficient."""
        return self.stated.notices if self.stated is not None else ()

    @property
    def complete(self) -> bool:
        """Say whether every open case that the agency states is here, and it does not say that there may be more."""
        stated = self.stated
        return stated is not None and not (self.without_card or stated.notices or stated.notices_hidden)


@final
@dataclass(frozen=True, slots=True)
class CitizenOverview:
    """Everything on one page."""

    today: date
    agencies: tuple[AgencyLine, ...]
    debts: tuple[DebtLine, ...]
    balance: int
    owed: int
    settled: int
    arrears: int
    open_cases: int
    counted_once: int = 0
    other_cards: tuple[Card, ...] = field(default=())

    def group(self, group: Group) -> tuple[DebtLine, ...]:
        """Return the debts of one group, what is due first at the top."""
        lines = [line for line in self.debts if line.group is group]
        return tuple(sorted(lines, key=lambda line: (line.day or date.max, -line.balance)))

    @property
    def to_pay_now(self) -> int:
        """What must be paid now, over all debts."""
        return sum(line.due.now for line in self.debts) + sum(line.late_without_card for line in self.agencies)

    @property
    def late(self) -> int:
        """What of it should have been paid already."""
        return sum(line.due.late for line in self.debts) + sum(line.late_without_card for line in self.agencies)

    @property
    def payees(self) -> int:
        """How many organisations must be paid now."""
        debts = {payee(line.case, line.card.agency) for line in self.group(Group.NOW)}
        return len(debts | {line.agency.name for line in self.agencies if line.late_without_card})

    @property
    def first_due(self) -> date | None:
        """When the first of what is due now must be paid or must have been, if any agency says a date."""
        return min((line.due.pay_by for line in self.debts if line.due.pay_by is not None), default=None)

    @property
    def next_day(self) -> date | None:
        """The first day on which something falls due that is not due yet."""
        return min((line.due.next_day for line in self.debts if line.due.next_day is not None), default=None)

    @property
    def next_amount(self) -> int:
        """What falls due on that day."""
        return sum(line.due.next_amount for line in self.debts if line.due.next_day == self.next_day)

    @property
    def oldest(self) -> datetime | None:
        """The earliest reference date of any agency."""
        return min((line.as_of for line in self.agencies if line.as_of is not None), default=None)

    @property
    def oldest_day(self) -> date | None:
        """The Dutch day of the earliest reference date."""
        return dutch_day(self.oldest) if self.oldest is not None else None

    @property
    def newest_day(self) -> date | None:
        """The Dutch day of the latest reference date."""
        newest = max((line.as_of for line in self.agencies if line.as_of is not None), default=None)
        return dutch_day(newest) if newest is not None else None

    @property
    def deficient(self) -> tuple[AgencyLine, ...]:
        """The agencies that say of their own data that they are deficient, on cards that count."""
        return tuple(line for line in self.agencies if line.notices and line.freshness is not Freshness.WITHDRAWN)

    def notices_about(self, debt: DebtLine) -> tuple[Notice, ...]:
        """Return what the agency of a debt says of its data of this kind; of a hidden kind all that it says."""
        said = [line.notices for line in self.deficient if line.agency.identifier == debt.card.agency.identifier]
        kind = debt.case.type
        return tuple(each for notices in said for each in notices if kind is None or each.about([kind]))

    @property
    def outdated(self) -> tuple[AgencyLine, ...]:
        """The agencies whose cards should be fetched anew."""
        wanted = (Freshness.SUPERSEDED, Freshness.EXPIRED, Freshness.WITHDRAWN, Freshness.OLD)
        return tuple(line for line in self.agencies if line.freshness in wanted)


def payee(case: DisclosedCase, agency: Agency) -> str:
    """Return the name of the organisation that is paid."""
    return case.executed_by.name or agency.name


def overview_of(cards: Sequence[Card], now: datetime) -> CitizenOverview:
    """Make the overview of the cards in a wallet."""
    today = dutch_day(now)
    # What a stranger says of debts is shown, and counts for nothing.
    strange = [card for card in cards if not card.agency.listed]
    cards = [card for card in cards if card.agency.listed]
    overviews = _newest_overviews(cards)
    lines = _debt_lines(cards, now)
    agencies = tuple(_agency_line(agency, overviews.get(agency.identifier), lines, now) for agency in _agencies(cards))
    counted = [line for line in agencies if line.stated is not None and line.freshness is not Freshness.WITHDRAWN]
    without = {line.agency.identifier for line in counted}
    loose = [line for line in lines if line.card.agency.identifier not in without and line.group is not Group.DONE]
    # A debt that another agency also has in its totals would be counted twice.
    double = [
        read_case(card.claims)
        for line in lines
        for card in line.elsewhere
        if card.agency.identifier in without and card.current
    ]

    def total(stated: str, of_case: str) -> int:
        whole = sum(getattr(line.stated, stated) or 0 for line in counted)
        parts = sum(getattr(line.case, of_case) or 0 for line in loose)
        return int(whole + parts - sum(getattr(case, of_case) or 0 for case in double))

    return CitizenOverview(
        today=today,
        agencies=agencies,
        debts=tuple(lines),
        balance=total("balance", "balance"),
        owed=total("owed", "owed"),
        settled=total("settled", "settled"),
        arrears=total("arrears", "arrears"),
        open_cases=sum(line.open_cases for line in counted) + len(loose) - len(double),
        counted_once=len(double),
        other_cards=(*(card for card in cards if card.type not in (OVERVIEW, CASE)), *strange),
    )


def freshness_of(card: Card, now: datetime) -> Freshness:
    """Say how far a card can be relied on now."""
    if card.standing is Standing.WITHDRAWN:
        return Freshness.WITHDRAWN
    if card.standing is Standing.SUPERSEDED:
        return Freshness.SUPERSEDED
    if card.expired(now):
        return Freshness.EXPIRED
    if now - card.collected_at > OLD:
        return Freshness.OLD
    return Freshness.UNCHECKED if card.standing is Standing.UNKNOWN else Freshness.CURRENT


def _agencies(cards: Sequence[Card]) -> list[Agency]:
    known: dict[str, Agency] = {}
    for card in cards:
        if card.type in (OVERVIEW, CASE):
            known.setdefault(card.agency.identifier, card.agency)
    return list(known.values())


def _newest_overviews(cards: Sequence[Card]) -> Mapping[str, Card]:
    newest: dict[str, Card] = {}
    for card in cards:
        if card.type != OVERVIEW:
            continue
        held = newest.get(card.agency.identifier)
        if held is None or (card.standing is Standing.VALID, card.collected_at) > (
            held.standing is Standing.VALID,
            held.collected_at,
        ):
            newest[card.agency.identifier] = card
    return newest


def _debt_lines(cards: Sequence[Card], now: datetime) -> list[DebtLine]:
    held: list[tuple[Card, DisclosedCase]] = []
    for card in cards:
        if card.type == CASE and card.standing is not Standing.WITHDRAWN:
            try:
                held.append((card, read_case(card.claims)))
            except MalformedInput:
                # It was readable when it came in; another version of the program reads it differently.
                continue
    lines: list[DebtLine] = []
    for debt in distinct_debts([case for _, case in held]):
        members = sorted((held[position] for position in debt.positions), key=lambda one: not one[0].current)
        card, case = members[0]
        # The same statement of the same agency in another format is no second card about the debt.
        elsewhere = {
            other.agency.identifier: other
            for other, _ in members[1:]
            if other.agency.identifier != card.agency.identifier
        }
        group, due = _group(card, case, dutch_day(now))
        lines.append(DebtLine(card, case, group, due, freshness_of(card, now), tuple(elsewhere.values())))
    return lines


def _group(card: Card, case: DisclosedCase, today: date) -> tuple[Group, Due]:
    if card.gone_since is not None or (case.balance or 0) <= 0:
        return Group.DONE, NOTHING_DUE
    due = case.due_on(today) or NOTHING_DUE
    if due.now:
        return Group.NOW, due
    in_plan = case.phase is Phase.PLAN or (case.plan_instalment is not None and case.phase is not Phase.SUSPENDED)
    return Group.PLAN if in_plan else Group.LATER, due


def _agency_line(agency: Agency, card: Card | None, lines: Sequence[DebtLine], now: datetime) -> AgencyLine:
    own = [
        each
        for line in lines
        for each in (line.card, *line.elsewhere)
        if each.agency.identifier == agency.identifier and each.gone_since is None
    ]
    if card is None:
        return AgencyLine(agency, None, None, freshness_of(own[0], now) if own else Freshness.OLD, len(own))
    stated = read_overview(card.claims)
    digests = {each.claims.get("zaak_digest") for each in own}
    missing = tuple(slot for slot in stated.slots if slot.digest is None or slot.digest not in digests)
    if len(missing) > (stated.open_cases or 0) - len(own):
        # Cards of another visit bear other digests; then their number must do.
        missing = missing[: max((stated.open_cases or 0) - len(own), 0)]
    arrears = sum(max(read_case(each.claims).arrears or 0, 0) for each in own)
    return AgencyLine(agency, card, stated, freshness_of(card, now), len(own), arrears, missing)
