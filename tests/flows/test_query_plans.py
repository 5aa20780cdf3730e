"""What a request costs does not grow with what was issued, asked or kept: no statement walks through a large table.

Every statement that a party's requests and jobs run, as the database itself sees it, is given to EXPLAIN QUERY PLAN.
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from starlette.testclient import TestClient

import service.sqlite
from credentials.clock import FixedClock
from credentials.openid.vp_request import ResponseMode
from issuer.app.processing_log import log_deliveries, log_standing
from issuer.domain.operators import Role
from issuer.settings import AgencyLogSection
from issuer.usecases.purge import Purge
from issuer.web.operators.seat import MENU
from service.jobs import Periodic
from service.leading import Lead
from tests import verifier_world, wallet_world
from tests.conftest import NOW
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import Scene, an_agency, log_in, several_cases
from tests.flows.presentation_kit import BASE, Counter
from tests.flows.test_administration import ADMINISTRATOR, AUDITOR, Browser
from tests.flows.test_issuance_notification import about, issued, tell
from tests.flows.wallet_kit import boxes, only
from tests.operators_kit import a_desk, at_the_desk, press
from verifier.domain.listing import Group
from verifier.domain.staff import Counsellor
from verifier.domain.staff import Role as Staff
from verifier.usecases.listing import PAGE
from verifier.web.admin.office import MENU as ADMINISTRATION

# One row per status list, per job and per document that is kept; they grow by none of what citizens do. Counts are
# folded into one row per day and state, or cause, again and again.
SMALL: Final = {
    "issuer_failure",
    "issuer_import",
    "issuer_job",
    "issuer_list",
    "issuer_notice",
    "issuer_publication",
    "issuer_tally",
    "service_api_use",
    "service_kept",
    "service_lead",
    "verifier_colleague",
}
# Looking for changed debts goes through everybody who holds a card, by what it is for and what stood when it was made.
WALKS: Final = re.compile(r"SELECT DISTINCT issuer_copy\.(?:subject_hash|notices)")

_DATA: Final = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_SCAN: Final = re.compile(r"\bSCAN (\w+)")
# The first rows in the order of an index: the database stops there.
_FIRST: Final = re.compile(r"ORDER BY \S+ DESC(?:, \S+(?: DESC)?)*\s+LIMIT '?\d{1,3}\b", re.IGNORECASE)

_WITHIN: Final = re.compile(r"FOR (?:RIGHT PART|LAST TERM|LAST \d+ TERMS) OF ORDER BY")


class Seen:
    """The statements that each database file was given."""

    def __init__(self) -> None:
        self.by_file: dict[str, set[str]] = {}

    def watch(self, connection: sqlite3.Connection) -> None:
        file = connection.execute("PRAGMA database_list").fetchone()[2]
        connection.set_trace_callback(self.by_file.setdefault(file, set()).add)

    def forget(self) -> None:
        for statements in self.by_file.values():
            statements.clear()

    def walks(self) -> list[str]:
        """Return what walks through a large table, and how."""
        # A file of which nothing was asked may be gone: one that tables were made in to be copied.
        asked = [(file, statements) for file, statements in self.by_file.items() if statements]
        return [walk for file, statements in asked for walk in _walks(file, statements)]

    def plans(self, words: str) -> list[str]:
        """Return how the database does the statements that have these words."""
        found: list[str] = []
        for file, statements in self.by_file.items():
            with sqlite3.connect(file) as connection:
                for text in (each for each in statements if _DATA.match(each) and words in each):
                    found += [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]
        return found

    def tables(self, beginning: str) -> set[str]:
        """Return the tables whose names begin so and that some statement named."""
        texts = " ".join(text for statements in self.by_file.values() for text in statements)
        return set(re.findall(rf"\b{beginning}_\w+", texts))


def _walks(file: str, statements: set[str]) -> Iterator[str]:
    with sqlite3.connect(file) as connection:
        for text in sorted(statements):
            if not _DATA.match(text) or WALKS.match(text):
                continue
            plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {text}")]
            # What is sorted within one key of the index alone is sorted as far as the limit goes.
            sorted_whole = any("TEMP B-TREE" in step and not _WITHIN.search(step) for step in plan)
            first = _FIRST.search(text) is not None and not sorted_whole
            for step in plan:
                scan = _SCAN.match(step)
                if scan and scan[1] not in SMALL and not first:
                    yield f"{step}: {text[:400]}"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    seen, prepare = Seen(), service.sqlite._prepare

    def watched(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)  # type: ignore[arg-type]  # SQLAlchemy's name for the same
        seen.watch(connection)

    monkeypatch.setattr(service.sqlite, "_prepare", watched)
    return seen


def test_no_request_of_an_agency_walks_through_what_it_issued(tmp_path: Path, seen: Seen) -> None:
    clock = FixedClock(NOW)
    log = AgencyLogSection(kind="file", file=tmp_path / "logboek.jsonl", processing_activity_id="urn:x:y")
    scene = Scene(an_agency(tmp_path, clock, several_cases(), processing_log=log), clock, tmp_path)
    seen.forget()
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
    name = issued(wallet, 2)
    assert tell(wallet, about(name)).status_code == 204
    wallet.http.get("/status/token/1")
    wallet.http.get("/status/lists")
    browser = scene.http()
    log_in(browser)
    assert browser.get("/schulden").status_code == 200
    desk = scene.agency.desk
    desk.refresh()
    desk.withdraw.of_person(SAMIRA, None, "test")
    desk.publish()
    token = {"authorization": f"Bearer {desk.api_token.reveal()}"}
    assert scene.http().get("/api/v1/uitgiften", headers=token).json()["dagen"]
    Purge(scene.agency.store, clock)()
    desk.sessions.purge()
    assert log_standing(scene.agency.settings, scene.agency.database, clock)["processing log"]() == "ok"
    deliver = log_deliveries(scene.agency.settings, bytes(32), scene.agency.database, clock, [])
    assert deliver is not None
    assert deliver() > 0
    scene.agency.database.settle()
    assert {"issuer_offer", "issuer_grant", "issuer_once", "issuer_copy", "issuer_log_line"} <= seen.tables("issuer")
    assert {"service_audit", "service_session"} <= seen.tables("service")
    assert seen.walks() == []


@pytest.mark.long
def test_no_screen_of_an_agencys_desk_walks_through_what_it_issued(tmp_path: Path, seen: Seen) -> None:
    scene = a_desk(tmp_path, FixedClock(NOW))
    scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt", 2)
    browser = at_the_desk(scene, Role.ADMINISTRATOR)
    seen.forget()
    for _text, path, _what in MENU:
        assert browser.get(path).status_code == 200
    issuances = "/beheer/uitgiften"
    (one,) = scene.agency.work.issued.recent().issuances
    session, at = one.visit.session, int(one.visit.issued_at.timestamp())
    assert browser.get(f"{issuances}/{session}").status_code == 200
    assert browser.get(f"{issuances}?voor={at}.{session}").status_code == 200
    for text in (session, "ZAAK-1"):
        press(browser, issuances, f"{issuances}/zoeken", zoek=text)
    assert press(browser, issuances, f"{issuances}/{session}/intrekken", reden="anders").status_code == 303
    scene.agency.database.settle()
    assert {"issuer_copy", "issuer_failure", "issuer_job"} <= seen.tables("issuer")
    assert seen.walks() == []


@pytest.mark.long
def test_no_screen_of_administration_walks_through_what_was_asked(tmp_path: Path, seen: Seen) -> None:
    world = verifier_world.make_world(tmp_path, FixedClock(NOW), agencies=("cjib",))
    people = [Browser(world, who) for who in (ADMINISTRATOR, AUDITOR)]
    seen.forget()
    for _text, path, _what in ADMINISTRATION:
        assert 200 in {each.get(path).status_code for each in people}, path
    lead, *jobs = world.service.jobs
    assert isinstance(lead, Lead)
    lead.take()
    assert [each.run_now() for each in jobs if isinstance(each, Periodic) and each.name == "expiries"] == [True]
    world.service.database.settle()
    assert {"verifier_webhook", "verifier_colleague", "verifier_request"} <= seen.tables("verifier")
    assert {"service_audit", "service_api_use"} <= seen.tables("service")
    assert seen.walks() == []


def test_no_request_of_a_verifier_walks_through_what_it_asked(tmp_path: Path, seen: Seen) -> None:
    world = verifier_world.make_world(tmp_path, FixedClock(NOW), agencies=("cjib",))
    seen.forget()
    with TestClient(world.service.app, base_url=BASE, follow_redirects=False) as http:
        counter, cards = Counter(world, http), world.samira()
        made = counter.make()
        assert counter.share(made, cards).status_code == 200
        counter.look(made["id"])
        made = counter.make()
        request = counter.read(made["verzoekUri"])
        assert counter.post(request, {"error": "access_denied", "state": request.state or ""}).status_code == 200
        assert counter.post(counter.read(counter.make()["verzoekUri"]), {"vp_token": "{}"}).status_code == 400
    listing, counsellor = world.service.desks.listing, Counsellor("medewerker:anna", frozenset(), "")
    assert listing.first_page(counsellor.owner) == []
    intake = world.service.desk.open(counsellor.owner, "2026-0117", "intake")
    for group in Group:
        listing.group(counsellor.owner, group)
    assert listing.search(counsellor.owner, "0117 2026").files == [(intake, None)]
    # Where the files of a page stand is found by those files: their owner may have ten thousand requests.
    for number in range(PAGE):
        world.service.desk.open(counsellor.owner, f"2027-{number:04}", "intake")
    listing.group(counsellor.owner, Group.TODAY)
    standing = [each for each in seen.plans(" AS held") if "verifier_request" in each]
    assert standing
    assert all("verifier_request_intake" in each for each in standing), standing
    for roles in (frozenset[Staff](), frozenset({Staff.TEAM_LEAD})):
        assert listing.same(replace(counsellor, roles=roles), "2026 0117") == [intake]
    world.service.desk.purge()
    world.service.desks.sessions.purge()
    assert {"verifier_request", "verifier_intake", "verifier_attempt"} <= seen.tables("verifier")
    assert seen.walks() == []


def test_no_request_of_a_wallet_walks_through_other_wallets(tmp_path: Path, seen: Seen) -> None:
    world = wallet_world.make_world(tmp_path, "cjib", "duo")
    try:
        seen.forget()
        citizen = world.citizen()
        citizen.make_wallet()
        citizen.collect()
        citizen.get("/")
        counsellor = world.requester()
        world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]
        asked = counsellor.ask(only(["saldo_totaal"]), method="get", response_mode=ResponseMode.DIRECT_POST)
        page = citizen.post("/toevoegen", citizen.get("/toevoegen"), link=asked)
        page = citizen.post(page.url, page, besluit="delen", kaart=boxes(page.text))
        assert "U hebt gedeeld" in page.words
        assert {"wallet_record", "wallet_lock"} <= seen.tables("wallet")
        assert seen.walks() == []
    finally:
        world.close()


def test_what_walks_through_a_large_table_is_seen(tmp_path: Path, seen: Seen) -> None:
    scene = Scene(an_agency(tmp_path, FixedClock(NOW)), FixedClock(NOW), tmp_path)
    seen.forget()
    with scene.agency.database.read() as connection:
        connection.exec_driver_sql("SELECT id FROM issuer_copy WHERE session = 'a' AND configuration = 'b'")
        assert seen.walks() == []
        connection.exec_driver_sql("SELECT id FROM issuer_copy WHERE fingerprint = 'a'")
        connection.exec_driver_sql("SELECT entry FROM service_audit WHERE at = 1 ORDER BY entry DESC LIMIT 1")
    assert sorted(walk.partition(":")[0] for walk in seen.walks()) == ["SCAN issuer_copy", "SCAN service_audit"]
