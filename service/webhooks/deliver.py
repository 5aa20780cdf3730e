"""Send what waits for an organisation's own systems: at least once, ever less often, and with an end.

A message is on disk with the fact that it tells of. Who sends it notes that afterwards, so a crash in between sends it
twice: its id is the same then. One endpoint that does not answer holds up no other.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from credentials.clock import Clock
from service.audit import AuditEntry
from service.webhooks.messages import Delivery, Message, delay_after

MOST_WAIT: Final = timedelta(hours=24)
LISTED: Final = 200

_AT_ONCE: Final = 100
# Standard Webhooks 1.0.0: who answers 410 wants no more.
_GONE: Final = 410
_JITTER_PERCENT: Final = 20


class Outbox(Protocol):
    """The messages, one for each endpoint that wants the event. They were written with the fact itself."""

    def due(self, endpoint: str, now: datetime, most: int) -> Sequence[Message]:
        """Return the messages to be sent to an endpoint now, the longest waiting first."""
        ...

    def tried(self, message: Message, state: Delivery, outcome: str, next_at: datetime) -> bool:
        """Note an attempt; False, and nothing changed, when somebody noted another meanwhile."""
        ...

    def recent(self, most: int, states: Collection[Delivery] = ()) -> Sequence[Message]:
        """Return the last messages, newest first: all, or those in these states."""
        ...

    def again(self, ids: Collection[str], now: datetime) -> int:
        """Have messages sent anew from the first attempt on, whatever became of them; return how many."""
        ...

    def audit(self, entry: AuditEntry, now: datetime) -> None:
        """Append a line to the audit log, in the same transaction."""
        ...


class Outboxes(Protocol):
    """Transactions on the messages of one party."""

    def write(self) -> AbstractContextManager[Outbox]:
        """Open a transaction."""
        ...

    def read(self) -> AbstractContextManager[Outbox]:
        """Open a look at one consistent state."""
        ...


class Answered(NamedTuple):
    """What an endpoint said: its status, or none when it did not answer; and for how long it wants to be left alone."""

    status: int | None
    wait: timedelta | None = None


class Postman(Protocol):
    """What sends a message."""

    @property
    def endpoints(self) -> Sequence[str]:
        """The names of the endpoints that there are."""
        ...

    def send(self, message: Message, now: datetime) -> Answered:
        """Send a message, signed as of now. Never raises for what the other side does."""
        ...


@dataclass(frozen=True, slots=True)
class DeliverWebhooks:
    """Send the messages that are due."""

    outboxes: Outboxes
    clock: Clock
    postman: Postman
    randbelow: Callable[[int], int]

    def __call__(self) -> int:
        """Send each endpoint its messages, until one fails; return how many arrived."""
        return sum(self._endpoint(each) for each in self.postman.endpoints)

    def _endpoint(self, endpoint: str) -> int:
        with self.outboxes.read() as outbox:
            messages = outbox.due(endpoint, self.clock.now(), _AT_ONCE)
        arrived = 0
        for each in messages:
            if not self._send(each):
                break
            arrived += 1
        return arrived

    def _send(self, message: Message) -> bool:
        answer = self.postman.send(message, self.clock.now())
        now, attempts = self.clock.now(), message.attempts + 1
        arrived = answer.status is not None and 200 <= answer.status < 300
        outcome = "geen antwoord" if answer.status is None else str(answer.status)
        delay = None if answer.status == _GONE else delay_after(attempts)
        if arrived:
            state, next_at = Delivery.DELIVERED, now
        elif delay is None:
            state, next_at = Delivery.GIVEN_UP, now
        else:
            wait = max(delay, min(answer.wait or delay, MOST_WAIT))
            state, next_at = Delivery.WAITING, now + wait * (1 + self.randbelow(_JITTER_PERCENT) / 100)
        with self.outboxes.write() as outbox:
            outbox.tried(message, state, outcome, next_at)
        return arrived


@dataclass(frozen=True, slots=True)
class ReplayWebhooks:
    """Show what was sent, and have it sent anew; on record by `itself` when nobody is named."""

    outboxes: Outboxes
    clock: Clock
    itself: str

    def recent(self, states: Collection[Delivery] = ()) -> Sequence[Message]:
        """Return the last messages, newest first: all, or those in these states."""
        with self.outboxes.read() as outbox:
            return outbox.recent(LISTED, states)

    def __call__(self, ids: Collection[str], *, actor: str | None = None) -> int:
        """Have these messages sent anew, and return how many there are; `actor` is who wants it, at the desk."""
        now = self.clock.now()
        with self.outboxes.write() as outbox:
            count = outbox.again(ids, now)
            if count:
                entry = AuditEntry(
                    action="messages.replayed", actor=actor or self.itself, object=str(count), result="ok"
                )
                outbox.audit(entry, now)
            return count

    def given_up(self, *, actor: str | None = None) -> int:
        """Have everything that was given up sent anew, and return how many messages that are."""
        total = 0
        while ids := [each.id for each in self.recent([Delivery.GIVEN_UP])]:
            total += self(ids, actor=actor)
        return total
