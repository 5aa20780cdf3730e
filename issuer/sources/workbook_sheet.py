"""What a sheet is read by, of whichever form its workbook is: which one it is, and its first row as the header."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from credentials.debts.errors import MalformedSource, MissingField
from issuer.sources.cells import Cell
from issuer.sources.table import Row, places_of
from issuer.sources.workbook_parts import MalformedPart


def chosen_sheet(names: Sequence[str], declared: str | None, file: str) -> str:
    """Return the sheet that the settings name, or the only one. Raises MalformedSource."""
    if declared is None:
        if len(names) != 1:
            raise MalformedSource(file, 0, "", "the workbook has several sheets: say in the settings which (sheet)")
        return names[0]
    if declared not in names:
        raise MalformedSource(file, 0, "", "the workbook has no sheet of the name in the settings (sheet)")
    if names.count(declared) > 1:
        # Which of the two is meant, each program decides for itself.
        raise MalformedSource(file, 0, "", "the workbook has two sheets of the name in the settings (sheet)")
    return declared


def rows_below_header(
    all_rows: Iterable[tuple[int, Mapping[int, Cell]]], wanted: Sequence[str], file: str
) -> Iterator[Row]:
    """Go through the rows below the first with anything in it, as cells of these columns.

    Raises MissingField, and MalformedSource where the workbook cannot be read on.
    """
    places: list[int] | None = None
    try:
        for number, cells in all_rows:
            if places is None:
                titles = {at: cell.strip() for at, cell in cells.items() if isinstance(cell, str)}
                header = [titles.get(at, "") for at in range(max(cells) + 1)]
                places = places_of(header, wanted, partial(MissingField, file, number))
                continue
            yield number, [cells.get(place) for place in places]
    except MalformedPart as fault:
        raise MalformedSource(file, 0, "", str(fault)) from None
    if places is None:
        raise MissingField(file, 1, wanted[0], "the file has no such column")
