"""One writer at a time among the processes that share a SQLite file, in turns and with a bound on the wait.

SQLite's own busy handler sleeps ever longer between its tries, so a process that comes back at once nearly always
wins. Here there are two locks: whoever waits for the second one holds the first, and who has just been in must first
get past it. Locks end with the process that held them.
"""

import os
import sys
import time
from pathlib import Path
from typing import Final, final

from service.errors import Overloaded

if sys.platform != "win32":
    import fcntl

_SHORTEST: Final = 0.0001
_LONGEST: Final = 0.001


@final
class Turnstile:
    """The lock beside a database file; without a path it lets everybody through."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._files: tuple[int, int] | None = None

    def enter(self, seconds: float) -> None:
        """Wait until it is this process's turn. Raises Overloaded after so many seconds."""
        if self._path is None or sys.platform == "win32":
            return
        deadline = time.monotonic() + seconds
        waiting, writing = self._opened(self._path)
        _lock(waiting, deadline)
        try:
            _lock(writing, deadline)
        finally:
            fcntl.flock(waiting, fcntl.LOCK_UN)

    def leave(self) -> None:
        """Let the next one in."""
        if self._files is not None and sys.platform != "win32":
            fcntl.flock(self._files[1], fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the files; they are opened again when they are needed."""
        files, self._files = self._files, None
        for each in files or ():
            os.close(each)

    def forget_parent(self) -> None:
        """Open files of our own in a child process: a lock belongs to an opened file, which a fork shares."""
        self.close()

    def _opened(self, path: Path) -> tuple[int, int]:
        if self._files is None:
            waiting, writing = (
                os.open(path.with_name(f"{path.name}-{name}"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                for name in ("waiting", "writing")
            )
            self._files = waiting, writing
        return self._files


def _lock(file: int, deadline: float) -> None:
    # A lock that is waited for in the system has no bound, so it is tried: soon, and then every millisecond.
    if sys.platform == "win32":
        return
    pause = _SHORTEST
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise Overloaded("another process is writing") from error
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST)
        else:
            return
