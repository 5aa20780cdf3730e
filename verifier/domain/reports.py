"""What was asked and what came of it, in numbers that point at nobody.

It is counted from the deeds on record, which bear ids and codes and nothing of a client. Numbers below `LEAST` are not
told, and others are rounded to it: so no small number follows from the difference of two others either.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import quantiles
from types import MappingProxyType
from typing import Final

from credentials.clock import dutch_day

LEAST: Final = 5
MONTHS: Final = 12
# A request can be answered for so long at most, with all the time that may be added to it.
_OPEN_AT_MOST: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done, as it is on record: with which request, and a code or a template's name."""

    at: datetime
    action: str
    object: str
    reason: str


class Outcome(StrEnum):
    """What came of a question."""

    ANSWERED = "answered"
    DECLINED = "declined"
    NONE = "none"
    """Its time passed, or it was asked anew."""
    WAITING = "waiting"


OUTCOME_NAMES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.ANSWERED: "Beantwoord",
        Outcome.DECLINED: "Niet gedeeld",
        Outcome.NONE: "Geen antwoord",
        Outcome.WAITING: "Wacht nog",
    }
)


@dataclass(frozen=True, slots=True)
class Rounded:
    """A number as it may be told: zero, fewer than `LEAST` (`value` is None), or rounded to a multiple of it."""

    value: int | None

    @classmethod
    def of(cls, count: int) -> "Rounded":
        """Round a count."""
        if count == 0:
            return cls(0)
        return cls(None) if count < LEAST else cls(LEAST * ((count + LEAST // 2) // LEAST))

    @property
    def drawn(self) -> int:
        """How high it is drawn: what is not told is not drawn."""
        return self.value or 0


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """What was asked by a template, and what came of it; times only where there are enough to point at nobody.

    `half` is within how long half of the answers came, `most` nine of ten.
    """

    template: str
    asked: Rounded
    outcomes: dict[Outcome, Rounded]
    half: timedelta | None
    most: timedelta | None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why answers were not taken, or wallets said no: a code, and how often."""

    code: str
    times: Rounded


@dataclass(frozen=True, slots=True)
class Report:
    """A year of months, each by its first day, the last one not over yet."""

    months: tuple[date, ...]
    by_month: dict[Outcome, tuple[Rounded, ...]]
    templates: tuple[TemplateLine, ...]
    refused: tuple[Cause, ...]
    declined: tuple[Cause, ...]


@dataclass(slots=True)
class _Question:
    at: datetime
    template: str
    outcome: Outcome
    took: timedelta | None = None


def first_day(now: datetime) -> date:
    """Return the first day of what a report tells of."""
    return _months(now)[0]


def report(deeds: Iterable[Deed], now: datetime) -> Report:
    """Count what was done since `first_day`, the oldest deed first."""
    questions, refused, declined = _gathered(deeds, now)
    months = _months(now)
    place = {(each.year, each.month): number for number, each in enumerate(months)}
    counted = {outcome: [0] * len(months) for outcome in Outcome}
    for each in questions:
        day = dutch_day(each.at)
        if (day.year, day.month) in place:
            counted[each.outcome][place[day.year, day.month]] += 1
    return Report(
        months,
        {outcome: tuple(map(Rounded.of, counts)) for outcome, counts in counted.items()},
        tuple(_line(name, questions) for name in sorted({each.template for each in questions})),
        _causes(refused),
        _causes(declined),
    )


def _gathered(deeds: Iterable[Deed], now: datetime) -> tuple[Sequence[_Question], Counter[str], Counter[str]]:
    asked: dict[str, _Question] = {}
    refused: Counter[str] = Counter()
    declined: Counter[str] = Counter()
    for each in deeds:
        question = asked.get(each.object)
        match each.action:
            case "request_made":
                waiting = now - each.at < _OPEN_AT_MOST
                asked[each.object] = _Question(each.at, each.reason, Outcome.WAITING if waiting else Outcome.NONE)
            case "answer_taken" if question is not None:
                question.outcome, question.took = Outcome.ANSWERED, each.at - question.at
            case "request_declined":
                declined[each.reason] += 1
                if question is not None:
                    question.outcome = Outcome.DECLINED
            case "answer_refused":
                refused[each.reason] += 1
            case _:
                pass
    return list(asked.values()), refused, declined


def _line(template: str, questions: Sequence[_Question]) -> TemplateLine:
    own = [each for each in questions if each.template == template]
    outcomes = Counter(each.outcome for each in own)
    took = sorted(each.took.total_seconds() for each in own if each.took is not None)
    half = most = None
    if len(took) >= LEAST:
        tenths = quantiles(took, n=10, method="inclusive")
        half, most = timedelta(seconds=round(tenths[4])), timedelta(seconds=round(tenths[8]))
    return TemplateLine(
        template,
        Rounded.of(len(own)),
        {outcome: Rounded.of(outcomes[outcome]) for outcome in Outcome},
        half,
        most,
    )


def _causes(counted: Counter[str]) -> tuple[Cause, ...]:
    return tuple(Cause(code, Rounded.of(times)) for code, times in counted.most_common())


def _months(now: datetime) -> tuple[date, ...]:
    last = dutch_day(now)
    number = last.year * 12 + last.month - 1
    return tuple(date(each // 12, each % 12 + 1, 1) for each in range(number - MONTHS + 1, number + 1))
