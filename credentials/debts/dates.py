"""Moments and days as debts write them: RFC 3339 with an offset in, Dutch civil days out (`credentials.clock`)."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from credentials.clock import dutch_day
from credentials.debts.errors import InvalidField

# RFC 3339 section 5.6. A leap second is refused: no moment of a debt is one.
_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})\Z"
)
_FULL_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


# In a large file most moments stand there more than once: one object for all of them.
@lru_cache(maxsize=4096)
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
    """Read a day: `2026-04-27`, or the Dutch day of a date-time (`2026-04-26T22:00:00Z` is 27 April).

    Raises InvalidField.
    """
    if not _FULL_DATE.match(text):
        return dutch_day(parse_moment(text))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidField(reason="not an existing day") from None


def write_moment(moment: datetime) -> str:
    """Write an aware moment as RFC 3339, to the second unless it is finer, keeping its offset."""
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds")
