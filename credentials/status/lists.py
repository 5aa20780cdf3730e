"""Keeping lists that were fetched and checked: for how long, how many, and never fetched twice at once.

A list is kept under the authority it was checked against. A failure is kept too, though briefly, so that an address
that does not answer is not asked again for each credential that names it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Generic, Protocol, TypeAlias, TypeVar, final

from credentials.clock import Clock
from credentials.status.errors import StatusError

Key: TypeAlias = tuple[str, str, str]
"""The kind of list, the authority it was checked against, and its address."""

_STRIPES: Final = 64


class KeepableList(Protocol):
    """What is kept of a list: claims that say until when they may be relied on, and how large they are."""

    @property
    def expires_at(self) -> datetime | None:
        """The moment from which the list must not be used, if it states one."""
        ...

    @property
    def time_to_live(self) -> timedelta | None:
        """How long after it was fetched a new one should be, if it states that."""
        ...

    @property
    def size(self) -> int:
        """The bytes that it takes, about."""
        ...


Kept = TypeVar("Kept", bound=KeepableList)


@final
@dataclass(frozen=True, slots=True)
class ReadList(Generic[Kept]):
    """A list beside the bytes that it came as."""

    claims: Kept
    body: bytes

    @property
    def expires_at(self) -> datetime | None:
        """The moment from which the list must not be used."""
        return self.claims.expires_at

    @property
    def time_to_live(self) -> timedelta | None:
        """How long after it was fetched a new one should be."""
        return self.claims.time_to_live

    @property
    def size(self) -> int:
        """The bytes that both take."""
        return self.claims.size + len(self.body)


@final
@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much a checker keeps.

    `max_age` is for lists that bear no expiry; None leaves it to their publishers, whose list was just fetched from
    their own address. Where lists come from files, set it: nothing else says how old a copy is. `default_ttl` is for
    lists that state no `ttl`; `max_ttl` bounds what they state, so that a revocation is seen within that time.
    `failure_ttl` is how long a failure counts without asking again.
    """

    max_age: timedelta | None = None
    default_ttl: timedelta = timedelta(minutes=5)
    max_ttl: timedelta = timedelta(hours=12)
    failure_ttl: timedelta = timedelta(seconds=2)
    max_lists: int = 64
    max_bytes: int = 64 << 20


@final
@dataclass(frozen=True, slots=True)
class _Entry(Generic[Kept]):
    outcome: Kept | StatusError
    until: datetime
    size: int
    serial: int


# What one batch has read: whole outcomes by keeper and key. A context of its own, so that threads do not share it.
_BATCH: ContextVar[dict[tuple[int, Key], object] | None] = ContextVar("status_lists_of_a_batch", default=None)


@final
class KeptLists(Generic[Kept]):
    """A bounded keeper of lists. Safe for threads."""

    __slots__ = ("_bytes", "_clock", "_entries", "_flights", "_limits", "_lock", "_serial")

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock = clock
        self._limits = limits
        self._entries: OrderedDict[Key, _Entry[Kept]] = OrderedDict()
        self._bytes = 0
        self._serial = 0
        self._lock = Lock()
        self._flights = tuple(Lock() for _ in range(_STRIPES))

    def get(self, key: Key, read: Callable[[], Kept]) -> Kept:
        """Return the kept list, or what `read` returns. Raises the StatusError that it raised, now or just before."""
        batch = _BATCH.get()
        outcome = None if batch is None else batch.get((id(self), key))
        if outcome is None:
            outcome = self._outcome(key, read)
            if batch is not None:
                batch[id(self), key] = outcome
        if isinstance(outcome, StatusError):
            # One error object raised by many threads would gather all their tracebacks.
            raise type(outcome)(outcome.detail) from outcome
        return outcome  # type: ignore[return-value]  # what this keeper put there

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Within this context, read each list once at most, however short it may be kept."""
        token = _BATCH.set({})
        try:
            yield
        finally:
            _BATCH.reset(token)

    def forget(self) -> None:
        """Drop everything."""
        batch = _BATCH.get()
        if batch is not None:
            batch.clear()
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def _outcome(self, key: Key, read: Callable[[], Kept]) -> Kept | StatusError:
        with self._lock:
            asked = self._serial
            held = self._held(key)
        if held is not None:
            return held
        # Whoever waited here while another fetched the same list takes that outcome: it is newer than the question.
        with self._flights[hash(key) % _STRIPES]:
            with self._lock:
                held = self._held(key, since=asked)
            if held is not None:
                return held
            try:
                outcome: Kept | StatusError = read()
            except StatusError as error:
                outcome = error
            self._keep(key, outcome)
            return outcome

    def _held(self, key: Key, since: int | None = None) -> Kept | StatusError | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        if self._clock.now() >= entry.until and (since is None or entry.serial <= since):
            return None
        self._entries.move_to_end(key)
        return entry.outcome

    def _keep(self, key: Key, outcome: Kept | StatusError) -> None:
        # Token Status List section 8.3: `exp` and `ttl` decide, not HTTP's headers; `ttl` counts from the fetch.
        if isinstance(outcome, StatusError):
            until, size = self._clock.now() + self._limits.failure_ttl, 0
        else:
            ttl = outcome.time_to_live
            bound = self._limits.default_ttl if ttl is None else ttl
            until, size = self._clock.now() + min(bound, self._limits.max_ttl), outcome.size
            if outcome.expires_at is not None:
                until = min(until, outcome.expires_at)
        with self._lock:
            self._drop(key)
            self._serial += 1
            self._entries[key] = _Entry(outcome, until, size, self._serial)
            self._bytes += size
            while len(self._entries) > self._limits.max_lists or self._bytes > self._limits.max_bytes:
                self._drop(next(iter(self._entries)))

    def _drop(self, key: Key) -> None:
        dropped = self._entries.pop(key, None)
        if dropped is not None:
            self._bytes -= dropped.size
