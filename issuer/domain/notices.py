"""Which notices of known deficient data stand at the agency, and which copies that makes outdated.

A notice stands from its first day until the agency ends it, however long ago it was expected to be over: only the
agency knows that. A copy remembers which notices stood when it was issued (`Copy.notices`: their numbers, not their
text). What was issued while others stood than now is outdated:

1. every overview, because an overview of now says something else;
2. of the cases those issued on or after the first day of a notice that came or went since: what they say may be wrong.

Pure: records and days are handed in.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from credentials.clock import dutch_day
from credentials.debts.claim_table import NOTICE_SLOTS
from credentials.debts.notice import Notice
from issuer.domain.errors import TooManyNotices

MOST: Final = NOTICE_SLOTS
"""So many may be announced or stand at once: an overview has room for them all."""


class NoticeState(StrEnum):
    """Where a notice is in its life."""

    ANNOUNCED = "aangekondigd"
    STANDING = "geldt"
    ENDED = "beeindigd"


@dataclass(frozen=True, slots=True)
class RecordedNotice:
    """A notice as the agency keeps it. Numbers are never used twice."""

    number: int
    notice: Notice
    added_at: datetime
    ended_at: datetime | None = None

    def state(self, today: date) -> NoticeState:
        """Tell where it is in its life on a day."""
        if self.ended_at is not None:
            return NoticeState.ENDED
        return NoticeState.STANDING if self.notice.first_day <= today else NoticeState.ANNOUNCED

    def changed_between(self, since: datetime, now: datetime) -> bool:
        """Tell whether it was added, began to stand or was ended between two moments; days count whole."""
        began = dutch_day(since) <= self.notice.first_day <= dutch_day(now)
        return began or any(since <= each <= now for each in (self.added_at, self.ended_at) if each is not None)


@dataclass(frozen=True, slots=True)
class Standing:
    """The notices that stand at one moment, in order of their days."""

    recorded: tuple[RecordedNotice, ...] = ()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What they say."""
        return tuple(each.notice for each in self.recorded)

    @property
    def key(self) -> str:
        """What a copy that is issued now remembers of them; empty for none."""
        return ",".join(str(number) for number in sorted(each.number for each in self.recorded))


@dataclass(frozen=True, slots=True)
class Outdated:
    """Copies of which these notices stood when they were issued: all overviews, and the cases issued since a day."""

    key: str
    cases_since: date


def standing(recorded: Iterable[RecordedNotice], today: date) -> Standing:
    """Return those that stand on a day."""
    found = [each for each in recorded if each.state(today) is NoticeState.STANDING]
    return Standing(tuple(sorted(found, key=lambda each: (each.notice.first_day, each.number))))


def check_room(recorded: Collection[RecordedNotice]) -> None:
    """Demand that one more can be added to those that are not ended. Raises TooManyNotices."""
    if sum(1 for each in recorded if each.ended_at is None) >= MOST:
        raise TooManyNotices


def outdated(keys: Iterable[str], recorded: Sequence[RecordedNotice], today: date) -> tuple[Outdated, ...]:
    """Return which copies are outdated, of those that bear one of these keys."""
    now, by_number = standing(recorded, today).key, {each.number: each for each in recorded}
    return tuple(Outdated(key, _since(key, now, by_number)) for key in sorted(set(keys)) if key != now)


def _since(key: str, now: str, by_number: Mapping[int, RecordedNotice]) -> date:
    # Of a number that the records do not know, as after a restore, nothing is known: then all of them.
    changed = _numbers(key) ^ _numbers(now)
    return min(by_number[each].notice.first_day if each in by_number else date.min for each in changed)


def _numbers(key: str) -> frozenset[int]:
    return frozenset(int(each) for each in key.split(",") if each)
