"""The audit log as whoever watches over it reads it, on SQLite and on PostgreSQL."""

from datetime import timedelta

import pytest

from credentials.clock import FixedClock
from service import audit
from service.audit import AuditEntry
from service.audit_log import PAGE, AuditLog, Layout
from service.database import Database
from service.migrations import FRAME, migrate

pytestmark = pytest.mark.long


@pytest.fixture
def log(database: Database, clock: FixedClock) -> AuditLog:
    migrate(database, FRAME)
    return AuditLog(database, clock, lambda: 3)


def write(database: Database, clock: FixedClock, count: int) -> None:
    with database.write() as connection:
        for number in range(count):
            audit.append(connection, AuditEntry(action=f"deed-{number}", actor="somebody"), at=clock.now())


def test_it_is_read_by_page_the_newest_first(log: AuditLog, database: Database, clock: FixedClock) -> None:
    write(database, clock, PAGE + 1)
    first, last = log.page(), log.page(99)
    assert [(each.number, each.holds) for each in first.rows] == [(n, True) for n in range(PAGE + 1, 1, -1)]
    assert ([each.number for each in last.rows], last.number, last.last) == ([1], 2, 2)


def test_an_end_that_is_missing_is_found(log: AuditLog, database: Database, clock: FixedClock) -> None:
    write(database, clock, 2)
    assert log.prove().broken_at == 3, "three rows were known of"
    write(database, clock, 1)
    assert log.prove().broken_at is None
    assert log.prove().hash == log.page().rows[0].hash.hex()


def test_a_copy_holds_that_it_was_taken(log: AuditLog, database: Database, clock: FixedClock) -> None:
    write(database, clock, 1)
    lines = b"".join(log.copy(Layout.CSV, "auditor")).decode().splitlines()
    assert len(lines) == 3
    assert "audit.exported;auditor" in lines[-1]


def test_the_first_row_since_a_moment_is_found(database: Database, clock: FixedClock) -> None:
    migrate(database, FRAME)
    begin = clock.now()
    for _ in range(5):
        write(database, clock, 2)
        clock.advance(timedelta(seconds=10))
    with database.read() as connection:
        found = [audit.first_since(connection, begin + timedelta(seconds=after)) for after in (-1, 0, 1, 20, 41)]
    assert found == [1, 1, 3, 5, 11]
