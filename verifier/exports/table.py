"""A table as CSV, for another system: RFC 4180 with the marks of a Dutch machine, as debt counsellors' systems read it.

Semicolons, UTF-8 with a byte order mark, days as dd-mm-jjjj, amounts with a decimal comma and without a point. Every
text stands in quotes and no amount or day does, so that a reader that heeds quotes (LibreOffice: "quoted field as
text") keeps references and OINs as they are. Excel does not heed them: who reads the figures there opens the XLSX file.

A text that a spreadsheet would run as a formula gets an apostrophe before it. Nothing else of it is changed.
"""

import csv
import io
from datetime import date
from typing import Final

from verifier.exports.sheets import Cell, Kind, Sheet

MEDIA_TYPE: Final = "text/csv; charset=utf-8; header=present"
BYTE_ORDER_MARK: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def to_csv(sheet: Sheet) -> bytes:
    """Write a table with a row of headings."""
    text = io.StringIO()
    quoted = csv.writer(text, delimiter=";", lineterminator="", quoting=csv.QUOTE_ALL)
    kinds = [kind for _, kind in sheet.columns]
    text.write(BYTE_ORDER_MARK)
    for row in ([name for name, _ in sheet.columns], *sheet.rows):
        for place, (kind, cell) in enumerate(zip(kinds, row, strict=True)):
            if place:
                text.write(";")
            if isinstance(cell, str):
                quoted.writerow([_guarded(cell)])
            else:
                text.write(_written(kind, cell))
        text.write("\r\n")
    return text.getvalue().encode("utf-8")


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _written(kind: Kind, cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case date():
            return f"{cell:%d-%m-%Y}"
        case int() if kind is Kind.AMOUNT:
            whole, rest = divmod(abs(cell), 100)
            return f"{'-' if cell < 0 else ''}{whole},{rest:02d}"
        case _:
            return str(cell)
