"""The files of one answer: all tables in one XLSX file, and each by itself as CSV."""

from collections.abc import Callable, Mapping
from typing import Final

from verifier.domain.result import Result
from verifier.exports.sheets import FILES, sheets_of
from verifier.exports.spreadsheet import MEDIA_TYPE, to_xlsx
from verifier.exports.table import to_csv

XLSX: Final = "bestand.xlsx"


def _xlsx(result: Result) -> bytes:
    return to_xlsx(sheets_of(result), made_at=result.checked_at, title="Schulden met bewijs")


def _csv(name: str) -> Callable[[Result], bytes]:
    return lambda result: next(to_csv(sheet) for sheet in sheets_of(result) if sheet.file == name)


TABLE_FILES: Final[Mapping[str, tuple[str, str, Callable[[Result], bytes]]]] = {
    XLSX: ("schulden", MEDIA_TYPE, _xlsx),
    **{f"{name}.csv": (name, "text/csv; charset=utf-8; header=present", _csv(name)) for name in FILES},
}
"""By the last part of its address: what a file is called, its media type, and how it is made."""
