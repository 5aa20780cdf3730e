"""Who comes to the desk of an agency's own people, and who does not."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from credentials.clock import FixedClock
from issuer.domain.operators import Role
from service.audit import audit_table
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import NOW, Scene, an_agency, csrf_of, log_in
from tests.operators_kit import a_desk, at_the_desk, sit_down

DOORS = ["/beheer", "/beheer/nergens"]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """One desk for all who come to it: nobody here changes anything but their own session."""
    return a_desk(tmp_path_factory.mktemp("desk"), FixedClock(NOW))


def audited(scene: Scene) -> list[str]:
    with scene.agency.database.read() as connection:
        return list(connection.scalars(select(audit_table.c.entry).order_by(audit_table.c.number)))


def test_without_a_provider_there_is_no_desk(tmp_path: Path, clock: FixedClock) -> None:
    plain = Scene(an_agency(tmp_path, clock), clock, tmp_path)
    for path in ("/beheer", "/beheer/inloggen", "/beheer/terug"):
        assert plain.http().get(path).status_code == 404


def test_somebody_with_a_role_sits_down_and_is_on_record_under_a_pseudonym(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.OPERATOR)
    page = browser.get("/beheer")
    assert page.status_code == 200
    assert "Ingelogd als Eva Bakker" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    line = audited(scene)[-1]
    assert '"action":"operator.login"' in line
    assert '"actor":"medewerker:' in line
    assert "eva" not in line.lower()


def test_the_cookie_of_the_desk_is_for_the_desk_alone(scene: Scene) -> None:
    gone = scene.http().get("/beheer/inloggen/verder")
    cookie = gone.headers["set-cookie"]
    assert cookie.startswith("bk_operator_cjib=")
    assert "Path=/beheer;" in cookie
    assert "HttpOnly" in cookie


def test_who_has_no_session_is_asked_to_log_in(scene: Scene) -> None:
    answer = scene.http().get("/beheer")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/beheer/inloggen"


def test_who_has_no_role_is_told_so_and_is_on_record(scene: Scene) -> None:
    browser = scene.http()
    answer = sit_down(browser)
    assert answer.status_code == 403
    assert "U hebt hier geen rol" in answer.text
    assert browser.get("/beheer").status_code == 303
    assert '"result":"refused"' in audited(scene)[-1]


def test_a_role_that_does_not_open_a_screen_is_told_so(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.AUDITOR)
    # By the link at the top of each page they come to what is theirs.
    assert browser.get("/beheer").headers["location"] == "/beheer/logboek"
    answer = browser.get("/beheer/uitgiften")
    assert answer.status_code == 403
    assert "Dit hoort niet bij uw rol" in answer.text


@pytest.mark.parametrize("wait", [timedelta(minutes=15), timedelta(hours=8)])
def test_a_session_ends(tmp_path: Path, clock: FixedClock, wait: timedelta) -> None:
    scene = a_desk(tmp_path, clock)
    browser = at_the_desk(scene, Role.OPERATOR)
    end = clock.now() + wait
    while clock.now() < end:
        # Used every ten minutes it goes on, until it is eight hours old.
        clock.at = min(end, clock.now() + (timedelta(minutes=10) if wait > timedelta(hours=1) else wait))
        answer = browser.get("/beheer")
        assert answer.status_code == (200 if clock.now() < end else 303)


def test_signing_out_ends_it_here_too(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.OPERATOR)
    kept = dict(browser.cookies)
    token = csrf_of(browser.get("/beheer").text)
    assert browser.post("/beheer/uitloggen", data={"csrf_token": token}).status_code == 303
    again = scene.http()
    again.cookies.update(kept)
    assert again.get("/beheer").status_code == 303


def test_signing_out_for_somebody_else_is_refused(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.OPERATOR)
    assert browser.post("/beheer/uitloggen", data={"csrf_token": "x"}).status_code == 403
    elsewhere = {"origin": "https://evil.example"}
    token = csrf_of(browser.get("/beheer").text)
    answer = browser.post("/beheer/uitloggen", data={"csrf_token": token}, headers=elsewhere)
    assert answer.status_code == 403
    assert browser.get("/beheer").status_code == 200


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(scene: Scene) -> None:
    mine, other = scene.http(), scene.http()
    state = mine.get("/beheer/inloggen/verder").headers["location"].partition("state=")[2]
    forged = other.get("/beheer/terug", params={"state": state, "code": "eva/administrator"})
    assert forged.status_code == 403
    other.get("/beheer/inloggen/verder")
    for answer in ({"state": state, "code": "eva/administrator"}, {"state": "x", "code": "eva/operator"}, {}):
        assert other.get("/beheer/terug", params=answer).status_code == 403
    assert other.get("/beheer").status_code == 303


def test_an_answer_counts_once(scene: Scene) -> None:
    browser = scene.http()
    state = browser.get("/beheer/inloggen/verder").headers["location"].partition("state=")[2]
    answer = {"state": state, "code": "eva/operator"}
    before = dict(browser.cookies)
    assert browser.get("/beheer/terug", params=answer).status_code == 303
    assert browser.get("/beheer/terug", params=answer).status_code == 403
    assert dict(browser.cookies) != before, "a new session at the login"


def test_who_stops_at_the_provider_is_not_let_in(scene: Scene) -> None:
    browser = scene.http()
    state = browser.get("/beheer/inloggen/verder").headers["location"].partition("state=")[2]
    assert browser.get("/beheer/terug", params={"state": state, "error": "access_denied"}).status_code == 403
    assert browser.get("/beheer").status_code == 303


def test_a_citizens_session_never_opens_the_desk_nor_the_desks_a_citizens_page(scene: Scene) -> None:
    citizen = scene.http()
    log_in(citizen, SAMIRA)
    secret = citizen.cookies["bk_issuer_cjib"]
    assert citizen.get("/beheer").status_code == 303
    # Even under the other name: a session is sealed for its kind.
    citizen.cookies.set("bk_operator_cjib", secret)
    assert citizen.get("/beheer").status_code == 303
    operator = at_the_desk(scene, Role.ADMINISTRATOR)
    operator.cookies.set("bk_issuer_cjib", operator.cookies["bk_operator_cjib"])
    assert operator.get("/schulden").status_code == 303


@pytest.mark.parametrize("path", DOORS)
def test_a_page_that_is_not_there_is_told_plainly(scene: Scene, path: str) -> None:
    browser = at_the_desk(scene, Role.OPERATOR)
    assert browser.get(path).status_code == (404 if "nergens" in path else 200)


def test_below_a_path_the_desk_is_there_too(tmp_path: Path, clock: FixedClock) -> None:
    scene = a_desk(tmp_path, clock, base_url="http://localhost:8207/cjib")
    browser = scene.http()
    asked = browser.get("http://localhost:8207/cjib/beheer/inloggen/verder")
    assert "Path=/cjib/beheer;" in asked.headers["set-cookie"]
    state = asked.headers["location"].partition("state=")[2]
    back = browser.get("http://localhost:8207/cjib/beheer/terug", params={"state": state, "code": "eva/operator"})
    assert back.headers["location"] == "/cjib/beheer"
    page = browser.get("http://localhost:8207/cjib/beheer").text
    assert 'action="/cjib/beheer/uitloggen"' in page
