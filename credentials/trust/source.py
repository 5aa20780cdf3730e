"""Where a party's trust list comes from: read now and then, kept while it is good, never replaced by an older one.

Reading is handed in, and so is keeping: with a `Keeper` the last good list survives a restart, and so does its number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Protocol, final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError
from credentials.keys import PublicJwk
from credentials.trust.trust_list import HeldTrustList, TrustList

RETRY: Final = timedelta(seconds=10)


class Keeper(Protocol):
    """Keeps one text between restarts."""

    def load(self) -> str | None:
        """Return the text that was saved last."""
        ...

    def save(self, content: str) -> None:
        """Keep this text instead."""
        ...


@final
@dataclass(frozen=True, slots=True)
class SourceState:
    """How a trust list stands: the last good one, expired or not, and how reading it went.

    `renewed_at` is when it was last read well since the start, `due` when it is read next. `fault` is the code of the
    error of the last time, if that went wrong.
    """

    held: TrustList | None
    renewed_at: datetime | None
    due: datetime | None
    fault: str | None


@final
class TrustListSource:
    """The current trust list. Safe for threads; one of them reads while the others go on with the list held.

    `failed` is told the code of the error when the list could not be renewed; the next try comes after `RETRY`.
    """

    def __init__(
        self,
        read: Callable[[], str],
        root: PublicJwk | tuple[PublicJwk, ...],
        clock: Clock,
        *,
        refresh: timedelta,
        keeper: Keeper | None = None,
        failed: Callable[[str], None] = lambda _code: None,
    ) -> None:
        self._read = read
        self._clock = clock
        self._refresh = refresh
        self._keeper = keeper
        self._failed = failed
        self._held = HeldTrustList(root)
        self._due: datetime | None = None
        self._renewed_at: datetime | None = None
        self._fault: str | None = None
        self._lock = Lock()
        if keeper is not None:
            self._take_up(keeper.load())

    def current(self) -> TrustList:
        """Return the last good list, renewed when it is time. Raises TrustListExpired."""
        now = self._clock.now()
        # Whoever finds it due renews it; the others wait only when there is nothing to go on with.
        if (self._due is None or now >= self._due) and self._lock.acquire(blocking=not self._held.jwt):
            try:
                if self._due is None or now >= self._due:
                    self._renew(now)
            finally:
                self._lock.release()
        return self._held.current(now)

    def renew(self) -> None:
        """Read the list now, whether or not it is time; on any failure the list held stays."""
        with self._lock:
            self._renew(self._clock.now())

    def state(self) -> SourceState:
        """Say how the list stands in this process; nothing is read anew."""
        return SourceState(self._held.last, self._renewed_at, self._due, self._fault)

    def _renew(self, now: datetime) -> None:
        before = self._held.jwt
        try:
            self._held.offer(self._read(), now)
        except (BlauweKnopError, OSError, ValueError) as error:
            self._due = now + min(RETRY, self._refresh)
            self._fault = error.code if isinstance(error, BlauweKnopError) else "unreadable"
            self._failed(self._fault)
            return
        self._due, self._renewed_at, self._fault = now + self._refresh, now, None
        if self._keeper is not None and self._held.jwt != before:
            self._keeper.save(self._held.jwt)

    def _take_up(self, kept: str | None) -> None:
        if kept is None:
            return
        try:
            self._held.offer(kept, self._clock.now())
        except BlauweKnopError as error:
            # It has expired meanwhile, or the scheme has a new root key: then only a fresh list counts.
            self._failed(error.code)
