"""What of a result is looked at rather than read: who is owed what, in which phase debts are, and when they fall due.

Only amounts that are proven, counted and known are drawn, none below zero; what else there is, the page says in words.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from credentials.clock import dutch_day
from credentials.debts.phase import Phase
from service.charts import Rows, Series
from service.i18n import month
from verifier.domain.lines import CaseLine
from verifier.domain.result import Result
from verifier.domain.words import PHASES
from verifier.web.debts import NOT_SHARED, creditor_of

LATE, SOON, OTHER, DAYLESS = "error", "warning", "plain", "wait"
"""The looks of bars: each stands in a column of its own with its figures, so that no colour is needed to read them."""
_LATE: Final = "Te laat"
_NOW: Final = "Nu te betalen"
_OPEN: Final = "Nog geen dag bekend"
_SOON: Final = timedelta(days=31)
_BY_LATENESS: Final = ((_LATE, LATE), ("Andere", OTHER))
_BY_DAY: Final = ((_LATE, LATE), ("Binnen een maand", SOON), ("Later", OTHER), ("Zonder dag", DAYLESS))


def pictures(result: Result) -> list[Rows]:
    """Return the drawings of which there is anything to draw: of debts, or, where none were shown, of organisations."""
    cases = [line for line in result.proven_cases if line.counted and (line.case.balance or 0) > 0]
    if not cases:
        return _of_bodies(result)
    return [
        _rows("Wie krijgt wat", "Schuldeiser", _by_size({}, cases)),
        _rows("In welke fase", "Fase", _by_phase(cases)),
        _rows("Wanneer te betalen", "Wanneer", _by_day(cases, dutch_day(result.checked_at)), _BY_DAY),
    ]


_Sums = Mapping[str, tuple[int, ...]]


def _rows(title: str, of: str, sums: _Sums, looks: Sequence[tuple[str, str]] = _BY_LATENESS) -> Rows:
    series = [
        Series(name, look, tuple(each[place] for each in sums.values())) for place, (name, look) in enumerate(looks)
    ]
    # What is late and what is not are read beside each other; of days only those of which there is something.
    shown = tuple(one for one in series if looks is _BY_LATENESS or any(one.values))
    return Rows(title, of, tuple(sums), shown)


def _late(line: CaseLine) -> tuple[int, int]:
    balance, late = line.case.balance or 0, line.due.late if line.due else 0
    return late, balance - late


def _added(sums: dict[str, tuple[int, ...]], name: str, more: tuple[int, ...]) -> None:
    sums[name] = tuple(map(sum, zip(sums.get(name, (0,) * len(more)), more, strict=True)))


def _by_size(sums: dict[str, tuple[int, ...]], cases: Sequence[CaseLine]) -> _Sums:
    for line in cases:
        _added(sums, creditor_of(line), _late(line))
    return dict(sorted(sums.items(), key=lambda item: -sum(item[1])))


def _by_phase(cases: Sequence[CaseLine]) -> _Sums:
    sums: dict[str, tuple[int, ...]] = {}
    for line in sorted(cases, key=lambda line: -_rank(line.case.phase)):
        phase = line.case.phase
        _added(sums, NOT_SHARED if phase is None else PHASES.get(str(phase), str(phase)), _late(line))
    return sums


def _rank(phase: Phase | None) -> int:
    return -1 if phase is None else phase.rank


def _by_day(cases: Sequence[CaseLine], today: date) -> _Sums:
    """Return late, soon, later and dayless amounts by when they are to be paid, in that order."""
    nothing = (0, 0, 0, 0)
    coming = sorted({line.due.next_day for line in cases if line.due and line.due.next_day is not None})
    sums: dict[str, tuple[int, ...]] = dict.fromkeys((_LATE, _NOW, *map(month, coming), _OPEN), nothing)
    for line in cases:
        due, left = line.due, line.case.balance or 0
        if due is not None:
            _added(sums, _LATE, (due.late, 0, 0, 0))
            _added(sums, _NOW, (0, due.now - due.late, 0, 0))
            left -= due.now
            if due.next_day is not None:
                soon = due.next_day <= today + _SOON
                _added(sums, month(due.next_day), (0, due.next_amount, 0, 0) if soon else (0, 0, due.next_amount, 0))
                left -= due.next_amount
        _added(sums, _OPEN, (0, 0, 0, max(left, 0)))
    return {name: each for name, each in sums.items() if any(each)}


def _of_bodies(result: Result) -> list[Rows]:
    sums: dict[str, tuple[int, ...]] = {}
    for line in result.lines:
        totals = line.totals
        if line.states_amounts and totals.is_exact("balance") and (totals.balance or 0) > 0:
            late = min(max(totals.arrears or 0, 0), totals.balance or 0)
            sums[line.body.name] = late, (totals.balance or 0) - late
    ordered = dict(sorted(sums.items(), key=lambda item: -sum(item[1])))
    return [_rows("Wie krijgt wat", "Organisatie", ordered)] if ordered else []
