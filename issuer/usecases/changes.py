"""Take the agency's word that something changed, and look: first it is on disk, then it is acknowledged, then done.

Whoever the word is about stays noted until the register could be read and the comparison is written. A register that
serves what was last good says nothing newer, so meanwhile it waits.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from credentials.clock import Clock
from credentials.debts.person import Person
from issuer.domain.changes import NotedChange
from issuer.domain.errors import SourceUnavailable
from issuer.domain.facts import Hiding
from issuer.ports import Event, Store
from issuer.usecases.refresh import RefreshSource

AGAIN: Final = timedelta(minutes=5)
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class NoteChanges:
    """Note that something changed for these people."""

    store: Store
    clock: Clock
    hiding: Hiding

    def __call__(self, people: Collection[Person]) -> int:
        """Return how many different people these are; it is on disk then."""
        noted = {self.hiding.subject(each): each for each in people}
        with self.store.write() as records:
            records.changes.note(noted, self.clock.now())
            records.audit(Event("changes.noted", "people", str(len(noted))))
        return len(noted)


@dataclass(frozen=True, slots=True)
class CheckChanges:
    """Compare what was issued to whom a change was noted with how things are now."""

    store: Store
    clock: Clock
    refresh: RefreshSource

    def __call__(self) -> int:
        """Look at all that waits now, and return how many copies are superseded by it."""
        superseded = 0
        while waiting := self._waiting():
            if not self.refresh.source.condition(self.clock.now()).readable:
                self._put_off(waiting)
                break
            superseded += sum(self._check(each) for each in waiting)
        # Once for all of them; whatever comes between, the lists are published every few minutes anyway.
        if superseded:
            self.refresh.publish()
        return superseded

    def _waiting(self) -> list[NotedChange]:
        with self.store.read() as records:
            return list(records.changes.waiting(self.clock.now(), _AT_ONCE))

    def _check(self, change: NotedChange) -> int:
        try:
            person = change.person
            superseded = self.refresh().superseded if person is None else self.refresh.of_person(person)
        except SourceUnavailable:
            self._put_off([change])
            return 0
        with self.store.write() as records:
            records.changes.done(change)
        return superseded

    def _put_off(self, changes: Collection[NotedChange]) -> None:
        with self.store.write() as records:
            for each in changes:
                records.changes.put_off(each, self.clock.now() + AGAIN)
