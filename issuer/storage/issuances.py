"""What was issued, in SQL: copies, their places in status lists, and the published lists.

Whatever changes several copies locks them in the order of their ids, on a server where others may change them too.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, final

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import dutch_day, epoch, from_epoch, start_of_day
from issuer.domain.errors import StatusListsFull
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
from issuer.domain.notices import Outdated
from issuer.domain.secrets import random_reference
from issuer.ports import Publication, PublicationTimes
from issuer.storage.tables import issued_copy as table
from issuer.storage.tables import publication as publications
from issuer.storage.tables import status_list as lists
from issuer.storage.tally import SqlTally
from service.prepared import Prepared

_TRIES: Final = 16
# A list is at most half full, so that so many draws in vain come once in 2^64 times.
_DRAWS: Final = 64
# Lists are numbered one after the other; after a restore from a backup from the next of these on, since the records do
# not tell how many there were.
_GENERATION: Final = 10_000
# So much of a list may be in use, decoys included.
_ROOM: Final = 0.9
_STEP: Final = 1_000

EXPIRED: Final = "verlopen"
"""The reason of a copy that counts as superseded because its time is over."""
DECOY: Final = "decoy"
"""The state of a place that is nobody's."""

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
        self._is_sqlite = is_sqlite
        self._tally = SqlTally(connection)

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
                    "notices": each.notices,
                }
                for each in copies
            ],
        )
        for day, many in Counter(dutch_day(each.issued_at) for each in copies).items():
            self._tally.add(day, CopyState.RESERVED, many)

    def mark_issued(self, ids: Collection[str], now: datetime) -> None:
        """Remember that the signatures were made."""
        # The moment itself is not kept: it would single a citizen's visit out. `issued_at` is rounded.
        del now
        _MARK_ISSUED.run_each(self._connection, [{"key": each} for each in sorted(ids)])

    def note(self, ids: Collection[str], state: CopyState) -> bool:
        """Set the state of those of these copies that exist; say whether any do."""
        named = select(table.c.id, table.c.state, table.c.issued_at).where(table.c.id.in_(ids))
        found = self._connection.execute(named.order_by(table.c.id).with_for_update()).all()
        changed = [row for row in found if row.state != state.value]
        if changed:
            those = update(table).where(table.c.id.in_([row.id for row in changed]))
            self._connection.execute(those.values(state=state.value))
        for (day, before), many in Counter(
            (dutch_day(from_epoch(row.issued_at)), CopyState(row.state)) for row in changed
        ).items():
            self._tally.add(day, before, -many)
            self._tally.add(day, state, many)
        return bool(found)

    def count_states(self, since: date) -> Sequence[DayOfIssue]:
        """Count the copies issued from a day on, by day and state, the oldest day first; reserved ones as issued."""
        return self._tally.days(since)

    def fold_counts(self, since: date) -> bool:
        """Tidy up a part of what is counted by, and forget the days before this one; say whether there is more."""
        return self._tally.fold(since)

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
        if not self._is_sqlite:
            # All of this person's, also those that stay as they are: of one block's several marks none comes back to
            # a row before.
            self._connection.execute(select(table.c.id).where(*where).order_by(table.c.id).with_for_update())
        if copies is not None:
            where += [
                table.c.configuration == copies.configuration,
                _same_case(copies.case_hash),
                table.c.fingerprint == copies.fingerprint,
            ]
        if case_hash is not None:
            where.append(table.c.case_hash == case_hash)
        return self._set(status, now, reason, where)

    def visits(self, limit: int, *, before: Visit | None = None, case_hash: str | None = None) -> Sequence[Visit]:
        """Return the last so many visits, newest first: those before one, and those in which a case was stated."""
        key = (table.c.issued_at, table.c.session)
        # A decoy was made in none.
        made = select(*key).where(table.c.session != "")
        asked = made.group_by(*key).order_by(*(each.desc() for each in key)).limit(limit)
        if before is not None:
            asked = asked.where(tuple_(*key) < tuple_(epoch(before.issued_at), before.session))
        if case_hash is not None:
            asked = asked.where(table.c.case_hash == case_hash)
        return [Visit(from_epoch(row.issued_at), row.session) for row in self._connection.execute(asked)]

    def copies_in(self, sessions: Collection[str]) -> Sequence[RecordedCopy]:
        """Return all copies of some issuance sessions, by statement."""
        if not sessions:
            return []
        order = (table.c.session, table.c.configuration, table.c.case_hash, table.c.list_number, table.c.place)
        rows = self._connection.execute(select(table).where(table.c.session.in_(sessions)).order_by(*order))
        return [_recorded(row) for row in rows]

    def session_of(self, credential_id: str) -> str | None:
        """Return in which issuance session a copy was made."""
        asked = select(table.c.session).where(table.c.id == credential_id, table.c.session != "")
        return self._connection.execute(asked).scalar_one_or_none()

    def subjects_in(self, sessions: Collection[str]) -> Sequence[str]:
        """Return the hashes of whom the copies of some issuance sessions are about, each once."""
        if not sessions:
            return []
        asked = select(table.c.subject_hash).where(table.c.session.in_(sessions)).distinct()
        return [each for each in self._connection.scalars(asked.order_by(table.c.subject_hash)) if each]

    def mark_issued_in(
        self, session: str, status: Status, now: datetime, *, statement: Statement | None, reason: str
    ) -> int:
        """Set the status of what was issued in a session: of one statement, or all. Invalid stays invalid."""
        where: list[ColumnElement[bool]] = [table.c.session == session]
        if not self._is_sqlite:
            self._connection.execute(select(table.c.id).where(*where).order_by(table.c.id).with_for_update())
        if statement is not None:
            where += [table.c.configuration == statement.configuration, _same_case(statement.case_hash)]
        return self._set(status, now, reason, where)

    def mark_one(self, credential_id: str, status: Status, now: datetime, *, reason: str) -> int:
        """Set the status of one copy. Returns how many rows changed."""
        return self._set(status, now, reason, [table.c.id == credential_id])

    def keys_of_live(self, now: datetime) -> Collection[str]:
        """Return the keys of notices of all copies that are valid and not expired."""
        return set(self._connection.execute(select(table.c.notices).distinct().where(*_alive(now))).scalars())

    def count_outdated(self, outdated: Outdated, now: datetime) -> int:
        """Count the valid copies that these are."""
        counted = select(func.count()).select_from(table).where(*_outdated(outdated), *_alive(now))
        return self._connection.execute(counted).scalar_one()

    def supersede_outdated(
        self, outdated: Outdated, now: datetime, *, after: str, most: int, reason: str
    ) -> Sequence[str]:
        """Mark so many of these copies as superseded, at most, of those with an id after this one; return their ids."""
        # From where the last step ended: each would else go through all that those before it marked.
        those = select(table.c.id).where(table.c.id > after, *_outdated(outdated), *_alive(now))
        found = self._connection.execute(those.order_by(table.c.id).limit(most).with_for_update()).scalars().all()
        if found:
            # By where they stand, as a thousand ids in one statement take as long again.
            step = (table.c.id > after, table.c.id <= found[-1], *_outdated(outdated))
            self._set(Status.SUPERSEDED, now, reason, step)
        return found

    def statuses(self, list_number: int) -> Mapping[int, Status]:
        """Return every index of a list whose status is not valid, of what is superseded as far as it is shown."""
        row = self._connection.execute(select(lists).where(lists.c.number == list_number)).one_or_none()
        if row is None or row.rest == Status.VALID.value:
            shown_until = 0 if row is None else row.shown_until
            marked = self._places(list_number, shown_until, table.c.status != Status.VALID.value)
            return {index: status for index, status in marked.items() if status is not Status.VALID}
        stated = self._places(list_number, row.shown_until)
        every = (stated.get(index, Status(row.rest)) for index in range(row.entries))
        return {index: status for index, status in enumerate(every) if status is not Status.VALID}

    def entries_of(self, list_number: int) -> int:
        """Return how many places a list has."""
        entries = self._connection.execute(
            select(lists.c.entries).where(lists.c.number == list_number)
        ).scalar_one_or_none()
        return self._entries if entries is None else entries

    def fill(self) -> Sequence[ListFill]:
        """Return how far each status list is filled, by number."""
        rows = self._connection.execute(select(lists).order_by(lists.c.number))
        return [ListFill(row.number, row.entries, row.used, Status(row.rest)) for row in rows]

    def list_numbers(self) -> Sequence[int]:
        """Return the numbers of the lists in use, at least the first."""
        return self.numbers_begun() or [1]

    def begin_anew(self, status: Status, known: Collection[int]) -> int:
        """Give no place of any list until now again, and begin one that cannot have been in use; return its number.

        `known` are numbers of lists of which these records may know nothing. What no copy tells of in any of them gets
        the status; invalid is final there too.
        """
        recorded = set(self.numbers_begun())
        lost = sorted({number for number in known if number > 0} - recorded)
        if lost:
            rows = [{"number": number, "entries": self._entries, "used": self._entries} for number in lost]
            self._connection.execute(insert(lists), rows)
        self._connection.execute(update(lists).values(used=lists.c.entries))
        self._connection.execute(update(lists).where(lists.c.rest != Status.INVALID.value).values(rest=status.value))
        fresh = (max([0, *recorded, *lost]) // _GENERATION + 1) * _GENERATION + 1
        self._connection.execute(insert(lists).values(number=fresh, entries=self._entries, used=0))
        return fresh

    def numbers_begun(self) -> Sequence[int]:
        """Return the numbers of the lists in which a place was given out, or will be next."""
        return [row.number for row in _LIST_NUMBERS.all(self._connection)]

    def show_all(self, now: datetime) -> None:
        """Show what was superseded until now, in every list."""
        moment = epoch(now)
        self._connection.execute(update(lists).where(lists.c.shown_until < moment).values(shown_until=moment))

    def lists_shown_before(self, until: datetime) -> Sequence[int]:
        """Return the numbers of the lists that do not show everything that was superseded until a moment."""
        behind = select(lists.c.number).where(lists.c.shown_until < epoch(until)).order_by(lists.c.number)
        return list(self._connection.execute(behind).scalars())

    def supersede_expired(self, list_number: int, until: datetime) -> bool:
        """Have some copies of a list that expired until a moment count as superseded; say whether there may be more."""
        moment = epoch(until)
        over = (table.c.list_number == list_number, table.c.status == Status.VALID.value, table.c.expires_at <= moment)
        found = select(table.c.id).where(*over).order_by(table.c.id).limit(_STEP)
        ids = list(self._connection.execute(found.with_for_update()).scalars())
        flipped = {"status": Status.SUPERSEDED.value, "reason": EXPIRED, "changed_at": moment}
        self._connection.execute(update(table).where(table.c.id.in_(ids)).values(**flipped))
        return len(ids) == _STEP

    def show_until(self, list_number: int, until: datetime, *, least: int) -> int:
        """Show what was superseded in a list until a moment, among decoys; return how many decoys."""
        moment, this = epoch(until), lists.c.number == list_number
        # Locked as for whoever gives places out: no place is given twice, to a card and to a decoy.
        row = self._connection.execute(select(lists).where(this).with_for_update()).one()
        if row.shown_until >= moment:
            return 0
        decoys = self._decoys(row, moment, least)
        self._connection.execute(update(lists).where(this).values(shown_until=moment, used=lists.c.used + len(decoys)))
        if decoys:
            nobody = {
                "session": "",
                "configuration": "",
                "subject_hash": "",
                "case_hash": None,
                "fingerprint": "",
                "notices": "",
            }
            changed = {"status": Status.SUPERSEDED.value, "reason": None, "changed_at": moment}
            ended = {"state": DECOY, "issued_at": 0, "expires_at": 0}
            _RESERVE.run_each(
                self._connection,
                [
                    {"id": random_reference(), "list_number": list_number, "place": place, **nobody, **ended, **changed}
                    for place in decoys
                ],
            )
        return len(decoys)

    def _decoys(self, row: Row[Any], moment: int, least: int) -> list[int]:
        """Choose places that nobody has for as many decoys as the list wants."""
        in_list = table.c.list_number == row.number
        valid = select(table.c.id).where(in_list, table.c.status == Status.VALID.value).limit(1)
        # Where all places count as something already, and where no card lives, a decoy hides nothing.
        if row.rest != Status.VALID.value or self._connection.execute(valid).first() is None:
            return []
        changing = select(func.count()).where(
            in_list,
            table.c.status == Status.SUPERSEDED.value,
            table.c.changed_at > row.shown_until,
            table.c.changed_at <= moment,
        )
        flips = self._connection.execute(changing).scalar_one()
        wanted = max(-(-flips // least), 1) * least
        given = self._connection.execute(select(func.count()).where(in_list)).scalar_one()
        # A list that has lived long keeps room to draw by chance.
        wanted = min(wanted - flips, max(0, int(row.entries * _ROOM) - given))
        chosen: dict[int, None] = {}
        for _ in range(_DRAWS * wanted):
            if len(chosen) == wanted:
                break
            drawn = self._randbelow(row.entries)
            if drawn not in chosen and _IS_TAKEN.one(self._connection, in_list=row.number, at=drawn) is None:
                chosen[drawn] = None
        return list(chosen)

    def _places(self, list_number: int, shown_until: int, *where: ColumnElement[bool]) -> dict[int, Status]:
        named = select(table.c.place, table.c.status, table.c.changed_at).where(
            table.c.list_number == list_number, *where
        )
        superseded = Status.SUPERSEDED.value
        return {
            row.place: Status.VALID
            if row.status == superseded and (row.changed_at or 0) > shown_until
            else Status(row.status)
            for row in self._connection.execute(named)
        }

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
            if number % _GENERATION == 0 or count > int(self._entries * self._fill):
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

    def times(self) -> Sequence[PublicationTimes]:
        """Return since when and until when each list is served, by number and kind."""
        columns = (
            publications.c.kind,
            publications.c.list_number,
            publications.c.published_at,
            publications.c.expires_at,
        )
        rows = self._connection.execute(select(*columns).order_by(publications.c.list_number, publications.c.kind))
        return [
            PublicationTimes(row.kind, row.list_number, from_epoch(row.published_at), from_epoch(row.expires_at))
            for row in rows
        ]

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


def _outdated(outdated: Outdated) -> tuple[ColumnElement[bool], ...]:
    # `issued_at` is the start of an hour, and a Dutch day begins with one.
    since = epoch(start_of_day(outdated.cases_since)) if outdated.cases_since > date.min else 0
    return table.c.notices == outdated.key, or_(table.c.case_hash.is_(None), table.c.issued_at >= since)


def _same_case(case_hash: str | None) -> ColumnElement[bool]:
    return table.c.case_hash.is_(None) if case_hash is None else table.c.case_hash == case_hash


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return table.c.status == Status.VALID.value, table.c.expires_at > epoch(now)


def _recorded(row: Row[tuple[Any, ...]]) -> RecordedCopy:
    return RecordedCopy(
        row.id,
        row.session,
        Statement(row.configuration, row.case_hash),
        Place(row.list_number, row.place),
        CopyState(row.state),
        Status(row.status),
        row.reason,
        from_epoch(row.issued_at),
        from_epoch(row.expires_at),
        None if row.changed_at is None else from_epoch(row.changed_at),
    )
