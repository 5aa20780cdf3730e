"""Lines of the processing log that wait, in SQL: written in the transaction of the fact that they tell of.

A line is there until somebody who keeps the log has confirmed it (LDV 1.0.0 section 3.2.1), and then it goes: the log
is kept elsewhere. None is ever thrown away before. Where too many wait, nothing is done any more of which one would
have to tell, as what cannot be accounted for is not to be done.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any, Final, final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from credentials.clock import epoch, from_epoch
from credentials.encoding import json_compact
from service.database import Database
from service.errors import LogFull
from service.prepared import Prepared
from service.processing_log.actions import LogLine
from service.processing_log.deliver import Backlog, WaitingLine
from service.processing_log.spans import Register

_CHECK_EVERY: Final = 64
_COLUMNS: Final = ("operation", "written_at", "span", "refused")


def line_table(metadata: MetaData, name: str) -> Table:
    """Declare a party's table of lines; the party's own migrations make it."""
    return Table(
        name,
        metadata,
        Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("operation", String(32), nullable=False),
        Column("written_at", BigInteger, nullable=False),
        Column("span", LargeBinary, nullable=False),
        Column("refused", String(32), nullable=True),
        Index(f"{name}_due", "refused", "number"),
    )


@final
class LineWriter:
    """Writes lines in the transaction of what they tell of; `most` may wait, within some dozens for each process."""

    def __init__(self, table: Table, register: Register, *, most: int) -> None:
        self._table = table
        self._register = register
        self._most = most
        self._add = Prepared(insert(table).values({name: bindparam(name) for name in _COLUMNS}))
        # Both ends of what waits, in its index: as fast with a million lines as with one. A line that was refused would
        # hold one end for as long as it lies there.
        number = table.c.number
        waiting = select(number).where(table.c.refused.is_(None)).limit(1)
        first, last = waiting.order_by(number).subquery(), waiting.order_by(number.desc()).subquery()
        self._spread = Prepared(select((last.c.number - first.c.number).label("spread")))
        self._written = count()
        self._full = False

    def __call__(self, connection: Connection, line: LogLine) -> None:
        """Write a line. Raises LogFull."""
        self._demand_room(connection)
        self._add.run(connection, **self._row(line))

    def all(self, connection: Connection, lines: Iterable[LogLine]) -> None:
        """Write many lines. Raises LogFull."""
        self._demand_room(connection)
        rows = [self._row(each) for each in lines]
        if rows:
            connection.execute(insert(self._table), rows)

    def _row(self, line: LogLine) -> dict[str, object]:
        return {
            "operation": line.action.operation.value,
            "written_at": epoch(line.ended_at),
            "span": json_compact(self._register.span(line)),
            "refused": None,
        }

    def _demand_room(self, connection: Connection) -> None:
        # Now and then, and once it is full each time: so that it goes on as soon as there is room.
        if self._full or next(self._written) % _CHECK_EVERY == 0:
            self._full = (self._spread.value(connection) or 0) >= self._most - 1
        if self._full:
            raise LogFull("too many lines of the processing log wait")


@final
class SqlLines:
    """The lines of one party; the port `Lines`."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._table = table

    def waiting(self, most: int) -> Sequence[WaitingLine]:
        """Return the lines to be handed on next, the oldest first."""
        asked = select(self._table).where(self._table.c.refused.is_(None))
        return self._found(asked.order_by(self._table.c.number).limit(most))

    def refused(self, most: int) -> Sequence[WaitingLine]:
        """Return lines that were refused, by cause, the oldest first."""
        asked = select(self._table).where(self._table.c.refused.is_not(None))
        # In the order of the index: of a million lines that wait not one is looked at.
        return self._found(asked.order_by(self._table.c.refused, self._table.c.number).limit(most))

    def confirmed(self, numbers: Collection[int]) -> None:
        """Forget lines that are in the log."""
        with self._database.write() as connection:
            connection.execute(delete(self._table).where(self._table.c.number.in_(numbers)))

    def refuse(self, number: int, why: str) -> None:
        """Note that a line will not be had as it is; it stays, and is not handed on by itself any more."""
        with self._database.write() as connection:
            connection.execute(update(self._table).where(self._table.c.number == number).values(refused=why))

    def again(self) -> int:
        """Have what was refused handed on once more; return how many lines these are."""
        with self._database.write() as connection:
            anew = update(self._table).where(self._table.c.refused.is_not(None)).values(refused=None)
            return connection.execute(anew).rowcount

    def backlog(self) -> Backlog:
        """Count what waits."""
        number, refused = self._table.c.number, self._table.c.refused
        counted = select(func.count(number), func.count(refused), func.min(self._table.c.written_at))
        with self._database.read() as connection:
            total, not_had, since = connection.execute(counted).one()
        return Backlog(total - not_had, not_had, None if since is None else from_epoch(since))

    def oldest(self) -> datetime | None:
        """Return since when the line waits that is handed on next."""
        found = self.waiting(1)
        return found[0].written_at if found else None

    def _found(self, asked: Select[Any]) -> list[WaitingLine]:
        with self._database.read() as connection:
            rows = connection.execute(asked).all()
        return [
            WaitingLine(row.number, row.operation, from_epoch(row.written_at), bytes(row.span), row.refused)
            for row in rows
        ]
