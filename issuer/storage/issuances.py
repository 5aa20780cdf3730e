"""What was issued, in SQL: copies, their places in status lists, and the published lists."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final, final

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import dutch_day, epoch, from_epoch
from issuer.domain.errors import StatusListsFull
from issuer.domain.issuance import Copy, CopyState, DayOfIssue, LiveCopies, Place, Status
from issuer.ports import Publication
from issuer.storage.tables import issued_copy as table
from issuer.storage.tables import publication as publications
from issuer.storage.tables import status_list as lists
from service.prepared import Prepared

_TRIES: Final = 16
# A list is at most half full, so that so many draws in vain come once in 2^64 times.
_DRAWS: Final = 64
_MAX_LISTS: Final = 10_000

_COPIES_OF: Final = (
    select(func.count())
    .select_from(table)
    .where(table.c.session == bindparam("in_session"), table.c.configuration == bindparam("of_configuration"))
)
_COPIES_OF_OVERVIEW: Final = Prepared(_COPIES_OF.where(table.c.case_hash.is_(None)))
_COPIES_OF_CASE: Final = Prepared(_COPIES_OF.where(table.c.case_hash == bindparam("of_case")))
_IS_TAKEN: Final = Prepared(
    select(table.c.place).where(table.c.list_number == bindparam("in_list"), table.c.place == bindparam("at"))
)
_RESERVE: Final = Prepared(insert(table))
# It is written some time after the signature: a wallet may have told more by then.
_MARK_ISSUED: Final = Prepared(
    update(table)
    .where(table.c.id == bindparam("key"), table.c.state == CopyState.RESERVED.value)
    .values(state=CopyState.ISSUED.value)
)
# On PostgreSQL the row is locked until we commit, so that two processes draw one after the other.
_NEWEST: Final = select(lists).order_by(lists.c.number.desc()).limit(1)
_NEWEST_LIST: Final = Prepared(_NEWEST.with_for_update(), on_sqlite=_NEWEST)
_GIVE_OUT: Final = Prepared(
    update(lists).where(lists.c.number == bindparam("key")).values(used=lists.c.used + bindparam("more"))
)
_LIST_NUMBERS: Final = Prepared(select(lists.c.number).order_by(lists.c.number))
_LATEST: Final = Prepared(
    select(publications).where(
        publications.c.kind == bindparam("of_kind"), publications.c.list_number == bindparam("of_list")
    )
)


@final
class SqlIssuances:
    """The port `Issuances` on one connection. A list is filled up to the share `fill`; then the next is begun."""

    def __init__(
        self, connection: Connection, *, entries: int, fill: float, randbelow: Callable[[int], int], is_sqlite: bool
    ) -> None:
        self._connection = connection
        self._entries = entries
        self._fill = fill
        self._randbelow = randbelow
        self._insert = sqlite.insert if is_sqlite else postgresql.insert

    def copies_of(self, session: str, configuration: str, case_hash: str | None) -> int:
        """Count the copies made of one statement in one issuance session."""
        named = {"in_session": session, "of_configuration": configuration}
        if case_hash is None:
            return int(_COPIES_OF_OVERVIEW.value(self._connection, **named))
        return int(_COPIES_OF_CASE.value(self._connection, **named, of_case=case_hash))

    def free_places(self, count: int) -> Sequence[Place]:
        """Choose unused places at random in the list that is being filled. Raises StatusListsFull."""
        number, entries = self._claim(count)
        chosen: dict[int, None] = {}
        for _ in range(_DRAWS * count):
            drawn = self._randbelow(entries)
            if drawn in chosen or _IS_TAKEN.one(self._connection, in_list=number, at=drawn) is not None:
                continue
            chosen[drawn] = None
            if len(chosen) == count:
                # In drawing order, not sorted: the order of indices must tell nothing.
                return [Place(number, index) for index in chosen]
        raise StatusListsFull("no free places were found by chance")

    def reserve(self, copies: Sequence[Copy]) -> None:
        """Write rows for copies about to be signed. Raises when a place is taken after all."""
        _RESERVE.run_each(
            self._connection,
            [
                {
                    "id": each.id,
                    "session": each.session,
                    "configuration": each.configuration,
                    "subject_hash": each.subject_hash,
                    "case_hash": each.case_hash,
                    "fingerprint": each.fingerprint,
                    "list_number": each.place.list_number,
                    "place": each.place.index,
                    "state": CopyState.RESERVED.value,
                    "status": Status.VALID.value,
                    "reason": None,
                    "changed_at": None,
                    "issued_at": epoch(each.issued_at),
                    "expires_at": epoch(each.expires_at),
                }
                for each in copies
            ],
        )

    def mark_issued(self, ids: Collection[str], now: datetime) -> None:
        """Remember that the signatures were made."""
        # The moment itself is not kept: it would single a citizen's visit out. `issued_at` is rounded.
        del now
        _MARK_ISSUED.run_each(self._connection, [{"key": each} for each in ids])

    def note(self, ids: Collection[str], state: CopyState) -> bool:
        """Set the state of those of these copies that exist; say whether any do."""
        named = update(table).where(table.c.id.in_(ids))
        return self._connection.execute(named.values(state=state.value)).rowcount > 0

    def count_states(self, since: datetime) -> Sequence[DayOfIssue]:
        """Count the copies issued since a moment, by day and state, the oldest day first."""
        columns = (table.c.issued_at, table.c.state)
        counted = select(*columns, func.count().label("copies")).where(table.c.issued_at >= epoch(since))
        days: dict[date, Counter[CopyState]] = {}
        for row in self._connection.execute(counted.group_by(*columns).order_by(table.c.issued_at)):
            days.setdefault(dutch_day(from_epoch(row.issued_at)), Counter())[CopyState(row.state)] += row.copies
        return [DayOfIssue(day, copies) for day, copies in days.items()]

    def live(self, subject_hash: str, now: datetime) -> Sequence[LiveCopies]:
        """Return this person's copies that are valid and not expired, by statement and fingerprint."""
        columns = (table.c.configuration, table.c.case_hash, table.c.fingerprint)
        rows = self._connection.execute(
            select(*columns, func.count().label("copies"))
            .where(table.c.subject_hash == subject_hash, *_alive(now))
            .group_by(*columns)
        )
        return [LiveCopies(row.configuration, row.case_hash, row.fingerprint, row.copies) for row in rows]

    def subjects_with_live_copies(self, now: datetime) -> Collection[str]:
        """Return the hashes of everyone who may hold a valid copy."""
        return set(self._connection.execute(select(table.c.subject_hash).distinct().where(*_alive(now))).scalars())

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
        """Set the status of a person's copies: of one statement, of one case, or all. Invalid stays invalid."""
        where: list[ColumnElement[bool]] = [table.c.subject_hash == subject_hash]
        if copies is not None:
            where += [
                table.c.configuration == copies.configuration,
                _same_case(copies.case_hash),
                table.c.fingerprint == copies.fingerprint,
            ]
        if case_hash is not None:
            where.append(table.c.case_hash == case_hash)
        return self._set(status, now, reason, where)

    def mark_one(self, credential_id: str, status: Status, now: datetime, *, reason: str) -> int:
        """Set the status of one copy. Returns how many rows changed."""
        return self._set(status, now, reason, [table.c.id == credential_id])

    def statuses(self, list_number: int) -> Mapping[int, Status]:
        """Return every index of a list whose status is not valid."""
        rows = self._connection.execute(
            select(table.c.place, table.c.status).where(
                table.c.list_number == list_number, table.c.status != Status.VALID.value
            )
        )
        return {row.place: Status(row.status) for row in rows}

    def entries_of(self, list_number: int) -> int:
        """Return how many places a list has."""
        entries = self._connection.execute(
            select(lists.c.entries).where(lists.c.number == list_number)
        ).scalar_one_or_none()
        return self._entries if entries is None else entries

    def list_numbers(self) -> Sequence[int]:
        """Return the numbers of the lists in use, at least the first."""
        return [row.number for row in _LIST_NUMBERS.all(self._connection)] or [1]

    def _set(self, status: Status, now: datetime, reason: str, where: Sequence[ColumnElement[bool]]) -> int:
        # Superseded only ever replaces valid; invalid replaces both and is final.
        replaced = [Status.VALID] if status is Status.SUPERSEDED else [Status.VALID, Status.SUPERSEDED]
        return self._connection.execute(
            update(table)
            .where(*where, table.c.status.in_([each.value for each in replaced]), table.c.expires_at > epoch(now))
            .values(status=status.value, reason=reason, changed_at=epoch(now))
        ).rowcount

    def _claim(self, count: int) -> tuple[int, int]:
        for _ in range(_TRIES):
            row = _NEWEST_LIST.one(self._connection)
            if row is not None and row.used + count <= int(row.entries * self._fill):
                _GIVE_OUT.run(self._connection, key=row.number, more=count)
                return row.number, row.entries
            number = 1 if row is None else row.number + 1
            if number > _MAX_LISTS or count > int(self._entries * self._fill):
                break
            # Two processes may begin the same list: it is begun once, and both go on in it.
            begun = self._insert(lists).values(number=number, entries=self._entries, used=0)
            self._connection.execute(begun.on_conflict_do_nothing())
        raise StatusListsFull("no list has room")


@final
class SqlPublications:
    """The port `Publications` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def latest(self, kind: str, list_number: int) -> Publication | None:
        """Return what is published under this number."""
        row = _LATEST.one(self._connection, of_kind=kind, of_list=list_number)
        if row is None:
            return None
        return Publication(
            row.kind,
            row.list_number,
            row.body,
            row.media_type,
            from_epoch(row.published_at),
            from_epoch(row.expires_at),
            row.fingerprint,
        )

    def publish(self, publication: Publication, *, instead_of: Publication | None) -> bool:
        """Publish this instead of what was read; False, and nothing changed, when something else stands there now."""
        values = {
            "body": publication.body,
            "media_type": publication.media_type,
            "published_at": epoch(publication.published_at),
            "expires_at": epoch(publication.expires_at),
            "fingerprint": publication.fingerprint,
        }
        key = {"kind": publication.kind, "list_number": publication.list_number}
        if instead_of is None:
            insertion = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
            first = insertion(publications).values(**key, **values).on_conflict_do_nothing()
            return self._connection.execute(first.returning(publications.c.kind)).one_or_none() is not None
        changed = self._connection.execute(
            update(publications)
            .where(
                publications.c.kind == publication.kind,
                publications.c.list_number == publication.list_number,
                publications.c.fingerprint == instead_of.fingerprint,
                publications.c.published_at == epoch(instead_of.published_at),
            )
            .values(**values)
        )
        return changed.rowcount == 1


def _same_case(case_hash: str | None) -> ColumnElement[bool]:
    return table.c.case_hash.is_(None) if case_hash is None else table.c.case_hash == case_hash


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return table.c.status == Status.VALID.value, table.c.expires_at > epoch(now)
