"""What was read of a person's file a moment ago, for a few seconds in which a wallet asks card after card.

It is of few people and forgotten in time, also when nobody comes any more: within a minute nothing is left.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, final

from credentials.debts.case import Case
from credentials.debts.person import Person

HELD: Final = timedelta(seconds=30)
MOST: Final = 16


class Stamp(NamedTuple):
    """What tells one state of a file from another."""

    name: str
    inode: int
    size: int
    changed_ns: int
    entry_changed_ns: int


@dataclass(frozen=True, slots=True, repr=False)
class Read:
    """What was read of a file that has not been touched since.

    A document says nothing of later moments than its own, so that its cases are the same for each of them.
    """

    stamp: Stamp
    cases: tuple[Case, ...]
    until: datetime
    read_at: datetime

    def serves(self, as_of: datetime) -> bool:
        """Say whether this is recent enough, and says all that is known at this moment."""
        return timedelta(0) <= as_of - self.read_at < HELD


@final
class Recent:
    """What was read of at most `MOST` people. While there is any, it is swept each `HELD`; nothing survives two."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._new: dict[Person, Read] = {}
        self._old: dict[Person, Read] = {}
        self._sweeper: threading.Timer | None = None

    def __len__(self) -> int:
        """Return how many people are remembered."""
        return len({*self._new, *self._old})

    def of(self, person: Person, stamp: Stamp | None, as_of: datetime) -> Read | None:
        """Return what was read of this person, if the file is as it was then and that says all that is known now."""
        with self._lock:
            read = self._new.get(person) or self._old.get(person)
        return read if read is not None and read.stamp == stamp and read.serves(as_of) else None

    def keep(self, person: Person, read: Read) -> None:
        """Remember this in the place of what was read before."""
        with self._lock:
            self._old.pop(person, None)
            self._new.pop(person, None)
            self._new[person] = read
            while len(self._old) + len(self._new) > MOST:
                oldest = self._old or self._new
                del oldest[next(iter(oldest))]
            # In a child process the parent's is dead.
            if self._sweeper is None or not self._sweeper.is_alive():
                self._sweep_later()

    def _sweep_later(self) -> None:
        self._sweeper = threading.Timer(HELD.total_seconds(), self._sweep)
        self._sweeper.daemon = True
        self._sweeper.start()

    def _sweep(self) -> None:
        with self._lock:
            self._old, self._new = self._new, {}
            self._sweeper = None
            if self._old:
                self._sweep_later()
