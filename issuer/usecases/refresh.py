"""Look for changed debts: what was issued and is no longer how things stand becomes SUPERSEDED.

Our records know people by a keyed hash only, so the register is gone through and each person in it hashed. Somebody
with valid copies who is no longer in the register has no debts there any more: that too is a change.
"""

from dataclasses import dataclass
from typing import Final

from credentials.clock import Clock
from credentials.debts.bsn import Bsn
from issuer.domain.configurations import configuration
from issuer.domain.errors import SourceUnavailable
from issuer.domain.facts import Facts, Hiding
from issuer.domain.issuance import LiveCopies, Status
from issuer.ports import DebtSource, Event, Records, Store
from issuer.usecases.debts import ReadDebts
from issuer.usecases.publish import PublishStatus

REASON: Final = "gewijzigd"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many people were checked, how many could not be, and how many copies are superseded now."""

    checked: int
    unreadable: int
    superseded: int


@dataclass(frozen=True, slots=True)
class RefreshSource:
    """Compare what was issued with the debts of now."""

    store: Store
    clock: Clock
    source: DebtSource
    read_debts: ReadDebts
    hiding: Hiding
    publish: PublishStatus

    def __call__(self) -> Refreshed:
        """Check everyone who may hold a valid copy. Raises SourceUnavailable."""
        with self.store.read() as records:
            waiting = set(records.issuances.subjects_with_live_copies(self.clock.now()))
        checked = unreadable = superseded = 0
        for bsn in self.source.people() if waiting else ():
            subject = self.hiding.subject(bsn)
            if subject not in waiting:
                continue
            waiting.discard(subject)
            try:
                superseded += self._check(bsn, subject)
                checked += 1
            except SourceUnavailable:
                unreadable += 1
        # With an unreadable file somewhere, absence proves nothing.
        if waiting and self.source.is_complete():
            superseded += sum(self._supersede_all(subject) for subject in waiting)
            checked += len(waiting)
        elif waiting:
            unreadable += len(waiting)
        if superseded:
            self.publish()
        return Refreshed(checked, unreadable, superseded)

    def _check(self, bsn: Bsn, subject: str) -> int:
        facts = self.read_debts(bsn)
        with self.store.write() as records:
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
        nothing = Facts.of(self.source.agency, (), self.clock.now())
        with self.store.write() as records:
            live = records.issuances.live(subject, self.clock.now())
            return sum(self._supersede(records, subject, each) for each in live if self._changed(nothing, each))
