"""Counsellors' files on SQLite or PostgreSQL. The owner is in every WHERE."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, final

from sqlalchemy import Delete, delete, func, insert, select, update

from credentials.clock import epoch, from_epoch
from service import audit
from service.audit import AuditEntry
from service.database import Database
from verifier.domain.errors import UnknownIntake
from verifier.domain.happenings import Happening
from verifier.domain.processing import Operation
from verifier.domain.request import Intake
from verifier.domain.staff import PSEUDONYM
from verifier.storage import proofs
from verifier.storage import reference_words as find
from verifier.storage.accounts import Accounts
from verifier.storage.sealed import Seals
from verifier.storage.tables import intake_table, request_table
from verifier.storage.telling import Telling

STEP: Final = 50
"""How many files whose time is over are deleted in one block."""

_files = intake_table.c
_OF_PEOPLE: Final = _files.owner.startswith(PSEUDONYM, autoescape=True)


@final
class IntakeRows:
    """Read rows of the table of files."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals

    def read(self, row: Any) -> Intake:  # noqa: ANN401  # a row of the table
        """Return the file of a row. Raises SealBroken."""
        return Intake(
            id=row.id,
            owner=row.owner,
            reference=self._seals.open_reference(row.id, row.reference),
            template=row.template,
            opened_at=from_epoch(row.opened_at),
            delete_after=from_epoch(row.delete_after),
            received_from=row.received_from,
            remote=row.remote,
        )


@final
class SqlIntakes:
    """The adapter of `ports.Intakes`."""

    def __init__(
        self,
        database: Database,
        seals: Seals,
        telling: Telling = Telling(),  # noqa: B008  # no state
        accounts: Accounts = Accounts(),  # noqa: B008  # no state
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._telling = telling
        self._seals = seals
        self._read = IntakeRows(seals).read

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
                    received_from=intake.received_from,
                    remote=intake.remote,
                    reference_hash=find.hash_of(self._seals, intake.reference),
                )
            )
            find.write(connection, self._seals, intake.id, intake.reference)
            entry = AuditEntry(action="intake_opened", actor=intake.owner, object=intake.id)
            audit.append(connection, entry, at=intake.opened_at)

    def index(self) -> None:
        """Write by what files are found that were there before files could be searched."""
        while True:
            with self._database.write() as connection:
                if not find.write_old(connection, self._seals, STEP):
                    return

    def get(self, owner: str, intake_id: str) -> Intake:
        """Return a file. Raises UnknownIntake."""
        statement = select(intake_table).where(_files.id == intake_id, _files.owner == owner)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            raise UnknownIntake
        return self._read(row)

    def of(self, owner: str, *, skip: int, most: int) -> Sequence[Intake]:
        """Return `most` of an owner's files at most, newest first, without the first `skip`."""
        newest = select(intake_table).where(_files.owner == owner).order_by(_files.opened_at.desc(), _files.id)
        with self._database.read() as connection:
            rows = connection.execute(newest.offset(skip).limit(most)).all()
        return [self._read(row) for row in rows]

    def count(self, owner: str) -> int:
        """Say how many files an owner has."""
        statement = select(func.count()).select_from(intake_table).where(_files.owner == owner)
        with self._database.read() as connection:
            return connection.execute(statement).scalar_one()

    def of_all(self, *, skip: int, most: int) -> Sequence[Intake]:
        """Return `most` of all people's files at most, newest first, without the first `skip`."""
        newest = select(intake_table).where(_OF_PEOPLE).order_by(_files.opened_at.desc(), _files.id)
        with self._database.read() as connection:
            rows = connection.execute(newest.offset(skip).limit(most)).all()
        return [self._read(row) for row in rows]

    def count_all(self) -> int:
        """Say how many files people have."""
        statement = select(func.count()).select_from(intake_table).where(_OF_PEOPLE)
        with self._database.read() as connection:
            return connection.execute(statement).scalar_one()

    def whose(self, intake_id: str) -> Intake:
        """Return a file whoever's it is. Raises UnknownIntake."""
        statement = select(intake_table).where(_files.id == intake_id, _OF_PEOPLE)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            raise UnknownIntake
        return self._read(row)

    def hand_over(self, intake: Intake, to: str, *, by: str, now: datetime) -> None:
        """Give a file with all its requests to somebody else. Raises UnknownIntake."""
        requests = update(request_table).where(request_table.c.intake_id == intake.id).values(owner=to)
        file = (
            update(intake_table)
            .where(_files.id == intake.id, _files.owner == intake.owner)
            .values(owner=to, received_from=intake.owner)
        )
        with self._database.write() as connection:
            # Requests first, as elsewhere; then those that were added while we waited for the file.
            connection.execute(requests)
            if connection.execute(file).rowcount != 1:
                raise UnknownIntake
            connection.execute(requests)
            entry = AuditEntry(action="intake_handed_over", actor=by, object=intake.id, reason=to)
            audit.append(connection, entry, at=now)

    def close(self, owner: str, intake_id: str, now: datetime) -> None:
        """Delete a file with everything in it. Raises UnknownIntake."""
        statement = delete(intake_table).where(_files.id == intake_id, _files.owner == owner)
        template = select(_files.template).where(_files.id == intake_id, _files.owner == owner)
        with self._database.write() as connection:
            asked = connection.execute(template).scalar_one_or_none()
            if asked is None:
                raise UnknownIntake
            proofs.keep(connection, self._seals, intake_id, holder=owner, template=asked, at=now, lapsed=False)
            self._telling.of_file(connection, owner, intake_id, Happening.DELETED, now)
            self._accounts.of_file(connection, Operation.DELETE, intake_id, now)
            connection.execute(_requests_of(intake_id).where(request_table.c.owner == owner))
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
        over = (
            select(_files.id, _files.owner, _files.template)
            .where(_files.delete_after <= moment)
            .order_by(_files.delete_after)
            .limit(STEP)
        )
        total = 0
        while True:
            # A block for so many, as files hold megabytes: nobody waits long for it, however many there are.
            with self._database.write() as connection:
                ended = connection.execute(over).all()
                for intake_id, owner, asked in ended:
                    proofs.keep(connection, self._seals, intake_id, holder=owner, template=asked, at=now, lapsed=True)
                    self._telling.of_file(connection, owner, intake_id, Happening.DELETED, now)
                    connection.execute(_requests_of(intake_id))
                    connection.execute(delete(intake_table).where(_files.id == intake_id))
                    entry = AuditEntry(action="intake_purged", actor="system", object=intake_id)
                    audit.append(connection, entry, at=now)
            total += len(ended)
            if len(ended) < STEP:
                return total


def _requests_of(intake_id: str) -> Delete:
    """Return the deletion of a file's requests: before the file, as an answer locks a request before its file."""
    return delete(request_table).where(request_table.c.intake_id == intake_id)
