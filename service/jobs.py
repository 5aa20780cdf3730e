"""Work that repeats beside the service, in a thread of its own, with a clean stop."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final, Protocol, final

from credentials.errors import BlauweKnopError
from service.logging import get_logger

_STOP_WITHIN_SECONDS: Final = 10.0

_log: Final = get_logger(__name__)


class Job(Protocol):
    """Something that runs beside the apps."""

    def start(self) -> None:
        """Begin."""
        ...

    def stop(self) -> None:
        """End, and wait until it has ended."""
        ...


@final
class Periodic:
    """Run `work` every so often until stopped. A failure is logged by its code; the next turn comes as planned.

    Example:
        jobs = [Periodic("purge", timedelta(minutes=5), sessions.purge)]
        app = assemble(pages=…, jobs=jobs)
    """

    def __init__(
        self, name: str, every: timedelta, work: Callable[[], object], *, first: timedelta | None = None
    ) -> None:
        self.name = name
        self._every = every.total_seconds()
        self._first = self._every if first is None else first.total_seconds()
        self._work = work
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; the first turn comes after `first` (default: one period)."""
        if self._thread is not None:
            return
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name=f"job-{self.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the turn that is being done."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_STOP_WITHIN_SECONDS)
            self._thread = None

    def run_now(self) -> bool:
        """Do one turn in this thread; tell whether it succeeded."""
        try:
            self._work()
        except Exception as error:  # noqa: BLE001  # one failed turn must not end the job
            code = error.code if isinstance(error, BlauweKnopError) else type(error).__name__
            _log.error("job_failed", job=self.name, code=code)
            return False
        return True

    def _run(self) -> None:
        wait = self._first
        while not self._stopping.wait(wait):
            self.run_now()
            wait = self._every
