"""Known deficient data: what an agency says of its own data while these are wrong, late or not all there.

*Known deficient from … to …, what, until when.* It speaks of the agency's data and never of a citizen, so every
overview of that time says the same. While it stands, a count of open cases is a count of what the agency could see.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final, final

from credentials.debts.catalogue import is_claim_type
from credentials.debts.errors import InvalidNotice
from credentials.plain_text import text_fault

MOST_CHARACTERS: Final = 300
MOST_KINDS: Final = 20


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is deficient. Days are Dutch ones, both ends included.

    `first_day` and `last_day` say of when the facts are that are wrong or missing; without a last day it goes on.
    `expected_end` is the day on which the agency expects them to be right again, None where it does not know. `kinds`
    are codes of claim types, none for all. `what` says it in plain words, in one line.

    Raises InvalidNotice, which never quotes.
    """

    first_day: date
    what: str
    last_day: date | None = None
    expected_end: date | None = None
    kinds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.first_day:
            raise InvalidNotice("the last day is before the first")
        if self.expected_end is not None and self.expected_end < self.first_day:
            raise InvalidNotice("the end that is expected is before the first day")
        if not self.what.strip() or self.what != self.what.strip():
            raise InvalidNotice("the text is empty, or begins or ends with a space")
        if len(self.what) > MOST_CHARACTERS:
            raise InvalidNotice(f"the text is longer than {MOST_CHARACTERS} characters")
        fault = text_fault(self.what)
        if fault is not None:
            raise InvalidNotice(f"the text holds {fault}")
        if len(self.kinds) > MOST_KINDS or len(set(self.kinds)) != len(self.kinds):
            raise InvalidNotice(f"the kinds are more than {MOST_KINDS}, or one is there twice")
        if not all(is_claim_type(each) for each in self.kinds):
            raise InvalidNotice("a kind is not the code of a claim type")

    def about(self, kinds: Collection[str]) -> bool:
        """Tell whether it is about any of these kinds of claims."""
        return not self.kinds or not set(self.kinds).isdisjoint(kinds)

    def overdue(self, today: date) -> bool:
        """Tell whether the day has passed on which it was to be over."""
        return self.expected_end is not None and self.expected_end < today
