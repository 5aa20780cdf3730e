"""Messages to an organisation's own systems, in SQL: written in the transaction of the fact that they tell of."""

import hashlib
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import epoch, from_epoch
from credentials.encoding import b64url_encode, json_compact
from service import audit
from service.audit import AuditEntry
from service.database import Database
from service.expired import delete_expired
from service.prepared import Prepared
from service.webhooks.messages import Announcement, Delivery, Message

_ID_BYTES: Final = 16
KEPT: Final = timedelta(days=30)
"""How long messages are kept after what they tell of."""


def webhook_table(metadata: MetaData, name: str) -> Table:
    """Declare a party's table of messages; the party's own migrations make it."""
    return Table(
        name,
        metadata,
        Column("id", String(64), primary_key=True),
        Column("endpoint", String(64), nullable=False),
        Column("kind", String(64), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("announced_at", BigInteger, nullable=False, index=True),
        Column("state", String(16), nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("next_at", BigInteger, nullable=False),
        Column("outcome", String(32), nullable=True),
        Index(f"{name}_due", "endpoint", "state", "next_at"),
    )


@final
class Subscriptions:
    """Which endpoints want which events; writes their messages."""

    def __init__(self, table: Table, wanted: Mapping[str, Collection[StrEnum]]) -> None:
        self._wanted = dict(wanted)
        self._add = Prepared(
            postgresql.insert(table).on_conflict_do_nothing(), on_sqlite=sqlite.insert(table).on_conflict_do_nothing()
        )

    def __call__(self, connection: Connection, event: Announcement, *, only: Collection[str] | None = None) -> None:
        """Write a message for each endpoint that wants this; with `only`, of these endpoints."""
        at = epoch(event.at)
        body = {"type": event.kind.value, "timestamp": event.at.isoformat(), "data": dict(event.data)}
        for endpoint, kinds in self._wanted.items():
            if event.kind not in kinds or (only is not None and endpoint not in only):
                continue
            self._add.run(
                connection,
                id=_id(endpoint, event),
                endpoint=endpoint,
                kind=event.kind.value,
                body=json_compact(body),
                announced_at=at,
                state=Delivery.WAITING.value,
                attempts=0,
                next_at=at,
                outcome=None,
            )


@final
class SqlOutbox:
    """The messages of one party, on one connection."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._table = table

    def audit(self, entry: AuditEntry, now: datetime) -> None:
        """Append a line to the audit log, in the same transaction."""
        audit.append(self._connection, entry, at=now)

    def due(self, endpoint: str, now: datetime, most: int) -> Sequence[Message]:
        """Return the messages to be sent to an endpoint now, the longest waiting first."""
        waiting = (self._table.c.state == Delivery.WAITING.value, self._table.c.next_at <= epoch(now))
        asked = (
            select(self._table)
            .where(self._table.c.endpoint == endpoint, *waiting)
            .order_by(self._table.c.next_at, self._table.c.id)
        )
        return [_message(row) for row in self._connection.execute(asked.limit(most))]

    def tried(self, message: Message, state: Delivery, outcome: str, next_at: datetime) -> bool:
        """Note an attempt; False, and nothing changed, when somebody noted another meanwhile."""
        seen = (
            self._table.c.id == message.id,
            self._table.c.attempts == message.attempts,
            self._table.c.state == message.state.value,
        )
        noted = {"state": state.value, "outcome": outcome, "attempts": message.attempts + 1, "next_at": epoch(next_at)}
        return self._connection.execute(update(self._table).where(*seen).values(**noted)).rowcount == 1

    def recent(self, most: int, states: Collection[Delivery] = ()) -> Sequence[Message]:
        """Return the last messages, newest first: all, or those in these states."""
        asked = select(self._table).order_by(self._table.c.announced_at.desc(), self._table.c.id).limit(most)
        if states:
            asked = asked.where(self._table.c.state.in_([each.value for each in states]))
        return [_message(row) for row in self._connection.execute(asked)]

    def again(self, ids: Collection[str], now: datetime) -> int:
        """Have messages sent anew from the first attempt on, whatever became of them; return how many."""
        anew = {"state": Delivery.WAITING.value, "attempts": 0, "next_at": epoch(now)}
        return self._connection.execute(update(self._table).where(self._table.c.id.in_(ids)).values(**anew)).rowcount


@final
class SqlOutboxes:
    """The port `Outboxes` of one party's table."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._table = table

    @contextmanager
    def write(self) -> Iterator[SqlOutbox]:
        """Open a transaction."""
        with self._database.write() as connection:
            yield SqlOutbox(connection, self._table)

    @contextmanager
    def read(self) -> Iterator[SqlOutbox]:
        """Open a look at one consistent state."""
        with self._database.read() as connection:
            yield SqlOutbox(connection, self._table)

    def purge(self, now: datetime) -> int:
        """Delete messages of what happened too long ago, and return how many."""
        return delete_expired(self._database, self._table, self._table.c.announced_at, epoch(now - KEPT))


def _id(endpoint: str, event: Announcement) -> str:
    if event.once is None:
        return "msg_" + b64url_encode(secrets.token_bytes(_ID_BYTES))
    named = f"{endpoint}\0{event.kind.value}\0{event.once}"
    return "msg_" + b64url_encode(hashlib.sha256(named.encode()).digest()[:_ID_BYTES])


def _message(row: Row[tuple[Any, ...]]) -> Message:
    return Message(
        row.id,
        row.endpoint,
        row.kind,
        bytes(row.body),
        from_epoch(row.announced_at),
        Delivery(row.state),
        row.attempts,
        from_epoch(row.next_at),
        row.outcome,
    )
