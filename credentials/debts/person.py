"""Whose debts they are, by the number under which an organisation knows people.

A public body may process the citizen service number for its task (Wabb article 10); outside government that takes a
law of its own (UAVG article 46), and permission of the person does not help. So a private creditor knows its customers
by a number that it gave them itself, and every organisation knows people by one of the two and never by the other.
"""

import re
from enum import StrEnum
from typing import Final, TypeAlias, final

from credentials.debts.bsn import Bsn
from credentials.debts.errors import InvalidCustomerNumber

_CUSTOMER_NUMBER: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,38}[A-Za-z0-9])?\Z")


@final
class CustomerNumber:
    """The number that a creditor gave to a customer: 1 to 40 letters, digits and . _ / - inside; case counts.

    Prints as `CustomerNumber(***)`; `reveal()` is the only way to read it. Raises InvalidCustomerNumber when made of
    anything else. Equal by value, and equal to no BSN.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not _CUSTOMER_NUMBER.match(text):
            raise InvalidCustomerNumber("a customer number is 1 to 40 letters and digits, with . _ / - inside")
        self._text = text

    def reveal(self) -> str:
        """Return the number."""
        return self._text

    def __repr__(self) -> str:
        return "CustomerNumber(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CustomerNumber) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("customer number", self._text))


Person: TypeAlias = Bsn | CustomerNumber
"""Somebody, by the number under which one organisation knows them."""


class Numbering(StrEnum):
    """By which number an organisation knows people; the value is the name of that number wherever it is a field."""

    BSN = "bsn"
    CUSTOMER_NUMBER = "klantnummer"

    def read(self, text: str) -> Person:
        """Read such a number. Raises InvalidPerson."""
        return Bsn(text) if self is Numbering.BSN else CustomerNumber(text)

    def read_padded(self, text: str) -> Person:
        """Read such a number as tables have it: of a BSN the leading zero may be lost. Raises InvalidPerson."""
        return Bsn.padded(text) if self is Numbering.BSN else CustomerNumber(text)

    @property
    def fault(self) -> str:
        """Say of a text that it is no such number."""
        if self is Numbering.BSN:
            return "not a citizen service number that passes the eleven test"
        return "not a customer number: 1 to 40 letters and digits, with . _ / - inside"

    @classmethod
    def of(cls, person: Person) -> "Numbering":
        """Return by which number this person is known."""
        return cls.BSN if isinstance(person, Bsn) else cls.CUSTOMER_NUMBER
