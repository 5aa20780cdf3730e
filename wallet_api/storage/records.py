"""Sealed rows in the database; every statement names the wallet that owns them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, final

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ColumnElement

from credentials.clock import epoch, from_epoch
from service.database import Database
from service.errors import NotFound
from service.expired import delete_expired
from wallet_api.domain.errors import ChangedMeanwhile
from wallet_api.ports import SealedRecord
from wallet_api.storage.tables import record_table, wallet_table

_COLUMNS = record_table.c


@final
class SqlRecords:
    """The port `Records` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, wallet_id: str, shelf: str, id: str, now: datetime) -> SealedRecord | None:
        """Return a row that has not expired."""
        with self._database.read() as connection:
            row = connection.execute(
                select(record_table).where(_live(wallet_id, now), _COLUMNS.shelf == shelf, _COLUMNS.id == id)
            ).one_or_none()
        return None if row is None else _record(row)

    def all(self, wallet_id: str, shelf: str, now: datetime) -> Sequence[SealedRecord]:
        """Return all rows of a shelf that have not expired, in the order in which they were first put."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(record_table)
                .where(_live(wallet_id, now), _COLUMNS.shelf == shelf)
                .order_by(_COLUMNS.number, _COLUMNS.id)
            ).all()
        return [_record(row) for row in rows]

    def take(self, wallet_id: str, shelf: str, id: str, now: datetime) -> SealedRecord | None:
        """Delete a row and return it, so that only one caller gets it."""
        with self._database.write() as connection:
            row = connection.execute(
                delete(record_table)
                .where(_live(wallet_id, now), _COLUMNS.shelf == shelf, _COLUMNS.id == id)
                .returning(*_COLUMNS)
            ).one_or_none()
        return None if row is None else _record(row)

    def exchange(
        self,
        wallet_id: str,
        put: Sequence[SealedRecord],
        remove: Collection[tuple[str, str]],
        now: datetime,
        *,
        take: SealedRecord | None = None,
    ) -> None:
        """Put and remove rows in one transaction. Raises ChangedMeanwhile, NotFound."""
        with self._database.write() as connection:
            known = select(wallet_table.c.id).where(wallet_table.c.id == wallet_id)
            if connection.execute(known.with_for_update()).first() is None:
                raise NotFound("the wallet is gone")
            if take is not None:
                _take(connection, wallet_id, take, now)
            for shelf, id in remove:
                connection.execute(
                    delete(record_table).where(
                        _COLUMNS.wallet_id == wallet_id, _COLUMNS.shelf == shelf, _COLUMNS.id == id
                    )
                )
            for record in put:
                _put(connection, wallet_id, record, now)

    def purge(self, now: datetime) -> int:
        """Delete expired rows of all wallets and return how many."""
        return delete_expired(self._database, record_table, _COLUMNS.expires_at, epoch(now))


def _take(connection: Connection, wallet_id: str, record: SealedRecord, now: datetime) -> None:
    taken = connection.execute(
        delete(record_table).where(
            _live(wallet_id, now),
            _COLUMNS.shelf == record.shelf,
            _COLUMNS.id == record.id,
            _COLUMNS.version == record.version,
        )
    )
    if taken.rowcount != 1:
        raise ChangedMeanwhile


def _put(connection: Connection, wallet_id: str, record: SealedRecord, now: datetime) -> None:
    values = {
        "version": record.version,
        "content": record.content,
        "expires_at": None if record.expires_at is None else epoch(record.expires_at),
    }
    if record.version > 1:
        changed = connection.execute(
            update(record_table)
            .where(
                _live(wallet_id, now),
                _COLUMNS.shelf == record.shelf,
                _COLUMNS.id == record.id,
                _COLUMNS.version == record.version - 1,
            )
            .values(**values)
        )
        if changed.rowcount != 1:
            raise ChangedMeanwhile
        return
    last = connection.execute(
        select(func.coalesce(func.max(_COLUMNS.number), 0)).where(_COLUMNS.wallet_id == wallet_id)
    ).scalar_one()
    try:
        connection.execute(
            insert(record_table).values(
                wallet_id=wallet_id, shelf=record.shelf, id=record.id, number=last + 1, **values
            )
        )
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def _live(wallet_id: str, now: datetime) -> ColumnElement[bool]:
    return (_COLUMNS.wallet_id == wallet_id) & or_(_COLUMNS.expires_at.is_(None), _COLUMNS.expires_at > epoch(now))


def _record(row: Row[Any]) -> SealedRecord:
    return SealedRecord(
        row.shelf,
        row.id,
        row.content,
        row.version,
        None if row.expires_at is None else from_epoch(row.expires_at),
    )
