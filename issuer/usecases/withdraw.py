"""Withdraw what was stated wrongly: INVALID, at once and for good (domain notes, section 8.5)."""

from dataclasses import dataclass

from credentials.clock import Clock
from credentials.debts.person import Person
from issuer.domain.errors import NothingIssued
from issuer.domain.facts import Hiding
from issuer.domain.issuance import Status
from issuer.domain.processing import Operation
from issuer.domain.webhooks import Happening
from issuer.ports import Event, Store
from issuer.usecases.processing import doing
from issuer.usecases.publish import PublishStatus
from service.webhooks.messages import Announcement


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Mark credentials invalid and publish that."""

    store: Store
    clock: Clock
    hiding: Hiding
    publish: PublishStatus

    def of_person(self, subject: Person, case_reference: str | None, reason: str) -> int:
        """Withdraw all that was issued about a person, or about one case. Raises NothingIssued."""
        subject_hash = self.hiding.subject(subject)
        case_hash = self.hiding.case(case_reference) if case_reference is not None else None
        with doing(self.store, self.clock, Operation.WITHDRAW, subject_hash) as deed, deed.write() as records:
            changed = records.issuances.mark(
                Status.INVALID, self.clock.now(), subject_hash=subject_hash, case_hash=case_hash, reason=reason
            )
            if changed:
                records.announce(Announcement(Happening.WITHDRAWN, self.clock.now(), {"aantal": changed}))
                records.audit(Event("credentials.withdrawn", case_hash or "all", str(changed), subject_hash, reason))
        return self._told(changed)

    def one(self, credential_id: str, reason: str) -> int:
        """Withdraw one copy by its id in our records. Raises NothingIssued."""
        with self.store.read() as records:
            session = records.issuances.session_of(credential_id)
            subjects = records.issuances.subjects_in([session] if session is not None else [])
        with doing(self.store, self.clock, Operation.WITHDRAW, *subjects) as deed, deed.write() as records:
            changed = records.issuances.mark_one(credential_id, Status.INVALID, self.clock.now(), reason=reason)
            if changed:
                records.announce(Announcement(Happening.WITHDRAWN, self.clock.now(), {"aantal": changed}))
                records.audit(Event("credential.withdrawn", credential_id, str(changed), reason=reason))
        return self._told(changed)

    def _told(self, changed: int) -> int:
        if not changed:
            raise NothingIssued
        # The answer to this call promises that every verifier can see it: so it is published before we answer.
        self.publish()
        return changed
