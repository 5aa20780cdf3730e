"""Fixtures that more than one area of tests stands on: clocks, databases on both engines, and a strict log."""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

from credentials.clock import FixedClock
from service import printing
from service.database import Database
from service.logging import configure
from tests.hsm import CONFIGURATION, Hsm

POSTGRESQL_URL = "BLAUWEKNOP_TEST_POSTGRESQL"
NEED_ALL = "BLAUWEKNOP_TESTS_NEED_ALL"
# Tests below these share a demonstration that is started once (`xdist_group`).
# What takes many seconds each; pages in a real browser do.
_LONG = ("long", "browser")
ONE_WORKER = ("tests/flows/demo/", "tests/browser/test_story.py")
_LONG_ID = 50
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

# Speed is never part of a test: a machine that is busy makes any example slow once.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def do_without(what: str) -> NoReturn:
    """Skip a test that needs what this machine does not have; fail it where all is to be tested (as in `.ci/run`)."""
    if os.environ.get(NEED_ALL, "") not in ("", "0"):
        pytest.fail(f"{what} ({NEED_ALL} is set)", pytrace=False)
    pytest.skip(what)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Call bytes and long texts by their argument: a fresh key in a test's name would differ between workers."""
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > _LONG_ID) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs things from outside the project, and what is long, unless asked.

    A variable that says where they lie asks for what needs it; `-m outside` for all, and then what lacks its variable
    is skipped and says so.
    """
    wanted = str(config.getoption("markexpr"))
    left_out = []
    for item in items:
        lacking = _lacking(item)
        long = any(item.get_closest_marker(mark) for mark in _LONG)
        if (long and "long" not in wanted) or (lacking and "outside" not in wanted):
            left_out.append(item)
        elif lacking and lacking[0]:
            item.add_marker(pytest.mark.skip(reason=f"{lacking[0]} says nowhere (CONTRIBUTING.md)"))
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _lacking(item: pytest.Item) -> list[str]:
    """Give the variables that a test needs and that are not there; an empty one for a test that needs a network."""
    variables = [variable for mark in item.iter_markers("outside") for variable in (mark.args or ("",))]
    return [variable for variable in variables if variable not in os.environ]


class _Together(LoadGroupScheduling):
    """`--dist loadgroup` by place.

    pytest-xdist 3.8 writes a test's group into its node id, which pytest 9.2 no longer lets it do; then every worker
    would start a demonstration of its own.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in ONE_WORKER if nodeid.startswith(place)), super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Together | None:
    """Keep tests together that share something large."""
    return _Together(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture
def able_to_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test that is not about documents find a machine that could make them, Pango or not."""
    monkeypatch.setattr(printing, "missing", lambda: None)


@pytest.fixture(autouse=True, scope="session")
def strict_log() -> None:
    """A log line with personal data in it fails the test that caused it."""
    configure(level="critical", strict=True)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database in a file."""
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hsm]:
    """A hardware module in software, in a folder of its own; each test takes a fresh token in it."""
    hsm = Hsm.find(tmp_path_factory.mktemp("hsm"))
    if hsm is None:
        do_without("no SoftHSM here: install it (Debian: apt-get install softhsm2)")
    # Read by the module when it is initialised, and so not for one test.
    before = os.environ.get(CONFIGURATION)
    os.environ[CONFIGURATION] = str(hsm.configuration)
    yield hsm
    if before is None:
        del os.environ[CONFIGURATION]
    else:
        os.environ[CONFIGURATION] = before


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with _postgresql_database(postgresql_server) as url:
        yield url


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    """An empty PostgreSQL database."""
    database = Database(postgresql_url)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database, once on SQLite and once on PostgreSQL: what storage contract suites run on."""
    made: Database = request.getfixturevalue(request.param)
    return made


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: one given by the environment, or one of our own for these tests."""
    given = os.environ.get(POSTGRESQL_URL)
    if given:
        yield given
        return
    programs = _postgresql_programs()
    if programs is None:
        do_without(f"no PostgreSQL here: install it (Debian: apt-get install postgresql) or set {POSTGRESQL_URL}")
    with _Cluster(programs) as url:
        yield url


def _postgresql_programs() -> Path | None:
    on_path = shutil.which("initdb")
    found = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


class _Cluster:
    """A PostgreSQL of our own in a temporary folder, on a Unix socket and a loopback port, gone after the tests."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="bk-pg-"))
        # PostgreSQL refuses to run as root: then it runs as the user that its package made.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def __enter__(self) -> str:
        if self._as:
            shutil.chown(self._folder, "postgres")
        data = self._folder / "data"
        port = _free_port()
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={self._folder} -c fsync=off"
        self._run("initdb", "-D", str(data), "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._run("pg_ctl", "-D", str(data), "-o", options, "-w", "-t", "30", "-l", str(self._folder / "log"), "start")
        return f"postgresql://test@127.0.0.1:{port}/postgres"

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._programs / program), *arguments]
        # A daemon keeps what it inherits open, so nothing is captured by pipe.
        with (self._folder / "out").open("ab") as out:
            subprocess.run(command, check=True, timeout=60, stdout=out, stderr=out, cwd="/")


class _postgresql_database:  # noqa: N801  # used as a function
    """An empty database of its own on the server, dropped at the end."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._name = f"t_{uuid.uuid4().hex}"

    def __enter__(self) -> str:
        self._execute(f'CREATE DATABASE "{self._name}"')
        return f"{self._server.rpartition('/')[0]}/{self._name}"

    def __exit__(self, *_: object) -> None:
        self._execute(f'DROP DATABASE "{self._name}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self._server.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement.encode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
