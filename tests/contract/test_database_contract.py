"""What every party relies on from its database, on SQLite and on PostgreSQL alike."""

import gc
import multiprocessing
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from credentials.errors import ConfigurationError
from service import audit, sessions
from service.audit import AuditEntry
from service.database import Database, use_once
from service.errors import ChainBroken, NotExactlyOne
from service.migrations import migrate, schema_drift, schema_is_current
from tests.conftest import NOW

metadata = MetaData()
codes = Table("code", metadata, Column("id", Integer, primary_key=True), Column("used_by", String(20)))


@pytest.fixture
def ready(database: Database) -> Database:
    with database.write() as connection:
        metadata.create_all(connection)
        connection.execute(insert(codes).values(id=1))
    return database


def test_a_write_is_there_after_its_block(ready: Database) -> None:
    with ready.write() as connection:
        connection.execute(insert(codes).values(id=2))
    with ready.read() as connection:
        assert connection.execute(select(func.count()).select_from(codes)).scalar_one() == 2


def test_a_write_that_raises_leaves_nothing(ready: Database) -> None:
    def write_and_fail() -> None:
        with ready.write() as connection:
            connection.execute(insert(codes).values(id=2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with ready.read() as connection:
        assert connection.execute(select(func.count()).select_from(codes)).scalar_one() == 1


def test_what_is_written_through_a_read_is_refused_or_thrown_away(ready: Database) -> None:
    try:
        with ready.read() as connection:
            connection.execute(insert(codes).values(id=2))
    except DBAPIError:
        pass
    with ready.read() as connection:
        assert connection.execute(select(func.count()).select_from(codes)).scalar_one() == 1


def test_a_code_is_used_once_however_many_try(ready: Database) -> None:
    outcomes: list[str] = []

    def attempt(name: str) -> None:
        try:
            with ready.write() as connection:
                use_once(
                    connection, update(codes).where(codes.c.id == 1, codes.c.used_by.is_(None)).values(used_by=name)
                )
            outcomes.append(name)
        except NotExactlyOne:
            pass

    threads = [threading.Thread(target=attempt, args=(str(number),)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 1
    with ready.read() as connection:
        assert connection.execute(select(codes.c.used_by)).scalar_one() == outcomes[0]


def test_a_reader_is_not_held_up_by_a_writer(ready: Database) -> None:
    with ready.write() as writing:
        writing.execute(update(codes).values(used_by="writer"))
        with ready.read() as reading:
            assert reading.execute(select(codes.c.used_by)).scalar_one() is None


def test_migrating_twice_is_migrating_once(database: Database) -> None:
    assert not schema_is_current(database, "service")
    migrate(database, "service")
    migrate(database, "service")
    assert schema_is_current(database, "service")


def test_the_frames_tables_are_what_the_code_declares(database: Database) -> None:
    migrate(database, "service")
    assert schema_drift(database, "service", sessions.metadata) == []
    assert schema_drift(database, "service", audit.metadata) == []


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    migrate(database, "service")
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version_service SET version_num = 'service_9999'"))
    with pytest.raises(ConfigurationError, match="newer"):
        migrate(database, "service")


@pytest.fixture
def chained(database: Database) -> Database:
    migrate(database, "service")
    with database.write() as connection:
        for number in range(1, 6):
            entry = AuditEntry(action="offer", actor="p-1", object=f"o-{number}")
            assert audit.append(connection, entry, at=NOW) == number
    return database


def test_an_untouched_audit_chain_holds(chained: Database) -> None:
    with chained.read() as connection:
        assert audit.verify(connection) == 5
        assert audit.length(connection) == 5


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE service_audit SET entry = replace(entry, 'o-3', 'o-9') WHERE number = 3",
        "UPDATE service_audit SET at = at + 1 WHERE number = 5",
        "DELETE FROM service_audit WHERE number = 2",
        "DELETE FROM service_audit WHERE number = 1",
    ],
)
def test_a_tampered_audit_chain_is_found(chained: Database, tampering: str) -> None:
    with chained.write() as connection:
        connection.execute(text(tampering))
    with chained.read() as connection, pytest.raises(ChainBroken):
        audit.verify(connection)


def test_a_chain_that_lost_its_end_is_found_by_its_known_length(chained: Database) -> None:
    with chained.write() as connection:
        connection.execute(text("DELETE FROM service_audit WHERE number = 5"))
    with chained.read() as connection:
        assert audit.verify(connection) == 4
        with pytest.raises(ChainBroken):
            audit.verify(connection, at_least=5)


def test_appending_from_many_threads_keeps_one_chain(chained: Database) -> None:
    def work() -> None:
        for _ in range(5):
            with chained.write() as connection:
                audit.append(connection, AuditEntry(action="a", actor="p"), at=NOW)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with chained.read() as connection:
        assert audit.verify(connection) == 25


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_opens_connections_of_its_own(ready: Database) -> None:
    context = multiprocessing.get_context("fork")
    queue = context.Queue()

    def child() -> None:
        with ready.write() as connection:
            connection.execute(insert(codes).values(id=7, used_by="child"))
        queue.put(os.getpid())

    process = context.Process(target=child)
    process.start()
    assert queue.get(timeout=20) == process.pid
    process.join(20)
    with ready.read() as connection:
        assert connection.execute(select(codes.c.used_by).where(codes.c.id == 7)).scalar_one() == "child"


def test_sqlite_writes_are_durable_and_its_keys_are_checked(sqlite: Database) -> None:
    with sqlite.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_two_sqlite_processes_wait_for_each_other(sqlite: Database, tmp_path: Path) -> None:
    with sqlite.write() as connection:
        metadata.create_all(connection)
    other = sqlite3.connect(tmp_path / "test.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO code VALUES (1, 'other')")
    timer = threading.Timer(0.2, other.execute, ("COMMIT",))
    timer.start()
    with sqlite.write() as connection:
        connection.execute(insert(codes).values(id=2))
    timer.join()
    other.close()
    with sqlite.read() as connection:
        assert connection.execute(select(func.count()).select_from(codes)).scalar_one() == 2


@pytest.mark.parametrize("url", ["mysql://x:geheim@host/db", "not a url geheim", "sqlite+aiosqlite:///geheim"])
def test_an_unknown_database_is_refused_without_its_text(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Database(url)
    assert "geheim" not in str(caught.value)


def test_a_database_in_memory_is_one_database() -> None:
    database = Database("sqlite://")
    with database.write() as connection:
        metadata.create_all(connection)
        connection.execute(insert(codes).values(id=1))
    with database.read() as connection:
        assert connection.execute(select(codes.c.id)).scalar_one() == 1
    database.close()


def test_a_forgotten_database_closes_its_connections(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'forgotten.db'}")
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    driver = connection.connection.dbapi_connection
    assert driver is not None
    del database, connection
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        driver.execute("SELECT 1")  # type: ignore[attr-defined]  # of sqlite3
