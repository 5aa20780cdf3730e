"""`make demo` as a newcomer runs it: one command, real processes, and what its report says."""

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

import httpx2

from demo.processes import DemoError, check_ports
from demo.stage import ports_from

CHECKOUT = Path(__file__).parents[3]
START_SECONDS = 110.0
STOP_SECONDS = 15.0

_reserved: list[IO[str]] = []  # locks end with their files: these are open until the process ends


def free_range() -> int:
    """Find a first port from which a whole demonstration, and what a test puts beside it, finds room.

    The range stays this process' own until it ends, so that tests that run at the same time never choose one between
    another's choosing and its starting.
    """
    ranges = list(range(15_000, 31_000, 200))
    random.shuffle(ranges)  # not for secrets: another run of the tests should just begin elsewhere
    for first in ranges:
        if not _reserve(first):
            continue
        try:
            check_ports(ports_from(first))
        except DemoError:
            continue
        return first
    raise AssertionError("no free range of ports")


def _reserve(first: int) -> bool:
    folder = Path(tempfile.gettempdir()) / f"blauweknop-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = (folder / str(first)).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return False
    _reserved.append(lock)
    return True


def command(folder: Path, first_port: int, *, in_background: bool = False, **environment: str) -> subprocess.Popen[str]:
    """Start the demonstration in a session of its own, as a terminal would, or as a script would with `&`."""
    # What POSIX has a shell do for its background jobs (XCU 2.11): SIGINT is ignored from the start.
    background = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"] if in_background else []
    return subprocess.Popen(
        [*background, sys.executable, "-m", "demo"],
        cwd=CHECKOUT,
        env={**os.environ, "PORT": str(first_port), "STATE": str(folder), "COLUMNS": "200", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def processes_of(folder: Path) -> list[int]:
    """Return the processes that work in this state folder, by their command line or environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            said = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in said and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


@dataclass
class Demo:
    """A demonstration that has played its story and keeps serving."""

    folder: Path
    first_port: int
    participants: Sequence[dict[str, Any]] = ()
    report: dict[str, Any] = field(default_factory=dict)
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=30, trust_env=False))
    _process: subprocess.Popen[str] | None = None
    _output: str = ""

    def start(self) -> Self:
        """Run the command until it invites. Raises AssertionError with its output."""
        self.folder.mkdir(parents=True, exist_ok=True)
        participants = self.folder / "participants.json"
        participants.write_text(json.dumps(self.participants))
        report = self.folder / "report.json"
        self._process = command(self.state, self.first_port, PARTICIPANT=str(participants), REPORT=str(report))
        deadline = time.monotonic() + START_SECONDS
        while not report.exists() or not report.read_text().endswith("}"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the demonstration did not come to its end:\n{self._output}")
            time.sleep(0.1)
        self.report = json.loads(report.read_text())
        return self

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def agency(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.report["issuers"][key]
        return found

    @property
    def verifier(self) -> dict[str, Any]:
        found: dict[str, Any] = self.report["verifier"]
        return found

    def bsn(self, persona: str) -> str:
        return str(self.report["personas"][persona]["bsn"])

    def known_as(self, key: str, persona: str) -> dict[str, str]:
        """The number by which an agency knows somebody, by its name in the business API."""
        person = self.report["personas"][persona]
        number = person["klantnummers"].get(key)
        return {"bsn": str(person["bsn"])} if number is None else {"klantnummer": str(number)}

    def api(self, key: str, resource: str, body: object = None, *, method: str = "POST") -> httpx2.Response:
        """Call an agency's own API."""
        agency = self.agency(key)
        headers = {"authorization": f"Bearer {agency['apiToken']}"}
        return self.http.request(method, f"{agency['url']}/api/v1/{resource}", json=body, headers=headers)

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Press Ctrl-C; return the exit code and everything that was printed."""
        assert self._process is not None
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)
        self._output += self._process.communicate(timeout=STOP_SECONDS)[0]
        return self._process.returncode, self._output

    def kill(self) -> None:
        """End everything, whatever state it is in."""
        self.http.close()
        # What has ended by itself is still heard out: its last words say why.
        if self._process is None or (self._process.stdout and self._process.stdout.closed):
            return
        try:
            self.stop(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._output += self._process.communicate()[0]
