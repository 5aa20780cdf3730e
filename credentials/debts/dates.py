"""Moments and days: RFC 3339 with an offset in, Dutch civil days out.

The Dutch rule of summer time (Directive 2000/84/EC: from the last Sunday of March to the last Sunday of October, at
01:00 UTC) is written out here, so that a machine without a time-zone database counts the same days.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from typing import Final

from credentials.debts.errors import InvalidField

WINTER: Final = timezone(timedelta(hours=1))
SUMMER: Final = timezone(timedelta(hours=2))

# RFC 3339 section 5.6. A leap second is refused: no moment of a debt is one.
_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})\Z"
)
_FULL_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def parse_moment(text: str) -> datetime:
    """Read an RFC 3339 date-time. Raises InvalidField when it has no offset or does not exist."""
    if not _RFC3339.match(text):
        raise InvalidField(reason="not an RFC 3339 date-time with an offset")
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        # The library's message quotes the input, so it must not travel on.
        raise InvalidField(reason="not an existing moment") from None
    return moment


def parse_day(text: str) -> date:
    """Read a day: `2026-04-27`, or the day of a date-time. Raises InvalidField."""
    if not _FULL_DATE.match(text):
        return parse_moment(text).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidField(reason="not an existing day") from None


def write_moment(moment: datetime) -> str:
    """Write an aware moment as RFC 3339, to the second unless it is finer, keeping its offset."""
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")


def dutch(moment: datetime) -> datetime:
    """Return the same moment on the Dutch clock."""
    utc = moment.astimezone(UTC)
    summer = _change(utc.year, 3) <= utc < _change(utc.year, 10)
    try:
        return utc.astimezone(SUMMER if summer else WINTER)
    except OverflowError:
        # The last hour of the year 9999, by which issuers mean "for ever": the Dutch clock is beyond the calendar then.
        return utc


def dutch_day(moment: datetime) -> date:
    """Return the Dutch calendar day of a moment."""
    return dutch(moment).date()


def end_of_day(day: date) -> datetime:
    """Return the last second of a Dutch calendar day."""
    for zone in (SUMMER, WINTER):
        moment = datetime.combine(day, time(23, 59, 59), zone)
        if dutch(moment).date() == day and dutch(moment).utcoffset() == zone.utcoffset(None):
            return moment
    raise AssertionError("unreachable: summer time never changes at midnight")


@cache
def _change(year: int, month: int) -> datetime:
    last = date(year, month, 31)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    return datetime(year, month, sunday.day, 1, tzinfo=UTC)
