"""Whole flows with three workers at every party: nothing in the memory of one that another would miss.

The story of the demonstration logs in, issues, presents, checks again after a payment and issues anew. Each request
comes on a connection of its own, while others keep workers busy, so that no two steps meet one worker by habit.
"""

import contextlib
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx2
import pytest

from demo.processes import Processes
from demo.services import start
from demo.stage import Stage, set_stage
from demo.story import play
from tests.conftest import _postgresql_database
from tests.flows.demo.running import free_range

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(240), pytest.mark.long]

WORKERS = 3
ON_POSTGRESQL = ("agencies/cjib.toml", "agencies/tilburg.toml", "wallet.toml", "verifier.toml")


def test_a_whole_story_with_three_workers_each_on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = set_stage(tmp_path / "stage", free_range(), None)
    the_story_holds(stage, tmp_path / "logs", monkeypatch)


@pytest.mark.postgresql
def test_a_whole_story_with_three_workers_each_on_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgresql_server: str
) -> None:
    stage = set_stage(tmp_path / "stage", free_range(), None)
    with contextlib.ExitStack() as databases:
        for name in ON_POSTGRESQL:
            url = databases.enter_context(_postgresql_database(postgresql_server))
            file = stage.folder / name
            others = [line for line in file.read_text().splitlines() if not line.startswith("database")]
            file.write_text("\n".join([f'database = "{url}"', *others]))
        the_story_holds(stage, tmp_path / "logs", monkeypatch)
    assert not (stage.folder / "wallet.db").exists()


def the_story_holds(stage: Stage, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "demo.browser.httpx2.Client",
        partial(httpx2.Client, limits=httpx2.Limits(max_connections=1, max_keepalive_connections=0)),
    )
    with Processes(logs) as processes:
        start(stage, processes, workers=WORKERS)
        before = {party: read_by(processes, party) for party in ("wallet", "verifier", "justitie")}
        assert {party: len(each) for party, each in before.items()} == dict.fromkeys(before, WORKERS)
        with busy(stage):
            story = play(stage, lambda _step: None, lambda *_progress: None)
        for party, each in before.items():
            now = read_by(processes, party)
            worked = [pid for pid, read in each.items() if now[pid] > read + 10_000]
            assert len(worked) > 1, f"one worker did all the work of the {party}"
    assert story.faults() == []
    for log in logs.glob("*.log"):
        assert "worker_died" not in log.read_text()
        assert "request_failed" not in log.read_text()


def read_by(processes: Processes, party: str) -> dict[int, int]:
    """Return how many bytes each worker of a party has read."""
    maker = processes._running[party].pid
    workers = Path(f"/proc/{maker}/task/{maker}/children").read_text().split()
    return {int(pid): int(Path(f"/proc/{pid}/io").read_text().split()[1]) for pid in workers}


@contextlib.contextmanager
def busy(stage: Stage) -> Iterator[None]:
    """Ask for pages all the time, so that the one who waits is not always the same."""
    stop = threading.Event()
    urls = [stage.wallet.base_url, stage.verifier.base_url, stage.agencies["cjib"].base_url]

    def ask(url: str) -> None:
        while not stop.is_set():
            httpx2.get(f"{url}/inloggen", timeout=30, trust_env=False)
            stop.wait(0.02)

    threads = [threading.Thread(target=ask, args=(url,)) for url in urls * 2]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
