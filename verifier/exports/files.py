"""The files of one answer: all tables in one XLSX file, and each by itself as CSV."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from verifier.domain.result import Result
from verifier.domain.said import SaidDebt
from verifier.exports.sheets import FILES, SAID, said_sheet, sheets_of
from verifier.exports.spreadsheet import MEDIA_TYPE, to_xlsx
from verifier.exports.table import to_csv

Make: TypeAlias = Callable[[Result, Sequence[SaidDebt]], bytes]

_CSV: Final = "text/csv; charset=utf-8; header=present"
XLSX: Final = "bestand.xlsx"


def _xlsx(result: Result, said: Sequence[SaidDebt]) -> bytes:
    if not said:
        return to_xlsx(sheets_of(result), made_at=result.checked_at, title="Schulden met bewijs")
    sheets = (*sheets_of(result), said_sheet(said))
    return to_xlsx(sheets, made_at=result.checked_at, title="Schulden met bewijs, en apart zonder bewijs")


def _csv(name: str) -> Make:
    return lambda result, _: next(to_csv(sheet) for sheet in sheets_of(result) if sheet.file == name)


TABLE_FILES: Final[Mapping[str, tuple[str, str, Make]]] = {
    XLSX: ("schulden", MEDIA_TYPE, _xlsx),
    **{f"{name}.csv": (name, _CSV, _csv(name)) for name in FILES},
}
"""By the last part of its address: what a file is called, its media type, and how it is made."""

DESK_FILES: Final[Mapping[str, tuple[str, str, Make]]] = {
    **TABLE_FILES,
    f"{SAID}.csv": (SAID, _CSV, lambda _, said: to_csv(said_sheet(said))),
}
"""Those that a counsellor has: what a client told of is written at the desk only, and no system's file holds any."""
