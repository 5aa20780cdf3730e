"""What was issued, and the status lists that are published of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from credentials.debts.notice import Notice
from issuer.domain.issuance import (
    Copy,
    CopyState,
    DayOfIssue,
    ListFill,
    LiveCopies,
    Place,
    RecordedCopy,
    Statement,
    Status,
    Visit,
)
from issuer.domain.notices import Outdated, RecordedNotice


class Issuances(Protocol):
    """The records of what was issued."""

    def copies_of(self, session: str, configuration: str, case_hash: str | None) -> int:
        """Count the copies made of one statement in one issuance session."""
        ...

    def free_places(self, count: int) -> Sequence[Place]:
        """Choose unused places at random in the list that is being filled. Raises StatusListsFull."""
        ...

    def reserve(self, copies: Sequence[Copy]) -> None:
        """Write rows for copies about to be signed. Raises when a place is taken after all."""
        ...

    def mark_issued(self, ids: Collection[str], now: datetime) -> None:
        """Remember that the signatures were made."""
        ...

    def note(self, ids: Collection[str], state: CopyState) -> bool:
        """Set the state of those of these copies that exist; say whether any do."""
        ...

    def count_states(self, since: date) -> Sequence[DayOfIssue]:
        """Count the copies issued from a day on, by day and state, the oldest day first; reserved ones as issued."""
        ...

    def fold_counts(self, since: date) -> bool:
        """Tidy up a part of what is counted by, and forget the days before this one; say whether there is more."""
        ...

    def live(self, subject_hash: str, now: datetime) -> Sequence[LiveCopies]:
        """Return this person's copies that are valid and not expired, by statement and fingerprint."""
        ...

    def subjects_with_live_copies(self, now: datetime) -> Collection[str]:
        """Return the hashes of everyone who may hold a valid copy."""
        ...

    def mark(
        self,
        status: Status,
        now: datetime,
        *,
        subject_hash: str,
        copies: LiveCopies | None = None,
        case_hash: str | None = None,
        reason: str,
    ) -> int:
        """Set the status of a person's copies: of one statement, of one case, or all. Invalid stays invalid.

        Returns how many rows changed.
        """
        ...

    def visits(self, limit: int, *, before: Visit | None = None, case_hash: str | None = None) -> Sequence[Visit]:
        """Return the last so many visits, newest first: those before one, and those in which a case was stated."""
        ...

    def copies_in(self, sessions: Collection[str]) -> Sequence[RecordedCopy]:
        """Return all copies of some issuance sessions, by statement."""
        ...

    def session_of(self, credential_id: str) -> str | None:
        """Return in which issuance session a copy was made."""
        ...

    def subjects_in(self, sessions: Collection[str]) -> Sequence[str]:
        """Return the hashes of whom the copies of some issuance sessions are about, each once."""
        ...

    def mark_issued_in(
        self, session: str, status: Status, now: datetime, *, statement: Statement | None, reason: str
    ) -> int:
        """Set the status of what was issued in a session: of one statement, or all. Invalid stays invalid.

        Returns how many rows changed.
        """
        ...

    def mark_one(self, credential_id: str, status: Status, now: datetime, *, reason: str) -> int:
        """Set the status of one copy. Returns how many rows changed."""
        ...

    def keys_of_live(self, now: datetime) -> Collection[str]:
        """Return the keys of notices of all copies that are valid and not expired."""
        ...

    def count_outdated(self, outdated: Outdated, now: datetime) -> int:
        """Count the valid copies that these are."""
        ...

    def supersede_outdated(
        self, outdated: Outdated, now: datetime, *, after: str, most: int, reason: str
    ) -> Sequence[str]:
        """Mark so many of these copies as superseded, at most, of those with an id after this one; return their ids."""
        ...

    def statuses(self, list_number: int) -> Mapping[int, Status]:
        """Return every index of a list whose status is not valid, of what is superseded as far as it is shown."""
        ...

    def show_all(self, now: datetime) -> None:
        """Show what was superseded until now, in every list."""
        ...

    def lists_shown_before(self, until: datetime) -> Sequence[int]:
        """Return the numbers of the lists that do not show everything that was superseded until a moment."""
        ...

    def supersede_expired(self, list_number: int, until: datetime) -> bool:
        """Have some copies of a list that expired until a moment count as superseded; say whether there may be more."""
        ...

    def show_until(self, list_number: int, until: datetime, *, least: int) -> int:
        """Show what was superseded in a list until a moment, among decoys; return how many decoys.

        A decoy is a place that nobody is given any more. With them the number of places that change is `least`, or a
        multiple of it. A list without a valid copy gets none.
        """
        ...

    def entries_of(self, list_number: int) -> int:
        """Return how many places a list has."""
        ...

    def fill(self) -> Sequence[ListFill]:
        """Return how far each status list is filled, by number."""
        ...

    def list_numbers(self) -> Sequence[int]:
        """Return the numbers of the lists in use, at least the first."""
        ...

    def numbers_begun(self) -> Sequence[int]:
        """Return the numbers of the lists in which a place was given out, or will be next."""
        ...

    def begin_anew(self, status: Status, known: Collection[int]) -> int:
        """Give no place of any list until now again, and begin one that cannot have been in use; return its number.

        `known` are numbers of lists of which these records may know nothing. What no copy tells of in any of them gets
        the status; invalid is final there too.
        """
        ...


class Notices(Protocol):
    """The agency's notices of known deficient data."""

    def add(self, notice: Notice, now: datetime) -> RecordedNotice:
        """Record a notice under a new number. Raises TooManyNotices."""
        ...

    def end(self, number: int, now: datetime) -> RecordedNotice:
        """End a notice, once. Raises NoticeNotFound."""
        ...

    def all(self) -> Sequence[RecordedNotice]:
        """Return every notice, also those that were ended, the oldest first."""
        ...

    def not_ended(self) -> Sequence[RecordedNotice]:
        """Return those that stand or are announced."""
        ...


@dataclass(frozen=True, slots=True)
class Publication:
    """A signed status list as it is served."""

    kind: str
    list_number: int
    body: bytes = field(repr=False)
    media_type: str
    published_at: datetime
    expires_at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True)
class PublicationTimes:
    """Since when and until when a signed status list is served."""

    kind: str
    list_number: int
    published_at: datetime
    expires_at: datetime


class Publications(Protocol):
    """The last good signed status lists."""

    def latest(self, kind: str, list_number: int) -> Publication | None:
        """Return what is published under this number."""
        ...

    def times(self) -> Sequence[PublicationTimes]:
        """Return since when and until when each list is served, by number and kind."""
        ...

    def publish(self, publication: Publication, *, instead_of: Publication | None) -> bool:
        """Publish this instead of what was read; False, and nothing changed, when something else stands there now."""
        ...
