"""Timing two ways of doing one thing in turns, and the line that comes of it."""

import time
from collections.abc import Callable
from statistics import median
from typing import Final, NamedTuple

ROUNDS: Final = 7
SECONDS: Final = 0.05


class Row(NamedTuple):
    """Our speed beside a peer's, measured in one interleaved run on one core.

    `name` is the row's in the JSON report, None for rows that only the table shows. `ratio` is ours divided by the
    peer's; `target` says in words what design.md section 8 asks.
    """

    name: str | None
    work: str
    ours_per_s: float
    peer: str
    peer_per_s: float
    target: str = ""

    @property
    def ratio(self) -> float:
        """Ours divided by the peer's."""
        return self.ours_per_s / self.peer_per_s


def in_turns(
    name: str | None,
    work: str,
    ours: Callable[[], object],
    peer: str,
    theirs: Callable[[], object],
    *,
    target: str = "",
) -> Row:
    """Time both in turns (A B A B ...), and compare the medians."""
    ours()
    theirs()
    return by_turns(name, work, lambda: per_second(ours), peer, lambda: per_second(theirs), target=target)


def by_turns(
    name: str | None,
    work: str,
    ours: Callable[[], float],
    peer: str,
    theirs: Callable[[], float],
    *,
    target: str = "",
) -> Row:
    """Ask both in turns for their speed, and compare the medians."""
    mine: list[float] = []
    others: list[float] = []
    for _ in range(ROUNDS):
        mine.append(ours())
        others.append(theirs())
    return Row(name, work, median(mine), peer, median(others), target)


def per_second(work: Callable[[], object]) -> float:
    """Return how often a second the work is done, from enough repeats to fill a twentieth of a second."""
    repeats, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < SECONDS:
        work()
        repeats += 1
    return repeats / spent
