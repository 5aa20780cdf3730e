"""Account for what is done with clients' data: lines of the processing log, with what they tell of.

A verifier knows a client by the reference that a counsellor gave the file. Its keyed hash is whose data it is: files of
one reference are of one client. A case system gives none: then it is the id by which that system knows the request.
"""

import re
from datetime import datetime
from typing import Final, final

from sqlalchemy import Connection, bindparam, func, select

from service.database import Database
from service.prepared import Prepared
from service.processing_log.actions import LogLine, acting
from service.processing_log.outbox import LineWriter
from verifier.domain.processing import Operation
from verifier.storage.reference_words import hash_of
from verifier.storage.sealed import Seals
from verifier.storage.tables import intake_table, request_table

_WHOSE: Final = Prepared(select(intake_table.c.reference_hash).where(intake_table.c.id == bindparam("of_intake")))
_FILE: Final = Prepared(select(request_table.c.intake_id).where(request_table.c.id == bindparam("of_request")))
_SERIES: Final = Prepared(
    select(func.coalesce(request_table.c.first, request_table.c.id).label("series"))
    .where(request_table.c.intake_id == bindparam("of_intake"))
    .limit(1)
)
# An id of ours, which no counsellor would think of as a reference.
_ID: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")


def subject_of(seals: Seals, text: str) -> str:
    """Return whose data it is by a reference, or by the id of a case system's request."""
    return text if _ID.match(text) else hash_of(seals, text).hex()


@final
class Accounts:
    """Writes lines in the transaction of what they tell of; without a writer no log is kept."""

    def __init__(self, writer: LineWriter | None = None, no_reference: bytes = b"") -> None:
        self._writer = writer
        self._no_reference = no_reference

    @classmethod
    def of(cls, writer: LineWriter | None, seals: Seals) -> "Accounts":
        """Return what accounts for the files of these seals."""
        return cls(writer, hash_of(seals, ""))

    def of_file(self, connection: Connection, operation: Operation, intake_id: str, at: datetime) -> None:
        """Tell of what is done with the data of a file's client. Raises LogFull."""
        if self._writer is None:
            return
        with acting(operation, at) as action:
            self._writer(connection, LogLine(action, self._subject(connection, intake_id), at))

    def of_request(self, connection: Connection, operation: Operation, request_id: str, at: datetime) -> None:
        """The same, by a request of the file."""
        if self._writer is not None:
            self.of_file(connection, operation, _FILE.value(connection, of_request=request_id) or "", at)

    def _subject(self, connection: Connection, intake_id: str) -> str | None:
        found = _WHOSE.value(connection, of_intake=intake_id)
        if found is not None and bytes(found) != self._no_reference:
            return bytes(found).hex()
        series: str | None = _SERIES.value(connection, of_intake=intake_id)
        return series


@final
class SqlViews:
    """The adapter of `ports.Views`."""

    def __init__(self, database: Database, accounts: Accounts, *, kept: bool) -> None:
        self._database = database
        self._accounts = accounts
        self._kept = kept

    def note(self, intake_id: str, now: datetime) -> None:
        """Account for somebody's looking at what was shared."""
        if self._kept:
            with self._database.write() as connection:
                self._accounts.of_file(connection, Operation.VIEW, intake_id, now)
