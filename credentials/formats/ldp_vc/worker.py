"""A process that does what takes long, and is killed when it takes too long.

A large document keeps an engine busy for longer than a service may leave its other callers waiting. So it goes to a
process of its own, one per `Worker`, started when it is first needed; memory and time are bounded there.
"""

import os
import select
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Final, final

from credentials.errors import LimitExceeded, Unavailable
from credentials.formats.ldp_vc.safety import UnsafeDocument

_PROGRAM: Final = Path(__file__).with_name("canonical_process.py")
_CHUNK: Final = 1 << 16
_START_SECONDS: Final = 30.0


class TooCostly(LimitExceeded):
    """A document that cannot be canonicalised within the time that we give it."""

    code = "canonicalisation_too_costly"


@final
class Worker:
    """One process for costly documents, used by one thread at a time.

    It is told once what it needs to know, the `setting`; a request after that is only a document's text.
    """

    def __init__(self, seconds: float, setting: Callable[[], bytes]) -> None:
        self._seconds = seconds
        self._setting = setting
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def run(self, job: bytes, data: bytes) -> bytes:
        """Have a document canonicalised; `job` is the letter of a hash.

        Raises TooCostly when it takes too long, UnsafeDocument when it is refused.
        """
        with self._lock:
            process = self._running()
            deadline = time.monotonic() + self._seconds
            try:
                answer = _exchange(process, _framed(job, data), deadline)
            except (TooCostly, OSError):
                self._stop()
                raise
            except EOFError as error:
                # It ran into its limit of memory or processor time.
                self._stop()
                raise TooCostly("the document needs more than a worker has") from error
        if answer[:1] != b"Y":
            raise UnsafeDocument("the document is not JSON-LD that can be signed over as a whole")
        return answer[1:]

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._stop()

    def _running(self) -> "subprocess.Popen[bytes]":
        # After a fork the pipes are still the parent's: a child starts a worker of its own.
        if self._process is not None and (self._owner != os.getpid() or self._process.poll() is not None):
            self._process = None
        if self._process is None:
            try:
                self._process = subprocess.Popen(  # noqa: S603  # our own program, no input in its arguments
                    [sys.executable, "-I", str(_PROGRAM)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={},
                )
            except OSError as error:
                raise Unavailable("no worker can be started") from error
            self._owner = os.getpid()
            weakref.finalize(self, _end, self._process, self._owner)
            try:
                # Starting an interpreter takes its time on a busy machine: that is not the document's fault.
                _exchange(self._process, _framed(b"S", self._setting()), time.monotonic() + _START_SECONDS)
            except (TooCostly, EOFError, OSError) as error:
                self._stop()
                raise Unavailable("no worker can be started") from error
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            _end(self._process, self._owner)
            self._process = None


def _framed(job: bytes, data: bytes) -> bytes:
    return job + struct.pack(">I", len(data)) + data


def _exchange(process: "subprocess.Popen[bytes]", request: bytes, deadline: float) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    source, sink = process.stdout.fileno(), process.stdin.fileno()
    os.set_blocking(sink, False)
    view = memoryview(request)
    while view:
        _wait(sink, deadline, writing=True)
        try:
            view = view[os.write(sink, view) :]
        except BrokenPipeError as error:
            raise EOFError from error
    head = _read(source, 5, deadline)
    return head[:1] + _read(source, struct.unpack(">I", head[1:])[0], deadline)


def _read(source: int, count: int, deadline: float) -> bytes:
    content = bytearray()
    while len(content) < count:
        _wait(source, deadline, writing=False)
        chunk = os.read(source, min(_CHUNK, count - len(content)))
        if not chunk:
            raise EOFError
        content += chunk
    return bytes(content)


def _wait(descriptor: int, deadline: float, *, writing: bool) -> None:
    left = deadline - time.monotonic()
    ours = [descriptor]
    ready = select.select([] if writing else ours, ours if writing else [], [], max(0.0, left))
    if not any(ready):
        raise TooCostly("the document takes too long to canonicalise")


def _end(process: "subprocess.Popen[bytes]", owner: int) -> None:
    if owner != os.getpid():
        return
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
