"""The demonstration's processes: started together, watched, and ended together whatever happens.

One process loads every party's code (`demo.loaded`) and does nothing else; each process here is a copy of it (a fork),
which then does what `python -m …` would do. So the code is loaded once, and no process has ever held what is another's.
"""

import contextlib
import os
import runpy
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Final, Self

LOADED: Final = "demo.loaded"
READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 5.0

_ASKED_TO_END: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class DemoError(Exception):
    """The demonstration cannot go on; the message says what to do."""


def check_ports(ports: Sequence[int]) -> None:
    """Demand that every port is free on loopback. Raises DemoError that names those in use."""
    taken = [port for port in ports if not _free(port)]
    if taken:
        numbers = ", ".join(map(str, taken))
        raise DemoError(
            f"Port {numbers} is already in use, perhaps by a demo that still runs.\n"
            "Stop that program, or choose other ports: make demo PORT=9100"
        )


def _free(port: int) -> bool:
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if family is socket.AF_INET or error.errno == 98:  # EADDRINUSE; a machine without IPv6 has nothing there
                return False
    return True


def copies() -> ForkServerContext:
    """Return what makes processes that begin with the code loaded; the first call starts the one that loads it."""
    context = get_context("forkserver")
    context.set_forkserver_preload([LOADED])
    resource_tracker.ensure_running()  # it would undo the mask
    # A Ctrl-C, or the closing of a terminal, is for us alone: we end the others in order, and hear how each ended.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ASKED_TO_END)
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context


def _become(name: str, arguments: Sequence[str], log: Path) -> None:
    """Be in this new process what `python -m …` would be."""
    os.setsid()
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)  # `top` and `ps` know it by this name
    with Path(os.devnull).open("rb") as nothing, log.open("wb") as output:
        for stream, number in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(stream.fileno(), number)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKED_TO_END)
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def end_on_signals() -> None:
    """Let an interruption, a kind request to end and a closed terminal end this program in order.

    A shell starts what it puts in the background deaf to an interruption, and Python leaves that as it finds it; who
    then interrupts the whole group means us as well. Deaf to a closed terminal is how `nohup` starts a program: that is
    a wish, and stays.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if number is signal.SIGTERM or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda received, _frame: sys.exit(128 + received))


@dataclass(slots=True)
class Processes:
    """The running processes of one demonstration; a context manager that leaves none behind."""

    logs: Path
    _running: dict[str, ForkServerProcess] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Do what `python -m …` would; the output goes to a log file of its name."""
        log = self.logs / f"{name}.log"
        log.touch()
        # An interruption in between would leave a process that nobody knows of.
        with _undisturbed():
            process = copies().Process(target=_become, args=(name, tuple(arguments), log), name=name)
            process.start()
            self._running[name] = process

    def wait_until_ready(self, name: str, url: str) -> None:
        """Wait for a 200 from this address. Raises DemoError with the end of the log when the process ended."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.check(name)
            with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own address
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise DemoError(f"{name} did not answer at {url} within {READY_SECONDS:.0f} seconds.\n{self._tail(name)}")

    def check(self, name: str) -> None:
        """Raise DemoError when this process has ended."""
        if not self._running[name].is_alive():
            raise DemoError(f"{name} stopped by itself.\n{self._tail(name)}")

    def check_all(self) -> None:
        """Raise DemoError when any process has ended."""
        for name in self._running:
            self.check(name)

    def memory(self) -> int:
        """Return the bytes of memory of all processes, each shared page counted once (Linux; elsewhere 0)."""
        return sum(_proportional_memory(process) for process in self._groups())

    def stop(self) -> None:
        """End every process: first kindly, then by force. Pressing Ctrl-C again changes nothing."""
        with _undisturbed():
            self._stop()

    def _stop(self) -> None:
        for process in self._running.values():
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            process.join(max(0.1, deadline - time.monotonic()))
            if process.is_alive():
                _signal(process, signal.SIGKILL)
                process.join()
        self._running.clear()

    def _groups(self) -> list[int]:
        leaders = {process.pid for process in self._running.values()}
        found = _children()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ValueError):
                if os.getpgid(int(entry.name)) in leaders:
                    found.append(int(entry.name))
        return found

    def _tail(self, name: str) -> str:
        log = self.logs / f"{name}.log"
        lines = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
        return "\n".join([*(f"  | {line}" for line in lines), f"The whole log: {log}"])


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a signal that asks us to end wait until the block is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    before = {
        number: signal.signal(number, lambda received, _frame: waiting.append(received))
        for number in _ASKED_TO_END
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if waiting:
            signal.raise_signal(waiting[0])


def _signal(process: ForkServerProcess, number: signal.Signals) -> None:
    # One that was begun just now has no group of its own yet.
    if process.pid is None:
        return
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            send(process.pid, number)
            return


def _children() -> list[int]:
    """The process that loads the code, and Python's own tracker beside it."""
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def _proportional_memory(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
