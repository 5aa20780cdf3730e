"""Bars that are stacked, a column a day or a month, or a row for each of whatever: for a drawing without a script.

The table beside it is what counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

HEIGHT: Final = 160
"""The height of the drawing, in its own units; it is as wide as it has columns times `COLUMN`."""
COLUMN: Final = 20
_GAP: Final = 4


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of thing that is counted: its name, and the look that it has in the drawing and its legend."""

    name: str
    look: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle."""

    look: str
    x: int
    y: float
    height: float
    width: int = COLUMN - _GAP


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its legend and its table: a row per day that has anything, the newest first.

    With `monthly` each day is the first of a month, and stands for it.
    """

    title: str
    days: tuple[date, ...]
    series: tuple[Series, ...]
    monthly: bool = False

    @property
    def top(self) -> int:
        """What the highest column may come to: a round number."""
        most = max((sum(column) for column in self._columns()), default=0)
        step = 1
        while most > step * 10:
            step *= 10
        return max(1, -(-most // step) * step)

    @property
    def width(self) -> int:
        """How wide the drawing is."""
        return len(self.days) * COLUMN

    @property
    def bars(self) -> Sequence[Bar]:
        """The rectangles, from below."""
        made: list[Bar] = []
        for place, column in enumerate(self._columns()):
            below = 0.0
            for one, value in zip(self.series, column, strict=True):
                height = value / self.top * HEIGHT
                if value:
                    made.append(Bar(one.look, place * COLUMN + _GAP // 2, HEIGHT - below - height, height))
                below += height
        return made

    @property
    def rows(self) -> Sequence[tuple[date, Sequence[int]]]:
        """The days that have anything, the newest first."""
        pairs = zip(self.days, self._columns(), strict=True)
        return [(day, column) for day, column in reversed(list(pairs)) if any(column)]

    def _columns(self) -> list[tuple[int, ...]]:
        return list(zip(*(one.values for one in self.series), strict=True))


WIDTH: Final = 300
"""The width of the longest row of a drawing of rows, in its own units."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Bars that lie, one a row, each beside its figures: the table is the drawing. No value is below zero."""

    title: str
    of: str
    names: tuple[str, ...]
    series: tuple[Series, ...]

    @property
    def rows(self) -> Sequence[tuple[str, Sequence[int], Sequence[Bar]]]:
        """Each row's name, its values, and its bar; all on one scale."""
        columns = list(zip(*(one.values for one in self.series), strict=True))
        most = max(max((sum(values) for values in columns), default=0), 1)
        return [(name, values, self._bar(values, most)) for name, values in zip(self.names, columns, strict=True)]

    @property
    def totals(self) -> Sequence[int]:
        """The sum of each series."""
        return [sum(one.values) for one in self.series]

    def _bar(self, values: Sequence[int], most: int) -> list[Bar]:
        made: list[Bar] = []
        before = 0
        for one, value in zip(self.series, values, strict=True):
            begin, before = before * WIDTH // most, before + value
            if value:
                # What is there is seen, however little it is.
                made.append(Bar(one.look, begin, 0, 1, max(before * WIDTH // most - begin, 1)))
        return made
