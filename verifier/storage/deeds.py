"""What was done, read from the audit log: reports need no second record of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, final

from service import audit
from service.database import Database
from verifier.domain.reports import Deed

_STEP: Final = 1_000


@final
class SqlDeeds:
    """The adapter of `ports.Deeds`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, moment: datetime) -> Iterator[Deed]:
        """Return what was done since a moment, the oldest first, in steps that hold up nobody."""
        with self._database.read() as connection:
            first, last = audit.first_since(connection, moment), audit.head(connection).number
        for number in range(first, last + 1, _STEP):
            with self._database.read() as connection:
                found = audit.rows(connection, number, min(last, number + _STEP - 1))
            yield from (Deed(each.at, each.entry.action, each.entry.object, each.entry.reason) for each in found)
