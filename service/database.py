"""One party's database: SQLite in a file or PostgreSQL, with the same promises on both.

A write is one transaction that holds the write lock from its start (SQLite: BEGIN IMMEDIATE) and is on disk when the
block ends (WAL with synchronous=FULL). A read sees one consistent state. Nothing is shared between parties.
"""

import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, CursorResult, Engine, Update, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import StaticPool

from credentials.errors import ConfigurationError
from service.errors import NotExactlyOne

BUSY_TIMEOUT_MS: Final = 5_000
STATEMENT_TIMEOUT_MS: Final = 5_000
LOCK_TIMEOUT_MS: Final = 2_000
IDLE_TRANSACTION_TIMEOUT_MS: Final = 30_000
POOL_SIZE: Final = 10

_WRITES: Final = "blauweknop_writes"


class Database:
    """Transactions on one database.

    `url` is `sqlite:///path/to/file.db`, `sqlite://` (in memory, for tests) or `postgresql://user@host/name`.
    Safe to use from threads, and again in a child process after a fork.

    Example:
        with database.write() as connection:
            connection.execute(insert(offers).values(id=offer.id))
    """

    def __init__(self, url: str) -> None:
        self._url = _parse(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(self._url) if self.is_sqlite else _postgresql_engine(self._url)
        # SQLite has one writer at a time: waiting here is fair and costs nothing, its busy handler sleeps and polls.
        self._one_writer = threading.Lock()
        self._memory = threading.RLock() if isinstance(self._engine.pool, StaticPool) else None
        _ENGINES.add(self)
        # One that nobody closed is closed when it is forgotten. At exit the system does so, and a child has none left.
        weakref.finalize(self, self._engine.dispose).atexit = False

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a write transaction: commits at the end of the block, rolls back when it raises. Do not nest."""
        if not self.is_sqlite:
            with self._engine.begin() as connection:
                yield connection
            return
        with (
            self._memory or self._one_writer,
            self._engine.connect().execution_options(**{_WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a read transaction on one consistent state. What is written through it is thrown away."""
        if self._memory is not None:
            with self._memory, self._engine.connect() as connection:
                yield connection
                connection.rollback()
            return
        options: dict[str, Any] = {} if self.is_sqlite else {"postgresql_readonly": True}
        with self._engine.connect().execution_options(**options) as connection:
            yield connection
            connection.rollback()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _forget_parent(self) -> None:
        # After a fork the connections belong to the parent: drop them without closing.
        self._one_writer = threading.Lock()
        if self._memory is None:
            self._engine.dispose(close=False)


def use_once(connection: Connection, update: Update) -> None:
    """Execute a conditional update that must change exactly one row. Raises NotExactlyOne.

    Example:
        use_once(connection, update(codes).where(codes.c.hash == h, codes.c.used_at.is_(None)).values(used_at=now))
    """
    result: CursorResult[Any] = connection.execute(update)
    if result.rowcount != 1:
        raise NotExactlyOne


_ENGINES: "weakref.WeakSet[Database]" = weakref.WeakSet()


def _after_fork() -> None:
    for database in list(_ENGINES):
        database._forget_parent()  # noqa: SLF001  # the module's own class


os.register_at_fork(after_in_child=_after_fork)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # The text may hold a password, so it stays out of the message.
        raise ConfigurationError("the database URL cannot be read") from error
    match parsed.drivername:
        case "sqlite":
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres" | "postgresql+psycopg":
            return parsed.set(drivername="postgresql+psycopg")
        case _:
            raise ConfigurationError("the database is neither sqlite nor postgresql")


def _sqlite_engine(url: URL) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    if in_memory:
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url,
            pool_size=POOL_SIZE,
            max_overflow=POOL_SIZE * 3,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000, "cached_statements": 256},
        )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
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


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql_engine(url: URL) -> Engine:
    options = (
        f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS} "
        f"-c idle_in_transaction_session_timeout={IDLE_TRANSACTION_TIMEOUT_MS} -c timezone=UTC"
    )
    return create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={"options": options, "application_name": "blauweknop"},
    )
