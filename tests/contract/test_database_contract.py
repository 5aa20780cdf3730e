"""What every party relies on from its database, on SQLite and on PostgreSQL alike."""

import gc
import multiprocessing
import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from credentials.errors import ConfigurationError
from service import audit, expired, sessions
from service.audit import AuditEntry
from service.database import Database, use_once
from service.errors import ChainBroken, NotExactlyOne, Overloaded
from service.migrations import migrate, schema_drift, schema_is_current
from tests.conftest import NOW

metadata = MetaData()
codes = Table("code", metadata, Column("id", Integer, primary_key=True), Column("used_by", String(20)))
ending = Table("ending", metadata, Column("id", Integer, primary_key=True), Column("ends", Integer, index=True))


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
            audit.append(connection, entry, at=NOW)
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


def test_whoever_has_appended_waits_for_rows_without_stopping_those_who_append_too(chained: Database) -> None:
    with chained.write() as connection:
        metadata.create_all(connection)
        connection.execute(insert(codes), [{"id": 1}, {"id": 2}])
    one_has_appended = threading.Event()
    failed: list[Exception] = []

    def append_then_change() -> None:
        try:
            with chained.write() as connection:
                audit.append(connection, AuditEntry(action="one", actor="p"), at=NOW)
                one_has_appended.set()
                if not chained.is_sqlite:
                    time.sleep(0.3)  # until the other has the row
                connection.execute(update(codes).where(codes.c.id == 1).values(used_by="one"))
        except Exception as error:  # noqa: BLE001  # it is for the test to see
            failed.append(error)

    def change_then_append() -> None:
        one_has_appended.wait(10)
        try:
            with chained.write() as connection:
                connection.execute(update(codes).where(codes.c.id == 1).values(used_by="two"))
                if not chained.is_sqlite:
                    time.sleep(0.6)  # until the first waits for the row
                audit.append(connection, AuditEntry(action="two", actor="p"), at=NOW)
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=each) for each in (append_then_change, change_then_append)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failed == []
    with chained.read() as connection:
        assert audit.verify(connection) == 7


def test_an_entry_of_a_block_that_raises_is_not_there(chained: Database) -> None:
    def append_and_fail() -> None:
        with chained.write() as connection:
            audit.append(connection, AuditEntry(action="a", actor="p"), at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        append_and_fail()
    with chained.write() as connection:
        audit.append(connection, AuditEntry(action="b", actor="p"), at=NOW)
    with chained.read() as connection:
        assert audit.verify(connection) == 6


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_what_is_over_is_deleted_in_steps_and_the_rest_stays(ready: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expired, "STEP", 2)
    with ready.write() as connection:
        # Those that end in one second go together, however small the step.
        rows = [{"id": number, "ends": ends} for number, ends in enumerate([1, 1, 1, 2, 3, 4, 5, 6])]
        connection.execute(insert(ending), rows)
    before = ready.commits
    assert expired.delete_expired(ready, ending, ending.c.ends, 4) == 6
    assert ready.commits - before > 2
    with ready.read() as connection:
        assert connection.execute(select(ending.c.ends).order_by(ending.c.ends)).scalars().all() == [5, 6]
    assert expired.delete_expired(ready, ending, ending.c.ends, 4) == 0


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


@pytest.mark.postgresql
class TestWhatAServerMayDoToUs:
    """Of the server's failures only those come out that whoever asks may try again after (503, not 500)."""

    @pytest.fixture
    def server(self, postgresql: Database) -> Database:
        with postgresql.write() as connection:
            metadata.create_all(connection)
            connection.execute(insert(codes).values(id=1))
        return postgresql

    def test_a_row_that_another_holds_too_long_is_given_up(self, server: Database) -> None:
        impatient = text("SET LOCAL lock_timeout = '50ms'; UPDATE code SET used_by = 'second'")
        with server.write() as holding:
            holding.execute(update(codes).values(used_by="first"))
            with pytest.raises(Overloaded), server.write() as waiting:
                waiting.execute(impatient)
        with server.read() as connection:
            assert connection.execute(select(codes.c.used_by)).scalar_one() == "first"

    def test_two_that_wait_for_each_other_are_not_an_error_of_ours(self, server: Database) -> None:
        with server.write() as connection:
            connection.execute(insert(codes).values(id=2))
        barrier = threading.Barrier(2)
        outcomes: list[str] = []

        def take(first: int, second: int) -> None:
            try:
                with server.write() as connection:
                    connection.execute(update(codes).where(codes.c.id == first).values(used_by="x"))
                    barrier.wait(10)
                    connection.execute(update(codes).where(codes.c.id == second).values(used_by="x"))
                outcomes.append("done")
            except Overloaded:
                outcomes.append("overloaded")

        threads = [threading.Thread(target=take, args=pair) for pair in ((1, 2), (2, 1))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == ["done", "overloaded"]

    def test_a_server_that_hangs_up_is_not_an_error_of_ours(self, server: Database) -> None:
        hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        with pytest.raises(Overloaded), server.write() as connection:
            connection.exec_driver_sql(hang_up)
        with pytest.raises(Overloaded), server.read() as connection:
            connection.exec_driver_sql(hang_up)
        with server.write() as connection:
            connection.execute(update(codes).values(used_by="again"))

    def test_a_block_that_is_idle_for_too_long_is_given_up(self, server: Database) -> None:
        def idle(connection: Connection) -> None:
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 50")
            time.sleep(0.5)
            connection.execute(select(codes.c.id))

        def change_and_be_idle(connection: Connection) -> None:
            connection.execute(update(codes).values(used_by="lost"))
            idle(connection)

        with pytest.raises(Overloaded), server.write() as connection:
            change_and_be_idle(connection)
        with pytest.raises(Overloaded), server.read() as connection:
            idle(connection)
        with server.read() as connection:
            assert connection.execute(select(codes.c.used_by)).scalar_one() is None

    def test_a_server_that_is_not_there_is_not_an_error_of_ours(self) -> None:
        nowhere = Database("postgresql://test@127.0.0.1:9/none")
        with pytest.raises(Overloaded), nowhere.read():
            pass
        with pytest.raises(Overloaded), nowhere.write():
            pass

    def test_what_can_wait_holds_nobody_up(self, server: Database) -> None:
        with server.write() as holding:
            holding.execute(update(codes).values(used_by="first"))
            server.later(lambda connection: connection.execute(update(codes).values(used_by="later")))
            with server.write() as connection:
                connection.execute(insert(codes).values(id=2))
        server.settle()
        with server.read() as connection:
            assert connection.execute(select(codes.c.used_by).where(codes.c.id == 1)).scalar_one() == "later"
