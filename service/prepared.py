"""Statements that every request runs: written with SQLAlchemy, turned into text once, and handed to the driver.

SQLAlchemy makes a statement anew for every call, finds its text by a key of it, and wraps what comes back; for one row
that is ten times the work of the database. Here that is done at the first call. What a transaction is does not change.
"""

from collections import namedtuple
from collections.abc import Iterable, Mapping
from typing import Any, final

from sqlalchemy import Connection, Executable
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement


@final
class Prepared:
    """One statement with named parameters (`bindparam`), of columns that hold integers, texts or bytes.

    Rows are named tuples of the statement's columns. Errors are those of SQLAlchemy.

    Example:
        _BY_HASH = Prepared(select(grants.c.sealed).where(grants.c.token_hash == bindparam("hash")))
        row = _BY_HASH.one(connection, hash=digest)
    """

    def __init__(self, statement: Executable, *, on_sqlite: Executable | None = None) -> None:
        self._statement = statement
        self._on_sqlite = statement if on_sqlite is None else on_sqlite
        self._texts: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._row: Any = None

    def one(self, connection: Connection, **values: object) -> Any:  # noqa: ANN401  # columns are the statement's own
        """Return the first row, None when there is none."""
        found = self._execute(connection, values)
        row = found.fetchone()
        return None if row is None else self._named(found)(*row)

    def all(self, connection: Connection, **values: object) -> list[Any]:
        """Return all rows."""
        found = self._execute(connection, values)
        named = self._named(found)
        return [named(*row) for row in found.fetchall()]

    def value(self, connection: Connection, **values: object) -> Any:  # noqa: ANN401  # as `one`
        """Return the first column of the first row, None when there is none."""
        row = self._execute(connection, values).fetchone()
        return None if row is None else row[0]

    def run(self, connection: Connection, **values: object) -> int:
        """Execute, and return how many rows were changed."""
        changed: int = self._execute(connection, values).rowcount
        return changed

    def run_each(self, connection: Connection, many: Iterable[Mapping[str, object]]) -> None:
        """Execute once for each set of values."""
        for values in many:
            self._execute(connection, values)

    def _execute(self, connection: Connection, values: Mapping[str, object]) -> Any:  # noqa: ANN401  # a driver's cursor
        dialect = connection.dialect
        text, constants = self._texts.get(dialect.name) or self._compile(dialect)
        driver: Any = connection.connection.dbapi_connection
        try:
            return driver.execute(text, {**constants, **values} if constants else values)
        except Exception as error:
            if not isinstance(error, dialect.loaded_dbapi.Error):
                raise
            # Its parameters stay out of it: they are what the database is to keep.
            raise DBAPIError.instance(
                text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
            ) from error

    def _compile(self, dialect: Dialect) -> tuple[str, Mapping[str, Any]]:
        statement, target = self._statement, dialect
        if dialect.name == "sqlite":
            statement, target = self._on_sqlite, sqlite.dialect(paramstyle="named")
        assert isinstance(statement, ClauseElement)
        compiled = statement.compile(dialect=target)
        binds = compiled.binds  # type: ignore[attr-defined]  # of SQL, which every statement here is
        constants = {name: bind.value for name, bind in binds.items() if not bind.required}
        self._texts[dialect.name] = str(compiled), constants
        return self._texts[dialect.name]

    def _named(self, found: Any) -> Any:  # noqa: ANN401  # a named tuple class, made of the cursor's columns
        if self._row is None:
            made: Any = namedtuple  # noqa: PYI024  # a checked one must have its columns in the code
            self._row = made("Row", [column[0] for column in found.description])
        return self._row
