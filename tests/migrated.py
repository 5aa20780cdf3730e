"""A party's empty SQLite database, made by its migrations once for all tests of a process.

What the migrations make is tested where they are (`tests/contract`); here it saves each world the time that they take.
"""

import tempfile
from functools import cache
from pathlib import Path

from service.database import Database
from service.migrations import migrate


def begin_with_tables(url: str, package: str) -> None:
    """Put the database of a party where its URL says, unless there is one or it is no file."""
    _, _, name = url.partition("sqlite:///")
    path = Path(name)
    if name and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_migrated(package))


@cache
def _migrated(package: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        database = Database(f"sqlite:///{path}")
        migrate(database, package)
        database.close()
        return path.read_bytes()
