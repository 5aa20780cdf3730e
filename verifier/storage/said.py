"""Debts without proof on SQLite or PostgreSQL, sealed and bound to their file, and gone with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from service import audit
from service.audit import AuditEntry
from service.database import Database
from verifier.domain.errors import FileFull, UnknownIntake, UnknownSaidDebt
from verifier.domain.said import MOST, SaidDebt
from verifier.storage.sealed import Seals
from verifier.storage.tables import intake_table, said_table

_said: Final = said_table.c


@final
class SqlSaidDebts:
    """The adapter of `ports.SaidDebts`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def of(self, owner: str, intake_id: str) -> Sequence[SaidDebt]:
        """Return what stands in a file, in the order in which it was written; nothing of another owner's."""
        statement = _of(owner, intake_id).order_by(_said.number)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [self._read(row) for row in rows]

    def get(self, owner: str, intake_id: str, debt_id: str) -> SaidDebt:
        """Return one of them. Raises UnknownSaidDebt."""
        with self._database.read() as connection:
            row = connection.execute(_of(owner, intake_id).where(_said.id == debt_id)).one_or_none()
        if row is None:
            raise UnknownSaidDebt
        return self._read(row)

    def add(self, owner: str, intake_id: str, debt: SaidDebt) -> None:
        """Write a debt in a file. Raises UnknownIntake, FileFull."""
        written = select(func.count(), func.max(_said.number)).where(_said.intake_id == intake_id)
        with self._database.write() as connection:
            hold(connection, owner, intake_id)
            count, last = connection.execute(written).one()
            if count >= MOST:
                raise FileFull
            sealed = self._seals.said(intake_id, debt)
            row = {"id": debt.id, "intake_id": intake_id, "number": (last or 0) + 1, "debt": sealed}
            connection.execute(insert(said_table).values(row))
            _note(connection, "said_debt_added", owner, intake_id, debt.written_at)

    def change(self, owner: str, intake_id: str, debt: SaidDebt) -> None:
        """Put a debt in the place of the one with its id. Raises UnknownIntake, UnknownSaidDebt."""
        this = update(said_table).where(_said.id == debt.id, _said.intake_id == intake_id)
        with self._database.write() as connection:
            hold(connection, owner, intake_id)
            if connection.execute(this.values(debt=self._seals.said(intake_id, debt))).rowcount != 1:
                raise UnknownSaidDebt
            _note(connection, "said_debt_changed", owner, intake_id, debt.written_at)

    def remove(self, owner: str, intake_id: str, debt_id: str, now: datetime) -> None:
        """Take a debt out. Raises UnknownIntake, UnknownSaidDebt."""
        this = delete(said_table).where(_said.id == debt_id, _said.intake_id == intake_id)
        with self._database.write() as connection:
            hold(connection, owner, intake_id)
            if connection.execute(this).rowcount != 1:
                raise UnknownSaidDebt
            _note(connection, "said_debt_removed", owner, intake_id, now)

    def _read(self, row: Row[Any]) -> SaidDebt:
        return self._seals.open_said(row.intake_id, row.id, row.debt)


def _of(owner: str, intake_id: str) -> Any:  # noqa: ANN401  # a statement, whose type SQLAlchemy spells by its columns
    its_file = select(intake_table.c.id).where(intake_table.c.id == intake_id, intake_table.c.owner == owner)
    return select(said_table).where(_said.intake_id.in_(its_file))


def hold(connection: Connection, owner: str, intake_id: str) -> None:
    """Lock the file until this is written: so nobody closes it meanwhile, and two workers count one after the other."""
    its_file = (intake_table.c.id == intake_id, intake_table.c.owner == owner)
    if connection.execute(update(intake_table).where(*its_file).values(owner=owner)).rowcount != 1:
        raise UnknownIntake


def _note(connection: Connection, action: str, owner: str, intake_id: str, at: datetime) -> None:
    audit.append(connection, AuditEntry(action=action, actor=owner, object=intake_id), at=at)
