"""A private creditor's customers, in a CSV file, found by what a PID says of somebody: all of it, of exactly one.

Names are compared without regard to capitals, to how spaces are set, and to how a letter with an accent is encoded;
nothing else is taken for the same, since a wrong match shows somebody the debts of another. Of two customers who are
alike neither is found. In memory is a keyed digest of what a customer is found by, never the name itself.
"""

import hashlib
import secrets
import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, final

from credentials.debts.dates import parse_day
from credentials.debts.errors import InvalidField, InvalidPerson, MalformedSource, SourceError
from credentials.debts.person import CustomerNumber, Numbering
from issuer.domain.errors import SourceUnavailable
from issuer.sources.cells import Cell, day_of
from issuer.sources.columns import Columns, required
from issuer.sources.csv_table import csv_table
from issuer.sources.csv_text import MAX_FILE_BYTES
from issuer.sources.fcid_directory import Refused

_KEY_BYTES: Final = 32


@final
class CustomerFile:
    """The port `Customers` on a CSV file, which is read anew when it changed.

    With one wrong row nobody is found in it, and each wrong row is told by line and column; one in which something is
    empty by which customers are found is of somebody who cannot be found.
    """

    def __init__(
        self, file: Path, *, number: str, texts: Sequence[str], days: Sequence[str], refused: Refused,
        delimiter: str = ";", encoding: str = "utf-8-sig", dates: Literal["iso", "d-m-y", "d/m/y"] = "d-m-y",
    ) -> None:  # fmt: skip
        self._file = file
        self._number = number
        self._texts = tuple(texts)
        self._days = tuple(days)
        self._refused = refused
        # As the tables of debts are read; which column holds what is said above.
        names = {name: name for name in required(Numbering.CUSTOMER_NUMBER)}
        self._columns = Columns(
            names, delimiter=delimiter, encoding=encoding, dates=dates, numbering=Numbering.CUSTOMER_NUMBER
        )
        self._key = secrets.token_bytes(_KEY_BYTES)
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._found: dict[bytes, set[CustomerNumber]] | None = None

    def find(self, said: Mapping[str, str]) -> CustomerNumber | None:
        """Return the one customer of whom all this is so; None for nobody and for several. Raises SourceUnavailable."""
        try:
            values = [_plain(said[name]) for name in self._texts]
            values += [parse_day(said[name]).isoformat() for name in self._days]
        except (KeyError, InvalidField):
            return None
        if not all(values):
            return None
        alike = self._customers().get(self._digest(values), set())
        return next(iter(alike)) if len(alike) == 1 else None

    def _customers(self) -> Mapping[bytes, set[CustomerNumber]]:
        with self._lock:
            try:
                status = self._file.stat()
                stamp = (status.st_mtime_ns, status.st_size)
                if stamp != self._stamp:
                    self._found = self._read()
                    self._stamp = stamp
            except OSError as error:
                raise SourceUnavailable("the file of customers is not there, or cannot be read") from error
            if self._found is None:
                raise SourceUnavailable("the file of customers was refused")
            return self._found

    def _read(self) -> dict[bytes, set[CustomerNumber]] | None:
        found: dict[bytes, set[CustomerNumber]] = {}
        sound = True
        try:
            for row in self._rows():
                if isinstance(row, SourceError):
                    self._refused(row)
                    sound = False
                    continue
                number, values = row
                if all(values):
                    found.setdefault(self._digest(values), set()).add(number)
        except SourceError as error:
            self._refused(error)
            return None
        return found if sound else None

    def _rows(self) -> Iterator[tuple[CustomerNumber, list[str]] | SourceError]:
        name = self._file.name
        with self._file.open("rb") as opened:
            data = opened.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise MalformedSource(name, 0, "", f"larger than {MAX_FILE_BYTES} bytes")
        wanted = [self._number, *self._texts, *self._days]
        for line, cells in csv_table(data, self._columns, name).rows(wanted):
            if isinstance(cells, SourceError):
                yield cells.located(name, line, "")
                continue
            try:
                yield self._row(cells)
            except SourceError as error:
                yield error.located(name, line, error.field)

    def _row(self, cells: Sequence[Cell]) -> tuple[CustomerNumber, list[str]]:
        texts = [cell.strip() if isinstance(cell, str) else "" for cell in cells]
        try:
            number = CustomerNumber(texts[0])
        except InvalidPerson:
            raise InvalidField(field=self._number, reason=Numbering.CUSTOMER_NUMBER.fault) from None
        values = [_plain(text) for text in texts[1 : 1 + len(self._texts)]]
        days = zip(self._days, texts[1 + len(self._texts) :], strict=True)
        return number, [*values, *(self._day(text, name) if text else "" for name, text in days)]

    def _day(self, text: str, name: str) -> str:
        try:
            return parse_day(day_of(text, name, self._columns)).isoformat()
        except InvalidField as error:
            raise InvalidField(field=name, reason=error.reason) from None

    def _digest(self, values: Sequence[str]) -> bytes:
        return hashlib.blake2b("\0".join(values).encode(), key=self._key).digest()


def _plain(text: str) -> str:
    # Twice: what is folded may be composed anew (The Unicode Standard, section 3.13, D145).
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(folded.split())
