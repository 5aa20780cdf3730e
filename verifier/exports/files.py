"""The files of one answer: all tables in one XLSX file, and each by itself as CSV."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from verifier.domain.changes import Changes
from verifier.domain.result import Result
from verifier.domain.said import SaidDebt
from verifier.exports.changed import CHANGED, changed_sheet
from verifier.exports.knooppunt import KNOOPPUNT, UNKNOWN, Counsel, knooppunt_sheet
from verifier.exports.sheets import FILES, SAID, said_sheet, sheets_of
from verifier.exports.spreadsheet import MEDIA_TYPE, to_xlsx
from verifier.exports.table import MEDIA_TYPE as _CSV
from verifier.exports.table import to_csv


@final
@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into files: a result, and at the desk what the client told of and what changed since an earlier answer.

    `changes` is None where there is no earlier answer to compare with; `counsel` is who helps the client.
    """

    result: Result
    said: Sequence[SaidDebt] = ()
    changes: Changes | None = None
    counsel: Counsel = UNKNOWN


Make: TypeAlias = Callable[[Contents], bytes]

_NOTHING: Final = Changes((), (), ())
XLSX: Final = "bestand.xlsx"


def _xlsx(contents: Contents) -> bytes:
    sheets = [*sheets_of(contents.result)]
    title = "Schulden met bewijs"
    if contents.changes is not None:
        sheets.append(changed_sheet(contents.changes))
    if contents.said:
        sheets.append(said_sheet(contents.said))
        title += ", en apart zonder bewijs"
    return to_xlsx(sheets, made_at=contents.result.checked_at, title=title)


def _csv(name: str) -> Make:
    return lambda contents: next(to_csv(sheet) for sheet in sheets_of(contents.result) if sheet.file == name)


TABLE_FILES: Final[Mapping[str, tuple[str, str, Make]]] = {
    XLSX: ("schulden", MEDIA_TYPE, _xlsx),
    **{f"{name}.csv": (name, _CSV, _csv(name)) for name in FILES},
    f"{KNOOPPUNT}.csv": (KNOOPPUNT, _CSV, lambda of: to_csv(knooppunt_sheet(of.result, of.counsel))),
}
"""By the last part of its address: what a file is called, its media type, and how it is made."""

DESK_FILES: Final[Mapping[str, tuple[str, str, Make]]] = {
    **TABLE_FILES,
    f"{CHANGED}.csv": (CHANGED, _CSV, lambda contents: to_csv(changed_sheet(contents.changes or _NOTHING))),
    f"{SAID}.csv": (SAID, _CSV, lambda contents: to_csv(said_sheet(contents.said))),
}
"""Those that a counsellor has: what a client told of is written at the desk only, and no system's file holds any."""
