"""A sheet of an XLSX workbook as a table: the first row with anything in it is the header (ECMA-376 part 1, 18.3)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, final

from credentials.debts.errors import InvalidField, MalformedSource
from issuer.sources.cells import Cell, counted, kept
from issuer.sources.columns import Columns
from issuer.sources.table import Row
from issuer.sources.workbook_parts import MalformedPart, Parts, whole_number
from issuer.sources.workbook_sheet import chosen_sheet, rows_below_header
from issuer.sources.xlsx_workbook import Workbook, plain, read_workbook

MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})\Z")
_ERROR: Final = InvalidField(reason="an error of a spreadsheet stands here")
_NO_OUTCOME: Final = InvalidField(reason="a formula without its outcome: open the workbook, and save it")


def xlsx_table(data: bytes, columns: Columns, file: str) -> "XlsxTable":
    """Open a workbook at the sheet that is declared, or at its only one; the type `OpenTable`. Raises SourceError."""
    try:
        parts = Parts(data)
        workbook = read_workbook(parts)
    except MalformedPart as fault:
        raise MalformedSource(file, 0, "", str(fault)) from None
    if columns.serial_days is not None and columns.serial_days != workbook.since:
        raise MalformedSource(file, 0, "", "the workbook counts days from another year than the settings (serial_days)")
    sheet = chosen_sheet(list(workbook.sheets), columns.sheet, file)
    return XlsxTable(parts, workbook, workbook.sheets[sheet], file)


@final
class XlsxTable:
    """The port `Table` on a sheet."""

    def __init__(self, parts: Parts, workbook: Workbook, part: str, file: str) -> None:
        self._parts = parts
        self._part = part
        self._file = file
        self._sheet = _Sheet(workbook)

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """Go through the rows. Raises MissingField, MalformedSource."""
        return rows_below_header(self._all_rows(), wanted, self._file)

    def _all_rows(self) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        sheet = self._sheet
        for _ in self._parts.steps(self._part, sheet.start, sheet.end):
            yield from sheet.rows
            sheet.rows.clear()


class _Sheet:
    """A sheet while it is parsed: rows that are done wait in `rows` until they are taken."""

    def __init__(self, workbook: Workbook) -> None:
        self.rows: list[tuple[int, Mapping[int, Cell]]] = []
        self._workbook = workbook
        self._row = 0
        self._column = -1
        self._cells: dict[int, Cell] = {}
        self._type = "n"
        self._style = 0
        self._value: str | None = None
        self._is_formula = False
        self._runs: list[str] = []
        self._skipped = False

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        match element:
            case "row":
                self._begin_row(attributes.get("r"))
            case "c":
                self._begin_cell(attributes)
            case "f":
                self._is_formula = True
            case "rPh":
                self._skipped = True
            case _:
                pass

    def end(self, element: str, text: str) -> None:
        match element:
            case "v":
                self._value = text
            case "t" if not self._skipped:
                self._runs.append(text)
            case "rPh":
                self._skipped = False
            case "c":
                cell = self._cell()
                if cell is not None and not (isinstance(cell, str) and not cell.strip()):
                    self._cells[self._column] = cell
            case "row":
                if self._cells:
                    self.rows.append((self._row, self._cells))
                    self._cells = {}
            case _:
                pass

    def _begin_row(self, number: str | None) -> None:
        following = self._row + 1
        if number is not None:
            following = whole_number(number) or 0
        if not self._row < following <= MAX_ROWS:
            raise MalformedPart("the rows of the sheet are not in order, or too many")
        self._row, self._column, self._cells = following, -1, {}

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        reference = attributes.get("r")
        column = self._column + 1
        if reference is not None:
            match = _REFERENCE.match(reference)
            if match is None or int(match[2]) != self._row:
                raise MalformedPart("a cell of the sheet does not stand in its row")
            column = -1
            for letter in match[1]:
                column = (column + 1) * 26 + ord(letter) - ord("A")
        if not self._column < column < MAX_COLUMNS:
            raise MalformedPart("the cells of a row are not in order, or too many")
        self._column = column
        self._type = attributes.get("t", "n")
        self._style = whole_number(attributes.get("s", "0")) or 0
        self._value, self._is_formula, self._runs = None, False, []

    def _cell(self) -> Cell:
        if self._type == "inlineStr":
            return plain("".join(self._runs))
        value = self._value
        if value is None or (not value and self._type != "str"):
            return _NO_OUTCOME if self._is_formula else None
        match self._type:
            case "s":
                return self._text(value)
            case "str":
                return plain(value)
            case "b":
                return value.strip() == "1"
            case "e":
                return _ERROR
            case "d":
                # ISO 8601 as the strict edition writes it: as a text it is read by the same rules.
                return value.strip()
            case "n":
                return self._number(value.strip())
            case _:
                raise MalformedPart("a cell of the sheet is of a kind that does not exist")

    def _text(self, value: str) -> str:
        index = whole_number(value.strip())
        if index is None or index >= len(self._workbook.texts):
            raise MalformedPart("a cell of the sheet refers to a text that is not there")
        return self._workbook.texts[index]

    def _number(self, value: str) -> Cell:
        try:
            number = kept(Decimal(value))
            if self._style in self._workbook.day_styles:
                return counted(number, self._workbook.since)
        except InvalidOperation:
            raise MalformedPart("a cell of the sheet is no number") from None
        except InvalidField as fault:
            return fault
        return number
