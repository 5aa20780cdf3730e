"""When each client of a business API came last, and whether somebody has shut it out: at once, until they let it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, final

from sqlalchemy import BigInteger, Column, Connection, MetaData, String, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import Clock, epoch, from_epoch
from service import audit
from service.api_clients.tokens import token_table
from service.audit import AuditEntry
from service.database import Database
from service.errors import InvalidApiToken
from service.prepared import Prepared

NOTED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last time is known: not every request is worth a write."""

metadata: Final = MetaData()
use_table: Final = Table(
    "service_api_use",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("used_at", BigInteger, nullable=True),
    Column("shut_out_at", BigInteger, nullable=True),
    Column("shut_out_by", String(80), nullable=True),
)
_of = use_table.c
_FIND: Final = Prepared(
    select(_of.used_at, _of.shut_out_at).where(_of.kind == bindparam("of_kind"), _of.name == bindparam("of_name"))
)


class ClientKind(StrEnum):
    """By what a client comes in."""

    TOKEN = "token"  # noqa: S105  # a kind
    """A token of the settings, in a file."""
    PROGRAM = "program"
    """Access tokens that it gets by a key of its own."""


@dataclass(frozen=True, slots=True)
class ClientUse:
    """When a client came last, and since when and by whom it is shut out."""

    used_at: datetime | None = None
    shut_out_at: datetime | None = None
    shut_out_by: str | None = None


@final
class ClientUses:
    """The clients of one party's business API that ever came or were shut out."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def admit(self, kind: ClientKind, name: str) -> None:
        """Note that a client comes in. Raises InvalidApiToken for one that is shut out."""
        with self._database.read() as connection:
            row = _FIND.one(connection, of_kind=kind.value, of_name=name)
        if row is not None and row.shut_out_at is not None:
            raise InvalidApiToken
        now = epoch(self._clock.now())
        if row is None or row.used_at is None or now - row.used_at >= NOTED_EVERY.total_seconds():
            self._database.later(lambda connection: self._put(connection, kind, name, used_at=now))

    def is_shut_out(self, kind: ClientKind, name: str) -> bool:
        """Tell whether a client is shut out."""
        with self._database.read() as connection:
            row = _FIND.one(connection, of_kind=kind.value, of_name=name)
        return row is not None and row.shut_out_at is not None

    def all(self) -> Mapping[tuple[ClientKind, str], ClientUse]:
        """Return what is known of each client."""
        with self._database.read() as connection:
            rows = connection.execute(select(use_table)).all()
        return {
            (ClientKind(row.kind), row.name): ClientUse(_moment(row.used_at), _moment(row.shut_out_at), row.shut_out_by)
            for row in rows
        }

    def shut_out(self, kind: ClientKind, name: str, *, by: str) -> None:
        """Let a client in no more, on record; the access tokens that it has are gone with it."""
        now = self._clock.now()
        with self._database.write() as connection:
            self._put(connection, kind, name, shut_out_at=epoch(now), shut_out_by=by)
            if kind is ClientKind.PROGRAM:
                connection.execute(delete(token_table).where(token_table.c.client_id == name))
            entry = AuditEntry(action="api_client_shut_out", actor=by, object=name, reason=kind.value)
            audit.append(connection, entry, at=now)

    def let_in(self, kind: ClientKind, name: str, *, by: str) -> None:
        """Let a client in again, on record."""
        with self._database.write() as connection:
            self._put(connection, kind, name, shut_out_at=None, shut_out_by=None)
            entry = AuditEntry(action="api_client_let_in", actor=by, object=name, reason=kind.value)
            audit.append(connection, entry, at=self._clock.now())

    def _put(self, connection: Connection, kind: ClientKind, name: str, **values: object) -> None:
        insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
        row = insert(use_table).values(kind=kind.value, name=name, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["kind", "name"], set_=values))


def _moment(at: int | None) -> datetime | None:
    return None if at is None else from_epoch(at)
