"""How many copies of each day are in which state, kept beside the copies so that nobody has to walk through those.

Whatever changes a copy's state adds a row in the same transaction: so many more in this state, so many fewer in that.
Rows are only added, so that two who count on one day do not wait for each other. Now and then they are folded into one
row per day and state; a sum is the same before and after.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, final

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from issuer.domain.issuance import CopyState, DayOfIssue
from issuer.storage.tables import tally as table
from service.prepared import Prepared

_ADD: Final = Prepared(
    insert(table).values(day=bindparam("of_day"), state=bindparam("in_state"), copies=bindparam("more"))
)
_COUNT: Final = (
    select(table.c.day, table.c.state, func.sum(table.c.copies).label("copies"))
    .where(table.c.day >= bindparam("since"))
    .group_by(table.c.day, table.c.state)
    .order_by(table.c.day)
)
_STEP: Final = 2_000
_LAST_OF_STEP: Final = select(table.c.number).order_by(table.c.number).offset(_STEP - 1).limit(1)
_TAKE: Final = delete(table).returning(table.c.day, table.c.state, table.c.copies)


@final
class SqlTally:
    """The counts of one agency on one connection. A copy that is only reserved counts as issued."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, day: date, state: CopyState, copies: int) -> None:
        """Count so many more copies of this day, or fewer, in this state."""
        counted = CopyState.ISSUED if state is CopyState.RESERVED else state
        _ADD.run(self._connection, of_day=day.isoformat(), in_state=counted.value, more=copies)

    def days(self, since: date) -> Sequence[DayOfIssue]:
        """Return the counts of every day from this one on, the oldest first."""
        found: dict[str, dict[CopyState, int]] = {}
        for row in self._connection.execute(_COUNT, {"since": since.isoformat()}):
            if row.copies:
                found.setdefault(row.day, {})[CopyState(row.state)] = int(row.copies)
        return [DayOfIssue(date.fromisoformat(day), copies) for day, copies in found.items()]

    def fold(self, since: date) -> bool:
        """Put one row per day and state in the place of the oldest rows; say whether there are more.

        What is of a day before this one is thrown away.
        """
        # What others add meanwhile is not seen, and stays; of two who fold at once the second finds nothing.
        last = self._connection.execute(_LAST_OF_STEP).scalar_one_or_none()
        taken = self._connection.execute(_TAKE if last is None else _TAKE.where(table.c.number <= last))
        sums: Counter[tuple[str, str]] = Counter()
        for row in taken:
            sums[row.day, row.state] += row.copies
        self._keep({key: copies for key, copies in sums.items() if copies and key[0] >= since.isoformat()})
        return last is not None

    def _keep(self, sums: Mapping[tuple[str, str], int]) -> None:
        rows = [{"day": day, "state": state, "copies": copies} for (day, state), copies in sums.items()]
        if rows:
            self._connection.execute(insert(table), rows)
