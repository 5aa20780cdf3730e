"""Wait for a register so long and no longer, whatever its driver, or the file system that it is on, does."""

import threading
import time as clocks
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from typing import Final, Generic, TypeVar, final

from issuer.domain.errors import SourceUnavailable

T = TypeVar("T")

# Who looks for changes, or checks by hand, waits for the largest register.
LONGEST: Final = timedelta(minutes=30)
_MOST_WAITING: Final = 16


@final
class Patience:
    """Ask in a thread that is left behind when its time is over: a daemon, so that it keeps no service from stopping.

    So many ask at once, and others wait for them, also within their time. When that many were left behind and still
    wait, the register is not asked at all.
    """

    def __init__(self, time: timedelta) -> None:
        self.time = time
        self._room = threading.Semaphore(_MOST_WAITING)
        self._lock = threading.Lock()
        self._left_behind = 0

    def __call__(self, work: Callable[[], T], *, time: timedelta | None = None) -> T:
        """Return what the work comes to, or raise what it raises. Raises SourceUnavailable when it takes too long."""
        until = clocks.monotonic() + (self.time if time is None else time).total_seconds()
        room = 0.0 if self._left_behind >= _MOST_WAITING else until - clocks.monotonic()
        if not self._room.acquire(timeout=room):
            raise SourceUnavailable("too many questions wait for the register")
        question = _Question(work)
        try:
            # With what the log says of whose question it is.
            threading.Thread(target=copy_context().run, args=(self._ask, question), daemon=True).start()
        except RuntimeError as error:
            self._room.release()
            raise SourceUnavailable("no thread is left to ask the register") from error
        if not question.done.wait(until - clocks.monotonic()) and self._leave(question):
            raise SourceUnavailable("the register did not answer in time")
        return question.answer()

    def _ask(self, question: "_Question[T]") -> None:
        question.run()
        with self._lock:
            question.done.set()
            self._left_behind -= question.is_late
        self._room.release()

    def _leave(self, question: "_Question[T]") -> bool:
        with self._lock:
            question.is_late = not question.done.is_set()
            self._left_behind += question.is_late
            return question.is_late


class _Question(Generic[T]):
    """A question that is asked, and what comes of it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.done = threading.Event()
        self.is_late = False
        self._work = work
        self._outcome: list[T] = []
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Do the work, and keep what it comes to."""
        try:
            self._outcome.append(self._work())
        except BaseException as error:  # noqa: BLE001  # raised again by who waits
            self._failure = error

    def answer(self) -> T:
        """Return what the work came to, or raise what it raised."""
        if self._failure is not None:
            raise self._failure
        return self._outcome[0]
