"""What is asked of agencies while vaults are closed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, final

from wallet_api.domain.errand import Errand, Outcome


class Errands(Protocol):
    """What is asked while vaults are closed. None of it says whose it is."""

    def add(self, errand: Errand, now: datetime) -> None:
        """Keep an errand that is to be run for the first time after its wait, in the place of one of the same id."""
        ...

    def due(self, now: datetime, most: int) -> Sequence[str]:
        """Return the ids of those that may be run now, the longest waiting first."""
        ...

    def start(self, id: str, now: datetime) -> Errand | None:
        """Take an errand to run it; None when somebody else does, or it is gone. A killed run ends by itself."""
        ...

    def settle(self, errand: Errand, outcome: Outcome, now: datetime) -> None:
        """Note what came of a run. Once it is not `Asking` nothing is kept with which anything could be asked."""
        ...

    def look(self, id: str, now: datetime) -> Outcome | None:
        """Return what came of it so far; None when it is gone."""
        ...

    def withdraw(self, id: str, now: datetime) -> bool:
        """Take it back to ask by oneself. False while it is run, or when it was settled meanwhile."""
        ...

    def remove(self, id: str) -> None:
        """Forget it, whatever came of it."""
        ...

    def purge(self, now: datetime) -> int:
        """Delete those whose time is over and return how many."""
        ...


class Messenger(Protocol):
    """Carries a sealed question to an agency."""

    def carry(self, errand: Errand) -> Outcome:
        """Ask once. Raises Unavailable, AddressRefused."""
        ...


@final
@dataclass(frozen=True, slots=True)
class ErrandRow:
    """An errand as it is stored: `sealed` under the key of the service. Without `next_at` it is not run any more."""

    id: str
    sealed: bytes = field(repr=False)
    next_at: datetime | None
    expires_at: datetime


class ErrandRows(Protocol):
    """Rows of errands; what they say is not known here, nor whose they are."""

    def put(self, row: ErrandRow) -> None:
        """Store a row, in the place of one of the same id."""
        ...

    def due(self, now: datetime, most: int) -> Sequence[str]:
        """Return the ids of rows whose time has come and that nobody runs."""
        ...

    def start(self, id: str, now: datetime, busy_until: datetime) -> ErrandRow | None:
        """Mark a row as being run and return it; only one caller gets it."""
        ...

    def settle(self, row: ErrandRow) -> bool:
        """Replace a row, and nobody runs it any more. False when it is gone."""
        ...

    def get(self, id: str, now: datetime) -> ErrandRow | None:
        """Return a row that has not expired."""
        ...

    def withdraw(self, id: str, now: datetime) -> bool:
        """Delete a row that is still to be run and that nobody runs. False when there is none such."""
        ...

    def remove(self, id: str) -> None:
        """Delete a row, if it is there."""
        ...

    def purge(self, now: datetime) -> int:
        """Delete expired rows and return how many."""
        ...
