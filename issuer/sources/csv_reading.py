"""Read a CSV file whole: every row is an event, or says by file, line and column why it is none.

All faults are found in one go, up to a bound, so that somebody can mend the file at once. One fault is enough to refuse
it: of a file that is refused nothing is taken in.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, final

from credentials.debts.bsn import Bsn
from credentials.debts.consistency import checked_events
from credentials.debts.dates import parse_moment
from credentials.debts.errors import (
    EventCollision,
    InvalidBsn,
    InvalidField,
    MalformedSource,
    MissingField,
    SourceError,
)
from credentials.debts.events import Event, EventIds
from credentials.debts.fcid import DocumentCase, FcidDocument, names
from credentials.debts.fcid.fields import read_fields
from credentials.debts.fcid.names import EventFields
from credentials.debts.fcid.v4_1 import ADAPTER
from credentials.encoding import JsonObject
from issuer.sources.csv_cells import check_text, value_of
from issuer.sources.csv_mapping import BALANCE_AT, REQUIRED, CsvColumns
from issuer.sources.csv_text import text_of

MAX_FAULTS: Final = 100

_NO_ID: Final = "-"


@final
@dataclass(frozen=True, slots=True)
class CsvReading:
    """What a file came to: a document per person, or the faults for which it is refused."""

    people: Mapping[Bsn, FcidDocument]
    faults: tuple[SourceError, ...]


def read_csv(data: bytes, columns: CsvColumns, *, file: str, source_oin: str, at: datetime) -> CsvReading:
    """Read a file whole. Each fault names file, line and column, never a value."""
    try:
        source = text_of(data, columns, file)
    except SourceError as error:
        return CsvReading({}, (error,))
    reading = _Reading(columns, file, at)
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=columns.delimiter, strict=True)
    before = source.first_line - 1
    try:
        reading.header(next(reader, []), source.first_line)
        line = reader.line_num + 1
        for row in reader:
            reading.row(row, before + line)
            if reading.is_full:
                break
            line = reader.line_num + 1
    except csv.Error:
        # The library's message may quote the file.
        reading.faults.append(MalformedSource(file, before + reader.line_num, "", "not a well-formed CSV row"))
    except SourceError as error:
        reading.faults.append(error)
    people = {} if reading.faults else reading.documents(source_oin)
    return CsvReading({} if reading.faults else people, tuple(reading.faults))


@dataclass(slots=True)
class _CaseRows:
    events: list[Event] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    ids: EventIds = field(default_factory=EventIds)
    balance_at: datetime | None = None


class _Reading:
    """One file being read."""

    def __init__(self, columns: CsvColumns, file: str, at: datetime) -> None:
        self.faults: list[SourceError] = []
        self._columns = columns
        self._file = file
        self._at = at
        self._places: dict[str, int] = {}
        self._total_place: int | None = None
        self._width = 0
        self._people: dict[Bsn, dict[str, _CaseRows]] = {}

    @property
    def is_full(self) -> bool:
        """Tell whether as many faults were found as are told."""
        return len(self.faults) > MAX_FAULTS

    def header(self, header: list[str], line: int) -> None:
        """Find the mapped columns. Raises MissingField."""
        titles = [title.strip() for title in header]
        self._width = len(titles)
        self._places = {name: self._place(titles, column, line) for name, column in self._columns.columns.items()}
        total = self._columns.total_row
        if total is not None:
            self._total_place = self._place(titles, total.column, line)

    def _place(self, titles: list[str], column: str, line: int) -> int:
        places = [index for index, title in enumerate(titles) if title == column]
        if len(places) != 1:
            reason = "the file has no such column" if not places else "two columns have this name"
            raise MissingField(self._file, line, column, reason)
        return places[0]

    def row(self, cells: list[str], line: int) -> None:
        """Take one event, or note why the row is none."""
        if not any(cell.strip() for cell in cells):
            # Rows below the table that a spreadsheet writes because somebody once stood there.
            return
        try:
            if len(cells) != self._width:
                raise MalformedSource(reason="the row has another number of cells than the header")
            if not self._is_total(cells):
                self._take(cells, line)
        except SourceError as error:
            self._refuse(error, line)

    def _refuse(self, error: SourceError, line: int) -> None:
        if len(self.faults) == MAX_FAULTS:
            reason = f"more than {MAX_FAULTS} faults; those below this line are not told"
            self.faults.append(MalformedSource(self._file, line, "", reason))
        elif not self.is_full:
            self.faults.append(error.located(self._file, line, self._columns.columns.get(error.field, error.field)))

    def documents(self, source_oin: str) -> dict[Bsn, FcidDocument]:
        """Return a document per person, noting the cases whose events contradict each other."""
        return {
            bsn: FcidDocument(
                version=ADAPTER.version,
                source_oin=source_oin,
                created_at=self._at,
                bsn=bsn,
                cases=tuple(self._case(reference, rows) for reference, rows in cases.items()),
            )
            for bsn, cases in self._people.items()
        }

    def _is_total(self, cells: list[str]) -> bool:
        total = self._columns.total_row
        if total is None or self._total_place is None or cells[self._total_place].strip() != total.text:
            return False
        citizen = self._places.get(names.BSN)
        if citizen is not None and citizen != self._total_place and cells[citizen].strip():
            # It is about somebody, so it is a fact and no sum of facts.
            raise InvalidField(field=names.BSN, reason="a row with a total that names a citizen")
        return True

    def _take(self, cells: list[str], line: int) -> None:
        texts = dict(self._columns.constants)
        for name, place in self._places.items():
            text = cells[place].strip()
            if text:
                check_text(text, name)
            texts[name] = text
        texts = {name: text for name, text in texts.items() if text}
        for name in REQUIRED:
            if name not in texts:
                raise MissingField(field=name, reason="this cell is empty")
        kind = self._columns.events.get(texts[names.EVENT_TYPE], texts[names.EVENT_TYPE])
        entry = ADAPTER.by_name.get(kind)
        bsn = _bsn(texts[names.BSN])
        if entry is None:
            raise InvalidField(field=names.EVENT_TYPE, reason="not a kind of event")
        source: JsonObject = {
            each.name: value_of(each, texts[each.name], self._columns) for each in entry.fields if each.name in texts
        }
        balance_at = _moment(texts[BALANCE_AT], BALANCE_AT) if BALANCE_AT in texts else None
        reference = texts[names.REFERENCE]
        has_id = names.EVENT_ID in source
        values = read_fields(source if has_id else {**source, names.EVENT_ID: _NO_ID}, entry.fields)
        rows = self._people.setdefault(bsn, {}).setdefault(reference, _CaseRows())
        if not has_id:
            values["id"] = rows.ids.next_for(_content(values, entry, reference))
        rows.events.append(entry.event(**values))
        rows.lines.append(line)
        if balance_at is not None:
            rows.balance_at = max(rows.balance_at or balance_at, balance_at)

    def _case(self, reference: str, rows: _CaseRows) -> DocumentCase:
        try:
            _check_ids(rows.events)
            events = checked_events(rows.events)
        except SourceError as error:
            place = error.event or 0
            field = error.field or names.REFERRING.get(type(rows.events[place]), "")
            if error.other is not None:
                error = error.beside(f"line {rows.lines[error.other]}")
            self._refuse(type(error)(field=field, reason=error.reason), rows.lines[place])
            events = ()
        return DocumentCase(reference=reference, balance_at=rows.balance_at or self._at, events=events)


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


def _bsn(text: str) -> Bsn:
    try:
        return Bsn.padded(text)
    except InvalidBsn:
        reason = "not a citizen service number that passes the eleven test"
        raise InvalidField(field=names.BSN, reason=reason) from None


def _moment(text: str, name: str) -> datetime:
    try:
        return parse_moment(text)
    except InvalidField as error:
        raise InvalidField(field=name, reason=error.reason) from None
