"""Debts that a client told of and nobody proved: what a counsellor writes down by hand, apart from all that is proven.

1. Nothing here is ever added to a proven amount, and nothing here changes whether an answer is complete.
2. An amount that nobody knows is unknown, not zero.
3. It is as little as a first talk needs: what kind of debt, to whom, how much, a word beside it. A citizen service
   number is refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, final

from credentials.debts.errors import ForeignCurrency, InvalidField
from credentials.debts.money import parse_euro
from credentials.plain_text import text_fault
from verifier.domain.bsn_like import holds_bsn
from verifier.domain.errors import BadInput

MOST: Final = 50
"""How many a file may hold."""
MAX_CREDITOR: Final = 80
MAX_NOTE: Final = 200
MAX_AMOUNT: Final = 20
"""How many characters an amount may be written in."""


class SaidKind(StrEnum):
    """What a debt is for, of the kinds that no organisation on the list proves."""

    RENT = "huur"
    ENERGY = "energie"
    WATER = "water"
    HEALTH = "zorgverzekering"
    LOAN = "lening"
    SHOP = "winkel"
    TELECOM = "telefoon"
    FAMILY = "familie"
    OTHER = "anders"


KIND_NAMES: Final = MappingProxyType(
    {
        SaidKind.RENT: "Huur of hypotheek",
        SaidKind.ENERGY: "Energie",
        SaidKind.WATER: "Water",
        SaidKind.HEALTH: "Zorgverzekering of zorg",
        SaidKind.LOAN: "Lening, krediet of rood staan",
        SaidKind.SHOP: "Winkel of webwinkel",
        SaidKind.TELECOM: "Telefoon of internet",
        SaidKind.FAMILY: "Familie, vrienden of kennissen",
        SaidKind.OTHER: "Iets anders",
    }
)


@final
@dataclass(frozen=True, slots=True)
class SaidDebt:
    """One debt as a client told it. `balance` is in cents, None when nobody knows; `written_at`: last changed."""

    id: str
    kind: SaidKind
    creditor: str = field(repr=False)
    balance: int | None = field(repr=False)
    note: str = field(repr=False)
    written_at: datetime


@final
@dataclass(frozen=True, slots=True)
class Written:
    """What a counsellor typed, as it came."""

    kind: str
    creditor: str = field(repr=False)
    balance: str = field(repr=False)
    note: str = field(repr=False)


@final
@dataclass(frozen=True, slots=True)
class SaidTotals:
    """What was said in all, in cents, and of how many debts nobody knows the amount."""

    balance: int
    count: int
    unknown: int


def read_written(written: Written, id: str, at: datetime) -> SaidDebt:
    """Read what was typed. Raises BadInput, which names the field and never says what stood in it."""
    try:
        kind = SaidKind(written.kind)
    except ValueError as error:
        raise BadInput("soort", "kies wat voor schuld het is") from error
    creditor = plain_line("schuldeiser", written.creditor, MAX_CREDITOR)
    if not creditor:
        raise BadInput("schuldeiser", "vul in aan wie de cliënt moet betalen")
    return SaidDebt(id, kind, creditor, _balance(written.balance), plain_line("opmerking", written.note, MAX_NOTE), at)


def said_totals(debts: Iterable[SaidDebt]) -> SaidTotals:
    """Add up what was said; what nobody knows is counted apart."""
    every = tuple(debts)
    known = [each.balance for each in every if each.balance is not None]
    return SaidTotals(sum(known), len(every), len(every) - len(known))


def _balance(text: str) -> int | None:
    if not text:
        return None
    try:
        cents = parse_euro(text) if len(text) <= MAX_AMOUNT else -1
    except (InvalidField, ForeignCurrency) as error:
        raise BadInput("bedrag", "schrijf een bedrag als 1.284,50") from error
    if cents <= 0:
        raise BadInput("bedrag", "schrijf een bedrag boven nul, of laat het leeg als niemand het weet")
    return cents


def plain_line(name: str, text: str, most: int) -> str:
    """Return a line of a field, its spaces made one. Raises BadInput, also for a citizen service number in it."""
    text = " ".join(text.split())
    if len(text) > most:
        raise BadInput(name, f"gebruik niet meer dan {most} tekens")
    if not text.isprintable() or text_fault(text) is not None:
        raise BadInput(name, "gebruik gewone letters en cijfers")
    if holds_bsn(text):
        raise BadInput(name, "hier staat iets dat lijkt op een burgerservicenummer; laat het weg")
    return text
