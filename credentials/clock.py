"""Time, handed in: nothing below a composition root asks the machine what time it is. And what day it then is.

A *day* of a debt, of a letter or of a deadline is a day in the Netherlands, whatever offset its moment is written with:
`2026-12-31T23:00:00Z` is 1 January 2027. Days are taken from moments in this module and nowhere else. What protocols
round (`iat`, `exp`, the period of a key) is rounded on the UTC clock, and is a moment, never a day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final, Protocol
from zoneinfo import ZoneInfo

_AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")


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


def dutch(moment: datetime) -> datetime:
    """Return the same moment on the Dutch clock, with the offset of that moment.

    Raises ValueError for a moment without an offset: whose clock it was read from is not known.
    """
    if moment.utcoffset() is None:
        raise ValueError("a moment without an offset")
    try:
        local = moment.astimezone(_AMSTERDAM)
    except OverflowError:
        # The last hour of the year 9999, by which issuers mean "for ever": the Dutch clock is beyond the calendar then.
        return moment.astimezone(UTC)
    # On a zone's own clock the hour that daylight saving repeats compares as one hour.
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()), fold=0)


def dutch_day(moment: datetime) -> date:
    """Return the Dutch calendar day of a moment. Raises ValueError for a moment without an offset."""
    return dutch(moment).date()


def days_between(since: datetime, until: datetime) -> int:
    """Count the midnights between two moments on the Dutch clock, as people count how many days old something is.

    At least zero: what is dated after the moment at which it is read is of that day.
    """
    return max((dutch_day(until) - dutch_day(since)).days, 0)


def start_of_day(day: date) -> datetime:
    """Return the first second of a Dutch calendar day."""
    return dutch(datetime.combine(day, time(), _AMSTERDAM))


def end_of_day(day: date) -> datetime:
    """Return the last second of a Dutch calendar day."""
    return dutch(datetime.combine(day, time(23, 59, 59), _AMSTERDAM))


def on_dutch_clocks(local: datetime) -> tuple[datetime, ...]:
    """Return when Dutch clocks showed this: once; twice in an hour that is repeated; never in one that is skipped.

    Nor in the first minutes of the calendar, which are before it in UTC.
    """
    try:
        # By way of UTC: what is on a zone's clock already is left as it is, also where that clock never showed it.
        utc = [local.replace(tzinfo=_AMSTERDAM, fold=fold).astimezone(UTC) for fold in (0, 1)]
    except OverflowError:
        return ()
    return tuple(sorted({each for each in map(dutch, utc) if each.replace(tzinfo=None) == local}))


def day_shown(local: datetime) -> date:
    """Return the day that a clock showed whose place is not told, or a calendar. Raises ValueError for a moment."""
    if local.utcoffset() is not None:
        raise ValueError("a moment, whose day depends on the place")
    return local.date()
