"""Write blocks that come together, on SQLite and on PostgreSQL alike; and what SQLite's shared commits promise too."""

import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.database import Database, use_once
from service.errors import NotExactlyOne, NotWritten, Overloaded
from service.group_commit import GroupLimits

metadata = MetaData()
codes = Table("code", metadata, Column("id", Integer, primary_key=True), Column("used_by", String(20)))

SOON = 20.0


@pytest.fixture
def ready(database: Database) -> Database:
    return with_table(database)


@pytest.fixture
def sharing(sqlite: Database) -> Database:
    return with_table(sqlite)


def with_table(database: Database) -> Database:
    with database.write() as connection:
        metadata.create_all(connection)
    return database


def known(database: Database) -> set[int]:
    with database.read() as connection:
        return set(connection.execute(select(codes.c.id)).scalars())


def add(database: Database, number: int) -> None:
    with database.write() as connection:
        connection.execute(insert(codes).values(id=number))


def together(*work: Callable[[], object]) -> list[object]:
    """Do these at the same moment in threads; return what each returned or raised."""
    barrier = threading.Barrier(len(work))

    def one(do: Callable[[], object]) -> object:
        barrier.wait(SOON)
        try:
            return do()
        except Exception as error:  # noqa: BLE001  # what it raised is its outcome
            return error

    with ThreadPoolExecutor(len(work)) as threads:
        return list(threads.map(one, work))


@contextmanager
def held(database: Database, number: int | None = None) -> Iterator[None]:
    """Keep a block open in another thread while this one lasts."""
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write() as connection:
            if number is not None:
                connection.execute(insert(codes).values(id=number))
            inside.set()
            leave.wait(SOON)

    thread = threading.Thread(target=hold)
    thread.start()
    assert inside.wait(SOON)
    try:
        yield
    finally:
        leave.set()
        thread.join(SOON)


def test_a_block_that_raises_takes_none_of_its_neighbours_along(ready: Database) -> None:
    def fail(number: int) -> None:
        with ready.write() as connection:
            connection.execute(insert(codes).values(id=number))
            raise ZeroDivisionError

    numbers = range(24)
    outcomes = together(*((lambda n=n: fail(n)) if n % 3 == 0 else (lambda n=n: add(ready, n)) for n in numbers))  # type: ignore[misc]
    assert [isinstance(each, ZeroDivisionError) for each in outcomes] == [n % 3 == 0 for n in numbers]
    assert known(ready) == {n for n in numbers if n % 3}


def test_a_refused_statement_takes_none_of_its_neighbours_along(ready: Database) -> None:
    add(ready, 0)
    outcomes = together(*(lambda n=n: add(ready, n // 2 if n % 2 else 100 + n) for n in range(16)))  # type: ignore[misc]
    refused = [each for each in outcomes if each is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], IntegrityError)
    assert known(ready) == {*range(8), *range(100, 116, 2)}


def test_a_block_sees_what_the_ones_before_it_wrote_and_uses_it_once(ready: Database) -> None:
    for number in range(4):
        add(ready, number)

    def use(number: int, name: str) -> str:
        with ready.write() as connection:
            statement = update(codes).where(codes.c.id == number, codes.c.used_by.is_(None)).values(used_by=name)
            use_once(connection, statement)
        return name

    outcomes = together(*(lambda n=n: use(n % 4, str(n)) for n in range(20)))  # type: ignore[misc]
    winners = {each for each in outcomes if isinstance(each, str)}
    assert len(winners) == 4
    assert sum(isinstance(each, NotExactlyOne) for each in outcomes) == 16
    with ready.read() as connection:
        assert set(connection.execute(select(codes.c.used_by)).scalars()) == winners


def test_a_block_that_takes_long_holds_nobody_up_for_ever_and_loses_nothing(ready: Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        with held(ready, 50):
            others = [threads.submit(add, ready, number) for number in range(4)]
            time.sleep(0.2)
        for each in others:
            each.result(SOON)
    assert known(ready) == {50, *range(4)}


def test_what_ended_is_there_for_every_reader_at_once(ready: Database) -> None:
    def write_then_look(number: int) -> bool:
        add(ready, number)
        return number in known(ready)

    assert all(together(*(lambda n=n: write_then_look(n) for n in range(16))))  # type: ignore[misc]


def test_what_can_wait_goes_along_with_the_next_commit(sharing: Database) -> None:
    add(sharing, 1)
    sharing.later(lambda connection: connection.execute(update(codes).values(used_by="later")))
    add(sharing, 2)
    with sharing.read() as connection:
        assert connection.execute(select(codes.c.used_by).where(codes.c.id == 1)).scalar_one() == "later"


def test_what_can_wait_is_written_by_itself_in_the_end(ready: Database) -> None:
    ready.later(lambda connection: connection.execute(insert(codes).values(id=7)))
    assert known(ready) == set()
    deadline = time.monotonic() + SOON
    while known(ready) != {7} and time.monotonic() < deadline:
        time.sleep(0.02)
    assert known(ready) == {7}


def test_what_can_wait_is_written_before_the_database_is_closed(ready: Database) -> None:
    ready.later(lambda connection: connection.execute(insert(codes).values(id=7)))
    ready.settle()
    assert known(ready) == {7}


def test_what_can_wait_and_fails_leaves_those_alone_who_share_its_commit(ready: Database) -> None:
    def twice(connection: Connection) -> None:
        connection.execute(insert(codes).values(id=8))
        connection.execute(insert(codes).values(id=9))
        connection.execute(insert(codes).values(id=9))

    ready.later(twice)
    add(ready, 1)
    assert known(ready) == {1}


def test_blocks_that_come_together_share_commits(sharing: Database) -> None:
    before = sharing.commits
    outcomes = together(*(lambda n=n: [add(sharing, 100 * n + i) for i in range(10)] for n in range(8)))  # type: ignore[misc]
    assert not any(isinstance(each, Exception) for each in outcomes)
    assert len(known(sharing)) == 80
    assert sharing.commits - before <= 40


def test_a_block_alone_has_a_commit_of_its_own(sharing: Database) -> None:
    before = sharing.commits
    for number in range(5):
        add(sharing, number)
    assert sharing.commits - before == 5


class FailingCommit(Exception):
    """The disk, in a test."""


@pytest.mark.parametrize("how", ["commit", "whole transaction"])
def test_when_the_disk_fails_everybody_in_the_group_hears_it_and_nothing_is_kept(sharing: Database, how: str) -> None:
    def die(connection: Connection) -> None:
        if how == "whole transaction":
            connection.connection.dbapi_connection.execute("ROLLBACK")  # type: ignore[union-attr]  # as SQLite does when full
        raise FailingCommit

    place = sharing._place.writer  # type: ignore[union-attr]  # of SQLite
    place._with_commit, healthy = die, place._with_commit
    outcomes = together(*(lambda n=n: add(sharing, n) for n in range(8)))  # type: ignore[misc]
    assert all(isinstance(each, NotWritten) for each in outcomes)
    assert known(sharing) == set()
    place._with_commit = healthy
    add(sharing, 1)
    assert known(sharing) == {1}


def test_a_disk_that_is_full_takes_nothing_in_and_works_again_when_there_is_room(sharing: Database) -> None:
    def pages(limit: int) -> None:
        with sharing.write() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")

    with sharing.read() as connection:
        size = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    pages(size)

    def fill(number: int) -> None:
        with sharing.write() as connection:
            for part in range(200):
                connection.execute(insert(codes).values(id=1000 * number + part, used_by="x" * 20))

    outcomes = together(*(lambda n=n: fill(n) for n in range(6)))  # type: ignore[misc]
    kept = known(sharing)
    for number, outcome in enumerate(outcomes):
        # All of a block or nothing of it, and its caller knows which.
        assert len([each for each in kept if each // 1000 == number]) == (200 if outcome is None else 0)
    assert any(isinstance(each, Exception) for each in outcomes)
    pages(1_000_000)
    fill(9)
    assert len([each for each in known(sharing) if each // 1000 == 9]) == 200


def test_too_many_who_wait_are_refused_at_once(tmp_path: Path) -> None:
    database = with_table(Database(f"sqlite:///{tmp_path / 'few.db'}", limits=GroupLimits(waiting=2)))
    with ThreadPoolExecutor(2) as threads:
        with held(database, 50):
            waiting = [threads.submit(add, database, number) for number in range(2)]
            while len(database._place.writer._queue) < 2:  # type: ignore[union-attr]  # of SQLite
                time.sleep(0.01)
            with pytest.raises(Overloaded):
                add(database, 9)
        for each in waiting:
            each.result(SOON)
    assert known(database) == {50, 0, 1}
    database.close()


def test_who_waits_too_long_is_refused_and_has_changed_nothing(tmp_path: Path) -> None:
    database = with_table(Database(f"sqlite:///{tmp_path / 'slow.db'}", limits=GroupLimits(turn=0.05)))
    with held(database, 50), pytest.raises(Overloaded):
        add(database, 9)
    add(database, 1)
    assert known(database) == {50, 1}
    database.close()


def test_a_database_that_another_program_holds_is_waited_for_and_then_given_up(
    sharing: Database, tmp_path: Path
) -> None:
    with sharing.write() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    other = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Overloaded):
        add(sharing, 1)
    other.execute("ROLLBACK")
    other.close()
    add(sharing, 2)
    assert known(sharing) == {2}


def test_nobody_waits_for_ever_while_others_come_and_go(sharing: Database) -> None:
    stop = threading.Event()
    counts = dict.fromkeys(range(6), 0)

    def work(name: int) -> None:
        while not stop.is_set():
            add(sharing, 100_000 * name + counts[name])
            counts[name] += 1

    threads = [threading.Thread(target=work, args=(name,)) for name in counts]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + SOON
    while min(counts.values()) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join(SOON)
    assert min(counts.values()) >= 20
    assert max(counts.values()) <= 3 * min(counts.values())


def _write_on(path: Path, name: int, go: Event, stop: Event) -> None:
    database = Database(f"sqlite:///{path}")
    go.wait(SOON)
    number = 0
    while not stop.is_set():
        with database.write() as connection:
            connection.execute(insert(codes).values(id=1_000_000 * name + number))
        number += 1
    os._exit(0)


@pytest.mark.long
def test_processes_take_turns_at_one_file(sharing: Database, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    go, stop = context.Event(), context.Event()
    processes = [context.Process(target=_write_on, args=(tmp_path / "test.db", name, go, stop)) for name in (1, 2)]
    for process in processes:
        process.start()
    go.set()
    deadline = time.monotonic() + 2 * SOON
    least = 0
    while least < 40 and time.monotonic() < deadline:
        time.sleep(0.02)
        least = min(_written(sharing, name) for name in (1, 2))
        add(sharing, 3_000_000 + _written(sharing, 3))
    stop.set()
    for process in processes:
        process.join(SOON)
        assert process.exitcode == 0
    assert least >= 40
    assert _written(sharing, 3) > 0


def _written(database: Database, name: int) -> int:
    with database.read() as connection:
        return connection.execute(
            select(func.count()).select_from(codes).where(codes.c.id // 1_000_000 == name)
        ).scalar_one()


def _write_until_killed(path: Path, told: Path) -> None:
    database = Database(f"sqlite:///{path}")
    lock = threading.Lock()

    def work(name: int) -> None:
        for number in range(1_000_000):
            with database.write() as connection:
                connection.execute(insert(codes).values(id=1_000_000 * name + number))
            with lock, told.open("a") as answers:
                answers.write(f"{1_000_000 * name + number}\n")

    for name in range(8):
        threading.Thread(target=work, args=(name,)).start()


@pytest.mark.long
def test_what_was_answered_before_a_kill_is_there_after_it(sharing: Database, tmp_path: Path) -> None:
    told = tmp_path / "told"
    process = multiprocessing.get_context("spawn").Process(
        target=_write_until_killed, args=(tmp_path / "test.db", told)
    )
    process.start()
    deadline = time.monotonic() + 2 * SOON
    while (not told.exists() or told.stat().st_size < 2_000) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(SOON)
    answered = {int(line) for line in told.read_text().splitlines(keepends=True) if line.endswith("\n")}
    assert len(answered) > 100
    assert answered <= known(sharing)
    # A lock ends with its process, so nobody waits for one that is gone.
    add(sharing, 99_000_000)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_block_leaves_both_whole(sharing: Database) -> None:
    with held(sharing, 1):
        child = os.fork()
        if not child:
            try:
                # The parent is still writing: its turn is its own, also in the child's eyes.
                sharing._place.writer._limits = GroupLimits(turn=0.2)  # type: ignore[union-attr]  # of SQLite
                try:
                    add(sharing, 2)
                except Overloaded:
                    os._exit(7)
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 7
    assert known(sharing) == {1}
