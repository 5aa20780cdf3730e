"""What is read as rows, whatever it is kept in: each row says on which line it stands and what its cells hold."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeAlias

from credentials.debts.errors import SourceError
from issuer.sources.cells import Cell
from issuer.sources.columns import Columns

Row: TypeAlias = tuple[int, "Sequence[Cell] | SourceError"]
"""The line, and the cells of the columns that were asked for, in that order; or why the row has none."""


class Table(Protocol):
    """A table that is read once, from its first row to its last."""

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """Go through the rows that are not empty, as cells of these columns.

        Raises a SourceError, then or on the way, when what is read is no such table: MissingField without a column,
        MalformedSource where it cannot be read on.
        """
        ...


OpenTable: TypeAlias = Callable[[bytes, Columns, str], Table]
"""Open the bytes of a file by the notation declared; the name of the file is for faults. Raises SourceError."""


def places_of(titles: Sequence[str], wanted: Sequence[str], found: Callable[[str, str], SourceError]) -> list[int]:
    """Return where the columns stand that are wanted; `found` makes a fault of a column and a reason. Raises it."""
    places = []
    for column in wanted:
        at = [index for index, title in enumerate(titles) if title == column]
        if len(at) != 1:
            raise found(column, "the file has no such column" if not at else "two columns have this name")
        places.append(at[0])
    return places
