"""Hundreds of debts: collected in steps, shared and proven, and said in words where they do not fit."""

import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from credentials.debts.claims import OVERVIEW_TYPE, overview_claims
from credentials.debts.disclosed import read_overview
from credentials.debts.overview import overview_of
from credentials.keys import SoftwareSigner
from credentials.limits import COPIES, CREDENTIAL_RESPONSE_BYTES, OPEN_CASES
from issuer.domain.configurations import Securing
from tests.debt_builders import AS_OF, CJIB, many_cases
from tests.flows.securings_kit import SECURINGS, Bench, make_bench
from tests.many_debts import OWNER, Office, an_office
from tests.wallet_world import Page
from verifier.domain.request import Answered, VerificationRequest
from wallet_api.domain.delivery import STEP

pytestmark = pytest.mark.long

SHOWN = re.compile(r"(\d+) van (\d+) kaartjes")


def ask(office: Office, template: str = "intake") -> VerificationRequest:
    intake = office.counsellor.desk.open(OWNER, "veel schulden", template)
    return office.counsellor.desk.ask(OWNER, intake.id)


def scan(office: Office, request: VerificationRequest) -> Page:
    link = office.counsellor.asking.link(request)
    return office.citizen.post("/toevoegen", office.citizen.get("/toevoegen"), link=link)


def boxes(page: Page) -> list[str]:
    return re.findall(r'<input type="checkbox" name="kaart" value="([^"]+)"', page.text)


def share(office: Office, page: Page) -> Page:
    return office.citizen.follow(office.citizen.post(page.url, page, besluit="delen", kaart=boxes(page)))


def steps(office: Office) -> Iterator[Page]:
    """Press the button, and go from page to page as a browser does."""
    page = office.citizen.post("/ophalen", office.citizen.get("/ophalen/opnieuw"))
    while page.refresh is not None:
        page = office.citizen.get(page.refresh)
        yield page


def digests(count: int) -> list[str]:
    return [secrets.token_urlsafe(32) for _ in range(count)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = make_bench(tmp_path_factory.mktemp("agency"))
    yield made
    made.agency.database.close()


def test_many_cards_come_in_step_by_step_and_count_only_together(folder: Path) -> None:
    office = an_office(folder, 2 * STEP + 10)
    counts = []
    for page in steps(office):
        found = SHOWN.search(page.words)
        if found is not None:
            counts.append((int(found[1]), int(found[2])))
            assert office.citizen.api("kaarten").json()["kaarten"] == [], "half of a debt overview is none"
    assert counts == [(STEP, 2 * STEP + 11), (2 * STEP, 2 * STEP + 11)]
    assert "Klaar met ophalen" in page.words
    assert len(office.citizen.api("kaarten").json()["kaarten"]) == 2 * STEP + 11
    office.close()


def test_an_agency_that_stops_halfway_leaves_nothing_behind(folder: Path) -> None:
    office = an_office(folder, 2 * STEP)
    pages = steps(office)
    page = next(page for page in pages if SHOWN.search(page.words))
    office.world.net.down.add("localhost:8201")
    page = office.citizen.follow(page)
    assert "niet bereikbaar" in page.words
    assert office.citizen.api("kaarten").json()["kaarten"] == []
    office.world.net.down.clear()
    page = office.citizen.follow(office.citizen.post("/ophalen", page, organisatie=office.world.url("cjib")))
    assert len(office.citizen.api("kaarten").json()["kaarten"]) == 2 * STEP + 1
    office.close()


def test_the_citizen_may_stop_halfway(folder: Path) -> None:
    office = an_office(folder, 2 * STEP)
    page = next(page for page in steps(office) if SHOWN.search(page.words))
    page = office.citizen.post("/ophalen/overslaan", page, organisatie=office.world.url("cjib"))
    assert "Klaar met ophalen" in page.words
    assert office.citizen.api("kaarten").json()["kaarten"] == []
    office.close()


def test_a_stale_step_takes_nothing(folder: Path) -> None:
    office = an_office(folder, 2 * STEP)
    page = next(page for page in steps(office) if SHOWN.search(page.words))
    before = len(office.world.net.asked)
    office.citizen.get("/ophalen/verder?stap=een-oude-stap")
    assert len(office.world.net.asked) == before
    office.citizen.follow(page)
    again = office.citizen.get(str(page.refresh))
    assert "Klaar met ophalen" in again.words, "a step after the last one changes nothing"
    office.close()


def demand_proof(folder: Path, count: int, securing: Securing, mode: str) -> None:
    office = an_office(folder, count, securing=(securing,), response_mode=mode)
    assert "Klaar met ophalen" in office.citizen.collect().words
    request = ask(office)
    page = share(office, scan(office, request))
    assert "U hebt gedeeld met" in page.words
    (line,) = office.counsellor.results.of(OWNER, request.id).result.lines
    assert (line.shown, line.stated, line.complete, line.standing) == (count, count, True, "goed")
    office.close()


@pytest.mark.parametrize(
    ("securing", "mode"),
    [
        (Securing.SD_JWT, "direct_post.jwt"),
        pytest.param(Securing.SD_JWT, "direct_post", marks=pytest.mark.long),
        pytest.param(Securing.EDDSA_RDFC, "direct_post.jwt", marks=pytest.mark.long),
        (Securing.EDDSA_RDFC, "direct_post"),
    ],
)
def test_a_hundred_and_thirty_debts_are_shared_and_proven(folder: Path, securing: Securing, mode: str) -> None:
    demand_proof(folder, 130, securing, mode)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("securing", [Securing.SD_JWT, Securing.EDDSA_RDFC])
def test_five_hundred_debts_are_shared_and_proven(folder: Path, securing: Securing) -> None:
    demand_proof(folder, 500, securing, "direct_post.jwt")


@pytest.mark.parametrize("securing", SECURINGS)
def test_an_overview_that_names_every_case_is_shown_and_proven(bench: Bench, securing: Securing) -> None:
    claims = overview_claims(overview_of(CJIB, many_cases(OPEN_CASES), AS_OF), digests(OPEN_CASES))
    holder = SoftwareSigner.generate()
    credential = bench.issue(bench.draft(OVERVIEW_TYPE, claims, holder), securing)
    report = bench.examine(bench.show(credential, securing, holder), securing)
    assert report.proven, report.decisive
    assert report.claims is not None
    assert len(read_overview(report.claims).digests) == OPEN_CASES
    assert COPIES * len(json.dumps(credential)) < CREDENTIAL_RESPONSE_BYTES


def test_more_debts_than_an_overview_can_name_are_said_to_be_more() -> None:
    count = OPEN_CASES + 1
    claims = overview_claims(overview_of(CJIB, many_cases(count), AS_OF), digests(count))
    assert read_overview(claims).open_cases == count
    assert len(read_overview(claims).digests) == OPEN_CASES


def test_an_answer_that_is_too_large_stands_with_the_attempts(folder: Path) -> None:
    office = an_office(folder, 5, response_bytes=65_536)
    request = ask(office)
    path = "/vp/antwoorden/" + request.binding.response_path
    http = office.world.net.apps["localhost:8120"]
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert http.post(path, content=b"vp_token=" + b"x" * 70_000, headers=form).status_code == 413
    (attempt,) = office.counsellor.desk.request(OWNER, request.id).attempts
    assert attempt.code == "vp_response_too_large"
    assert "te groot" in attempt.explanation
    assert http.post("/vp/antwoorden/niemand", content=b"x" * 70_000, headers=form).status_code == 413
    assert not isinstance(office.counsellor.desk.request(OWNER, request.id).state, Answered)
    office.close()
