"""A paper: an FCID document that a citizen got elsewhere and has this wallet read. It is read, and never proven.

Whoever writes a file can put any organisation's number in it, so a paper counts for nothing: it is shown apart, added
to no total, and is no card, so that nobody can be shown it as one. Of the document only what is shown is kept: not the
citizen's number.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, final

MAX_PAPERS: Final = 20
MAX_CHARACTERS: Final = 300_000


@final
@dataclass(frozen=True, slots=True)
class PaperCase:
    """A case as the paper tells it. `balance` in whole cents; negative when money is to come back."""

    reference: str = field(repr=False)
    title: str = field(repr=False)
    balance: int = field(repr=False)
    as_of: datetime


@final
@dataclass(frozen=True, slots=True)
class Paper:
    """What was read. `name` is what the trust list calls whom the paper names; it may be another's work."""

    id: str
    oin: str
    name: str | None
    made_at: datetime
    added_at: datetime
    cases: tuple[PaperCase, ...]

    @property
    def open_cases(self) -> tuple[PaperCase, ...]:
        """The cases in which something is left to pay or to come back, as the paper says."""
        return tuple(case for case in self.cases if case.balance)

    @property
    def balance(self) -> int:
        """What the paper says is left to pay. It is added to nothing."""
        return sum(case.balance for case in self.cases)
