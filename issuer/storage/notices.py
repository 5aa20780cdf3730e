"""Notices of known deficient data, in SQL."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, final

from sqlalchemy import Connection, func, insert, select, text, update

from credentials.clock import epoch, from_epoch
from credentials.debts.notice import Notice
from issuer.domain.errors import NoticeNotFound
from issuer.domain.notices import RecordedNotice, check_room
from issuer.storage.tables import notice as table
from service.prepared import Prepared

_NOT_ENDED: Final = Prepared(select(table).where(table.c.ended_at.is_(None)).order_by(table.c.number))


@final
class SqlNotices:
    """The port `Notices` on one connection."""

    def __init__(self, connection: Connection, *, is_sqlite: bool) -> None:
        self._connection = connection
        self._is_sqlite = is_sqlite

    def add(self, notice: Notice, now: datetime) -> RecordedNotice:
        """Record a notice under a new number. Raises TooManyNotices."""
        self._one_after_the_other()
        check_room(self.not_ended())
        last = self._connection.execute(select(func.max(table.c.number))).scalar_one()
        recorded = RecordedNotice((last or 0) + 1, notice, from_epoch(epoch(now)))
        self._connection.execute(
            insert(table).values(
                number=recorded.number,
                first_day=notice.first_day.isoformat(),
                last_day=_written(notice.last_day),
                expected_end=_written(notice.expected_end),
                kinds=",".join(notice.kinds),
                what=notice.what,
                added_at=epoch(now),
            )
        )
        return recorded

    def end(self, number: int, now: datetime) -> RecordedNotice:
        """End a notice, once. Raises NoticeNotFound."""
        self._one_after_the_other()
        that = update(table).where(table.c.number == number, table.c.ended_at.is_(None))
        if self._connection.execute(that.values(ended_at=epoch(now))).rowcount != 1:
            raise NoticeNotFound
        return _read(self._connection.execute(select(table).where(table.c.number == number)).one())

    def all(self) -> Sequence[RecordedNotice]:
        """Return every notice, also those that were ended, the oldest first."""
        return [_read(row) for row in self._connection.execute(select(table).order_by(table.c.number))]

    def not_ended(self) -> Sequence[RecordedNotice]:
        """Return those that stand or are announced."""
        return [_read(row) for row in _NOT_ENDED.all(self._connection)]

    def _one_after_the_other(self) -> None:
        # Two at once would count the same room and take the same number. Who reads is not held up.
        if not self._is_sqlite:
            self._connection.execute(text("LOCK TABLE issuer_notice IN EXCLUSIVE MODE"))


def _read(row: Any) -> RecordedNotice:  # noqa: ANN401  # a row of the table
    return RecordedNotice(
        number=row.number,
        notice=Notice(
            first_day=date.fromisoformat(row.first_day),
            last_day=_day(row.last_day),
            expected_end=_day(row.expected_end),
            kinds=tuple(each for each in row.kinds.split(",") if each),
            what=row.what,
        ),
        added_at=from_epoch(row.added_at),
        ended_at=None if row.ended_at is None else from_epoch(row.ended_at),
    )


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)
