"""Of whom the agency said that something changed in its register."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from credentials.debts.person import Person
from issuer.domain.changes import NotedChange


class Changes(Protocol):
    """What waits to be compared with what was issued."""

    def note(self, people: Mapping[str, Person], now: datetime) -> None:
        """Remember that something changed for these people, by their hashes; also for one that waits already."""
        ...

    def note_everybody(self, now: datetime) -> None:
        """Remember that something may have changed for anybody."""
        ...

    def waiting(self, now: datetime, most: int) -> Sequence[NotedChange]:
        """Return what is to be looked at now, what was to be first before the others."""
        ...

    def done(self, change: NotedChange) -> None:
        """Forget it, unless it was noted again since."""
        ...

    def put_off(self, change: NotedChange, until: datetime) -> None:
        """Have it looked at again later."""
        ...
