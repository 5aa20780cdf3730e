"""A process that does what could take forever, and is killed when it does.

Canonicalising nine blank nodes that look alike keeps the engine busy for minutes and cannot be interrupted from
Python. So whatever is large or has blank nodes that only a search tells apart goes to a process of its own, one per
`Worker`, started when it is first needed.
"""

import os
import select
import struct
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Final, final

from credentials.errors import LimitExceeded, Unavailable
from credentials.formats.base import MalformedCredential

PARSE: Final = b"P"
EXPAND_AND_PARSE: Final = b"E"
CANONICALISE: Final = {"sha256": b"C", "sha384": b"D"}

_PROGRAM: Final = Path(__file__).with_name("oxigraph_process.py")
_CHUNK: Final = 1 << 16
_START_SECONDS: Final = 30.0


class TooCostly(LimitExceeded):
    """A document that cannot be canonicalised within the time that we give it."""

    code = "canonicalisation_too_costly"


@final
class Worker:
    """One process for costly work, used by one thread at a time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def run(self, job: bytes, data: bytes) -> bytes:
        """Have a job done. Raises TooCostly when it takes too long, MalformedCredential when it cannot be done."""
        with self._lock:
            process = self._running()
            deadline = time.monotonic() + self._seconds
            try:
                answer = _exchange(process, job + struct.pack(">I", len(data)) + data, deadline)
            except (TooCostly, OSError):
                self._stop()
                raise
            except EOFError as error:
                # It ran into its limit of memory or processor time.
                self._stop()
                raise TooCostly("the document needs more than a worker has") from error
        if answer[:1] != b"Y":
            raise MalformedCredential("the document is not valid JSON-LD")
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
                _greeted(self._process)
            except (TooCostly, EOFError) as error:
                self._stop()
                raise Unavailable("no worker can be started") from error
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            _end(self._process, self._owner)
            self._process = None


def _greeted(process: "subprocess.Popen[bytes]") -> None:
    # Starting an interpreter takes its time on a busy machine: that is not the document's fault.
    if process.stdout is None:
        raise EOFError
    _read(process.stdout.fileno(), 1, time.monotonic() + _START_SECONDS)


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
