"""Who has logged in at the desk, on SQLite or PostgreSQL; names are sealed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import epoch, from_epoch
from service import audit
from service.audit import AuditEntry
from service.database import Database
from verifier.domain.staff import Colleague, Counsellor, Role, Seen
from verifier.storage.sealed import Seals
from verifier.storage.tables import colleague_table, intake_table

KEPT: Final = timedelta(days=366)
"""How long after somebody's last login their name is kept."""

_known = colleague_table.c


@final
class SqlColleagues:
    """The adapter of `ports.Colleagues`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def came(self, counsellor: Counsellor, now: datetime) -> None:
        """Note that somebody came in."""
        owner = counsellor.owner
        roles = " ".join(sorted(counsellor.roles))
        values = {
            "name": self._seals.colleague(owner, counsellor.name),
            "may_receive": counsellor.counsels,
            "roles": roles,
            "seen_at": epoch(now),
        }
        with self._database.write() as connection:
            insert = sqlite.insert if self._database.is_sqlite else postgresql.insert
            row = insert(colleague_table).values(owner=owner, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["owner"], set_=values))
            audit.append(connection, AuditEntry(action="counsellor_came", actor=owner, object=roles), at=now)

    def turned_away(self, owner: str, now: datetime) -> None:
        """Note that somebody came who has no role."""
        with self._database.write() as connection:
            none: Mapping[str, object] = {"may_receive": False, "roles": ""}
            connection.execute(update(colleague_table).where(_known.owner == owner).values(**none))
            entry = AuditEntry(action="counsellor_came", actor=owner, result="refused", reason="not_a_colleague")
            audit.append(connection, entry, at=now)

    def may_receive(self) -> Sequence[Colleague]:
        """Return those to whom a file can be handed, by name."""
        statement = select(_known.owner, _known.name).where(_known.may_receive)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        found = [Colleague(row.owner, self._seals.open_colleague(row.owner, row.name)) for row in rows]
        return sorted(found, key=lambda each: (each.name.casefold(), each.owner))

    def names(self, owners: Collection[str]) -> Mapping[str, str]:
        """Return the names of these, as far as they are known."""
        if not owners:
            return {}
        statement = select(_known.owner, _known.name).where(_known.owner.in_(owners))
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return {row.owner: self._seals.open_colleague(row.owner, row.name) for row in rows}

    def all(self) -> Sequence[Seen]:
        """Return everybody who is remembered, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(colleague_table)).all()
        found = [
            Seen(
                row.owner,
                self._seals.open_colleague(row.owner, row.name),
                frozenset(Role(each) for each in row.roles.split() if each in set(Role)),
                from_epoch(row.seen_at),
            )
            for row in rows
        ]
        return sorted(found, key=lambda each: (each.name.casefold(), each.owner))

    def purge(self, now: datetime) -> int:
        """Forget who has not come for a year and has no file."""
        files = select(intake_table.c.id).where(intake_table.c.owner == _known.owner)
        statement = delete(colleague_table).where(_known.seen_at <= epoch(now - KEPT), ~files.exists())
        with self._database.write() as connection:
            return connection.execute(statement).rowcount
