"""Counsellors' files on SQLite or PostgreSQL. The owner is in every WHERE."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, final

from sqlalchemy import Row, delete, insert, select

from credentials.clock import epoch, from_epoch
from service import audit
from service.audit import AuditEntry
from service.database import Database
from verifier.domain.errors import UnknownIntake
from verifier.domain.request import Intake
from verifier.storage.sealed import Seals
from verifier.storage.tables import intake_table, request_table

_files = intake_table.c


@final
class SqlIntakes:
    """The adapter of `ports.Intakes`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def add(self, intake: Intake) -> None:
        """Keep a new file."""
        with self._database.write() as connection:
            connection.execute(
                insert(intake_table).values(
                    id=intake.id,
                    owner=intake.owner,
                    reference=self._seals.reference(intake.id, intake.reference),
                    template=intake.template,
                    opened_at=epoch(intake.opened_at),
                    delete_after=epoch(intake.delete_after),
                )
            )
            entry = AuditEntry(action="intake_opened", actor=intake.owner, object=intake.id)
            audit.append(connection, entry, at=intake.opened_at)

    def get(self, owner: str, intake_id: str) -> Intake:
        """Return a file. Raises UnknownIntake."""
        statement = select(intake_table).where(_files.id == intake_id, _files.owner == owner)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            raise UnknownIntake
        return self._read(row)

    def of(self, owner: str) -> Sequence[Intake]:
        """Return an owner's files, newest first."""
        statement = select(intake_table).where(_files.owner == owner).order_by(_files.opened_at.desc(), _files.id)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [self._read(row) for row in rows]

    def close(self, owner: str, intake_id: str, now: datetime) -> None:
        """Delete a file with everything in it. Raises UnknownIntake."""
        statement = delete(intake_table).where(_files.id == intake_id, _files.owner == owner)
        with self._database.write() as connection:
            if connection.execute(statement).rowcount != 1:
                raise UnknownIntake
            audit.append(connection, AuditEntry(action="intake_closed", actor=owner, object=intake_id), at=now)

    def purge(self, now: datetime) -> int:
        """Delete files whose time is over, and answers that nobody came back for in time."""
        moment = epoch(now)
        abandoned = delete(request_table).where(
            request_table.c.state == "answered",
            request_table.c.return_hash.is_not(None),
            request_table.c.expires_at <= moment,
        )
        with self._database.write() as connection:
            connection.execute(abandoned)
            ended = connection.execute(select(_files.id).where(_files.delete_after <= moment)).scalars().all()
            for intake_id in ended:
                connection.execute(delete(intake_table).where(_files.id == intake_id))
                audit.append(connection, AuditEntry(action="intake_purged", actor="system", object=intake_id), at=now)
            return len(ended)

    def _read(self, row: Row[Any]) -> Intake:
        return Intake(
            id=row.id,
            owner=row.owner,
            reference=self._seals.open_reference(row.id, row.reference),
            template=row.template,
            opened_at=from_epoch(row.opened_at),
            delete_after=from_epoch(row.delete_after),
        )
