"""Events for others, each a message to every endpoint that wants it, and how often one is tried."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class Announcement:
    """One event. What has a `once` is told once under that name, however often it is announced."""

    kind: StrEnum
    at: datetime
    data: Mapping[str, str | int] = field(default_factory=dict)
    once: str | None = None


MESSAGE_ID: Final = re.compile(r"msg_[A-Za-z0-9_-]{22}\Z")


class Delivery(StrEnum):
    """How far a message came."""

    WAITING = "wacht"
    DELIVERED = "bezorgd"
    GIVEN_UP = "opgegeven"


@dataclass(frozen=True, slots=True)
class Message:
    """An event for one endpoint. `id` stays the same however often it is sent; `outcome` is that of the last time."""

    id: str
    endpoint: str
    kind: str
    body: bytes = field(repr=False)
    announced_at: datetime
    state: Delivery
    attempts: int
    next_at: datetime
    outcome: str | None = None


# Standard Webhooks 1.0.0, "Deliverability and reliability": the example schedule, which spans three days.
DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)


def delay_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many attempts; None when that is enough."""
    return DELAYS[attempts - 1] if attempts <= len(DELAYS) else None
