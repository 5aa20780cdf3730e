"""A CSV file as a table: a header and rows of texts."""

import csv
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TextIO, final

from credentials.debts.errors import MalformedSource, MissingField
from issuer.sources.columns import Columns
from issuer.sources.csv_text import text_of
from issuer.sources.table import Row, places_of


def csv_table(data: bytes, columns: Columns, file: str) -> "CsvTable":
    """Open a CSV file; the type `OpenTable`. Raises MalformedSource when it is not in the encoding declared."""
    source = text_of(data, columns, file)
    return CsvTable(source.text, source.first_line, columns.delimiter, file)


@final
class CsvTable:
    """The port `Table` on the text of a CSV file."""

    def __init__(self, text: TextIO, first_line: int, delimiter: str, file: str) -> None:
        self._reader = csv.reader(text, delimiter=delimiter, strict=True)
        self._before = first_line - 1
        self._file = file

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """Go through the rows. Raises MissingField, MalformedSource."""
        reader, file = self._reader, self._file
        try:
            titles = [title.strip() for title in next(reader, [])]
            header = self._before + 1
            places = places_of(titles, wanted, partial(MissingField, file, header))
            line = reader.line_num + 1
            for row in reader:
                # Rows below the table that a spreadsheet writes because somebody once stood there are empty.
                if any(cell.strip() for cell in row):
                    yield (
                        self._before + line,
                        [row[place] for place in places]
                        if len(row) == len(titles)
                        else MalformedSource(reason="the row has another number of cells than the header"),
                    )
                line = reader.line_num + 1
        except csv.Error:
            # The library's message may quote the file.
            raise MalformedSource(file, self._before + reader.line_num, "", "not a well-formed CSV row") from None
