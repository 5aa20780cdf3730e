"""What is done with somebody's data, and the line that tells of it (LDV 1.0.0 section 3.3.1).

An action is part of a trace. One that is begun within another is its child, and a request that is made meanwhile bears
both on. A line is of one action and of one person at most, and names nobody of those who work here.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final, final

from credentials.errors import BlauweKnopError, Unavailable
from service.processing_log.trace_context import SPAN_ID_BYTES, TRACE_ID_BYTES, TraceParent


class Status(IntEnum):
    """How an action ended (section 3.2.2), by the numbers of OTLP.

    `UNSET`: without a fault of ours, also where it came to nothing by what was asked. `OK` is left to who wants to say
    that something was crowned with success, which we do not.
    """

    UNSET = 0
    OK = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Action:
    """One action. `processor` is the address of the foreign application that has the parent, where one has it."""

    operation: StrEnum
    trace_id: bytes
    span_id: bytes
    started_at: datetime
    parent_span_id: bytes | None = None
    processor: str | None = None

    def child(self, operation: StrEnum, started_at: datetime) -> "Action":
        """Return an action that this one began: of each further person there is one (section 3.3.1)."""
        return Action(operation, self.trace_id, secrets.token_bytes(SPAN_ID_BYTES), started_at, self.span_id)


@dataclass(frozen=True, slots=True)
class LogLine:
    """What is told of an action: of whom (a keyed hash), when it ended, how, and by which code where it failed."""

    action: Action
    subject: str | None = field(repr=False)
    ended_at: datetime
    status: Status = Status.UNSET
    fault: str | None = None


@final
class Arrival:
    """The request that is being answered: of whom it came, once that is known, and the trace of all that it leads to.

    A stranger's word for where they are joins our lines to theirs, so it counts only once they are known.
    """

    def __init__(self, said: TraceParent | None) -> None:
        self._said = said
        self._own = secrets.token_bytes(TRACE_ID_BYTES)
        self._processor: str | None = None

    def comes_from(self, processor: str) -> None:
        """Note the address of the application that makes the request."""
        self._processor = processor

    def begin(self, operation: StrEnum, now: datetime) -> Action:
        """Return an action that this request leads to."""
        span_id = secrets.token_bytes(SPAN_ID_BYTES)
        if self._said is None or self._processor is None:
            return Action(operation, self._own, span_id, now)
        return Action(operation, self._said.trace_id, span_id, now, self._said.span_id, self._processor)


arrived: Final[ContextVar[Arrival | None]] = ContextVar("arrived", default=None)
_under_way: Final[ContextVar[Action | None]] = ContextVar("under_way", default=None)


@contextmanager
def acting(operation: StrEnum, now: datetime) -> Iterator[Action]:
    """Begin an action, of the one that is under way if there is one; it is under way as long as this lasts."""
    parent = _under_way.get()
    arrival = arrived.get() or Arrival(None)
    action = arrival.begin(operation, now) if parent is None else parent.child(operation, now)
    token = _under_way.set(action)
    try:
        yield action
    finally:
        _under_way.reset(token)


def outgoing() -> dict[str, str]:
    """Return the header for a request that is made now to another application; none where nothing is under way."""
    action = _under_way.get()
    return {} if action is None else {"traceparent": TraceParent(action.trace_id, action.span_id).header}


def ended_by(error: Exception) -> tuple[Status, str | None]:
    """Say how an action ended that an error broke off.

    Section 3.2.2: what somebody asked and cannot have is no fault of ours. A code is all that is told of one that is,
    as a message could hold anything.
    """
    if isinstance(error, BlauweKnopError) and not isinstance(error, Unavailable):
        return Status.UNSET, None
    return Status.ERROR, error.code if isinstance(error, BlauweKnopError) else type(error).__name__
