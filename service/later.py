"""Writes that nobody waits for: with the next commit, or in a moment by themselves. A crash may lose them.

Only for what nobody relies on: a mark that helps to read the records, the moment that something was last seen.
"""

import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, TypeAlias, final

from sqlalchemy import Connection

from credentials.errors import BlauweKnopError
from service.logging import get_logger

Work: TypeAlias = Callable[[Connection], None]

WITHIN_SECONDS: Final = 0.25
MOST: Final = 1_000
# After so many turns with nothing to do the watching thread ends; the next one to add something starts another.
_QUIET_TURNS: Final = 8
# After so many failures in a row it is the database that fails, and each further one may take its time.
_GIVE_UP: Final = 3

_log: Final = get_logger(__name__)


@final
class Later:
    """What waits to be written. When nobody has done so within a quarter of a second, `commit` is called for it."""

    def __init__(self, commit: "weakref.WeakMethod[Callable[[], None]]") -> None:
        # Weak: what waits does not keep its database alive.
        self._commit_of = commit
        self.forget()

    def forget(self) -> None:
        """Let go of everything: in a child process it is the parent's."""
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: list[Work] = []
        self._watched = False

    def add(self, work: Work) -> None:
        """Have this done with the next commit."""
        with self._lock:
            self._waiting.append(work)
            full = len(self._waiting) >= MOST
            watched, self._watched = self._watched, True
        if not watched:
            threading.Thread(target=self._watch, name="later", daemon=True).start()
        if full:
            self._commit()

    def run(self, connection: Connection) -> None:
        """Do what waits, in the caller's transaction; what fails is logged and leaves nothing."""
        with self._lock:
            work, self._waiting = self._waiting, []
        if not work:
            return
        try:
            with connection.begin_nested():
                for each in work:
                    each(connection)
        except Exception:  # noqa: BLE001  # one of them is at fault, and the others are done without it
            for each in work:
                self._run_one(connection, each)

    def run_apart(self, block: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Do what waits, each piece in a block of its own; return when it and what others are doing is done."""
        with self._writing:
            with self._lock:
                work, self._waiting = self._waiting, []
            failed: Counter[str] = Counter()
            in_a_row = 0
            for each in work:
                if in_a_row == _GIVE_UP:
                    failed["given_up"] += 1
                    continue
                try:
                    with block() as connection:
                        each(connection)
                    in_a_row = 0
                except Exception as error:  # noqa: BLE001  # as in `run`
                    failed[_code(error)] += 1
                    in_a_row += 1
            for code, times in failed.items():
                _log.warning("later_failed", code=code, times=times)

    def _run_one(self, connection: Connection, work: Work) -> None:
        try:
            with connection.begin_nested():
                work(connection)
        except Exception as error:  # noqa: BLE001  # it may not take those down who wait for this commit
            _log.warning("later_failed", code=_code(error))

    def finish(self) -> None:
        """Have everything done now."""
        if self._waiting or self._writing.locked():
            self._commit()

    def _commit(self) -> None:
        commit = self._commit_of()
        if commit is not None:
            commit()

    def _watch(self) -> None:
        quiet = 0
        while quiet < _QUIET_TURNS:
            time.sleep(WITHIN_SECONDS)
            with self._lock:
                quiet = 0 if self._waiting else quiet + 1
                if quiet == _QUIET_TURNS:
                    self._watched = False
            try:
                self.finish()
            except Exception as error:  # noqa: BLE001  # a thread of our own: nobody above it to tell
                _log.warning("later_failed", code=_code(error))


def _code(error: Exception) -> str:
    return error.code if isinstance(error, BlauweKnopError) else type(error).__name__
