"""What of a result is looked at rather than read: who is owed what, in which phase debts are, and when they fall due.

Only amounts that are proven, counted and known are drawn, none below zero; what else there is, the page says in words.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from credentials.debts.phase import Phase
from service.charts import Rows, Series
from service.i18n import month
from verifier.domain.lines import CaseLine
from verifier.domain.result import Result
from verifier.web.debts import NOT_SHARED, creditor_of
from verifier.web.views import PHASES

LATE, OTHER = "error", "plain"
_LATE: Final = "Te laat"
_NOW: Final = "Nu te betalen"
_OPEN: Final = "Nog geen dag bekend"


def pictures(result: Result) -> list[Rows]:
    """Return the drawings of which there is anything to draw: of debts, or, where none were shown, of organisations."""
    cases = [line for line in result.proven_cases if line.counted and (line.case.balance or 0) > 0]
    if not cases:
        return _of_bodies(result)
    return [
        _rows("Wie krijgt wat", "Schuldeiser", _by_size({}, cases), both=True),
        _rows("In welke fase", "Fase", _by_phase(cases), both=True),
        _rows("Wanneer te betalen", "Wanneer", _by_day(cases), both=False),
    ]


_Sums = Mapping[str, tuple[int, int]]


def _rows(title: str, of: str, sums: _Sums, *, both: bool) -> Rows:
    late, rest = (tuple(each[place] for each in sums.values()) for place in (0, 1))
    series: tuple[Series, ...]
    if both:
        series = (Series(_LATE, LATE, late), Series("Andere", OTHER, rest))
    else:
        series = (Series("Bedrag", OTHER, tuple(sum(each) for each in sums.values())),)
    return Rows(title, of, tuple(sums), series)


def _late(line: CaseLine) -> tuple[int, int]:
    balance, late = line.case.balance or 0, line.due.late if line.due else 0
    return late, balance - late


def _added(sums: dict[str, tuple[int, int]], name: str, more: tuple[int, int]) -> None:
    late, rest = sums.get(name, (0, 0))
    sums[name] = late + more[0], rest + more[1]


def _by_size(sums: dict[str, tuple[int, int]], cases: Sequence[CaseLine]) -> _Sums:
    for line in cases:
        _added(sums, creditor_of(line), _late(line))
    return dict(sorted(sums.items(), key=lambda item: -sum(item[1])))


def _by_phase(cases: Sequence[CaseLine]) -> _Sums:
    sums: dict[str, tuple[int, int]] = {}
    for line in sorted(cases, key=lambda line: -_rank(line.case.phase)):
        phase = line.case.phase
        _added(sums, NOT_SHARED if phase is None else PHASES.get(str(phase), str(phase)), _late(line))
    return sums


def _rank(phase: Phase | None) -> int:
    return -1 if phase is None else phase.rank


def _by_day(cases: Sequence[CaseLine]) -> _Sums:
    sums: dict[str, tuple[int, int]] = {_LATE: (0, 0), _NOW: (0, 0)}
    coming = [(line.due.next_day, line.due.next_amount) for line in cases if line.due]
    for day, _ in sorted((each for each in coming if each[0] is not None), key=lambda each: str(each[0])):
        sums.setdefault(month(day), (0, 0))
    for line in cases:
        due, left = line.due, line.case.balance or 0
        if due is not None:
            _added(sums, _LATE, (due.late, 0))
            _added(sums, _NOW, (0, due.now - due.late))
            if due.next_day is not None:
                _added(sums, month(due.next_day), (0, due.next_amount))
                left -= due.next_amount
            left -= due.now
        if left > 0:
            sums.setdefault(_OPEN, (0, 0))
            _added(sums, _OPEN, (0, left))
    # The last word is for what has no day.
    last = {_OPEN: sums.pop(_OPEN)} if _OPEN in sums else {}
    return {name: each for name, each in (sums | last).items() if any(each)}


def _of_bodies(result: Result) -> list[Rows]:
    sums: dict[str, tuple[int, int]] = {}
    for line in result.lines:
        totals = line.totals
        if line.states_amounts and totals.is_exact("balance") and (totals.balance or 0) > 0:
            late = min(max(totals.arrears or 0, 0), totals.balance or 0)
            sums[line.body.name] = late, (totals.balance or 0) - late
    ordered = dict(sorted(sums.items(), key=lambda item: -sum(item[1])))
    return [_rows("Wie krijgt wat", "Organisatie", ordered, both=True)] if ordered else []
