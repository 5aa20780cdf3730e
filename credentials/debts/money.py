"""Amounts: whole euro cents in an `int`, never a float, never another currency.

`euro` and `parse_euro` speak Dutch notation ("€ 1.284,50"); exports and CSV files use them.
"""

import re
from typing import Final

from credentials.debts.errors import ForeignCurrency, InvalidField

MAX_CENTS: Final = 10**13
"""One hundred billion euro: whatever is larger is a mistake, and everything smaller is exact in any JSON reader."""

_DUTCH: Final = re.compile(
    r"(?:€ ?|EUR )?(?P<sign>-?)(?:€ ?)?(?P<euros>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,(?P<cents>[0-9]{2}))?\Z"
)
_CENTS: Final = re.compile(r"-?[0-9]{1,14}\Z")
_MAX_CHARACTERS: Final = 32
_CURRENCY: Final = re.compile(r"[A-Z]{3}\b|[$£¥]")


def euro(cents: int) -> str:
    """Write cents as Dutch euros: 128450 becomes "€ 1.284,50", -500 becomes "€ -5,00"."""
    euros, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"€ {sign}{euros:,}".replace(",", ".") + f",{rest:02d}"


def parse_euro(text: str) -> int:
    """Read Dutch euros ("1.284,50", "€ 12,00", "-5") as cents.

    Raises InvalidField for anything that could be read in two ways (a point and two decimals), ForeignCurrency for
    another currency's sign or code.
    """
    text = text.strip().replace("\u00a0", " ")
    match = _DUTCH.match(text) if len(text) <= _MAX_CHARACTERS else None
    if match is None:
        if _CURRENCY.search(text[:_MAX_CHARACTERS]):
            raise ForeignCurrency(reason="the amount is not in euros")
        raise InvalidField(reason="not an amount in euros with a decimal comma")
    cents = int(match["euros"].replace(".", "")) * 100 + int(match["cents"] or 0)
    return checked(-cents if match["sign"] else cents)


def parse_cents(text: str) -> int:
    """Read a whole number of cents. Raises InvalidField."""
    if not _CENTS.match(text):
        raise InvalidField(reason="not a whole number of cents")
    return checked(int(text))


def checked(cents: int) -> int:
    """Return the amount, or raise InvalidField when it is beyond what any debt can be."""
    if not -MAX_CENTS <= cents <= MAX_CENTS:
        raise InvalidField(reason="the amount is larger than any debt")
    return cents
