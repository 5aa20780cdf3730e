"""What was issued, found again without a name: by its id, or by the reference of a case that was stated.

A visit is one time that somebody was issued something: an overview, cases, each in some copies. Of the reference our
records hold a keyed hash alone, and so nothing here tells whose it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credentials.clock import Clock
from issuer.domain.errors import NothingIssued
from issuer.domain.facts import Hiding
from issuer.domain.issuance import RecordedCopy, Statement, Status, Visit
from issuer.domain.processing import Operation
from issuer.domain.reasons import Reason
from issuer.domain.webhooks import Happening
from issuer.ports import Event, Store
from issuer.usecases.processing import doing
from issuer.usecases.publish import PublishStatus
from service.webhooks.messages import Announcement

PAGE: Final = 20
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_DEEDS: Final = {Status.INVALID: "issuance.withdrawn", Status.SUPERSEDED: "issuance.superseded"}


@dataclass(frozen=True, slots=True)
class IssuedStatement:
    """The copies of one statement that were issued in one visit."""

    statement: Statement
    copies: tuple[RecordedCopy, ...]

    @property
    def id(self) -> str:
        """The id of one of its copies: it names this statement whatever else is issued meanwhile."""
        return self.copies[0].id

    @property
    def statuses(self) -> Mapping[Status, int]:
        """How many copies have which status."""
        return Counter(each.status for each in self.copies)


@dataclass(frozen=True, slots=True)
class Issuance:
    """All that was issued in one visit."""

    visit: Visit
    statements: tuple[IssuedStatement, ...]

    def part(self, copy_id: str) -> IssuedStatement:
        """Return what a copy of it states. Raises NothingIssued."""
        found = (each for each in self.statements if any(copy.id == copy_id for copy in each.copies))
        part = next(found, None)
        if part is None:
            raise NothingIssued
        return part

    @property
    def copies(self) -> int:
        """How many copies these are."""
        return sum(len(each.copies) for each in self.statements)

    @property
    def statuses(self) -> Mapping[Status, int]:
        """How many copies have which status."""
        return Counter(copy.status for each in self.statements for copy in each.copies)

    def expired(self, now: datetime) -> bool:
        """Tell whether nothing of it is valid any more, whatever its status."""
        return all(copy.expires_at <= now for each in self.statements for copy in each.copies)


def is_id(text: str) -> bool:
    """Tell whether something of ours could be called so; not every database takes every text."""
    return _ID.match(text) is not None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of issuances, the newest first; `further` is where the next page begins, if there is one."""

    issuances: tuple[Issuance, ...]
    further: Visit | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """Find what was issued, and take it back."""

    store: Store
    clock: Clock
    hiding: Hiding
    publish: PublishStatus

    def recent(self, *, before: Visit | None = None) -> Found:
        """Return the last issuances, or those before one."""
        return self._page(before, None)

    def of_case(self, reference: str, *, before: Visit | None = None) -> Found:
        """Return the last issuances in which a case was stated, or those before one."""
        return self._page(before, self.hiding.case(reference))

    def find(self, id: str) -> Issuance:
        """Return an issuance by its id, or by that of one of its copies. Raises NothingIssued."""
        if not is_id(id):
            raise NothingIssued
        with self.store.read() as records:
            session = records.issuances.session_of(id) or id
            copies = records.issuances.copies_in([session])
        if not copies:
            raise NothingIssued
        self._looked_up([session])
        return _gathered(Visit(min(each.issued_at for each in copies), session), copies)

    def withdraw(self, session: str, reason: Reason, actor: str, *, statement: Statement | None = None) -> int:
        """Make what was issued invalid, for good. Raises NothingIssued where there is nothing (more) to withdraw."""
        return self._mark(session, statement, Status.INVALID, reason, actor)

    def replace(self, session: str, reason: Reason, actor: str, *, statement: Statement | None = None) -> int:
        """Say of what was issued that it is no longer current, so that wallets fetch it anew. Raises NothingIssued."""
        return self._mark(session, statement, Status.SUPERSEDED, reason, actor)

    def _mark(self, session: str, statement: Statement | None, status: Status, reason: Reason, actor: str) -> int:
        with self.store.read() as records:
            subjects = records.issuances.subjects_in([session])
        # Withdrawn or replaced: both take back what was said of somebody.
        with doing(self.store, self.clock, Operation.WITHDRAW, *subjects) as deed, deed.write() as records:
            changed = records.issuances.mark_issued_in(
                session, status, self.clock.now(), statement=statement, reason=reason.value
            )
            if changed:
                # Which statement: by its configuration alone, as a case's hash would join what the log keeps apart.
                what = "all" if statement is None else statement.configuration
                if status is Status.INVALID:
                    records.announce(Announcement(Happening.WITHDRAWN, self.clock.now(), {"aantal": changed}))
                records.audit(Event(_DEEDS[status], session, f"{what} {changed}", reason=reason.value, actor=actor))
        if not changed:
            raise NothingIssued
        # Whoever withdraws hears of it when every verifier can see it. What is replaced shows with the changes of the
        # day (`ShowChanges`), unless these show at once.
        self.publish()
        return changed

    def _page(self, before: Visit | None, case_hash: str | None) -> Found:
        with self.store.read() as records:
            visits = records.issuances.visits(PAGE + 1, before=before, case_hash=case_hash)
            shown = visits[:PAGE]
            copies = records.issuances.copies_in({each.session for each in shown})
        if case_hash is not None:
            self._looked_up([each.session for each in shown])
        issuances = tuple(_gathered(each, [copy for copy in copies if _is_of(copy, each)]) for each in shown)
        return Found(issuances, shown[-1] if len(visits) > PAGE else None)

    def _looked_up(self, sessions: Sequence[str]) -> None:
        """Account for having found what was issued to somebody."""
        if self.store.keeps_log:
            with self.store.read() as records:
                subjects = records.issuances.subjects_in(sessions)
            with doing(self.store, self.clock, Operation.LOOK_UP, *subjects) as deed:
                deed.tell()


def _is_of(copy: RecordedCopy, visit: Visit) -> bool:
    return copy.session == visit.session and copy.issued_at == visit.issued_at


def _gathered(visit: Visit, copies: Iterable[RecordedCopy]) -> Issuance:
    by_statement: dict[Statement, list[RecordedCopy]] = {}
    for each in copies:
        by_statement.setdefault(each.statement, []).append(each)
    return Issuance(visit, tuple(IssuedStatement(key, tuple(some)) for key, some in by_statement.items()))
