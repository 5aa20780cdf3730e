"""What a write block does last, so that blocks on a PostgreSQL server never wait for one another in a circle.

Some statements lock what every block wants, such as the end of the audit log. Taken in the middle of a block, such a
lock is held while the block waits for a row, and whoever has that row may be waiting for the lock. Done last, nothing
is waited for any more, and it is held for no longer than the commit takes. SQLite has one writer: there it is done at
once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from sqlalchemy import Connection

Work: TypeAlias = Callable[[Connection], None]

_KEY: Final = "blauweknop.at_the_end"


def at_the_end(connection: Connection, work: Work) -> None:
    """Have this done as the last of this connection's write block; at once where there are no locks to wait for."""
    waiting: list[Work] | None = connection.info.get(_KEY)
    if waiting is None:
        work(connection)
    else:
        waiting.append(work)


@contextmanager
def ending(connection: Connection) -> Iterator[None]:
    """Do at the end of this block, in the order in which it came, what is to be done last."""
    waiting: list[Work] = []
    info = connection.info  # of a connection that was lost it is not to be had any more
    info[_KEY] = waiting
    try:
        yield
        for work in waiting:
            work(connection)
    finally:
        del info[_KEY]
