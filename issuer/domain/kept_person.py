"""How a person is written down in what is kept sealed: a citizen service number by its digits, as it always was.

A customer number bears a mark that no BSN has, so that neither is ever read as the other.
"""

from typing import Final

from credentials.debts.bsn import Bsn
from credentials.debts.person import CustomerNumber, Person

_CUSTOMER: Final = "klant:"


def written(person: Person) -> str:
    """Write somebody down."""
    return person.reveal() if isinstance(person, Bsn) else _CUSTOMER + person.reveal()


def read_written(text: str) -> Person:
    """Read who was written down. Raises InvalidPerson."""
    return CustomerNumber(text.removeprefix(_CUSTOMER)) if text.startswith(_CUSTOMER) else Bsn(text)
