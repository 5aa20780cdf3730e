"""In what groups a desk's files are listed: each file is in one of these, by what waits for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import final

from verifier.domain.request import Intake, Standing


class Group(StrEnum):
    """Where a file is listed: the first of these that it fits."""

    WAITING = "wacht"
    """A request of it can be answered now, or its answer waits for its code."""
    ANSWERED = "beantwoord"
    TODAY = "vandaag"
    """It was opened today, and nothing came yet."""
    OLDER = "ouder"


@final
@dataclass(frozen=True, slots=True)
class Moment:
    """When a list is made: now, and when this day began."""

    now: datetime
    midnight: datetime


@final
@dataclass(frozen=True, slots=True)
class FilePage:
    """Some files of an owner, each with where its newest request stands: page `number` of `last`, of `total` files."""

    files: Sequence[tuple[Intake, Standing | None]]
    number: int
    last: int
    total: int
