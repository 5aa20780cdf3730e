"""A sheet of an ODS workbook as a table: the first row with anything in it is the header (OpenDocument 1.3 part 3).

A cell says itself what it holds (`office:value-type`); the text in it is what a program showed. Rows and cells that are
alike are written once, with how often they stand there (`table:number-rows-repeated`, `…-columns-repeated`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, final

from credentials.debts.errors import InvalidField, MalformedSource
from issuer.sources.cells import Cell, kept
from issuer.sources.columns import Columns
from issuer.sources.table import Row
from issuer.sources.workbook_parts import MalformedPart, Parts, whole_number
from issuer.sources.workbook_sheet import chosen_sheet, rows_below_header

MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384
MAX_ALIKE: Final = 1_000
"""How many rows with anything in them may be written as one: a file of a few bytes could else be a million debts."""

CONTENT: Final = "content.xml"
MANIFEST: Final = "META-INF/manifest.xml"
_MEDIA_TYPE: Final = "application/vnd.oasis.opendocument.spreadsheet"
_OF: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = f"{_OF}office:1.0 ", f"{_OF}table:1.0 ", f"{_OF}text:1.0 "
_MANIFEST: Final = f"{_OF}manifest:1.0 "
# LibreOffice says so beside `office:value-type`, which knows no errors.
_CALC_TYPE: Final = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_NOT_OF_THE_CELL: Final = frozenset({"annotation", "note", "ruby-text", "frame"})
_SIGNS_OF_AN_ERROR: Final = ("#", "Err:")
_SHEET_DEPTH: Final = 4  # office:document-content, office:body, office:spreadsheet, table:table
_ERROR: Final = InvalidField(reason="an error of a spreadsheet stands here")
_NO_OUTCOME: Final = InvalidField(reason="a formula without its outcome: open the workbook, and save it")


def ods_table(data: bytes, columns: Columns, file: str) -> "OdsTable":
    """Open a workbook at the sheet that is declared, or at its only one; the type `OpenTable`. Raises SourceError."""
    try:
        parts = Parts(data)
        _check_manifest(parts)
        sheets = _sheets(parts)
    except MalformedPart as fault:
        raise MalformedSource(file, 0, "", str(fault)) from None
    return OdsTable(parts, chosen_sheet(sheets, columns.sheet, file), file)


@final
class OdsTable:
    """The port `Table` on a sheet."""

    def __init__(self, parts: Parts, sheet: str, file: str) -> None:
        self._parts = parts
        self._file = file
        self._sheet = _Sheet(sheet)

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """Go through the rows. Raises MissingField, MalformedSource."""
        return rows_below_header(self._all_rows(), wanted, self._file)

    def _all_rows(self) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        sheet = self._sheet
        for _ in self._parts.steps(CONTENT, sheet.start, sheet.end, before=sheet.text):
            for first, alike, cells in sheet.rows:
                for number in range(first, first + alike):
                    yield number, cells
            sheet.rows.clear()


def _check_manifest(parts: Parts) -> None:
    """Demand a spreadsheet without a password (part 2, sections 3.2 and 3.4). Raises MalformedPart."""
    kinds: list[str] = []

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "encryption-data":
            raise MalformedPart("a workbook with a password: save it without one")
        if element == "file-entry" and attributes.get(f"{_MANIFEST}full-path") == "/":
            kinds.append(attributes.get(f"{_MANIFEST}media-type", ""))

    parts.parse(MANIFEST, start, _nothing)
    if kinds != [_MEDIA_TYPE]:
        raise MalformedPart("not an ODS workbook")


def _sheets(parts: Parts) -> list[str]:
    names: list[str] = []
    depth = [0]

    def start(element: str, attributes: Mapping[str, str]) -> None:
        depth[0] += 1
        if element == "table" and depth[0] == _SHEET_DEPTH:
            names.append(attributes.get(f"{_TABLE}name", ""))

    def end(_: str, __: str) -> None:
        depth[0] -= 1

    for _ in parts.steps(CONTENT, start, end):
        pass
    return names


def _nothing(*_: object) -> None:
    """Take no notice."""


class _Sheet:
    """A sheet while it is parsed: rows that are done wait in `rows` (first number, how many alike, cells)."""

    def __init__(self, name: str) -> None:
        self.rows: list[tuple[int, int, Mapping[int, Cell]]] = []
        self._name = name
        self._depth = 0
        self._inside = False
        # Depths at which the cell, and what in it is not of it, began; 0 is nowhere.
        self._cell_depth = 0
        self._aside_depth = 0
        self._row = 0
        self._alike = 1
        self._column = 0
        self._cells: dict[int, Cell] = {}
        self._attributes: Mapping[str, str] = {}
        self._text: list[str] = []
        self._paragraphs: list[str] = []

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth == _SHEET_DEPTH:
            self._inside = element == "table" and attributes.get(f"{_TABLE}name", "") == self._name
        elif not self._inside or self._aside_depth:
            pass
        elif not self._cell_depth:
            self._start_in_table(element, attributes)
        elif element in _NOT_OF_THE_CELL:
            self._aside_depth = self._depth
        elif element == "table":
            raise MalformedPart("a sheet with a table inside a cell")
        else:
            self._start_in_cell(element, attributes)

    def text(self, text: str) -> None:
        if self._cell_depth and not self._aside_depth and self._depth > self._cell_depth:
            self._text.append(text)

    def end(self, element: str, text: str) -> None:
        if self._inside and not self._aside_depth:
            self.text(text)
            if self._depth == self._cell_depth:
                self._end_cell()
            elif self._cell_depth and element == "p" and self._depth == self._cell_depth + 1:
                self._paragraphs.append("".join(self._text))
                self._text = []
            elif not self._cell_depth and element == "table-row":
                self._end_row()
        if self._depth == self._aside_depth:
            self._aside_depth = 0
        if self._depth == _SHEET_DEPTH:
            self._inside = False
        self._depth -= 1

    def _start_in_table(self, element: str, attributes: Mapping[str, str]) -> None:
        match element:
            case "table-row":
                self._alike = _times(attributes, "number-rows-repeated")
                self._column, self._cells = 0, {}
            case "table-cell" | "covered-table-cell":
                self._cell_depth, self._attributes = self._depth, attributes
                self._text, self._paragraphs = [], []
            case "table":
                raise MalformedPart("a sheet with a table inside it")
            case _:
                pass

    def _start_in_cell(self, element: str, attributes: Mapping[str, str]) -> None:
        match element:
            case "s":  # 6.1.3: spaces after the first are written as a number
                self._text.append(" " * min(whole_number(attributes.get(f"{_TEXT}c", "1")) or 1, MAX_COLUMNS))
            case "tab":
                self._text.append("\t")
            case "line-break":
                self._text.append("\n")
            case _:
                pass

    def _end_cell(self) -> None:
        self._cell_depth = 0
        alike = _times(self._attributes, "number-columns-repeated")
        cell = _cell(self._attributes, "\n".join(self._paragraphs))
        if self._column + alike > MAX_COLUMNS and cell is not None:
            raise MalformedPart("the cells of a row are too many")
        if cell is not None and not (isinstance(cell, str) and not cell.strip()):
            for column in range(self._column, self._column + alike):
                self._cells[column] = cell
        self._column += alike

    def _end_row(self) -> None:
        first = self._row + 1
        self._row += self._alike
        if not self._cells:
            return
        if self._alike > MAX_ALIKE:
            raise MalformedPart("too many rows of the sheet are alike")
        if self._row > MAX_ROWS:
            raise MalformedPart("the rows of the sheet are too many")
        self.rows.append((first, self._alike, self._cells))
        self._cells = {}


def _cell(attributes: Mapping[str, str], text: str) -> Cell:
    if attributes.get(_CALC_TYPE) == "error":
        return _ERROR
    kind = attributes.get(f"{_OFFICE}value-type")
    if kind is None:
        return _NO_OUTCOME if f"{_TABLE}formula" in attributes else text or None
    if kind == "string":
        return attributes.get(f"{_OFFICE}string-value", text)
    try:
        return _value(kind, attributes, text)
    except InvalidField as fault:
        return fault


def _value(kind: str, attributes: Mapping[str, str], text: str) -> Cell:
    match kind:
        case "float":
            return _number(attributes, text)
        case "currency":
            if attributes.get(f"{_OFFICE}currency", "EUR") != "EUR":
                raise InvalidField(reason="an amount in another currency than euros")
            return _number(attributes, text)
        case "boolean":
            return _truth(attributes.get(f"{_OFFICE}boolean-value"))
        case "date":
            return _day(attributes.get(f"{_OFFICE}date-value", ""))
        case "percentage":
            raise InvalidField(reason="a percentage")
        case "time":
            raise InvalidField(reason="a time of day, or how long something takes")
        case _:
            raise MalformedPart("a cell of the sheet is of a kind that does not exist")


def _times(attributes: Mapping[str, str], name: str) -> int:
    times = whole_number(attributes.get(f"{_TABLE}{name}", "1"))
    if not times:
        raise MalformedPart("a row or cell of the sheet stands there no number of times")
    return times


def _number(attributes: Mapping[str, str], text: str) -> Cell:
    # As programs wrote an error before there was a word for it: a number, shown as `#DIV/0!`.
    if text.startswith(_SIGNS_OF_AN_ERROR):
        return _ERROR
    try:
        return kept(Decimal(attributes.get(f"{_OFFICE}value", "")))
    except InvalidOperation:
        raise MalformedPart("a cell of the sheet is no number") from None


def _truth(value: str | None) -> Cell:
    if value not in {"true", "false"}:
        raise MalformedPart("a cell of the sheet is neither true nor false")
    return value == "true"


def _day(value: str) -> Cell:
    # 18.3.14, dateOrDateTime: one of XML Schema's two; of a moment, the part of a second is nobody's.
    try:
        if "T" not in value:
            return date.fromisoformat(value)
        return datetime.fromisoformat(value).replace(microsecond=0)
    except ValueError:
        raise InvalidField(reason="not a day of our time") from None
