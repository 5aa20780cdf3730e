"""How the service itself runs: what went wrong for somebody, and when its housekeeping was last done. Of nobody."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Step(StrEnum):
    """Where in getting a card something went wrong."""

    LOGIN = "login"
    REQUEST = "request"
    TOKEN = "token"  # noqa: S105  # a step
    CREDENTIAL = "credential"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class FailureCount:
    """How often one cause, an error's stable code, stopped somebody at one step on one Dutch day."""

    day: date
    step: Step
    code: str
    times: int


@dataclass(frozen=True, slots=True)
class JobRun:
    """When a piece of housekeeping was last done, and how it ended: `ok`, or an error's stable code."""

    name: str
    at: datetime
    outcome: str
