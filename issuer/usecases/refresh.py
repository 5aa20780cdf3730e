"""Look for changed debts: what was issued and is no longer how things stand becomes SUPERSEDED.

Our records know people by a keyed hash only, so the register is gone through and each person in it hashed. Somebody
with valid copies who is no longer in the register has no debts there any more: that too is a change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from credentials.clock import Clock, dutch_day
from credentials.debts.person import Person
from issuer.domain.configurations import configuration
from issuer.domain.errors import SourceUnavailable
from issuer.domain.facts import Facts, Hiding
from issuer.domain.issuance import LiveCopies, Status
from issuer.domain.processing import Operation
from issuer.domain.webhooks import Happening
from issuer.ports import Condition, DebtSource, Event, Records, Store
from issuer.usecases.debts import ReadDebts
from issuer.usecases.notices import SupersedeOutdated
from issuer.usecases.processing import Doing, doing
from issuer.usecases.publish import PublishStatus
from service.webhooks.messages import Announcement

REASON: Final = "gewijzigd"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many people were checked, how many could not be, how many copies are superseded now; how the register is."""

    checked: int
    unreadable: int
    superseded: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class RefreshSource:
    """Compare what was issued with the debts of now."""

    store: Store
    clock: Clock
    source: DebtSource
    read_debts: ReadDebts
    hiding: Hiding
    publish: PublishStatus
    notices: SupersedeOutdated

    def __call__(self) -> Refreshed:
        """Check everyone who may hold a valid copy. Raises SourceUnavailable when nothing of the register is served."""
        # What follows from the agency's own notices needs no register, which may be what they are about.
        noticed = self.notices()
        now = self.clock.now()
        # Looked at also where nobody holds anything: who asks whether the register is sound must not hear that it is.
        condition = self.source.condition(now)
        if not condition.readable:
            with self.store.write() as records:
                # Once a day, however often it is looked at.
                day = dutch_day(now).isoformat()
                records.announce(
                    Announcement(Happening.SOURCE_UNREADABLE, now, {"gebreken": condition.faults}, once=day)
                )
        if not condition.readable and not condition.serving:
            raise SourceUnavailable("the register cannot be read")
        with self.store.read() as records:
            waiting = set(records.issuances.subjects_with_live_copies(now))
        checked = unreadable = superseded = 0
        for person in self._people(condition) if waiting and condition.listed else ():
            subject = self.hiding.subject(person)
            if subject not in waiting:
                continue
            waiting.discard(subject)
            try:
                superseded += self._check(person, subject)
                checked += 1
            except SourceUnavailable:
                unreadable += 1
        # With an unreadable file somewhere, absence proves nothing.
        if condition.readable and condition.listed:
            superseded += sum(self._supersede_all(subject) for subject in waiting)
            checked += len(waiting)
        else:
            unreadable += len(waiting)
        if superseded:
            self.publish()
        return Refreshed(checked, unreadable, superseded + noticed, condition)

    def of_person(self, person: Person) -> int:
        """Check one person, and return how many of their copies are superseded now, for the caller to publish.

        Raises SourceUnavailable.
        """
        subject = self.hiding.subject(person)
        with self.store.read() as records:
            if not records.issuances.live(subject, self.clock.now()):
                return 0
        return self._check(person, subject)

    def _people(self, condition: Condition) -> Iterable[Person]:
        try:
            return self.source.people()
        except SourceUnavailable:
            # What was last good is served meanwhile; there is nothing newer to compare with.
            if condition.readable:
                raise
            return ()

    def _check(self, person: Person, subject: str) -> int:
        with doing(self.store, self.clock, Operation.COMPARE, subject) as deed:
            return self._superseded(deed, subject, self.read_debts(person))

    def _superseded(self, deed: Doing, subject: str, facts: Facts) -> int:
        with deed.write() as records:
            live = records.issuances.live(subject, self.clock.now())
            return sum(self._supersede(records, subject, each) for each in live if self._changed(facts, each))

    def _changed(self, facts: Facts, copies: LiveCopies) -> bool:
        kind = configuration(copies.configuration).kind
        return self.hiding.fingerprint(facts, kind, copies.case_hash) != copies.fingerprint

    def _supersede(self, records: Records, subject: str, copies: LiveCopies) -> int:
        changed = records.issuances.mark(
            Status.SUPERSEDED, self.clock.now(), subject_hash=subject, copies=copies, reason=REASON
        )
        records.audit(Event("credentials.superseded", copies.configuration, str(changed), subject))
        return changed

    def _supersede_all(self, subject: str) -> int:
        # Nobody in the register: an overview that says zero is still how things stand.
        with doing(self.store, self.clock, Operation.COMPARE, subject) as deed:
            return self._superseded(deed, subject, self.read_debts.nothing())
