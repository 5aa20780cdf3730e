"""What counsellors decided of preference, on SQLite or PostgreSQL: sealed, one value for each file, gone with it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import final

from sqlalchemy import Connection, delete, insert, select, update

from service import audit
from service.audit import AuditEntry
from service.database import Database
from verifier.domain.errors import FileFull, UnknownIntake
from verifier.domain.preference import MOST, Chosen
from verifier.storage.sealed import Seals
from verifier.storage.tables import intake_table, preference_table


@final
class SqlPreferences:
    """The adapter of `ports.Preferences`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def of(self, owner: str, intake_id: str) -> Sequence[Chosen]:
        """Return what was decided in a file; nothing of another owner's."""
        its_file = select(intake_table.c.id).where(intake_table.c.id == intake_id, intake_table.c.owner == owner)
        statement = select(preference_table.c.chosen).where(preference_table.c.intake_id.in_(its_file))
        with self._database.read() as connection:
            sealed = connection.execute(statement).scalar_one_or_none()
        return () if sealed is None else self._seals.open_chosen(intake_id, sealed)

    def put(self, owner: str, intake_id: str, chosen: Chosen) -> None:
        """Write a decision, in the place of the one of the same debt. Raises UnknownIntake, FileFull."""

        def added(known: Sequence[Chosen]) -> Sequence[Chosen]:
            others = [each for each in known if each.debt != chosen.debt]
            if len(others) >= MOST:
                raise FileFull
            return [*others, chosen]

        self._change(owner, intake_id, added, "preference_changed", chosen.at)

    def remove(self, owner: str, intake_id: str, debt: str, now: datetime) -> None:
        """Take a decision out; that there is none is fine. Raises UnknownIntake."""
        self._change(
            owner, intake_id, lambda known: [each for each in known if each.debt != debt], "preference_restored", now
        )

    def _change(
        self,
        owner: str,
        intake_id: str,
        change: Callable[[Sequence[Chosen]], Sequence[Chosen]],
        action: str,
        at: datetime,
    ) -> None:
        this = preference_table.c.intake_id == intake_id
        with self._database.write() as connection:
            _hold(connection, owner, intake_id)
            sealed = connection.execute(select(preference_table.c.chosen).where(this)).scalar_one_or_none()
            known = () if sealed is None else self._seals.open_chosen(intake_id, sealed)
            left = change(known)
            connection.execute(delete(preference_table).where(this))
            if left:
                row = {"intake_id": intake_id, "chosen": self._seals.chosen(intake_id, left)}
                connection.execute(insert(preference_table).values(row))
            audit.append(connection, AuditEntry(action=action, actor=owner, object=intake_id), at=at)


def _hold(connection: Connection, owner: str, intake_id: str) -> None:
    """Lock the file until this is written: so nobody closes it meanwhile, and no decision is lost to another."""
    its_file = (intake_table.c.id == intake_id, intake_table.c.owner == owner)
    if connection.execute(update(intake_table).where(*its_file).values(owner=owner)).rowcount != 1:
        raise UnknownIntake
