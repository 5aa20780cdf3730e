"""Any SQL database, by SQLAlchemy: queries for one person's rows, each an event, by the same mapping as files.

A column of a result is the field of its name, or of the one that the mapping gives it. The person is a bound parameter,
never text in a statement; nothing is written, and nothing is kept: each question asks the database anew. A query may
also fill a single field of each row.
Where a row does not map, that person has no answer, and the fault names the query, the
row in its result and the column.
"""

import math
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, final

from sqlalchemy import URL, Connection, Engine, NullPool, Row, TextClause, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.errors import InvalidField, InvalidPerson, SourceError
from credentials.debts.fcid import names
from credentials.debts.person import Numbering, Person
from credentials.errors import ConfigurationError
from credentials.masking import Secret
from issuer.domain.errors import SourceUnavailable
from issuer.ports import Condition, Known
from issuer.sources.cells import Cell
from issuer.sources.columns import BALANCE_AT, Columns, is_field, required
from issuer.sources.documents import known_from
from issuer.sources.fcid_directory import Refused
from issuer.sources.patience import LONGEST, Patience
from issuer.sources.rows import read_rows
from issuer.sources.table import Row as TableRow

_MOST_PEOPLE: Final = 20_000_000
_STEP: Final = 10_000
_POOL: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlQueries:
    """What is asked: `of_person` queries with a number, one for each table; `people` for all numbers; `fields`.

    The number is `:bsn`, or `:klantnummer` for a private creditor. `fields` holds a query per field, with that and
    fields of the row as parameters; it returns one value or none.
    """

    of_person: Sequence[str]
    people: str
    fields: Mapping[str, str] = field(default_factory=dict)
    person: Literal["text", "number"] = "text"
    most_rows: int = 10_000


@final
class SqlDatabaseSource:
    """The port `DebtSource` on a database."""

    def __init__(
        self, agency: Agency, url: str, queries: SqlQueries, columns: Columns, *, refused: Refused, patience: timedelta,
        password: Secret | None = None,
    ) -> None:  # fmt: skip
        """Open nothing yet. Raises ConfigurationError for an address or a query that cannot be meant."""
        self._agency = agency
        self._queries = queries
        self._columns = columns
        self._by_field = _by_field(columns)
        self._refused = refused
        self._patience = Patience(patience)
        self._engine = _engine(url, password, patience)
        self._numbering = numbering = agency.numbering
        self._of_person = [_statement(query, numbering, {numbering.value}) for query in queries.of_person]
        for name in queries.fields:
            if not is_field(name, numbering):
                raise ConfigurationError(f"source.fields: the FCID has no field {name}")
        self._of_field = {name: _statement(query, numbering) for name, query in queries.fields.items()}

    @property
    def agency(self) -> Agency:
        """Whose debts these are."""
        return self._agency

    def cases_of(self, person: Person, as_of: datetime) -> Known:
        """Return this person's cases. Raises SourceUnavailable."""
        table = _Fetched(self._patience(lambda: self._rows(person)), self._columns, person)
        reading = read_rows(
            table, self._by_field, file="the queries of a person", source_oin=self._agency.oin, at=as_of
        )
        for fault in reading.faults:
            self._refused(table.located(fault))
        if reading.faults:
            raise SourceUnavailable("the rows of this person cannot be read")
        document = reading.people.get(person)
        return Known((), as_of) if document is None else known_from(document, self._agency, as_of)

    def people(self) -> Iterable[Person]:
        """Go through everyone whom the query names. Raises SourceUnavailable."""
        found = self._patience(self._people, time=LONGEST)
        if found is None:
            raise SourceUnavailable("the query for people has rows that are no numbers of people")
        return found

    def condition(self, as_of: datetime, *, wait: bool = True) -> Condition:
        """Say whether the database answers; with `wait` also whether every person in it is one."""
        del as_of
        try:
            known = self._patience(self._people, time=LONGEST) if wait else self._patience(self._is_there)
        except SourceUnavailable:
            return Condition(readable=False, serving=False, faults=1)
        return Condition(readable=known is not None, serving=True, faults=int(known is None))

    def close(self) -> None:
        """Close all connections to the database."""
        self._engine.dispose()

    def _is_there(self) -> list[Person]:
        with _Asking("the database", self._engine, self._patience.time) as connection:
            connection.execute(text("SELECT 1"))
        return []

    def _people(self) -> list[Person] | None:
        found: dict[Person, None] = {}
        sound = True
        with _Asking("the query for people", self._engine, LONGEST) as connection:
            # By a cursor on the server, which takes one query and nothing beside it.
            result = connection.execution_options(yield_per=_STEP).execute(text(self._queries.people))
            for number, row in enumerate(result, 1):
                if number > _MOST_PEOPLE:
                    raise SourceUnavailable("the query for people has too many rows")
                try:
                    found[self._numbering.read_padded(str(row[0]))] = None
                except InvalidPerson:
                    fault = InvalidField("the query for people", number, self._numbering.value, self._numbering.fault)
                    self._refused(fault)
                    sound = False
        return list(found) if sound else None

    def _rows(self, person: Person) -> list["_Row"]:
        bound = self._bound(person)
        rows: list[_Row] = []
        with _Asking("the queries of a person", self._engine, self._patience.time) as connection:
            for number, statement in enumerate(self._of_person, 1):
                for place, row in enumerate(
                    _all(connection, statement, {self._numbering.value: bound}, self._queries.most_rows), 1
                ):
                    values = {key: _cell(value) for key, value in row._mapping.items()}  # noqa: SLF001  # its public name
                    rows.append(_Row(number, place, values))
            for name, statement in self._of_field.items():
                rows = [self._filled(connection, row, name, statement, bound) for row in rows]
        return rows

    def _bound(self, person: Person) -> str | int:
        """Return a person's number as the database has it. Raises SourceUnavailable where it has no such numbers."""
        number = person.reveal()
        if self._queries.person == "text":
            return number
        if not isinstance(person, Bsn) and (not number.isdecimal() or str(int(number)) != number):
            # Whether zeros before it count, nobody can tell; to find nothing would say that there are no debts.
            raise SourceUnavailable("the customer number is none that the database can have")
        return int(number)

    def _filled(
        self, connection: Connection, row: "_Row", name: str, statement: TextClause, bound: str | int
    ) -> "_Row":
        parameters: dict[str, Any] = {}
        for wanted in _parameters(statement):
            value = bound if wanted == self._numbering.value else _of(row.values, wanted, self._columns)
            if value is None or isinstance(value, SourceError):
                return row
            parameters[wanted] = value
        found = _all(connection, statement, parameters, 1)
        cell = _cell(found[0][0]) if found else None
        return replace(row, values={**row.values, self._columns.columns.get(name, name): cell})


@final
class _Asking:
    """A connection that writes nothing. What goes wrong is told without the library's words, which hold values."""

    def __init__(self, what: str, engine: Engine, time: timedelta) -> None:
        self._what = what
        self._engine = engine
        self._seconds = time.total_seconds()

    def __enter__(self) -> Connection:
        try:
            self._connection = self._engine.connect()
            if self._engine.dialect.name == "postgresql":
                self._connection = self._connection.execution_options(postgresql_readonly=True)
            _limit(self._connection, self._seconds)
        except SQLAlchemyError as error:
            raise SourceUnavailable("the database cannot be reached") from error
        return self._connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        del kind, trace
        try:
            self._connection.rollback()
            self._connection.close()
        except SQLAlchemyError as failed:
            raise SourceUnavailable("the database went away") from failed
        if isinstance(error, SQLAlchemyError):
            raise SourceUnavailable(f"the database refuses {self._what}, or did not end it in time") from error


@dataclass(frozen=True, slots=True, repr=False)
class _Row:
    """A row of a result: of which query, in which place, and its columns."""

    query: int
    place: int
    values: Mapping[str, Cell]


@final
class _Fetched:
    """The port `Table` on rows that were fetched; lines count through all queries, and are told apart afterwards."""

    def __init__(self, rows: Sequence[_Row], columns: Columns, person: Person) -> None:
        self._rows = rows
        self._columns = columns
        self._person = person

    def rows(self, wanted: Sequence[str]) -> Iterator[TableRow]:
        """Go through the rows, as cells of these fields."""
        for number, row in enumerate(self._rows, 1):
            yield number, [self._cell(row.values, name) for name in wanted]

    def located(self, fault: SourceError) -> SourceError:
        """Return the fault with the place in the result of its query."""
        column = self._columns.columns.get(fault.field, fault.field)
        if not 1 <= fault.line <= len(self._rows):
            return fault
        row = self._rows[fault.line - 1]
        return fault.located(f"query {row.query} of a person", row.place, column)

    def _cell(self, values: Mapping[str, Cell], name: str) -> Cell:
        cell = _of(values, name, self._columns)
        numbering = self._columns.numbering
        if name != numbering.value:
            return cell
        if cell is None:
            return self._person.reveal()
        try:
            same = numbering.read_padded(str(cell)) == self._person
        except InvalidPerson:
            same = False
        return cell if same else InvalidField(reason="a row of another person than was asked for")


def _of(values: Mapping[str, Cell], name: str, columns: Columns) -> Cell:
    """Return the cell of a field: in the column that the mapping gives it, or in the one of its own name."""
    column = columns.columns.get(name, name)
    return values.get(column, values.get(name))


def _by_field(columns: Columns) -> Columns:
    """Return the mapping by which every field that there is stands in a column of its own name."""
    fields = dict.fromkeys([*_FIELDS, *required(columns.numbering), BALANCE_AT])
    return replace(columns, columns={name: name for name in fields if name not in columns.constants})


_FIELDS: Final = tuple(each.name for entry in names.EVENT_TABLE for each in entry.fields)


def _cell(value: object) -> Cell:
    match value:
        case None | str() | bool() | int() | datetime() | date():
            return value
        case Decimal() if not value.is_finite():
            return InvalidField(reason="not a number")
        case Decimal():
            return int(value) if value == value.to_integral_value() and abs(value) < 10**18 else value
        case float():
            return Decimal(repr(value)) if math.isfinite(value) else InvalidField(reason="not a number")
        case uuid.UUID():
            return str(value)
        case _:
            return InvalidField(reason="a kind of value that no field has")


def _all(connection: Connection, statement: TextClause, parameters: Mapping[str, Any], most: int) -> Sequence[Row[Any]]:
    result = connection.execute(statement, parameters)
    found = result.fetchmany(most + 1)
    result.close()
    if len(found) > most:
        raise SourceUnavailable("a query has more rows than it may have")
    return found


def _parameters(statement: TextClause) -> Iterable[str]:
    return list(statement.compile().params)


def _statement(query: str, numbering: Numbering, needed: set[str] | None = None) -> TextClause:
    statement = text(query)
    named = set(_parameters(statement))
    if needed is not None and named != needed:
        raise ConfigurationError(f"source.queries: each has the parameter :{numbering.value}, and no other")
    if not named:
        # Without any, PostgreSQL takes several statements for one, of which one may begin a transaction that writes.
        raise ConfigurationError("source.fields: each query has a parameter")
    strange = sorted(name for name in named if not is_field(name, numbering))
    if strange:
        raise ConfigurationError(f"source.fields: the FCID has no field {', '.join(strange)}")
    return statement


def _engine(address: str, password: Secret | None, patience: timedelta) -> Engine:
    try:
        url = make_url(address)
        if password is not None:
            url = url.set(password=password.reveal())
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite":
            return _sqlite(url, patience)
        options: dict[str, Any] = {"pool_size": _POOL, "max_overflow": 0, "pool_timeout": patience.total_seconds()}
        if url.get_backend_name() == "postgresql":
            milliseconds = int(patience.total_seconds() * 1000)
            options["connect_args"] = {
                "connect_timeout": max(2, math.ceil(patience.total_seconds())),
                "options": f"-c statement_timeout={milliseconds} -c default_transaction_read_only=on",
            }
        return create_engine(url, pool_pre_ping=True, hide_parameters=True, **options)
    except (ArgumentError, ImportError, SQLAlchemyError):
        # The library's message holds the address.
        raise ConfigurationError("source.url: not an address of a database whose driver is installed") from None


def _sqlite(url: URL, patience: timedelta) -> Engine:
    file = Path(url.database or "").absolute()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{file.as_uri()}?mode=ro", uri=True, timeout=patience.total_seconds(), check_same_thread=False
        )
        connection.execute("PRAGMA query_only = ON")
        return connection

    # Opened for each question: a connection that is kept would go on reading a file that was put away.
    return create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)


def _limit(connection: Connection, seconds: float) -> None:
    """Have the database itself end what takes longer, where it can: who waits is answered in time in any case."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
    if connection.dialect.name == "sqlite":
        # It asks every so many steps whether to go on.
        until = time.monotonic() + seconds
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: int(time.monotonic() > until), 10_000)
