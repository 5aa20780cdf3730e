"""Of whom the agency said that something changed, in SQL: a keyed hash, and the citizen's number sealed."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, final

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import epoch
from credentials.debts.person import Person
from issuer.domain.changes import NotedChange
from issuer.storage.sealed import Sealer
from issuer.storage.tables import change as table
from service.prepared import Prepared

# No keyed hash: those are 64 characters.
EVERYBODY: Final = "*"
_MARK_BYTES: Final = 16


def _noting(insert: type[sqlite.Insert] | type[postgresql.Insert]) -> sqlite.Insert | postgresql.Insert:
    row = insert(table)
    # `noted_at` stays: it says since when it waits.
    fresh = {"mark": row.excluded.mark, "sealed": row.excluded.sealed, "next_at": row.excluded.next_at}
    return row.on_conflict_do_update(index_elements=[table.c.subject_hash], set_=fresh)


_NOTE: Final = Prepared(_noting(postgresql.Insert), on_sqlite=_noting(sqlite.Insert))
_WAITING: Final = (
    select(table.c.subject_hash, table.c.sealed, table.c.mark)
    .where(table.c.next_at <= bindparam("now"))
    .order_by(table.c.next_at, table.c.subject_hash)
)
_THIS: Final = (table.c.subject_hash == bindparam("of_subject"), table.c.mark == bindparam("of_mark"))
_DONE: Final = Prepared(delete(table).where(*_THIS))
_PUT_OFF: Final = Prepared(update(table).where(*_THIS).values(next_at=bindparam("until")))


@final
class SqlChanges:
    """The port `Changes` on one connection."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def note(self, people: Mapping[str, Person], now: datetime) -> None:
        """Remember that something changed for these people, by their hashes; also for one that waits already."""
        # In the order of the hashes, as whoever else writes several does.
        for subject_hash, person in sorted(people.items(), key=lambda each: each[0]):
            self._note(subject_hash, self._sealer.subject(person, _place(subject_hash)), now)

    def note_everybody(self, now: datetime) -> None:
        """Remember that something may have changed for anybody."""
        self._note(EVERYBODY, None, now)

    def waiting(self, now: datetime, most: int) -> Sequence[NotedChange]:
        """Return what is to be looked at now, what was to be first before the others."""
        rows = self._connection.execute(_WAITING.limit(most), {"now": epoch(now)}).all()
        return [NotedChange(row.subject_hash, self._person(row.subject_hash, row.sealed), row.mark) for row in rows]

    def done(self, change: NotedChange) -> None:
        """Forget it, unless it was noted again since."""
        _DONE.run(self._connection, of_subject=change.subject_hash, of_mark=change.mark)

    def put_off(self, change: NotedChange, until: datetime) -> None:
        """Have it looked at again later."""
        _PUT_OFF.run(self._connection, of_subject=change.subject_hash, of_mark=change.mark, until=epoch(until))

    def _note(self, subject_hash: str, sealed: bytes | None, now: datetime) -> None:
        moment = epoch(now)
        row = {"subject_hash": subject_hash, "sealed": sealed, "noted_at": moment, "next_at": moment}
        _NOTE.run(self._connection, **row, mark=secrets.token_bytes(_MARK_BYTES))

    def _person(self, subject_hash: str, sealed: bytes | None) -> Person | None:
        return None if sealed is None else self._sealer.open_subject(sealed, _place(subject_hash))


def _place(subject_hash: str) -> bytes:
    return b"issuer_change.sealed|" + subject_hash.encode("ascii")
