"""The audit log for who watches over it: page by page, proven as a whole, and as a copy to take along.

Whoever has a copy can go through the chain without us: it holds all that a row's hash covers, and the hash.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final, final

from credentials.clock import Clock
from service import audit
from service.audit import AuditEntry, AuditRow
from service.database import Database

PAGE: Final = 50
_STEP: Final = 1_000
_TOLD: Final = ("number", "at", "action", "actor", "object", "result", "reason", "hash")


class Layout(StrEnum):
    """How a copy is written."""

    JSON_LINES = "jsonl"
    CSV = "csv"


MEDIA_TYPES: Final = {Layout.JSON_LINES: "application/jsonl", Layout.CSV: "text/csv; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some rows, the newest first, of `count` in all; `number` of `last` pages."""

    rows: Sequence[AuditRow]
    count: int
    number: int
    last: int


@dataclass(frozen=True, slots=True)
class Proven:
    """Whether the chain holds: of so many rows, and if not from which on. `hash` is that of the last one, in hex."""

    rows: int
    broken_at: int | None
    hash: str


@final
class AuditLog:
    """Read the audit log of a party. `known` says how many rows there were at least, so that a lost end is found."""

    def __init__(self, database: Database, clock: Clock, known: Callable[[], int] = lambda: 0) -> None:
        self._database = database
        self._clock = clock
        self._known = known

    def page(self, number: int = 1) -> AuditPage:
        """Return a page; one that is not there is the last."""
        with self._database.read() as connection:
            count = audit.head(connection).number
            last = max(1, -(-count // PAGE))
            number = min(number, last)
            newest = count - (number - 1) * PAGE
            found = audit.rows(connection, max(1, newest - PAGE + 1), newest)
        return AuditPage(list(reversed(found)), count, number, last)

    def prove(self) -> Proven:
        """Go through the whole chain."""
        at_least = self._known()
        with self._database.read() as connection:
            head = audit.head(connection)
            return Proven(head.number, audit.broken_at(connection, at_least=at_least), head.hash.hex())

    def copy(self, layout: Layout, actor: str) -> Iterator[bytes]:
        """Put on record that a copy is taken, and return it row by row, up to and with that one."""
        with self._database.write() as connection:
            taken = AuditEntry(action="audit.exported", actor=actor, object=layout.value, result="ok")
            audit.append(connection, taken, at=self._clock.now())
        with self._database.read() as connection:
            last = audit.head(connection).number
        return self._written(layout, last)

    def _written(self, layout: Layout, last: int) -> Iterator[bytes]:
        if layout is Layout.CSV:
            yield _line(_TOLD)
        for first in range(1, last + 1, _STEP):
            # In steps, each by itself: nobody who writes waits for whoever reads slowly.
            with self._database.read() as connection:
                found = audit.rows(connection, first, min(last, first + _STEP - 1))
            yield b"".join(_json(each) if layout is Layout.JSON_LINES else _line(_values(each)) for each in found)


def told(row: AuditRow) -> dict[str, str | int]:
    """Return a row as it is written down: whoever has all of them can go through the chain."""
    return {
        "number": row.number,
        "at": row.at.isoformat(),
        **asdict(row.entry),
        "hash": row.hash.hex(),
    }


def _json(row: AuditRow) -> bytes:
    return json.dumps(told(row), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _values(row: AuditRow) -> list[str]:
    said = told(row)
    return [_cell(str(said[name])) for name in _TOLD]


def _cell(text: str) -> str:
    # An id may begin with a sign that a spreadsheet takes for a formula.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _line(values: Sequence[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerow(values)
    return written.getvalue().encode()
