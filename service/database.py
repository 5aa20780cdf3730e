"""One party's database: SQLite in a file or PostgreSQL, with the same promises on both.

A write block is on disk when it ends, or it raises and leaves nothing (SQLite: WAL with synchronous=FULL). Blocks come
one after the other on SQLite, where those that come together share a transaction (`service.group_commit`); on
PostgreSQL each is a transaction of its own. A read sees one consistent state. Nothing is shared between parties.
"""

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, final

from sqlalchemy import URL, Connection, CursorResult, Update, make_url
from sqlalchemy.exc import ArgumentError

from credentials.errors import ConfigurationError
from service.errors import NotExactlyOne
from service.group_commit import GroupLimits
from service.later import Later, Work
from service.postgresql import PostgresqlServer
from service.sqlite import SqliteFile


@final
class Database:
    """Transactions on one database.

    `url` is `sqlite:///path/to/file.db`, `sqlite://` (in memory, for tests) or `postgresql://user@host/name`.
    Safe to use from threads, and again in a child process after a fork. `limits` are those of shared commits.

    Example:
        with database.write() as connection:
            connection.execute(insert(offers).values(id=offer.id))
    """

    def __init__(self, url: str, *, limits: GroupLimits | None = None) -> None:
        parsed = _parse(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._later = Later(weakref.WeakMethod(self._write_what_waits))
        self._place: SqliteFile | PostgresqlServer
        if self.is_sqlite:
            self._place = SqliteFile(parsed, with_commit=self._later.run, limits=limits)
        else:
            self._place = PostgresqlServer(parsed)
        _DATABASES.add(self)
        # One that nobody closed is closed when it is forgotten. At exit the system does so, and a child has none left.
        weakref.finalize(self, self._place.opened.close).atexit = False

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a write block: on disk when it ends, nothing left when it raises. Do not nest.

        Raises Overloaded when too many want to write at once, and NotWritten when the disk fails.
        """
        with self._place.write() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a read transaction on one consistent state. What is written through it is refused or thrown away."""
        with self._place.read() as connection:
            yield connection

    def later(self, work: Work) -> None:
        """Have this written soon; a crash may lose it.

        On SQLite it goes along with the next commit, on PostgreSQL in a transaction of its own: there a row that it has
        to wait for would hold up whoever it went along with, and all who wait for them.
        """
        self._later.add(work)

    def settle(self) -> None:
        """Write now what `later` was told."""
        self._later.finish()

    @property
    def commits(self) -> int:
        """How many transactions of ours reached the disk in this process."""
        return self._place.commits

    def close(self) -> None:
        """Write what waits, and close all connections."""
        self._later.finish()
        self._place.close()

    def _write_what_waits(self) -> None:
        if isinstance(self._place, PostgresqlServer):
            self._later.run_apart(self._place.apart)
            return
        with self.write():
            pass

    def _forget_parent(self) -> None:
        # After a fork the connections belong to the parent, and so does what waits to be written.
        self._later.forget()
        self._place.forget_parent()


def use_once(connection: Connection, update: Update) -> None:
    """Execute a conditional update that must change exactly one row. Raises NotExactlyOne.

    Example:
        use_once(connection, update(codes).where(codes.c.hash == h, codes.c.used_at.is_(None)).values(used_at=now))
    """
    result: CursorResult[Any] = connection.execute(update)
    if result.rowcount != 1:
        raise NotExactlyOne


_DATABASES: "weakref.WeakSet[Database]" = weakref.WeakSet()


def _after_fork() -> None:
    for database in list(_DATABASES):
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
