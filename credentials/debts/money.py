"""Amounts: whole euro cents in an `int`, never a float, never another currency.

`euro` writes Dutch notation ("€ 1.284,50"); `parse_euro` reads what people and programs make of it, as long as it can
be read in one way only.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, final

from credentials.debts.errors import ForeignCurrency, InvalidField
from credentials.debts.spreadsheets import spreadsheet_fault

MAX_CENTS: Final = 10**13
"""One hundred billion euro: whatever is larger is a mistake, and everything smaller is exact in any JSON reader."""

_MAX_CHARACTERS: Final = 32
_MINUS: Final = "\u2212"
_SPACES: Final = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", _MINUS: "-"})
_SIGNED: Final = re.compile(
    r"(?P<before>[-+]?) ?(?P<currency>€|EUR)? ?(?P<inside>[-+]?)(?P<number>[0-9](?:[0-9., ]*[0-9])?(?:[.,]--?)?)"
    r"(?P<close> ?-)?(?: ?(?P<unit>€|EUR))?(?P<behind> ?-)?\Z"
)
_CURRENCY: Final = re.compile(r"(?:\b|(?<=[0-9]))[A-Z]{3}\b|[$£¥]")


@final
@dataclass(frozen=True, slots=True)
class Notation:
    """How a source writes amounts in euros.

    `thousands` is what it puts between them, if it says so. Without it a separator is taken where it can be nothing
    else: "1.284,50", "1.284.500" and "1 284", but not "1.284", which others write for 1 euro 28 and a bit.
    """

    decimal: Literal[",", "."] = ","
    thousands: Literal[".", ",", " "] | None = None

    @property
    def other(self) -> str:
        """The sign of the two that is not the decimal."""
        return "." if self.decimal == "," else ","


DUTCH: Final = Notation()


def euro(cents: int) -> str:
    """Write cents as Dutch euros: 128450 becomes "€ 1.284,50", -500 becomes "€ -5,00"."""
    euros, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"€ {sign}{euros:,}".replace(",", ".") + f",{rest:02d}"


def parse_euro(text: str, notation: Notation = DUTCH) -> int:
    """Read an amount in euros ("1.284,50", "214,5", "€ -5,00", "214,50 €", "214,-", "(5,00)", "5,00-") as cents.

    Raises InvalidField for what could be read in two ways, ForeignCurrency for another currency's sign or code.
    """
    negative, number, _ = _signed(text, f"an amount in euros with a decimal {_NAMES[notation.decimal]}")
    whole, mark, decimals = number.partition(notation.decimal)
    if decimals in ("-", "--"):
        # "214,-": the Dutch way to write no cents.
        decimals = ""
    elif mark and (not decimals.isdigit() or len(decimals) > 2):
        raise InvalidField(reason=f"not an amount in euros with at most two decimals behind a {_NAMES[mark]}")
    cents = _whole(whole, notation, alone=not mark) * 100 + int(decimals.ljust(2, "0"))
    return checked(-cents if negative else cents)


def parse_cents(text: str) -> int:
    """Read a whole number of cents ("21450", "-500", "500-", "(500)"). Raises InvalidField."""
    negative, number, currency = _signed(text, "a whole number of cents")
    if currency or not (number.isascii() and number.isdigit()):
        raise InvalidField(reason="not a whole number of cents")
    return checked(-int(number) if negative else int(number))


def checked(cents: int) -> int:
    """Return the amount, or raise InvalidField when it is beyond what any debt can be."""
    if not -MAX_CENTS <= cents <= MAX_CENTS:
        raise InvalidField(reason="the amount is larger than any debt")
    return cents


_NAMES: Final = {",": "comma", ".": "point", " ": "space"}


def _signed(text: str, wanted: str) -> tuple[bool, str, bool]:
    """Take sign, brackets and currency off: whether it is negative, the number, and whether euros were named."""
    plain = text.translate(_SPACES).strip()
    bracketed = plain.startswith("(") and plain.endswith(")")
    match = _SIGNED.match(plain[1:-1].strip() if bracketed else plain) if len(plain) <= _MAX_CHARACTERS else None
    if match is None:
        fault = spreadsheet_fault(plain)
        if fault is None and _CURRENCY.search(plain[:_MAX_CHARACTERS].replace("EUR", "")):
            raise ForeignCurrency(reason="the amount is not in euros")
        raise InvalidField(reason=fault or f"not {wanted}")
    signs = [sign for name in ("before", "inside", "close", "behind") if (sign := (match[name] or "").strip())]
    if len(signs) + bracketed > 1 or (match["currency"] and match["unit"]):
        raise InvalidField(reason=f"not {wanted}: a sign or the currency stands there twice")
    return bracketed or "-" in signs, match["number"], bool(match["currency"] or match["unit"])


def _whole(text: str, notation: Notation, *, alone: bool) -> int:
    """Read the euros, which may have separators between thousands. `alone` when no decimals follow."""
    if text.isdigit():
        return int(text)
    used = {sign for sign in text if not sign.isdigit()}
    separator = used.pop()
    groups = text.split(separator)
    right = (
        not used
        and separator in {notation.other, " "}
        and 1 <= len(groups[0]) <= 3
        and not groups[0].startswith("0")
        and all(len(group) == 3 and group.isdigit() for group in groups[1:])
    )
    if not right or (notation.thousands is not None and separator != notation.thousands):
        raise InvalidField(reason=f"not an amount in euros with a decimal {_NAMES[notation.decimal]}")
    if alone and notation.thousands is None and separator != " " and len(groups) == 2:
        raise InvalidField(
            reason=f"a {_NAMES[separator]} before three digits could stand for thousands or for decimals: "
            "say in the settings what separates thousands"
        )
    return int("".join(groups))
