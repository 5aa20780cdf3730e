"""A demonstration that runs in processes of its own: what is put under load, from this checkout or an older one."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parents[3]
READY_SECONDS: Final = 180
_TICK: Final = os.sysconf("SC_CLK_TCK")


class NoSide(Exception):
    """A side that cannot be started; the message says why."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What processes have used: seconds of processor, bytes written to disk, bytes of memory (each page once)."""

    cpu: float
    written: int
    memory: int


@dataclass(frozen=True, slots=True)
class Side:
    """A running demonstration. `started` is how many seconds it took, its story included."""

    name: str
    process: subprocess.Popen[bytes]
    report: dict[str, Any]
    started: float

    def usage(self) -> Usage:
        """Add up what all its processes have used."""
        cpu, written, memory = 0.0, 0, 0
        for pid in self.pids():
            with contextlib.suppress(OSError, ValueError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                cpu += (int(fields[11]) + int(fields[12])) / _TICK
                written += _field(f"/proc/{pid}/io", "write_bytes:")
                memory += 1024 * _field(f"/proc/{pid}/smaps_rollup", "Pss:")
        return Usage(cpu, written, memory)

    def pids(self) -> list[int]:
        """Return its processes: the one that was started, and all below it."""
        below: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    below.setdefault(parent, []).append(int(entry.name))
        found = [self.process.pid]
        for pid in found:
            found += below.get(pid, [])
        return found

    def ask(self, url: str, body: object | None = None, token: str = "") -> Any:  # JSON
        """Ask for JSON, by POST where there is a body."""
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=20) as answer:  # our own
            return json.load(answer)


@contextmanager
def running(name: str, checkout: Path, first_port: int) -> Iterator[Side]:
    """Start the demonstration of a checkout that was set up, and stop it afterwards. Raises NoSide."""
    folder = Path(tempfile.mkdtemp(prefix="blauweknop-bench-"))
    report = folder / "report.json"
    environment = {**os.environ, "PORT": str(first_port), "STATE": str(folder / "state"), "REPORT": str(report)}
    began = time.monotonic()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [checkout / ".venv" / "bin" / "python", "-m", "demo"],
            cwd=checkout, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        # The report is written when the story is over.
        while not (report.exists() and report.stat().st_size):
            if process.poll() is not None or time.monotonic() - began > READY_SECONDS:
                raise NoSide(f"{name}: the demonstration did not start: {(folder / 'log').read_text()[-500:]}")
            time.sleep(0.2)
        started = time.monotonic() - began
        time.sleep(1)
        yield Side(name, process, json.loads(report.read_text()), started)
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Check an older commit out in a folder of its own and set it up. Raises NoSide."""
    folder = Path(tempfile.mkdtemp(prefix="blauweknop-base-"))
    git = ("git", "-C", str(HERE), "worktree")
    try:
        for command in ((*git, "add", "--detach", str(folder), revision), ("make", "-C", str(folder), "-s", "setup")):
            if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
                raise NoSide(f"{revision}: cannot be checked out and set up")
        yield folder
    finally:
        subprocess.run((*git, "remove", "--force", str(folder)), check=False)


@contextmanager
def syncs(side: Side) -> Iterator[list[int]]:
    """Count calls of fsync and fdatasync meanwhile, by strace where it is there; the list then gets one number."""
    counted: list[int] = []
    program = shutil.which("strace")
    if program is None:
        yield counted
        return
    with tempfile.NamedTemporaryFile() as file:
        attach = [word for pid in side.pids() for word in ("-p", str(pid))]
        command = [program, "-f", "-e", "trace=fsync,fdatasync", "-o", file.name, *attach]
        tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        time.sleep(2)
        yield counted
        tracer.send_signal(signal.SIGINT)
        tracer.wait(20)
        counted.append(sum("sync(" in line for line in Path(file.name).read_text().splitlines()))


def _field(file: str, name: str) -> int:
    lines = Path(file).read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
