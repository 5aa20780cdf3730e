"""Rows of errands. None has an owner: which are a wallet's own, its vault knows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, final

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.sql import ColumnElement

from credentials.clock import epoch, from_epoch
from service.database import Database
from wallet_api.ports import ErrandRow
from wallet_api.storage.tables import errand_table

_COLUMNS = errand_table.c


@final
class SqlErrands:
    """The port `ErrandRows` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, row: ErrandRow) -> None:
        """Store a row, in the place of one of the same id."""
        with self._database.write() as connection:
            connection.execute(delete(errand_table).where(_COLUMNS.id == row.id))
            connection.execute(insert(errand_table).values(id=row.id, **_values(row)))

    def due(self, now: datetime, most: int) -> Sequence[str]:
        """Return the ids of rows whose time has come and that nobody runs."""
        with self._database.read() as connection:
            found = connection.execute(
                select(_COLUMNS.id).where(_due(now)).order_by(_COLUMNS.next_at, _COLUMNS.id).limit(most)
            ).scalars()
            return list(found)

    def start(self, id: str, now: datetime, busy_until: datetime) -> ErrandRow | None:
        """Mark a row as being run and return it; only one caller gets it."""
        with self._database.write() as connection:
            row = connection.execute(
                update(errand_table)
                .where(_COLUMNS.id == id, _due(now))
                .values(busy_until=epoch(busy_until))
                .returning(*_COLUMNS)
            ).one_or_none()
        return None if row is None else _row(row)

    def settle(self, row: ErrandRow) -> bool:
        """Replace a row, and nobody runs it any more. False when it is gone."""
        with self._database.write() as connection:
            changed = connection.execute(update(errand_table).where(_COLUMNS.id == row.id).values(**_values(row)))
        return changed.rowcount == 1

    def get(self, id: str, now: datetime) -> ErrandRow | None:
        """Return a row that has not expired."""
        with self._database.read() as connection:
            row = connection.execute(
                select(errand_table).where(_COLUMNS.id == id, _COLUMNS.expires_at > epoch(now))
            ).one_or_none()
        return None if row is None else _row(row)

    def withdraw(self, id: str, now: datetime) -> bool:
        """Delete a row that is still to be run and that nobody runs. False when there is none such."""
        with self._database.write() as connection:
            gone = connection.execute(
                delete(errand_table).where(
                    _COLUMNS.id == id, _COLUMNS.next_at.is_not(None), _COLUMNS.busy_until <= epoch(now)
                )
            )
        return gone.rowcount == 1

    def remove(self, id: str) -> None:
        """Delete a row, if it is there."""
        with self._database.write() as connection:
            connection.execute(delete(errand_table).where(_COLUMNS.id == id))

    def purge(self, now: datetime) -> int:
        """Delete expired rows and return how many."""
        with self._database.write() as connection:
            return connection.execute(delete(errand_table).where(_COLUMNS.expires_at <= epoch(now))).rowcount


def _due(now: datetime) -> ColumnElement[bool]:
    # A row without `next_at` is settled: it compares to nothing.
    moment = epoch(now)
    return (_COLUMNS.next_at <= moment) & (_COLUMNS.busy_until <= moment) & (_COLUMNS.expires_at > moment)


def _values(row: ErrandRow) -> dict[str, object]:
    return {
        "sealed": row.sealed,
        "next_at": None if row.next_at is None else epoch(row.next_at),
        "busy_until": 0,
        "expires_at": epoch(row.expires_at),
    }


def _row(row: Row[Any]) -> ErrandRow:
    next_at = None if row.next_at is None else from_epoch(row.next_at)
    return ErrandRow(row.id, row.sealed, next_at, from_epoch(row.expires_at))
