"""Notes and compared identities on SQLite or PostgreSQL: notes sealed and bound to their file, and gone with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, final

from sqlalchemy import delete, func, insert, select, update

from credentials.clock import epoch, from_epoch
from service import audit
from service.audit import AuditEntry
from service.database import Database
from verifier.domain.errors import FileFull, UnknownIntake, UnknownNote
from verifier.domain.notes import MOST_NOTES, Compared, Note
from verifier.storage.said import hold
from verifier.storage.sealed import Seals
from verifier.storage.tables import intake_table, note_table

_notes: Final = note_table.c
_files: Final = intake_table.c


@final
class SqlNotes:
    """The adapter of `ports.Notes`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def of(self, owner: str, intake_id: str) -> Sequence[Note]:
        """Return the notes of a file, the newest first; nothing of another owner's."""
        its_file = select(_files.id).where(_files.id == intake_id, _files.owner == owner)
        statement = select(note_table).where(_notes.intake_id.in_(its_file)).order_by(_notes.number.desc())
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [
            Note(row.id, self._seals.open_note(intake_id, row.id, row.note), row.written_by, from_epoch(row.written_at))
            for row in rows
        ]

    def add(self, owner: str, intake_id: str, note: Note) -> None:
        """Write a note in a file. Raises UnknownIntake, FileFull."""
        written = select(func.count(), func.max(_notes.number)).where(_notes.intake_id == intake_id)
        with self._database.write() as connection:
            hold(connection, owner, intake_id)
            count, last = connection.execute(written).one()
            if count >= MOST_NOTES:
                raise FileFull
            row = {
                "id": note.id,
                "intake_id": intake_id,
                "number": (last or 0) + 1,
                "note": self._seals.note(intake_id, note.id, note.text),
                "written_by": note.by,
                "written_at": epoch(note.at),
            }
            connection.execute(insert(note_table).values(row))
            audit.append(connection, AuditEntry(action="note_added", actor=owner, object=intake_id), at=note.at)

    def remove(self, owner: str, intake_id: str, note_id: str, now: datetime) -> None:
        """Take a note out. Raises UnknownIntake, UnknownNote."""
        this = delete(note_table).where(_notes.id == note_id, _notes.intake_id == intake_id)
        with self._database.write() as connection:
            hold(connection, owner, intake_id)
            if connection.execute(this).rowcount != 1:
                raise UnknownNote
            audit.append(connection, AuditEntry(action="note_removed", actor=owner, object=intake_id), at=now)

    def compared(self, owner: str, intake_id: str) -> Compared | None:
        """Return by whom and when an identity document was compared. Raises UnknownIntake."""
        statement = select(_files.compared_by, _files.compared_at)
        with self._database.read() as connection:
            row = connection.execute(statement.where(_files.id == intake_id, _files.owner == owner)).one_or_none()
        if row is None:
            raise UnknownIntake
        return None if row.compared_at is None else Compared(row.compared_by, from_epoch(row.compared_at))

    def compare(self, owner: str, intake_id: str, now: datetime, *, done: bool) -> None:
        """Note that an identity document was compared by the owner, or that it was not. Raises UnknownIntake."""
        values = {"compared_by": owner if done else None, "compared_at": epoch(now) if done else None}
        this = update(intake_table).where(_files.id == intake_id, _files.owner == owner).values(**values)
        action = "identity_compared" if done else "identity_not_compared"
        with self._database.write() as connection:
            if connection.execute(this).rowcount != 1:
                raise UnknownIntake
            audit.append(connection, AuditEntry(action=action, actor=owner, object=intake_id), at=now)
