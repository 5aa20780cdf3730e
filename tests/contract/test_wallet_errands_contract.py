"""One suite for the rows of errands, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from credentials.clock import FixedClock
from service.database import Database
from service.migrations import migrate
from wallet_api.ports import ErrandRow
from wallet_api.storage import SqlErrands

MINUTE = timedelta(minutes=1)


@pytest.fixture
def rows(database: Database) -> SqlErrands:
    migrate(database, "wallet_api")
    return SqlErrands(database)


def a_row(clock: FixedClock, id: str = "e1", **more: object) -> ErrandRow:
    usual = {"id": id, "sealed": b"sealed", "next_at": clock.now() + MINUTE, "expires_at": clock.now() + 60 * MINUTE}
    return ErrandRow(**{**usual, **more})  # type: ignore[arg-type]


def test_a_row_is_found_as_it_was_put_until_it_expires(rows: SqlErrands, clock: FixedClock) -> None:
    row = a_row(clock)
    rows.put(row)
    assert rows.get("e1", clock.now()) == row
    assert rows.get("e2", clock.now()) is None
    assert rows.get("e1", clock.now() + 60 * MINUTE) is None
    rows.put(replace(row, sealed=b"again", next_at=None))
    found = rows.get("e1", clock.now())
    assert found == replace(row, sealed=b"again", next_at=None)


def test_what_is_due_comes_in_the_order_of_its_time_and_no_more_than_is_asked(
    rows: SqlErrands, clock: FixedClock
) -> None:
    for number in (3, 1, 2):
        rows.put(a_row(clock, f"e{number}", next_at=clock.now() + number * MINUTE))
    rows.put(a_row(clock, "settled", next_at=None))
    rows.put(a_row(clock, "over", expires_at=clock.now() + 2 * MINUTE))
    assert rows.due(clock.now(), 9) == []
    assert rows.due(clock.now() + 2 * MINUTE, 9) == ["e1", "e2"]
    assert rows.due(clock.now() + 3 * MINUTE, 2) == ["e1", "e2"]


def test_a_row_is_run_by_one_at_a_time_until_its_time_is_over(rows: SqlErrands, clock: FixedClock) -> None:
    rows.put(a_row(clock))
    now = clock.now() + MINUTE
    assert rows.start("e1", clock.now(), now + MINUTE) is None, "it is not due"
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda _: rows.start("e1", now, now + MINUTE), range(8)))
    assert sum(row is not None for row in started) == 1
    assert rows.due(now, 9) == []
    assert rows.due(now + MINUTE, 9) == ["e1"]
    assert rows.start("e1", now + MINUTE, now + 2 * MINUTE) is not None


def test_what_is_settled_is_run_no_more_and_what_is_put_off_again(rows: SqlErrands, clock: FixedClock) -> None:
    row, now = a_row(clock), clock.now() + MINUTE
    rows.put(row)
    assert rows.start("e1", now, now + MINUTE) is not None
    assert rows.settle(replace(row, next_at=now + 2 * MINUTE))
    assert rows.due(now + MINUTE, 9) == []
    assert rows.due(now + 2 * MINUTE, 9) == ["e1"]
    assert rows.settle(replace(row, sealed=b"answer", next_at=None))
    assert rows.due(now + 3 * MINUTE, 9) == []
    found = rows.get("e1", now)
    assert found is not None
    assert found.sealed == b"answer"


def test_what_is_gone_is_not_settled(rows: SqlErrands, clock: FixedClock) -> None:
    row = a_row(clock)
    assert not rows.settle(row)
    rows.put(row)
    rows.remove("e1")
    rows.remove("e1")
    assert not rows.settle(row)
    assert rows.get("e1", clock.now()) is None


def test_a_row_is_withdrawn_once_and_not_while_it_is_run_or_when_it_is_settled(
    rows: SqlErrands, clock: FixedClock
) -> None:
    row, now = a_row(clock), clock.now() + MINUTE
    rows.put(row)
    rows.start("e1", now, now + MINUTE)
    assert not rows.withdraw("e1", now)
    assert rows.withdraw("e1", now + MINUTE), "whoever ran it was killed"
    assert not rows.withdraw("e1", now + MINUTE)
    rows.put(replace(row, next_at=None))
    assert not rows.withdraw("e1", now)
    assert rows.get("e1", now) is not None


def test_expired_rows_are_purged(rows: SqlErrands, clock: FixedClock) -> None:
    rows.put(a_row(clock))
    rows.put(a_row(clock, "later", expires_at=clock.now() + 120 * MINUTE))
    assert rows.purge(clock.now() + 59 * MINUTE) == 0
    assert rows.purge(clock.now() + 60 * MINUTE) == 1
    assert rows.get("later", clock.now() + 60 * MINUTE) is not None
