"""The debts of a result as the page lists them: one row each, in the order that the counsellor chose.

What the issuer did not say, or the client did not share, is said to be so and never filled in: least of all preference.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from credentials.debts.catalogue import Rank
from service.i18n import day, euro
from verifier.domain.lines import CaseLine
from verifier.domain.words import PHASES, RANKS, debt_title
from verifier.web.views import chosen_words, plan_words, remedy_words

NOT_SHARED: Final = "niet gedeeld"


class Order(StrEnum):
    """What the debts are sorted by; with a minus the other way round."""

    BALANCE = "saldo"
    LATE = "telaat"
    DUE = "vervaldag"
    CREDITOR = "schuldeiser"
    PREFERENCE = "voorrang"
    PHASE = "fase"
    BALANCE_UP = "-saldo"
    LATE_UP = "-telaat"
    DUE_BACK = "-vervaldag"
    CREDITOR_BACK = "-schuldeiser"
    PREFERENCE_BACK = "-voorrang"
    PHASE_BACK = "-fase"

    @property
    def field(self) -> str:
        """What is compared, whichever way round."""
        return self.value.removeprefix("-")

    @property
    def column(self) -> str:
        """Say which way the chosen column runs, as `aria-sort` names it."""
        downwards = self.field in ("saldo", "telaat", "fase")
        return "descending" if downwards != self.reversed else "ascending"

    @property
    def reversed(self) -> bool:
        """Tell whether it is the other way round."""
        return self.value.startswith("-")


_NAMES: Final = {
    "saldo": ("Nog te betalen", "hoogste eerst", "laagste eerst"),
    "telaat": ("Te laat", "hoogste eerst", "laagste eerst"),
    "vervaldag": ("Uiterlijk betalen", "eerste eerst", "laatste eerst"),
    "fase": ("Fase", "verste eerst", "minst ver eerst"),
    "voorrang": ("Voorrang", "met voorrang eerst", "zonder voorrang eerst"),
    "schuldeiser": ("Schuldeiser", "A tot Z", "Z tot A"),
}
_RANK_ORDER: Final = (Rank.PREFERENTIAL, Rank.SPECIAL, Rank.CONCURRENT, Rank.UNKNOWN)


@dataclass(frozen=True, slots=True)
class OrderLink:
    """One way to sort: what it is called, how it goes when chosen, and where the link leads."""

    name: str
    way: str
    value: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class DebtRow:
    """One debt in words and figures. Texts are empty, or say so, where nothing was shared."""

    line: CaseLine
    title: str
    creditor: str
    collector: str
    reference: str
    phase: str
    plan: str
    remedy: str
    due: tuple[str, ...]
    rank: str
    rank_ground: str
    parts: tuple[tuple[str, str], ...]
    not_counted: str
    proof: str


def creditor_of(line: CaseLine) -> str:
    """Name the creditor: who imposed the debt, or, where that was not shared, who states it."""
    return line.case.imposed_by.name or line.body.name


def order_links(order: Order) -> list[OrderLink]:
    """Return every way to sort; the chosen one leads to the other way round."""
    links: list[OrderLink] = []
    for field, (name, way, back) in _NAMES.items():
        chosen = field == order.field
        now = back if chosen and order.reversed else way
        value = f"-{field}" if chosen and not order.reversed else field
        links.append(OrderLink(name, now, value, chosen))
    return links


def debt_rows(lines: Iterable[CaseLine], order: Order, today: date) -> list[DebtRow]:
    """Return the debts in this order. What the order cannot tell of a debt puts it last, either way."""
    key = _KEYS[order.field]
    # Equal ones keep one order, whichever way round: the highest balance first.
    every = sorted(lines, key=lambda line: (-(line.case.balance or 0), creditor_of(line).casefold()))
    known = sorted((line for line in every if key(line) is not None), key=key, reverse=order.reversed)
    return [_row(line, today) for line in (*known, *(line for line in every if key(line) is None))]


def _latest_day(line: CaseLine) -> date | None:
    return None if line.due is None else line.due.pay_by or line.due.next_day


_KEYS: Final[dict[str, Callable[[CaseLine], Any]]] = {
    "saldo": lambda line: None if line.case.balance is None else -line.case.balance,
    "telaat": lambda line: None if line.due is None else -line.due.late,
    "vervaldag": _latest_day,
    "fase": lambda line: None if line.case.phase is None else -line.case.phase.rank,
    "voorrang": lambda line: _RANK_ORDER.index(line.rank) if line.rank else None,
    "schuldeiser": lambda line: creditor_of(line).casefold(),
}


def _row(line: CaseLine, today: date) -> DebtRow:
    case = line.case
    creditor = creditor_of(line)
    collector = case.executed_by.name or line.body.name
    return DebtRow(
        line=line,
        title=debt_title(case),
        creditor=creditor,
        collector="" if collector == creditor else collector,
        reference=case.payment_reference or "",
        phase=PHASES.get(str(case.phase), NOT_SHARED) if case.phase else NOT_SHARED,
        plan=plan_words(case) or "",
        remedy=_remedy(line, today),
        due=tuple(_due(line)),
        rank=RANKS[line.rank] if line.rank else "Niet genoemd",
        rank_ground=chosen_words(line) or case.preference_ground or "",
        parts=tuple(_parts(line)),
        not_counted=_why_not(line),
        proof="Bewezen" + (f", stand van {day(case.as_of)}" if case.as_of else ""),
    )


def _remedy(line: CaseLine, today: date) -> str:
    until = line.case.remedy_until
    over = " (voorbij)" if until is not None and until < today else ""
    return (remedy_words(line.case) or "") + over


def _due(line: CaseLine) -> Iterable[str]:
    due = line.due
    if due is None:
        yield NOT_SHARED
        return
    if due.late:
        yield f"{euro(due.late)} te laat" + (f" sinds {day(due.late_since)}" if due.late_since else "")
    if due.now > due.late:
        yield f"{euro(due.now - due.late)} nu" + (f", tot en met {day(due.pay_by)}" if not due.late else "")
    if due.next_amount:
        yield euro(due.next_amount) + (f" op {day(due.next_day)}" if due.next_day else "")
    if not due.now and not due.next_amount:
        yield "Nu niets"


def _parts(line: CaseLine) -> Iterable[tuple[str, str]]:
    case = line.case
    costs = [each for each in (case.administration_costs, case.other_costs) if each is not None]
    for name, cents, always in (
        ("Hoofdsom", case.principal, True),
        ("Verhogingen", case.increases, False),
        ("Kosten", sum(costs) if costs else None, False),
        ("Rente", case.interest, False),
        ("Betaald", case.settled, True),
    ):
        if cents is None or cents or always:
            yield name, NOT_SHARED if cents is None else euro(cents)


def _why_not(line: CaseLine) -> str:
    if line.counted:
        return ""
    return "al geteld" if line.linked or line.also_at else "hoort niet bij dit overzicht"
