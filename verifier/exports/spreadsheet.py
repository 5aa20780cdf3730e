"""Tables as one XLSX file, for people: every cell has its type, so that no spreadsheet guesses one.

Texts are texts (also sixteen digits, leading zeros, `=1+1`), amounts are numbers in euros with two decimals, days are
days. Nothing in the file is a formula or a link.
"""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import xlsxwriter

from verifier.exports.sheets import Cell, Kind, Sheet

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FIRST_DAY: Final = date(1900, 3, 1)
"""What is before is written as text: spreadsheets count a 29 February 1900 that never was."""
_NARROWEST, _WIDEST = 10, 48
_LONGEST: Final = 32_767
_A4: Final = 9
_ON_ONE_PAGE: Final = 12
_TWO_LINES: Final = 32
"""The height of the headings, in points: not every spreadsheet makes room for a heading that is wrapped."""


def to_xlsx(sheets: Sequence[Sheet], *, made_at: datetime, title: str) -> bytes:
    """Write tables, each on a sheet of its own. The same tables and moment give the same bytes."""
    file = io.BytesIO()
    # Without these, XlsxWriter makes formulas and links of what looks like one.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": title, "created": made_at.astimezone(UTC).replace(tzinfo=None)})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    formats = {
        # Text that stays text when a person edits the cell.
        Kind.TEXT: book.add_format({"num_format": "@", "quote_prefix": True}),
        Kind.AMOUNT: book.add_format({"num_format": "#,##0.00"}),
        Kind.COUNT: book.add_format({"num_format": "0"}),
        Kind.DAY: book.add_format({"num_format": "dd-mm-yyyy", "align": "left"}),
    }
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 1)
        page.set_landscape()
        page.set_paper(_A4)
        page.set_row(0, _TWO_LINES)
        page.repeat_rows(0)
        # Whose debt it is stands on every page of a wide table.
        page.repeat_columns(0)
        page.fit_to_pages(-(-len(sheet.columns) // _ON_ONE_PAGE), 0)
        for column, (name, kind) in enumerate(sheet.columns):
            cells = [row[column] for row in sheet.rows]
            page.set_column(column, column, _width(name, cells))
            page.write_string(0, column, name, head)
            for row, cell in enumerate(cells, start=1):
                _write(page, (row, column), kind, cell, formats)
        last = max(len(sheet.rows), 1), len(sheet.columns) - 1
        page.autofilter(0, 0, *last)
        page.ignore_errors({"number_stored_as_text": f"A1:{xlsxwriter.utility.xl_rowcol_to_cell(*last)}"})
    book.close()
    return file.getvalue()


def _write(page: Any, place: tuple[int, int], kind: Kind, cell: Cell, formats: dict[Kind, Any]) -> None:  # noqa: ANN401  # XlsxWriter has no types
    match cell:
        case None:
            pass
        case date() if cell >= _FIRST_DAY:
            page.write_datetime(*place, datetime(cell.year, cell.month, cell.day), formats[Kind.DAY])  # noqa: DTZ001  # a day
        case int() if kind is Kind.AMOUNT:
            page.write_number(*place, cell / 100, formats[Kind.AMOUNT])
        case int():
            page.write_number(*place, cell, formats[Kind.COUNT])
        case _:
            page.write_string(*place, str(cell)[:_LONGEST], formats[Kind.TEXT])


def _width(name: str, cells: Sequence[Cell]) -> int:
    longest = max((len(str(cell)) for cell in cells if cell is not None), default=0)
    return min(max(longest + 2, max(map(len, name.split())) + 2, _NARROWEST), _WIDEST)
