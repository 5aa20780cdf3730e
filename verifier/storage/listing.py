"""Lists of an owner's files: by group, and by words of their references. Every one rests on an index, and opens a page.

Not the requests but the files say which were answered, and when: a list of ten thousand files would read as many
requests. Those that wait are few at any moment, and found among the requests.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final, assert_never, final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from credentials.clock import epoch
from service.database import Database
from verifier.domain.listing import Group, Moment
from verifier.domain.reference import one_word
from verifier.domain.request import Intake
from verifier.domain.staff import PSEUDONYM
from verifier.storage import reference_words as find
from verifier.storage.intakes import IntakeRows
from verifier.storage.sealed import Seals
from verifier.storage.tables import intake_table, request_table

_files: Final = intake_table.c
_requests: Final = request_table.c


@final
class SqlFileLists:
    """The adapter of `ports.FileLists`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals
        self._rows = IntakeRows(seals)

    def count(self, owner: str, group: Group, at: Moment) -> int:
        """Say how many files of an owner are in a group."""
        statement = select(func.count()).select_from(intake_table).where(*_in(owner, group, at))
        with self._database.read() as connection:
            return connection.execute(statement).scalar_one()

    def of(self, owner: str, group: Group, at: Moment, *, skip: int, most: int) -> Sequence[Intake]:
        """Return `most` files of a group at most, the newest first, without the first `skip`."""
        newest = _files.answered_at if group is Group.ANSWERED else _files.opened_at
        statement = select(intake_table).where(*_in(owner, group, at)).order_by(newest.desc(), _files.id)
        return self._read(statement.offset(skip).limit(most))

    def found(self, owner: str, words: Collection[str], *, most: int) -> Sequence[Intake]:
        """Return an owner's files whose references have all of these words, the newest first."""
        conditions = find.having(self._seals, words)
        statement = select(intake_table).where(_files.owner == owner, *conditions)
        return self._read(statement.order_by(_files.opened_at.desc(), _files.id).limit(most))

    def same(self, owner: str | None, reference: str, *, most: int) -> Sequence[Intake]:
        """Return files of one reference, the newest first: of an owner, or of all people."""
        if not one_word(reference):
            return ()
        whose = _files.owner.startswith(PSEUDONYM, autoescape=True) if owner is None else _files.owner == owner
        statement = select(intake_table).where(_files.reference_hash == find.hash_of(self._seals, reference), whose)
        return self._read(statement.order_by(_files.opened_at.desc(), _files.id).limit(most))

    def _read(self, statement: Select[Any]) -> Sequence[Intake]:
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [self._rows.read(row) for row in rows]


def _in(owner: str, group: Group, at: Moment) -> Sequence[ColumnElement[bool]]:
    waits = _files.id.in_(
        select(_requests.intake_id).where(
            _requests.owner == owner,
            or_(_requests.state == "open", and_(_requests.state == "answered", _requests.return_hash.is_not(None))),
            _requests.expires_at > epoch(at.now),
        )
    )
    mine, midnight = _files.owner == owner, epoch(at.midnight)
    match group:
        case Group.WAITING:
            # Found by those that wait, which are few, and not by the owner.
            return _files.owner.concat("") == owner, waits
        case Group.ANSWERED:
            return mine, ~waits, _files.answered_at.is_not(None)
        case Group.TODAY:
            return mine, ~waits, _files.answered_at.is_(None), _files.opened_at >= midnight
        case Group.OLDER:
            return mine, ~waits, _files.answered_at.is_(None), _files.opened_at < midnight
        case _:
            assert_never(group)
