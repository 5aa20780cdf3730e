"""The demonstration's processes: started together, watched, and ended together whatever happens."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

READY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 5.0


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


@dataclass(slots=True)
class Processes:
    """The running processes of one demonstration; a context manager that leaves none behind."""

    logs: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, name: str, arguments: Sequence[str]) -> None:
        """Start `python -m …`; its output goes to a log file of its name."""
        # An interruption in between would leave a process that nobody knows of.
        with _undisturbed(), (self.logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                start_new_session=True,  # Ctrl-C reaches us alone, so that we end the others in order.
            )

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
        if self._running[name].poll() is not None:
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
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()

    def _groups(self) -> list[int]:
        leaders = {process.pid for process in self._running.values()}
        found = []
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
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if waiting:
            signal.raise_signal(waiting[0])


def _proportional_memory(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
