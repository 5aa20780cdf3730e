"""A PostgreSQL database: ordinary transactions over a pool of connections; the server itself shares their commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, final

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import Overloaded

STATEMENT_TIMEOUT_MS: Final = 5_000
LOCK_TIMEOUT_MS: Final = 2_000
IDLE_TRANSACTION_TIMEOUT_MS: Final = 30_000
POOL_SIZE: Final = 10
POOL_TIMEOUT_SECONDS: Final = 5.0


@final
class PostgresqlServer:
    """Transactions on one PostgreSQL database; `with_commit` is called in each that writes, before it ends."""

    def __init__(self, url: URL, *, with_commit: Callable[[Connection], None]) -> None:
        self.opened = _Pool(url)
        self._with_commit = with_commit
        self.commits = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that is on disk when the block ends. Raises Overloaded."""
        with self.opened.connection() as connection, connection.begin():
            yield connection
            self._with_commit(connection)
        self.commits += 1

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that writes nothing. Raises Overloaded."""
        with self.opened.connection(postgresql_readonly=True) as connection:
            yield connection
            connection.rollback()

    def close(self) -> None:
        """Close all connections."""
        self.opened.close()

    def forget_parent(self) -> None:
        """Open connections anew in a child process, and leave the parent's as they are."""
        self.opened.engine.dispose(close=False)


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
