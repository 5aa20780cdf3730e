"""Read a table whole: every row is an event, or says by file, line and column why it is none.

All faults are found in one go, up to a bound, so that somebody can mend the file at once: each wrong row, and of that
each wrong column. One fault is enough to refuse it: of a table that is refused nothing is taken in.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, final

from credentials.clock import dutch_day
from credentials.debts.agency import check_claim_type
from credentials.debts.consistency import checked_events
from credentials.debts.dates import parse_moment
from credentials.debts.errors import (
    EventAfterBalanceDate,
    EventCollision,
    InconsistentCase,
    InvalidField,
    InvalidPerson,
    MalformedSource,
    MissingField,
    SourceError,
)
from credentials.debts.events import Event, EventIds, ObligationImposed
from credentials.debts.fcid import DocumentCase, FcidDocument, names
from credentials.debts.fcid.names import EventFields
from credentials.debts.fcid.v4_1 import ADAPTER
from credentials.debts.person import Person
from credentials.encoding import JsonObject
from issuer.sources.cells import Cell, check_text, is_day, moment_of, text_of, value_of
from issuer.sources.columns import BALANCE_AT, Columns, required
from issuer.sources.table import OpenTable, Table

MAX_FAULTS: Final = 100
_MOST_SHARED: Final = 8_192
_TOLD_EVERY: Final = 10_000


@final
@dataclass(frozen=True, slots=True)
class Reading:
    """What a table came to: a document per person, or the faults for which it is refused."""

    people: Mapping[Person, FcidDocument]
    faults: tuple[SourceError, ...]


def read_table(
    open_table: OpenTable,
    data: bytes,
    columns: Columns,
    *,
    file: str,
    source_oin: str,
    at: datetime,
    most_faults: int = MAX_FAULTS,
) -> Reading:
    """Read a file whole. Each fault names file, line and column, never a value."""
    try:
        table = open_table(data, columns, file)
    except SourceError as error:
        return Reading({}, (error,))
    return read_rows(table, columns, file=file, source_oin=source_oin, at=at, most_faults=most_faults)


def read_rows(
    table: Table, columns: Columns, *, file: str, source_oin: str, at: datetime, most_faults: int = MAX_FAULTS
) -> Reading:
    """Read a table whole, as `read_table`."""
    rows = Rows(columns, file, at, most_faults)
    rows.take_all(table)
    people = {} if rows.faults else rows.documents(source_oin)
    return Reading({} if rows.faults else people, tuple(rows.faults))


@dataclass(slots=True)
class _CaseRows:
    events: list[Event] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    ids: EventIds | None = None
    balance_at: datetime | None = None
    balance_is_day: bool = False


class Rows:
    """The rows of one table, being read. `whole` refuses also events after the moment of a file without balances."""

    def __init__(
        self, columns: Columns, file: str, at: datetime, most_faults: int = MAX_FAULTS, *, whole: bool = False
    ) -> None:
        self.faults: list[SourceError] = []
        self._columns = columns
        self._file = file
        self._at = at
        self._most = most_faults
        self._whole = whole
        self._wanted = list(dict.fromkeys(columns.columns.values()))
        self._places = {name: self._wanted.index(column) for name, column in columns.columns.items()}
        self._total_place: int | None = None
        total = columns.total_row
        if total is not None:
            if total.column not in self._wanted:
                self._wanted.append(total.column)
            self._total_place = self._wanted.index(total.column)
        self._texts: dict[str, str] = {}
        self._people: dict[Person, dict[str, _CaseRows]] = {}

    @property
    def is_full(self) -> bool:
        """Tell whether as many faults were found as are told."""
        return len(self.faults) > self._most

    def take_all(self, table: Table, progress: Callable[[int], None] | None = None) -> None:
        """Take every row of a table, or note why it is none; `progress` is told now and then how many were read."""
        try:
            for count, (line, cells) in enumerate(table.rows(self._wanted), 1):
                if progress is not None and count % _TOLD_EVERY == 0:
                    progress(count)
                if isinstance(cells, SourceError):
                    self._refuse(cells, line)
                else:
                    self._row(cells, line)
                if self.is_full:
                    break
        except SourceError as error:
            self.faults.append(error)

    def _row(self, cells: Sequence[Cell], line: int) -> None:
        try:
            if self._is_total(cells):
                return
            shared = [self._shared(cell.strip()) if isinstance(cell, str) else cell for cell in cells]
            faults = self._take(shared, line)
        except SourceError as error:
            faults = [error]
        for fault in faults:
            self._refuse(fault, line)

    def _shared(self, text: str) -> str:
        """Return one object for all texts that are the same, as far as a few thousand go: most of a file is."""
        known = self._texts.get(text)
        if known is None and len(self._texts) < _MOST_SHARED:
            self._texts[text] = text
        return known or text

    def _refuse(self, error: SourceError, line: int) -> None:
        if len(self.faults) == self._most:
            reason = f"more than {self._most} faults; those below this line are not told"
            self.faults.append(MalformedSource(self._file, line, "", reason))
        elif not self.is_full:
            self.faults.append(error.located(self._file, line, self._columns.columns.get(error.field, error.field)))

    def documents(self, source_oin: str) -> dict[Person, FcidDocument]:
        """Return a document per person, noting the cases whose events contradict each other."""
        return {document.person: document for document in self.each_document(source_oin)}

    def each_document(self, source_oin: str) -> Iterator[FcidDocument]:
        """Give the documents one by one, and forget what each was made of."""
        while self._people:
            person = next(iter(self._people))
            cases = self._people.pop(person)
            yield FcidDocument(
                version=ADAPTER.version,
                source_oin=source_oin,
                created_at=self._at,
                person=person,
                cases=tuple(self._case(reference, rows) for reference, rows in cases.items()),
            )

    def _is_total(self, cells: Sequence[Cell]) -> bool:
        total = self._columns.total_row
        if total is None or self._total_place is None:
            return False
        cell = cells[self._total_place]
        if not isinstance(cell, str) or cell.strip() != total.text:
            return False
        number = self._columns.numbering.value
        citizen = self._places.get(number)
        if citizen is not None and citizen != self._total_place and not _is_empty(cells[citizen]):
            # It is about somebody, so it is a fact and no sum of facts.
            raise InvalidField(field=number, reason="a row with a total that names a citizen")
        return True

    def _take(self, cells: Sequence[Cell], line: int) -> list[SourceError]:
        """Take one event, or return everything that is wrong with the row."""
        found: dict[str, Cell] = dict(self._columns.constants)
        for name, place in self._places.items():
            found[name] = cells[place]
        found = {name: cell for name, cell in found.items() if not _is_empty(cell)}
        reader = _RowReader(found, self._columns)
        citizen = reader.citizen()
        reference, kind = reader.name(names.REFERENCE), reader.name(names.EVENT_TYPE)
        entry = ADAPTER.by_name.get(self._columns.events.get(kind, kind))
        if entry is None:
            reader.require("datumtijd_gebeurtenis")
            reader.refuse(names.EVENT_TYPE, InvalidField(reason="not a kind of event"), only_if=kind)
            return reader.faults
        values = reader.values(entry)
        balance_at = reader.balance_at()
        if reader.faults or citizen is None:
            return reader.faults
        rows = self._people.setdefault(citizen, {}).setdefault(reference, _CaseRows())
        if names.EVENT_ID not in found:
            rows.ids = rows.ids or EventIds()
            values["id"] = rows.ids.next_for(_content(values, entry, reference))
        try:
            event = entry.event(**values)
            if isinstance(event, ObligationImposed):
                check_claim_type(event.type, self._columns.numbering)
        except SourceError as error:
            return [error]
        rows.events.append(event)
        rows.lines.append(line)
        if balance_at is not None and (rows.balance_at is None or balance_at > rows.balance_at):
            rows.balance_at = balance_at
            rows.balance_is_day = is_day(found[BALANCE_AT])
        return []

    def _case(self, reference: str, rows: _CaseRows) -> DocumentCase:
        balance_at = rows.balance_at or self._at
        try:
            _check_ids(rows.events)
            events = checked_events(rows.events)
            balance_at = _until(rows, balance_at, whole=self._whole)
            # Without an obligation there is no case: it would be left out, and nobody would know.
            if not any(isinstance(event, ObligationImposed) and event.primary for event in events):
                raise InconsistentCase(field="primaire_verplichting", reason="no event is the primary obligation")
        except SourceError as error:
            place = error.event or 0
            field = error.field or names.REFERRING.get(type(rows.events[place]), "")
            if error.other is not None:
                error = error.beside(f"line {rows.lines[error.other]}")
            self._refuse(type(error)(field=field, reason=error.reason), rows.lines[place])
            events = ()
        return DocumentCase(reference=reference, balance_at=balance_at, events=events)


class _RowReader:
    """One row being read, with everything that is wrong with it."""

    def __init__(self, found: Mapping[str, Cell], columns: Columns) -> None:
        self.faults: list[SourceError] = []
        self._found = found
        self._columns = columns

    def refuse(self, name: str, error: SourceError, *, only_if: object = True) -> None:
        """Note a fault of a field, but for one that was noted already."""
        if only_if and all(fault.field != name for fault in self.faults):
            self.faults.append(type(error)(field=name, reason=error.reason))

    def require(self, name: str) -> Cell:
        """Return a cell that must be there; None when it is not."""
        cell = self._found.get(name)
        if cell is None:
            self.refuse(name, MissingField(reason="this cell is empty"))
        return cell

    def name(self, name: str) -> str:
        """Return what names something; an empty text when it does not."""
        cell = self.require(name)
        if cell is None:
            return ""
        try:
            self._check(cell, name)
            return text_of(cell, name, self._columns)
        except SourceError as error:
            self.refuse(name, error)
            return ""

    def citizen(self) -> Person | None:
        """Return whom the row is about."""
        numbering = self._columns.numbering
        text = self.name(numbering.value)
        try:
            return numbering.read_padded(text) if text else None
        except InvalidPerson:
            self.refuse(numbering.value, InvalidField(reason=numbering.fault))
            return None

    def values(self, entry: EventFields) -> dict[str, Any]:
        """Read the fields of an event, as keyword arguments."""
        values: dict[str, Any] = {}
        for each in entry.fields:
            cell = self._found.get(each.name)
            if cell is None:
                if each.required and each.name != names.EVENT_ID:
                    reason = (
                        "this cell is empty"
                        if each.name in required(self._columns.numbering)
                        else "this field is missing"
                    )
                    self.refuse(each.name, MissingField(reason=reason))
                continue
            try:
                self._check(cell, each.name)
                values[each.attribute] = each.kind.read(value_of(each, cell, self._columns))
            except SourceError as error:
                self.refuse(each.name, error)
        return values

    def balance_at(self) -> datetime | None:
        """Return until when the case is complete, if the row says so."""
        cell = self._found.get(BALANCE_AT)
        if cell is None:
            return None
        try:
            self._check(cell, BALANCE_AT)
            return parse_moment(moment_of(cell, BALANCE_AT, self._columns))
        except SourceError as error:
            self.refuse(BALANCE_AT, error)
            return None

    def _check(self, cell: Cell, name: str) -> None:
        if isinstance(cell, SourceError):
            raise type(cell)(reason=cell.reason)
        if isinstance(cell, str) and name not in self._columns.constants:
            check_text(cell, name)


def _is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _until(rows: _CaseRows, balance_at: datetime, *, whole: bool) -> datetime:
    """Return until when a case is complete, as the rows say: no event comes after it.

    A day says that all of that day's events are there that are there.
    """
    if rows.balance_at is None and not whole:
        return balance_at
    until = balance_at
    for place, event in enumerate(rows.events):
        if event.registered_at > balance_at:
            if not rows.balance_is_day or dutch_day(event.registered_at) != dutch_day(balance_at):
                raise EventAfterBalanceDate(
                    field="datumtijd_gebeurtenis", reason="registered after the moment of the balance", event=place
                )
            until = max(until, event.registered_at)
    return until


def _content(values: Mapping[str, Any], entry: EventFields, reference: str) -> JsonObject:
    """Return what an id is made of: the facts, however the file writes them, so that another notation is no news."""
    content: JsonObject = {
        each.name: each.kind.write(values[each.attribute])
        for each in entry.fields
        if each.attribute in values and each.name != names.EVENT_ID
    }
    return {**content, names.REFERENCE: reference, "event": entry.name}


def _check_ids(events: list[Event]) -> None:
    """Refuse an id that stands twice: one fact or two, nobody can tell, and what is dropped may be money."""
    places: dict[str, int] = {}
    for place, event in enumerate(events):
        first = places.setdefault(event.id, place)
        if first != place:
            raise EventCollision(field=names.EVENT_ID, reason="an id that stands twice", event=place, other=first)
