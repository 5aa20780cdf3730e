"""A PostgreSQL database: ordinary transactions over a pool of connections; the server itself shares their commits.

Blocks of several processes run at once and wait for each other's rows. So that none waits in a circle, a block takes
its locks in this order: rows of one kind by their key; then rows of the next kind; the audit log last
(`service.at_the_end`). What may be written later is written apart, and holds nobody up (`apart`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, final

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.at_the_end import ending
from service.errors import NotWritten, Overloaded

STATEMENT_TIMEOUT_MS: Final = 5_000
LOCK_TIMEOUT_MS: Final = 2_000
IDLE_TRANSACTION_TIMEOUT_MS: Final = 30_000
# What PostgreSQL then says (its appendix A); psycopg counts it among the errors of programs.
_IDLE: Final = "25P03"
POOL_SIZE: Final = 10
POOL_TIMEOUT_SECONDS: Final = 5.0


@final
class PostgresqlServer:
    """Transactions on one PostgreSQL database."""

    def __init__(self, url: URL) -> None:
        self.opened = _Pool(url)
        self.commits = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that is on disk when the block ends.

        Raises Overloaded when the server gave it up, for a lock, its time or itself; NotWritten when the commit failed.
        """
        done = False
        try:
            with self.opened.connection() as connection, connection.begin():
                with ending(connection):
                    yield connection
                done = True
        except DBAPIError as error:
            if not _is_of_the_server(error):
                raise
            if done:
                raise NotWritten("the database did not confirm it") from error
            raise Overloaded("the database gave up on it") from error
        self.commits += 1

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        """Open a transaction that nobody waits for, and that a crash of the server may lose. Raises as `write`."""
        with self.write() as connection:
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that writes nothing. Raises Overloaded."""
        try:
            with self.opened.connection(postgresql_readonly=True) as connection:
                yield connection
                connection.rollback()
        except DBAPIError as error:
            if not _is_of_the_server(error):
                raise
            raise Overloaded("the database did not answer") from error

    def close(self) -> None:
        """Close all connections."""
        self.opened.close()

    def forget_parent(self) -> None:
        """Open connections anew in a child process, and leave the parent's as they are."""
        self.opened.engine.dispose(close=False)


def _is_of_the_server(error: DBAPIError) -> bool:
    """Say whether the server failed or gave up, and not what it was asked."""
    return isinstance(error, OperationalError) or getattr(error.orig, "sqlstate", None) == _IDLE


@final
class _Pool:
    def __init__(self, url: URL) -> None:
        options = (
            f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS} "
            f"-c idle_in_transaction_session_timeout={IDLE_TRANSACTION_TIMEOUT_MS} -c timezone=UTC"
        )
        self.engine: Engine = create_engine(
            url,
            pool_size=POOL_SIZE,
            max_overflow=POOL_SIZE,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            connect_args={"options": options, "application_name": "blauweknop"},
        )

    @contextmanager
    def connection(self, **options: bool) -> Iterator[Connection]:
        try:
            opened = self.engine.connect()
        except PoolTimeout as error:
            raise Overloaded("every connection to the database is in use") from error
        with opened.execution_options(**options) as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()
