"""More cards than a counsellor takes at once: shared in parts that are added up, or said before anything goes."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from credentials import limits
from issuer.domain.configurations import Securing
from service.errors import Unreachable
from tests.flows.test_many_cards import ask, boxes, scan, share
from tests.flows.test_presentation_screens import PASSWORD
from tests.many_debts import COUNSELLOR, OWNER, Office, an_office
from tests.wallet_world import Page
from verifier.domain.request import Answered, Attempt, Open, VerificationRequest

pytestmark = pytest.mark.long

Opened = Callable[..., Office]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    made: list[Office] = []

    def open_office(
        count: int, securing: Securing = Securing.SD_JWT, mode: str = "direct_post.jwt", **limits: int
    ) -> Office:
        office = an_office(tmp_path, count, securing=(securing,), response_mode=mode, **limits)
        made.append(office)
        office.citizen.collect()
        return office

    yield open_office
    for office in made:
        office.close()


def send(office: Office, page: Page, chosen: list[str] | None = None) -> Page:
    """Say yes, and see the page that comes; the browser has not gone on by itself yet."""
    return office.citizen.post(page.url, page, besluit="delen", kaart=boxes(page) if chosen is None else chosen)


def receipt(office: Office) -> dict[str, object]:
    found: dict[str, object] = office.citizen.api("geschiedenis").json()["geschiedenis"][0]
    return found


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
@pytest.mark.parametrize("securing", [Securing.SD_JWT, Securing.EDDSA_RDFC])
def test_more_than_goes_at_once_is_shared_in_parts_and_added_up(opened: Opened, securing: Securing, mode: str) -> None:
    office = opened(9, securing, mode, presentations=4)
    request = ask(office)
    page = scan(office, request)
    assert "Dit gaat in 3 delen" in page.words
    page = share(office, page)
    assert "U hebt gedeeld met" in page.words
    assert "Alle 3 delen zijn aangekomen" in page.words
    outcome = office.counsellor.results.of(OWNER, request.id)
    (line,) = outcome.result.lines
    assert (line.shown, line.stated, line.complete, line.standing) == (9, 9, True, "goed")
    assert (outcome.received, outcome.announced) == (3, 3)
    kept = receipt(office)
    assert (kept["status"], kept["deel"], kept["delen"], len(kept["kaarten"])) == ("gedeeld", 3, 3, 10)  # type: ignore[arg-type]


def test_what_is_large_goes_in_parts_by_its_bytes(opened: Opened) -> None:
    office = opened(12, response_bytes=65_536)
    request = ask(office)
    page = share(office, scan(office, request))
    assert "delen zijn aangekomen" in page.words
    outcome = office.counsellor.results.of(OWNER, request.id)
    assert outcome.result.lines[0].complete
    assert outcome.announced > 1
    assert [part.attempts for part in outcome.parts] == [()] * outcome.announced


def test_what_fits_goes_at_once(opened: Opened) -> None:
    office = opened(5, presentations=6)
    request = ask(office)
    page = scan(office, request)
    assert not re.search(r"in \d+ delen", page.words)
    assert "U hebt gedeeld met" in share(office, page).words
    assert office.counsellor.results.of(OWNER, request.id).announced == 1


def test_the_counsellor_sees_how_far_it_is(opened: Opened) -> None:
    office = opened(9, presentations=4)
    request = ask(office)
    page = send(office, scan(office, request))
    assert "1 van 3 delen aangekomen" in page.words
    assert page.refresh is not None
    waiting = office.counsellor.desk.newest(OWNER, request.intake_id)
    assert waiting is not None
    assert (waiting.part, waiting.parts, waiting.taken, waiting.series) == (2, 3, 4, request.id)
    assert isinstance(waiting.state, Open)
    outcome = office.counsellor.results.of(OWNER, request.id)
    assert (outcome.received, outcome.announced, outcome.result.complete) == (1, 3, False)
    office.citizen.follow(office.citizen.get(page.refresh))
    assert office.counsellor.results.of(OWNER, request.id).result.lines[0].complete


def test_a_part_that_never_comes_leaves_a_result_that_says_so(opened: Opened) -> None:
    office = opened(9, presentations=4)
    request = ask(office)
    page = send(office, scan(office, request))
    office.world.clock.advance(timedelta(minutes=6))
    page = office.citizen.follow(page)
    assert "Niet alles is gedeeld" in page.words
    assert receipt(office)["status"] == "deels_gedeeld"
    outcome = office.counsellor.results.of(OWNER, request.id)
    assert (outcome.received, outcome.announced, outcome.result.lines[0].complete) == (1, 3, False)


def test_each_part_is_taken_once_also_in_two_windows(opened: Opened) -> None:
    office = opened(9, presentations=4)
    request = ask(office)
    page = send(office, scan(office, request))
    first, second = office.citizen.get(str(page.refresh)), office.citizen.get(str(page.refresh))
    assert first.url == second.url
    office.citizen.follow(second)
    assert office.citizen.get(str(page.refresh)).refresh is None
    outcome = office.counsellor.results.of(OWNER, request.id)
    assert (outcome.received, len(outcome.answer.evidence)) == (3, 10)


def test_cards_that_change_between_parts_do_not_go(opened: Opened) -> None:
    office = opened(9, presentations=4)
    request = ask(office)
    page = send(office, scan(office, request))
    for card in office.citizen.api("kaarten").json()["kaarten"]:
        office.citizen.api(f"kaarten/{card['id']}", method="DELETE")
    page = office.citizen.follow(page)
    assert "Niet alles is gedeeld" in page.words
    assert office.counsellor.results.of(OWNER, request.id).received == 1


def test_a_further_request_by_anybody_else_gets_nothing(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    office = opened(9, presentations=4)
    request = ask(office)
    other = ask(office, "snelscan")
    page = scan(office, request)
    link = office.counsellor.asking.link(other)
    monkeypatch.setattr(office.counsellor.asking, "link", lambda _following: link)
    page = office.citizen.follow(send(office, page))
    assert "Niet alles is gedeeld" in page.words
    assert isinstance(office.counsellor.desk.request(OWNER, other.id).state, Open)


def test_where_parts_are_not_added_up_it_is_said_before_anything_goes(opened: Opened) -> None:
    office = opened(9, presentations=4)
    office.counsellor.asking._limits = None  # type: ignore[assignment]  # a requester that says nothing
    request = ask(office)
    page = scan(office, request)
    assert not re.search(r"in \d+ delen", page.words)
    page = send(office, page)
    assert "Het antwoord kwam niet aan" in page.words or "te groot" in page.words
    (attempt,) = office.counsellor.desk.request(OWNER, request.id).attempts
    assert attempt.code == "vp_response_too_large"


def test_more_than_all_parts_hold_is_said_before_anything_goes(opened: Opened) -> None:
    office = opened(25, presentations=1)
    request = ask(office)
    page = scan(office, request)
    assert "Dit is te veel voor één keer" in page.words
    page = send(office, page)
    assert "Er is niets verstuurd" in page.words
    assert isinstance(office.counsellor.desk.request(OWNER, request.id).state, Open)
    page = send(office, page, boxes(page)[:1])
    assert "U hebt gedeeld met" in office.citizen.follow(page).words


def test_a_part_too_many_is_refused_and_stands_with_the_attempts(opened: Opened) -> None:
    office = opened(2, mode="direct_post")
    request = ask(office)
    page = scan(office, request)
    form: dict[str, str] = {}

    def keep(url: str, fields: dict[str, str], **_how: object) -> object:
        form.update(fields)
        raise Unreachable(url)

    net = office.world.net
    post, net.post_form = net.post_form, keep  # type: ignore[method-assign,assignment]
    assert "Het antwoord kwam niet aan" in send(office, page).words
    net.post_form = post  # type: ignore[method-assign]
    http = net.apps["localhost:8120"]
    path = f"{COUNSELLOR}/vp/antwoorden/{request.binding.response_path}"
    for left, status in ((str(limits.PARTS), 413), (str(limits.PARTS + 1), 400), ("-1", 400), ("9" * 5, 400)):
        assert http.post(path, data={**form, "blauweknop_parts_left": left}).status_code == status
    assert [each.code for each in attempts(office, request)] == ["vp_response_too_large", *["vp_invalid_response"] * 3]
    taken = http.post(path, data={**form, "blauweknop_parts_left": str(limits.PARTS - 1)})
    assert taken.status_code == 200
    assert json.loads(taken.content)["blauweknop_next_request"].startswith("openid4vp://")


def attempts(office: Office, request: VerificationRequest) -> tuple[Attempt, ...]:
    return office.counsellor.desk.request(OWNER, request.id).attempts


def test_on_one_device_all_parts_count_once_the_wallet_comes_back(opened: Opened) -> None:
    office = opened(9, presentations=4)
    intake = office.counsellor.desk.open(OWNER, "zelfde apparaat", "intake")
    request = office.counsellor.desk.ask(OWNER, intake.id, browser="b" * 64)
    page = send(office, scan(office, request))
    while page.refresh is not None and page.refresh.endswith("/verder"):
        page = office.citizen.get(page.refresh)
    assert "Alle 3 delen zijn aangekomen" in page.words
    assert not any(isinstance(each.state, Answered) for each in office.counsellor.desk.requests(OWNER, intake.id))
    ((last, code),) = re.findall(r"antwoord/([^?]+)\?response_code=(.+)", str(page.refresh))
    office.counsellor.desk.confirm(OWNER, last, return_code=code, browser="b" * 64)
    outcome = office.counsellor.results.of(OWNER, request.id)
    assert (outcome.received, outcome.result.lines[0].complete) == (3, True)


def test_what_came_in_parts_is_checked_again_each_for_its_own_question(opened: Opened) -> None:
    office = opened(6, presentations=4)
    request = ask(office)
    share(office, scan(office, request))
    office.world.clock.advance(timedelta(hours=1))
    outcome = office.counsellor.results.check_again(OWNER, request.id)
    assert outcome.result.lines[0].complete
    assert {each.checked_at for each in [outcome.answer]} == {office.world.clock.now()}


def counsellor(office: Office) -> TestClient:
    """Log in at the desk."""
    browser = TestClient(office.counsellor.app, base_url=COUNSELLOR)
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/inloggen").text)
    assert token
    data = {"csrf_token": token[1], "medewerker": "anna", "wachtwoord": PASSWORD}
    browser.post("/inloggen", data=data, headers={"origin": COUNSELLOR, "sec-fetch-site": "same-origin"})
    return browser


def test_the_pages_of_the_counsellor_say_how_far_it_is_and_what_did_not_come(opened: Opened) -> None:
    office, anna = opened(9, presentations=4), "medewerker:anna"
    desk, browser = office.counsellor.desk, counsellor(office)
    request = desk.ask(anna, desk.open(anna, "veel schulden", "intake").id)
    page = send(office, scan(office, request))
    address = f"/intakes/{request.intake_id}"
    assert "1 van 3 delen binnen" in browser.get(address).text
    assert "Deel 1 van 3 is binnen" in browser.get(f"{address}/stand").json()["tekst"]
    assert "Deel 1 van 3 is binnen" in browser.get("/").text
    assert "De rest komt nog." in browser.get(f"{address}/resultaat").text
    office.world.clock.advance(timedelta(minutes=6))
    assert "De rest kwam niet. Vraag opnieuw." in browser.get(address).text, "the result is shown"
    assert "Niet alle delen ontvangen" in browser.get("/").text
    assert "Niet alles is gedeeld" in office.citizen.follow(page).words


def test_the_page_of_the_counsellor_tells_of_an_answer_that_was_too_large(opened: Opened) -> None:
    office, anna = opened(1, response_bytes=65_536), "medewerker:anna"
    desk, browser = office.counsellor.desk, counsellor(office)
    request = desk.ask(anna, desk.open(anna, "veel schulden", "intake").id)
    form = {"content-type": "application/x-www-form-urlencoded"}
    path = f"{COUNSELLOR}/vp/antwoorden/{request.binding.response_path}"
    net = office.world.net.apps["localhost:8120"]
    assert net.post(path, content=b"vp_token=" + b"x" * 70_000, headers=form).status_code == 413
    page = browser.get(f"/intakes/{request.intake_id}").text
    assert "Antwoorden die niet klopten" in page
    assert "Het antwoord was te groot" in page
    assert "Het antwoord was te groot" not in browser.get("/").text


def test_a_case_system_reads_the_parts_as_one_answer(opened: Opened, tmp_path: Path) -> None:
    office = opened(9, presentations=4)
    (token,) = {found.read_text() for found in tmp_path.rglob("api-token") if "verifier" in str(found)}
    api = TestClient(office.counsellor.app, base_url=COUNSELLOR, headers={"authorization": f"Bearer {token}"})
    made = api.post("/api/v1/verificatieverzoeken", json={"sjabloon": "intake"}).json()
    assert made["delen"] == {"ontvangen": 0, "aangekondigd": 1}
    address = f"/api/v1/verificatieverzoeken/{made['id']}"
    page = send(office, office.citizen.post("/toevoegen", office.citizen.get("/toevoegen"), link=made["verzoekUri"]))
    halfway = api.get(address).json()
    assert (halfway["status"], halfway["delen"]) == ("open", {"ontvangen": 1, "aangekondigd": 3})
    assert "bewijzen" not in halfway
    assert api.get(f"{address}/schulden.csv").status_code == 409
    office.citizen.follow(page)
    done = api.get(address).json()
    assert (done["id"], done["status"], done["delen"]) == (
        made["id"], "beantwoord", {"ontvangen": 3, "aangekondigd": 3},
    )  # fmt: skip
    assert (len(done["bewijzen"]), len(done["schulden"])) == (10, 9)
    assert len(api.get(f"{address}/schulden.csv").text.splitlines()) == 10
    assert api.post(f"{address}/hercontroles").json()["uitgevers"][0]["volledig"]
