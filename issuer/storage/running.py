"""How the service itself runs, in SQL: failures counted by day, step and cause, and the last run of each job.

Failures are only added, a row for some time of one process, so that two who count do not wait for each other; they are
folded into one row per day, step and cause as copies are (`issuer.storage.tally`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, final

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import epoch, from_epoch
from issuer.domain.running import FailureCount, JobRun, Step
from issuer.storage.tables import failure, job

_LAST: Final = select(failure.c.number).order_by(failure.c.number.desc()).limit(1)


@final
class SqlFailures:
    """The port `Failures` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, day: date, times: Mapping[tuple[Step, str], int]) -> None:
        """Count so many times more on this day."""
        rows = [
            {"day": day.isoformat(), "step": step.value, "code": code, "times": many}
            for (step, code), many in times.items()
        ]
        if rows:
            self._connection.execute(insert(failure), rows)

    def since(self, day: date) -> Sequence[FailureCount]:
        """Return the counts of every day from this one on, the oldest first."""
        keys = (failure.c.day, failure.c.step, failure.c.code)
        counted = (
            select(*keys, func.sum(failure.c.times).label("times"))
            .where(failure.c.day >= day.isoformat())
            .group_by(*keys)
            .order_by(*keys)
        )
        return [
            FailureCount(date.fromisoformat(row.day), Step(row.step), row.code, int(row.times))
            for row in self._connection.execute(counted)
        ]

    def fold(self, since: date) -> None:
        """Put one row per day, step and cause in the place of all rows, and forget the days before this one."""
        # What others add meanwhile stays.
        last = self._connection.execute(_LAST).scalar_one_or_none()
        taken = self._connection.execute(
            delete(failure)
            .where(failure.c.number <= (last or 0))
            .returning(failure.c.day, failure.c.step, failure.c.code, failure.c.times)
        )
        sums: Counter[tuple[str, str, str]] = Counter()
        for row in taken:
            sums[row.day, row.step, row.code] += row.times
        rows = [
            {"day": day, "step": step, "code": code, "times": times}
            for (day, step, code), times in sums.items()
            if day >= since.isoformat()
        ]
        if rows:
            self._connection.execute(insert(failure), rows)


@final
class SqlJobRuns:
    """The port `JobRuns` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, run: JobRun) -> None:
        """Remember this run instead of the one of its name before it."""
        insertion = (sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert)(job)
        values = {"at": epoch(run.at), "outcome": run.outcome}
        self._connection.execute(
            insertion.values(name=run.name, **values).on_conflict_do_update(index_elements=["name"], set_=values)
        )

    def all(self) -> Sequence[JobRun]:
        """Return the last run of each, by name."""
        rows = self._connection.execute(select(job).order_by(job.c.name))
        return [JobRun(row.name, from_epoch(row.at), row.outcome) for row in rows]
