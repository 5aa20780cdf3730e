"""An agency that is killed at any moment, again and again: nothing that a wallet received is unknown to it.

One round in every run; `make test-crash` plays 120 (`BLAUWEKNOP_CRASH_ROUNDS`). The agency is forked from a process
that has imported it already, so that a round takes less than a second.
"""

import contextlib
import multiprocessing
import os
import random
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx2
import pytest

from credentials.formats import TokenStatus
from issuer.app import initialise, serve
from issuer.settings import AgencySettings, load_agency
from service.audit import verify as verify_audit
from service.database import Database
from tests.conftest import _free_port
from tests.flows.demo.people import FORMATS, Wallet
from tests.flows.demo.running import Demo

ROUNDS = int(os.environ.get("BLAUWEKNOP_CRASH_ROUNDS", "1"))
WALLETS = 3
CHECKOUT = Path(__file__).parents[2]

Received = set[tuple[str, int]]

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["issuer.app", "issuer.web", __name__])


def run(settings: Path, log: Path) -> None:
    """Serve an agency by this process and its worker, a group of their own, with their output in a file."""
    os.setsid()
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    serve([settings])


class Agency:
    """The CJIB of the demonstration, alone in a process that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        text = (CHECKOUT / "demo" / "agencies" / "cjib.toml").read_text()
        text = re.sub(r"\n\[trust_list\]\n(?:[^\[\n][^\n]*\n)*", "\n", text)
        text = text.replace("localhost:8207", f"localhost:{self.port}").replace("port = 8207", f"port = {self.port}")
        text = text.replace('"../../.state/agencies/cjib"', '"state"')
        text = text.replace('"../debts/cjib"', f'"{CHECKOUT / "demo" / "debts" / "cjib"}"')
        self.file = folder / "cjib.toml"
        self.file.write_text(text)
        self.settings: AgencySettings = load_agency(self.file)
        initialise(self.settings)
        self.log = folder / "log"
        self.process: ForkServerProcess | None = None

    def start(self) -> None:
        self.process = FORKS.Process(target=run, args=(self.file, self.log))
        self.process.start()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.is_alive(), self.log.read_text()[-2000:]
            try:
                if httpx2.get(f"{self.settings.base_url}/health/ready").status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.01)
        raise AssertionError("the agency did not start again")

    def kill(self) -> None:
        if self.process is not None:
            # The whole group at once: a worker that outlived the others would end in order.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(int(self.process.pid or 0), signal.SIGKILL)
            self.process.join()
            self.process.close()
            self.process = None

    def wallet(self) -> Wallet:
        token = (self.settings.state / "api-token").read_text().strip()
        people = {
            "P3": {"bsn": "999990020", "name": "Wim", "klantnummers": {}},
            "P1": {"bsn": "999990007", "name": "Samira", "klantnummers": {}},
        }
        issuers = {"cjib": {"url": self.settings.base_url, "apiToken": token}}
        return Wallet(Demo(self.log.parent, 0, report={"issuers": issuers, "personas": people}), "cjib")

    @property
    def database(self) -> Path:
        return self.settings.state / "issuer.db"


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[Agency]:
    made = Agency(tmp_path)
    yield made
    made.kill()


def collect(agency: Agency, received: Received, used: list[dict[str, object]], stop: threading.Event) -> None:
    """Fetch batches until the agency falls silent, noting what has truly arrived."""
    wallet = agency.wallet()
    try:
        while not stop.is_set():
            offer = wallet.take(wallet.offer("overzicht_sdjwt", "overzicht_ldp", persona="P1"))
            assert wallet.redeem(offer).status_code == 200
            used.append(offer)
            for card in wallet.cards(3, credential_configuration_id="overzicht_sdjwt"):
                (place,) = FORMATS["dc+sd-jwt"].inspect(card.credential).status
                assert isinstance(place, TokenStatus)
                received.add((place.uri, place.index))
            wallet.cards(2, credential_configuration_id="overzicht_ldp")
    except (httpx2.HTTPError, ValueError):
        pass  # killed in the middle of an answer: then nothing was received
    finally:
        wallet.http.close()


@pytest.mark.timeout(60 + 5 * ROUNDS)
def test_an_agency_knows_all_that_wallets_received_whenever_it_is_killed(agency: Agency) -> None:
    received: Received = set()
    used: list[dict[str, object]] = []
    chance = random.Random(20_261_123)  # the same moments in every run, as far as a clock goes
    for _ in range(ROUNDS):
        agency.start()
        stop = threading.Event()
        wallets = [threading.Thread(target=collect, args=(agency, received, used, stop)) for _ in range(WALLETS)]
        for wallet in wallets:
            wallet.start()
        before = len(received)
        deadline = time.monotonic() + 20
        while len(received) == before and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.01, 0.2))
        agency.kill()
        stop.set()
        for wallet in wallets:
            wallet.join(30)
        assert len(received) > before
        everything_is_known(agency, received)
    agency.start()
    # Nothing is sold twice, also not after a crash.
    wallet = agency.wallet()
    assert {wallet.redeem(offer).status_code for offer in used} == {400}
    for uri in {uri for uri, _ in received}:
        assert wallet.http.get(uri).status_code == 200
    wallet.http.close()


def everything_is_known(agency: Agency, received: Received) -> None:
    """Look at the database as the killed process left it."""
    with closing(sqlite3.connect(agency.database)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = database.execute("SELECT list_number, place, state FROM issuer_copy").fetchall()
    places = [(number, place) for number, place, _ in rows]
    assert len(places) == len(set(places))
    # What was signed was written before. That it was signed may not have been: a reserved row counts as issued.
    assert {state for *_, state in rows} <= {"reserved", "issued"}
    assert received <= {(f"{agency.settings.base_url}/status/token/{number}", place) for number, place in places}
    database_again = Database(f"sqlite:///{agency.database}")
    with database_again.read() as connection:
        assert verify_audit(connection) > 0
    database_again.close()
