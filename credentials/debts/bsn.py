"""The citizen service number (burgerservicenummer): checked when made, hidden when printed."""

import re
from typing import Final, Self, final

from credentials.debts.errors import InvalidBsn

_DIGITS: Final = re.compile(r"[0-9]{9}\Z")
_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)


@final
class Bsn:
    """Nine digits that pass the eleven test. Prints as `Bsn(***)`; `reveal()` is the only way to read it.

    Raises InvalidBsn when made of anything else. Equal by value, so that it can be a dictionary key.
    """

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        if not _DIGITS.match(digits):
            raise InvalidBsn("a BSN has nine digits")
        if digits == "000000000" or sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True)) % 11:
            raise InvalidBsn("the BSN does not pass the eleven test")
        self._digits = digits

    @classmethod
    def padded(cls, digits: str) -> Self:
        """Read a number whose leading zero was lost, as spreadsheets do (eight digits)."""
        return cls("0" + digits if len(digits) == 8 else digits)

    def reveal(self) -> str:
        """Return the nine digits."""
        return self._digits

    def __repr__(self) -> str:
        return "Bsn(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bsn) and other._digits == self._digits

    def __hash__(self) -> int:
        return hash(self._digits)
