"""Hand the lines that wait to who keeps the log: at least once, in their order, until each is confirmed.

What was sent and not confirmed comes again; the two ids of a line are the same then. Whoever keeps the log may be away
for as long as it takes: nothing is given up. A line that is refused for what it is holds up no other.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final, Protocol, final

from credentials.clock import Clock

AT_ONCE: Final = 500
LATE: Final = timedelta(minutes=15)
"""After so long a line should have been handed on."""

# Of one turn, so that a service that stops does not wait for all that piled up.
_MOST_TIMES: Final = 100
_FIRST_WAIT: Final = timedelta(seconds=5)
MOST_WAIT: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A line that nobody has confirmed yet; `refused` says why who keeps the log would not have it, if so."""

    number: int
    operation: str
    written_at: datetime
    span: bytes = field(repr=False)
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many lines wait and since when, and how many were refused."""

    waiting: int
    refused: int
    since: datetime | None = None


class Reception(Enum):
    """What became of lines that were handed on."""

    CONFIRMED = auto()
    REFUSED = auto()
    AWAY = auto()


@dataclass(frozen=True, slots=True)
class Received:
    """What became of them; `outcome` says it in a word or a number, `wait` for how long to leave it alone."""

    reception: Reception
    outcome: str = ""
    wait: timedelta | None = None


class Logbook(Protocol):
    """Who keeps the log."""

    def write(self, spans: Sequence[bytes]) -> Received:
        """Take lines, each a span in OTLP/JSON: all of them, or none that is sure to be there. Never raises."""
        ...


class Lines(Protocol):
    """The lines that wait; each was written with the fact that it tells of."""

    def waiting(self, most: int) -> Sequence[WaitingLine]:
        """Return the lines to be handed on next, the oldest first."""
        ...

    def refused(self, most: int) -> Sequence[WaitingLine]:
        """Return lines that were refused, by cause, the oldest first."""
        ...

    def confirmed(self, numbers: Collection[int]) -> None:
        """Forget lines that are in the log."""
        ...

    def refuse(self, number: int, why: str) -> None:
        """Note that a line will not be had as it is; it stays, and is not handed on by itself any more."""
        ...

    def again(self) -> int:
        """Have what was refused handed on once more; return how many lines these are."""
        ...

    def backlog(self) -> Backlog:
        """Count what waits."""
        ...


@final
class DeliverLines:
    """Hand on what waits; while nobody answers, ever less often, five minutes apart at most."""

    def __init__(self, lines: Lines, logbook: Logbook, clock: Clock, *, at_once: int = AT_ONCE) -> None:
        self._lines = lines
        self._logbook = logbook
        self._clock = clock
        self._at_once = at_once
        self._failed = 0
        self._not_before: datetime | None = None

    def __call__(self) -> int:
        """Hand on what waits now, and return how many lines were confirmed."""
        if self._not_before is not None and self._clock.now() < self._not_before:
            return 0
        confirmed = 0
        for _ in range(_MOST_TIMES):
            some = self._lines.waiting(self._at_once)
            if not some:
                break
            done, goes_on = self._hand_on(some)
            confirmed += done
            if not goes_on:
                break
        return confirmed

    def _hand_on(self, some: Sequence[WaitingLine]) -> tuple[int, bool]:
        """Hand on some; return how many were confirmed, and whether there is somebody to go on with."""
        received = self._logbook.write([each.span for each in some])
        match received.reception:
            case Reception.CONFIRMED:
                self._lines.confirmed([each.number for each in some])
            case Reception.REFUSED if len(some) == 1:
                self._lines.refuse(some[0].number, received.outcome)
                return 0, True
            case Reception.REFUSED:
                return self._singly(some, received)
            case Reception.AWAY:
                return self._put_off(received)
        self._failed, self._not_before = 0, None
        return len(some), True

    def _singly(self, some: Sequence[WaitingLine], together: Received) -> tuple[int, bool]:
        """Find out which of several are not had, as that is not told. Where none is, it is not the lines."""
        confirmed: list[int] = []
        refused: dict[int, str] = {}
        for each in some:
            received = self._logbook.write([each.span])
            if received.reception is Reception.AWAY:
                break
            if received.reception is Reception.CONFIRMED:
                confirmed.append(each.number)
            else:
                refused[each.number] = received.outcome
        if not confirmed:
            return self._put_off(together)
        self._lines.confirmed(confirmed)
        for number, outcome in refused.items():
            self._lines.refuse(number, outcome)
        return len(confirmed), True

    def _put_off(self, received: Received) -> tuple[int, bool]:
        self._failed += 1
        # Doubled as often as makes a difference.
        wait = min(_FIRST_WAIT * 2 ** min(self._failed - 1, 16), MOST_WAIT)
        self._not_before = self._clock.now() + max(wait, min(received.wait or wait, MOST_WAIT))
        return 0, False
