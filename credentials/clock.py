"""Time, handed in: nothing below a composition root asks the machine what time it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tell the time as an aware UTC datetime."""

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved; for tests and for checking at a past moment."""

    at: datetime

    def now(self) -> datetime:
        """Return the moment the clock stands at."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move the clock."""
        self.at += by


def epoch(moment: datetime) -> int:
    """Return whole seconds since 1970-01-01T00:00:00Z (a NumericDate, RFC 7519 section 2)."""
    return int(moment.timestamp())


def from_epoch(seconds: int) -> datetime:
    """Return the UTC moment of a NumericDate."""
    return datetime.fromtimestamp(seconds, UTC)
