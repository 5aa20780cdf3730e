"""Invitations on SQLite or PostgreSQL: found by a hash of what their link holds, opened by one conditional update."""

from datetime import datetime
from typing import Final, final

from sqlalchemy import Connection, delete, insert, or_, select, update

from credentials.clock import epoch, from_epoch
from service import audit
from service.audit import AuditEntry
from service.database import Database
from verifier.domain.errors import UnknownInvitation
from verifier.domain.invitation import Invitation
from verifier.storage.request_rows import hash_of
from verifier.storage.said import hold
from verifier.storage.tables import intake_table, invitation_table

_invited: Final = invitation_table.c


@final
class SqlInvitations:
    """The adapter of `ports.Invitations`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, owner: str, intake_id: str, token: str, *, now: datetime, until: datetime) -> None:
        """Keep a new invitation; an earlier one of the file works no more. Raises UnknownIntake."""
        row = {"token_hash": hash_of(token), "intake_id": intake_id, "expires_at": epoch(until)}
        with self._database.write() as connection:
            hold(connection, owner, intake_id)
            connection.execute(delete(invitation_table).where(_invited.intake_id == intake_id))
            connection.execute(insert(invitation_table).values(row))
            audit.append(connection, AuditEntry(action="invitation_made", actor=owner, object=intake_id), at=now)

    def look(self, token: str, now: datetime) -> Invitation:
        """Return an invitation that has time left. Raises UnknownInvitation."""
        with self._database.read() as connection:
            return _found(connection, token, now)

    def open(self, token: str, browser: str, now: datetime) -> Invitation:
        """Give an invitation to the browser that opens it first, for ever. Raises UnknownInvitation for all others."""
        mine = (
            update(invitation_table)
            .where(
                _invited.token_hash == hash_of(token),
                _invited.expires_at > epoch(now),
                or_(_invited.browser.is_(None), _invited.browser == browser),
            )
            .values(browser=browser)
        )
        with self._database.write() as connection:
            if connection.execute(mine).rowcount != 1:
                raise UnknownInvitation
            first = update(invitation_table).where(_invited.token_hash == hash_of(token), _invited.opened_at.is_(None))
            if connection.execute(first.values(opened_at=epoch(now))).rowcount:
                found = _found(connection, token, now)
                entry = AuditEntry(action="invitation_opened", actor="client", object=found.intake_id)
                audit.append(connection, entry, at=now)
                return found
            return _found(connection, token, now)


def _found(connection: Connection, token: str, now: datetime) -> Invitation:
    statement = (
        select(invitation_table, intake_table.c.owner)
        .join(intake_table, intake_table.c.id == _invited.intake_id)
        .where(_invited.token_hash == hash_of(token), _invited.expires_at > epoch(now))
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise UnknownInvitation
    opened = None if row.opened_at is None else from_epoch(row.opened_at)
    return Invitation(row.owner, row.intake_id, from_epoch(row.expires_at), row.browser, opened)
