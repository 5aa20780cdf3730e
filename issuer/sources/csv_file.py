"""One CSV file with one event per row, read by a declarative mapping of its columns to the fields of the FCID.

A row that does not map refuses the whole file: the fault names file, line and column, never a value. The file is read
anew when it changed. Its time of change says until when its events are complete, unless a column does.
"""

import csv
import io
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, final

from credentials.debts.agency import Agency
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
from credentials.debts.fcid.fields import CENTS, DAY, FLAG, MOMENT, TEXTS, Field, read_fields
from credentials.debts.fcid.v4_1 import ADAPTER
from credentials.debts.money import parse_cents, parse_euro
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import ConfigurationError
from issuer.domain.errors import SourceUnavailable
from issuer.ports import Known
from issuer.sources.fcid_directory import Refused

BALANCE_AT: Final = "saldo_datumtijd"
MAX_FILE_BYTES: Final = 512 << 20

_FIELDS: Final = frozenset(each.name for entry in names.EVENT_TABLE for each in entry.fields)
_OTHERS: Final = frozenset({names.BSN, names.REFERENCE, names.EVENT_TYPE, BALANCE_AT})
_REQUIRED: Final = (names.BSN, names.REFERENCE, names.EVENT_TYPE, "datumtijd_gebeurtenis")
_TRUE: Final = frozenset({"1", "ja", "j", "true", "waar"})
_FALSE: Final = frozenset({"0", "nee", "n", "false", "onwaar"})


@dataclass(frozen=True, slots=True)
class CsvColumns:
    """Which column holds which field. Raises ConfigurationError for a field that the FCID does not have.

    `constants` fills fields for which there is no column; `events` translates the file's words for kinds of events.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ";"
    encoding: str = "utf-8-sig"
    decimal: Literal["cents", "comma", "point"] = "cents"

    def __post_init__(self) -> None:
        mapped = self.columns.keys() | self.constants.keys()
        unknown = sorted(mapped - _FIELDS - _OTHERS)
        if unknown:
            raise ConfigurationError(f"source.columns: the FCID has no field {', '.join(unknown)}")
        missing = [name for name in _REQUIRED if name not in mapped]
        if missing:
            raise ConfigurationError(f"source.columns: no column for {', '.join(missing)}")
        strange = sorted(set(self.events.values()) - ADAPTER.by_name.keys())
        if strange:
            raise ConfigurationError(f"source.events: the FCID has no event {', '.join(strange)}")


@dataclass(frozen=True, slots=True)
class _Loaded:
    stamp: tuple[int, int]
    people: Mapping[Bsn, FcidDocument] | None


@final
class CsvFileSource:
    """The port `DebtSource` on a CSV file."""

    def __init__(self, agency: Agency, file: Path, columns: CsvColumns, *, refused: Refused) -> None:
        self._agency = agency
        self._file = file
        self._columns = columns
        self._refused = refused
        self._lock = threading.Lock()
        self._loaded = _Loaded((-1, -1), None)

    @property
    def agency(self) -> Agency:
        """Whose debts these are."""
        return self._agency

    def cases_of(self, bsn: Bsn, as_of: datetime) -> Known:
        """Return this person's cases. Raises SourceUnavailable."""
        document = self._people().get(bsn)
        if document is None:
            return Known((), as_of)
        until = min(case.balance_at for case in document.cases)
        return Known(document.cases_at(self._agency, as_of), min(as_of, until))

    def people(self) -> Iterable[Bsn]:
        """Go through everyone in the file. Raises SourceUnavailable."""
        return list(self._people())

    def is_complete(self) -> bool:
        """Say whether the file can be read."""
        try:
            self._people()
        except SourceUnavailable:
            return False
        return True

    def _people(self) -> Mapping[Bsn, FcidDocument]:
        with self._lock:
            try:
                status = self._file.stat()
            except OSError as error:
                raise SourceUnavailable("the file of the register cannot be read") from error
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._loaded.stamp:
                self._loaded = _Loaded(stamp, self._load(datetime.fromtimestamp(status.st_mtime, UTC)))
            if self._loaded.people is None:
                raise SourceUnavailable("the file of the register was refused")
            return self._loaded.people

    def _load(self, changed_at: datetime) -> Mapping[Bsn, FcidDocument] | None:
        try:
            data = self._file.read_bytes()
            return read_csv(data, self._columns, file=self._file.name, source_oin=self._agency.oin, at=changed_at)
        except SourceError as error:
            self._refused(error)
        except OSError:
            self._refused(SourceError(self._file.name, 0, "", "the file cannot be read"))
        return None


def read_csv(data: bytes, columns: CsvColumns, *, file: str, source_oin: str, at: datetime) -> dict[Bsn, FcidDocument]:
    """Read a file whole. Raises a SourceError that names file, line and column; then nothing of it is taken in."""
    if len(data) > MAX_FILE_BYTES:
        raise MalformedSource(file, 0, "", f"larger than {MAX_FILE_BYTES} bytes")
    try:
        text = data.decode(columns.encoding)
    except UnicodeDecodeError as place:
        raise MalformedSource(file, data.count(b"\n", 0, place.start) + 1, "", f"not {columns.encoding} text") from None
    reading = _Reading(columns, file, at)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=columns.delimiter, strict=True)
    try:
        header = next(reader, [])
        reading.header(header)
        line = reader.line_num + 1
        for row in reader:
            if row:
                reading.row(row, line)
            line = reader.line_num + 1
    except csv.Error:
        # The library's message may quote the file.
        raise MalformedSource(file, reader.line_num, "", "not a well-formed CSV row") from None
    return reading.documents(source_oin)


@dataclass(slots=True)
class _CaseRows:
    events: list[Event] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    ids: EventIds = field(default_factory=EventIds)
    balance_at: datetime | None = None


class _Reading:
    """One file being read."""

    def __init__(self, columns: CsvColumns, file: str, at: datetime) -> None:
        self._columns = columns
        self._file = file
        self._at = at
        self._places: dict[str, int] = {}
        self._width = 0
        self._people: dict[Bsn, dict[str, _CaseRows]] = {}

    def header(self, header: list[str]) -> None:
        """Find the mapped columns."""
        self._width = len(header)
        for name, column in self._columns.columns.items():
            places = [index for index, title in enumerate(header) if title.strip() == column]
            if len(places) != 1:
                reason = "the file has no such column" if not places else "two columns have this name"
                raise MissingField(self._file, 1, column, reason)
            self._places[name] = places[0]

    def row(self, cells: list[str], line: int) -> None:
        """Take one event."""
        if len(cells) != self._width:
            raise MalformedSource(self._file, line, "", "the row has another number of cells than the header")
        texts = {**self._columns.constants, **{name: cells[place].strip() for name, place in self._places.items()}}
        texts = {name: text for name, text in texts.items() if text}
        try:
            self._take(texts, line)
        except SourceError as error:
            column = self._columns.columns.get(error.field, error.field)
            raise error.located(self._file, line, column) from None

    def documents(self, source_oin: str) -> dict[Bsn, FcidDocument]:
        """Return a document per person."""
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

    def _take(self, texts: Mapping[str, str], line: int) -> None:
        for name in _REQUIRED:
            if name not in texts:
                raise MissingField(field=name, reason="this cell is empty")
        try:
            bsn = Bsn.padded(texts[names.BSN])
        except InvalidBsn:
            reason = "not a citizen service number that passes the eleven test"
            raise InvalidField(field=names.BSN, reason=reason) from None
        kind = self._columns.events.get(texts[names.EVENT_TYPE], texts[names.EVENT_TYPE])
        entry = ADAPTER.by_name.get(kind)
        if entry is None:
            raise InvalidField(field=names.EVENT_TYPE, reason="not a kind of event")
        source: JsonObject = {
            each.name: self._value(each, texts[each.name]) for each in entry.fields if each.name in texts
        }
        rows = self._people.setdefault(bsn, {}).setdefault(texts[names.REFERENCE], _CaseRows())
        if names.EVENT_ID not in source:
            content = {**source, names.REFERENCE: texts[names.REFERENCE], "event": kind}
            source[names.EVENT_ID] = rows.ids.next_for(content)
        rows.events.append(entry.event(**read_fields(source, entry.fields)))
        rows.lines.append(line)
        if BALANCE_AT in texts:
            stated = _moment(texts[BALANCE_AT], BALANCE_AT)
            rows.balance_at = max(rows.balance_at or stated, stated)

    def _value(self, wanted: Field, text: str) -> JsonValue:
        try:
            if wanted.kind is CENTS:
                return self._cents(text)
            if wanted.kind is FLAG:
                return _flag(text)
            if wanted.kind is TEXTS:
                return [part.strip() for part in text.split("|") if part.strip()]
            if wanted.kind is DAY or wanted.kind is MOMENT:
                return text
        except SourceError as error:
            raise type(error)(field=wanted.name, reason=error.reason) from None
        return text

    def _cents(self, text: str) -> int:
        match self._columns.decimal:
            case "cents":
                return parse_cents(text)
            case "comma":
                return parse_euro(text)
            case "point":
                # Swapped, so that one reader decides what an amount is.
                return parse_euro(text.translate(str.maketrans(".,", ",.")))

    def _case(self, reference: str, rows: _CaseRows) -> DocumentCase:
        try:
            _check_ids(rows.events)
            events = checked_events(rows.events)
        except SourceError as error:
            line = rows.lines[error.event] if error.event is not None else rows.lines[0]
            wrong = error.field or (names.REFERRING.get(type(rows.events[error.event or 0]), ""))
            if error.other is not None:
                error = error.beside(f"line {rows.lines[error.other]}")
            raise error.located(self._file, line, self._columns.columns.get(wrong, wrong)) from None
        return DocumentCase(reference=reference, balance_at=rows.balance_at or self._at, events=events)


def _check_ids(events: list[Event]) -> None:
    """Refuse an id that stands twice: one fact or two, nobody can tell, and what is dropped may be money."""
    places: dict[str, int] = {}
    for place, event in enumerate(events):
        first = places.setdefault(event.id, place)
        if first != place:
            raise EventCollision(field=names.EVENT_ID, reason="an id that stands twice", event=place, other=first)


def _flag(text: str) -> bool:
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise InvalidField(reason="neither yes nor no")


def _moment(text: str, name: str) -> datetime:
    try:
        return parse_moment(text)
    except InvalidField as error:
        raise InvalidField(field=name, reason=error.reason) from None
