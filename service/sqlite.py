"""A SQLite database in a file, or in memory for tests: many readers, and one writer whose commits are shared."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast, final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import NullPool

from service.group_commit import GroupCommit, GroupLimits
from service.turnstile import Turnstile

BUSY_TIMEOUT_MS: Final = 5_000


@final
class SqliteFile:
    """Blocks on one SQLite database; `with_commit` is called in each transaction before it ends."""

    def __init__(
        self, url: URL, *, with_commit: Callable[[Connection], None], limits: GroupLimits | None = None
    ) -> None:
        self.in_memory = url.database in (None, "", ":memory:")
        path = None if self.in_memory else Path(str(url.database))
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self.opened = _Opened(url)
        self.writer = GroupCommit(self.opened.open, Turnstile(path), with_commit=with_commit, limits=limits)
        self._idle: list[Connection] = []
        self._left_behind: list[object] = []

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a block of the one writer. Raises Overloaded and NotWritten."""
        with self.writer.block() as connection:
            yield connection

    @property
    def commits(self) -> int:
        """How many transactions reached the disk."""
        return self.writer.commits

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a look at one consistent state."""
        if self.in_memory:
            # It exists in one connection only, so a reader takes the writer's turn.
            with self.writer.block(keep=False) as connection:
                yield connection
            return
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self.opened.open(read_only=True)
        driver = _driver(connection)
        driver.execute("BEGIN")
        try:
            yield connection
        finally:
            driver.execute("ROLLBACK")
            self._idle.append(connection)

    def close(self) -> None:
        """Close all connections."""
        self.writer.let_go()
        self._idle.clear()
        self.opened.close()

    def forget_parent(self) -> None:
        """Begin anew in a child process. The parent's connections are kept, unused: closing them is not ours to do."""
        self._left_behind += [self.writer.forget_parent(), self._idle, self.opened.forget()]
        self._idle = []


@final
class _Opened:
    """The connections that were opened, so that all can be closed."""

    def __init__(self, url: URL) -> None:
        self._engine: Engine = create_engine(
            url,
            poolclass=NullPool,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000, "cached_statements": 256},
        )
        event.listen(self._engine, "connect", _prepare)
        self._lock = threading.Lock()
        self._all: list[Connection] = []

    def open(self, *, read_only: bool = False) -> Connection:
        connection = self._engine.connect()
        # The driver's transactions are ours to begin and end; SQLAlchemy is told once that there is one.
        connection.begin()
        if read_only:
            _driver(connection).execute("PRAGMA query_only=ON")
        with self._lock:
            self._all.append(connection)
        return connection

    def close(self) -> None:
        with self._lock:
            connections, self._all = self._all, []
        for each in connections:
            if not each.closed:
                each.invalidate()
                each.close()

    def forget(self) -> list[Connection]:
        left, self._all = self._all, []
        self._lock = threading.Lock()
        return left


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


def _prepare(connection: DBAPIConnection, _record: object) -> None:
    # With isolation_level None the sqlite3 module leaves BEGIN to us.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
