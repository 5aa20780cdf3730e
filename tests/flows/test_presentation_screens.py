"""The counsellor's screens over HTTP: log in, ask, wait, read, check again, take along, close; for the owner only."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from credentials.clock import FixedClock, dutch_day
from credentials.openid.vp_response import build_response
from credentials.status import Status
from tests.flows.presentation_kit import BASE
from tests.verifier_world import World, make_world
from verifier.app import screens_of
from verifier.identity.demo import DemoLogin
from verifier.web.problems import PROBLEMS
from verifier.web.screens import screens_app

PASSWORD = "schuldhulp"
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pytest.fixture
def world(tmp_path: Path, clock: FixedClock) -> World:
    return make_world(tmp_path, clock, agencies=("cjib", "duo", "uwv"))


class Browser:
    """A counsellor's browser without scripts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.http = TestClient(world.service.app, base_url=BASE, follow_redirects=True)

    def get(self, path: str) -> Any:
        return self.http.get(path)

    def post(self, path: str, page: str, **fields: str) -> Any:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        # In the form, and in the header where a script would put it.
        headers = {"origin": BASE, "x-csrf-token": token[1]}
        return self.http.post(path, data={"csrf_token": token[1], **fields}, headers=headers)

    def log_in(self, username: str = "anna", password: str = PASSWORD) -> Any:
        return self.post("/inloggen", self.get("/inloggen").text, medewerker=username, wachtwoord=password)

    def new(self, template: str = "intake", reference: str = "2026-0117") -> str:
        page = self.get("/intakes/nieuw").text
        answer = self.post("/intakes", page, kenmerk=reference, sjabloon=template)
        assert answer.status_code == 200, answer.text
        return str(answer.url.path)

    def link(self, path: str) -> str:
        found = re.search(r'value="(openid4vp://[^"]+)"', self.get(path).text)
        assert found
        return found[1].replace("&amp;", "&")

    def shared(self, template: str = "intake") -> str:
        path = self.new(template)
        self.world.answer(self.link(path), self.world.samira() if template != "snelscan" else self.world.samira()[:1])
        return path


@pytest.fixture
def anna(world: World) -> Browser:
    browser = Browser(world)
    assert "Vandaag" in browser.log_in().text
    return browser


@pytest.fixture
def bram(world: World) -> Browser:
    browser = Browser(world)
    browser.log_in("bram")
    return browser


def test_nobody_comes_in_without_name_and_password(world: World) -> None:
    browser = Browser(world)
    for username, password in (("anna", "fout"), ("carla", PASSWORD), ("", ""), ("anna", "")):
        answer = browser.log_in(username, password)
        assert answer.status_code == 401
        assert "klopt niet" in answer.text
    assert browser.get("/").url.path == "/inloggen"


def test_a_login_from_another_site_is_refused(world: World) -> None:
    browser = Browser(world)
    page = browser.get("/inloggen").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    data = {"csrf_token": token[1], "medewerker": "anna", "wachtwoord": PASSWORD}
    assert browser.http.post("/inloggen", data=data, headers={"origin": "https://kwaad.example"}).status_code == 403
    assert browser.http.post("/inloggen", data=data | {"csrf_token": "x"}, headers={"origin": BASE}).status_code == 403


def test_a_first_day_is_empty_and_says_what_to_do(anna: Browser) -> None:
    assert "U hebt nog geen dossiers" in anna.get("/").text


def test_the_story_of_an_intake(anna: Browser) -> None:
    path = anna.new()
    waiting = anna.get(path).text
    assert "<svg" in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    assert anna.get(f"{path}/stand").json() == {"tekst": "Wij wachten op de cliënt."}
    link = anna.link(path)
    request = anna.world.read(link)
    anna.world.service.database.settle()
    assert anna.get(f"{path}/stand").json() == {"tekst": "De cliënt bekijkt uw vraag in de wallet."}
    anna.world.post(request, build_response(request, anna.world.present(request, anna.world.samira())))
    assert anna.get(f"{path}/stand").json() == {"verder": path}
    result = anna.get(path)
    assert result.url.path == f"{path}/resultaat"
    page = result.text.replace("\u00a0", " ")
    assert "€ 443,21" in page
    assert "Het CJIB bevestigt: 1 openstaande zaak op 31 oktober 2026. U ziet er 1 van 1." in page
    assert "Het UWV bevestigt: geen openstaande zaken op 31 oktober 2026." in page
    assert "Compleet en bewezen" in page
    assert "Ontvangen" in anna.get("/").text


def test_one_debt_shows_each_step_of_its_proof(anna: Browser) -> None:
    path = anna.shared("schuldregeling")
    page = anna.get(f"{path}/bewijzen/3").text
    for words in ("Verkeersboete", "Is het echt en onveranderd?", "Mag deze organisatie dit bewijzen?", "Aanmaning"):
        assert words in page
    assert anna.get(f"{path}/bewijzen/99").status_code == 404


def test_checking_again_shows_what_is_outdated_and_asking_again_what_is_new(anna: Browser) -> None:
    path = anna.new()
    cards = anna.world.samira()
    anna.world.answer(anna.link(path), cards)
    for card in cards:
        if card.issuer.agency.abbreviation == "cjib":
            card.mark(Status.SUPERSEDED)
    result = anna.get(path)
    page = anna.post(f"{path}/hercontrole", result.text).text.replace("\u00a0", " ")
    assert "Verouderd" in page
    assert "Op 31 oktober 2026 stond er € 271,00 open." in page
    assert "€ 172,21" in page
    asked = anna.post(f"{path}/vraag", page)
    assert "Bekijk het vorige antwoord" in asked.text
    assert anna.get(f"{path}/resultaat").status_code == 200
    anna.world.answer(anna.link(path), anna.world.samira())
    assert "€ 443,21" in anna.get(path).text.replace("\u00a0", " ")


def test_a_missing_agency_is_named(anna: Browser) -> None:
    path = anna.new()
    anna.world.answer(anna.link(path), [c for c in anna.world.samira() if c.issuer.agency.abbreviation != "duo"])
    page = anna.get(path).text
    assert "Wat ontbreekt" in page
    assert "Dienst Uitvoering Onderwijs (DUO) ontbreekt" in page


def test_a_refused_answer_is_told_and_the_client_may_try_again(anna: Browser) -> None:
    path = anna.new()
    request = anna.world.read(anna.link(path))
    token = anna.world.present(request, anna.world.samira(), nonce="een-andere-nonce-1234567890")
    with pytest.raises(Exception, match="wrong_nonce"):
        anna.world.post(request, build_response(request, token))
    assert "niet klopte" in anna.get(f"{path}/stand").json()["tekst"]
    assert "antwoord op een andere vraag" in anna.get(path).text
    anna.world.answer(anna.link(path), anna.world.samira())
    assert "Compleet en bewezen" in anna.get(path).text


@pytest.mark.requirement("vp-errors")
def test_a_client_who_says_no_is_respected(anna: Browser) -> None:
    path = anna.new()
    request = anna.world.read(anna.link(path))
    anna.world.post(request, {"error": "access_denied"})
    assert anna.get(f"{path}/stand").json() == {"verder": path}
    page = anna.get(path)
    assert "De cliënt heeft niet gedeeld" in page.text
    assert "Laat de cliënt deze code scannen" in anna.post(f"{path}/vraag", page.text).text


def test_time_runs_out_and_can_be_given(anna: Browser) -> None:
    path = anna.new()
    anna.world.clock.advance(timedelta(minutes=4))
    anna.post(f"{path}/meer-tijd", anna.get(path).text)
    anna.world.clock.advance(timedelta(minutes=4))
    page = anna.get(path).text
    assert "Laat de cliënt deze code scannen" in page
    anna.world.clock.advance(timedelta(minutes=2))
    assert anna.get(f"{path}/stand").json() == {"verder": path}
    over = anna.get(path).text
    assert "De tijd is voorbij" in over
    assert '<svg class="bk-qr' not in over
    assert "Laat de cliënt deze code scannen" in anna.post(f"{path}/vraag", over).text


def test_more_time_ends_somewhere(anna: Browser) -> None:
    path = anna.new()
    page = anna.get(path).text
    for _ in range(3):
        page = anna.post(f"{path}/meer-tijd", page).text
    assert "Meer tijd" not in page
    assert anna.post(f"{path}/meer-tijd", page).status_code == 409


@pytest.mark.parametrize(
    "reference", ["", " ", "x" * 61, "999990007", "9999.90.007", "a\x00b", "a\u202eb", "CafÃ©", "a\ufffdb"]
)
def test_a_reference_that_will_not_do_is_explained_and_not_kept(anna: Browser, reference: str) -> None:
    page = anna.get("/intakes/nieuw").text
    answer = anna.post("/intakes", page, kenmerk=reference, sjabloon="intake")
    assert answer.status_code == 400
    assert "999990007" not in answer.text
    assert "U hebt nog geen dossiers" in anna.get("/").text


def test_a_reference_is_shown_as_text(anna: Browser) -> None:
    anna.new(reference="<b>1</b>")
    assert "<b>1</b>" not in anna.get("/").text


@pytest.mark.requirement("vp-session")
def test_on_one_device_the_answer_counts_only_back_in_this_browser(anna: Browser, bram: Browser) -> None:
    path = anna.new()
    page = anna.post(f"{path}/hier", anna.get(path).text)
    assert "Open de wallet op dit apparaat" in page.text
    assert 'href="http://localhost:8110/verzoek?client_id=x509_hash%3A' in page.text
    back = anna.world.answer(anna.link(path), anna.world.samira()).redirect_uri
    assert back is not None
    assert back.startswith(f"{BASE}/antwoord/")
    where = back.removeprefix(BASE)
    assert "Compleet" not in anna.get(path).text
    assert bram.get(where).status_code == 404
    elsewhere = Browser(anna.world)
    elsewhere.log_in()
    assert elsewhere.get(where).status_code == 403
    assert anna.get(where[:-3]).status_code == 403
    result = anna.get(where)
    assert result.url.path == f"{path}/resultaat"
    assert "Compleet en bewezen" in result.text
    assert anna.get(where).status_code == 403


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "De cliënt heeft niet gedeeld"),
        ("vp_formats_not_supported", "kent geen van de soorten kaartjes"),
    ],
)
def test_on_one_device_a_no_leads_back_to_the_page_that_asked(anna: Browser, error: str, words: str) -> None:
    path = anna.new()
    anna.post(f"{path}/hier", anna.get(path).text)
    request = anna.world.read(anna.link(path))
    address = anna.world.post(request, {"error": error, "state": str(request.state)}).redirect_uri
    assert address is not None
    assert "response_code" not in address
    back = anna.get(address.removeprefix(BASE))
    assert back.url.path == path
    assert words in back.text


def test_the_files_to_take_along(anna: Browser) -> None:
    path = anna.shared("schuldregeling")
    day = dutch_day(anna.world.clock.now())
    page = anna.get(f"{path}/resultaat").text
    for file, name in (
        ("bestand.xlsx", "schulden-2026-0117"),
        ("schulden.csv", "schulden-2026-0117"),
        ("organisaties.csv", "organisaties-2026-0117"),
        ("niet-geteld.csv", "niet-geteld-2026-0117"),
    ):
        kind = file.rpartition(".")[2]
        answer = anna.get(f"{path}/{file}")
        assert f'href="{path}/{file}"' in page
        assert answer.headers["content-type"] == MEDIA_TYPES[kind]
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}-{day}.{kind}"'
        assert answer.headers["cache-control"] == "no-store"
    table = anna.get(f"{path}/schulden.csv")
    text = table.content.decode("utf-8-sig")
    assert table.content.startswith(b"\xef\xbb\xbf")
    assert "Centraal Justitieel Incassobureau" in text
    assert ";271,00;31-10-2026;" in text
    document = anna.get(f"{path}/bestand.json").json()
    assert document["totalen"]["saldo"] == 44321
    assert document["grondslag"]


def test_closing_takes_all_away_after_asking(anna: Browser) -> None:
    path = anna.shared()
    page = anna.get(f"{path}/sluiten").text
    assert "ongedaan" in page
    anna.post(f"{path}/sluiten", page)
    assert anna.get(path).status_code == 404
    assert "U hebt nog geen dossiers" in anna.get("/").text


def test_what_is_of_one_counsellor_does_not_exist_for_another(anna: Browser, bram: Browser, world: World) -> None:
    path = anna.shared()
    request_id = world.service.desk.requests("medewerker:anna", path.rpartition("/")[2])[0].id
    pages = screens_app_routes(world)
    for route in pages:
        url = route.path.replace("{id}", path.rpartition("/")[2]).replace("{request_id}", request_id)
        url = url.replace("{position}", "0")
        if "{" in url or url == route.path:
            continue
        for method in route.methods - {"HEAD"}:
            answer = bram.get(url) if method == "GET" else bram.post(url, bram.get("/intakes/nieuw").text)
            assert answer.status_code == 404, (method, route.path)
    assert anna.get(path).status_code == 200
    assert "U hebt nog geen dossiers" in bram.get("/").text


def test_every_page_about_a_file_wants_a_login(anna: Browser, world: World) -> None:
    path = anna.shared()
    stranger = Browser(world)
    for route in screens_app_routes(world):
        url = (
            route.path.replace("{id}", path.rpartition("/")[2]).replace("{request_id}", "x").replace("{position}", "0")
        )
        if "GET" in route.methods and ("{" in route.path or url == "/") and "{name" not in route.path:
            answer = stranger.get(url)
            assert answer.status_code in (200, 401)
            assert "299" not in answer.text
            assert answer.url.path == "/inloggen" or answer.json() == {"ververs": True}


def screens_app_routes(world: World) -> list[APIRoute]:
    """All routes of the screens, from the app itself: a new one is in the matrix by itself."""
    app = screens_app(screens_of(world.settings, world.service.desks), PROBLEMS)
    return [route for route in app.routes if isinstance(route, APIRoute)]


def test_the_demo_login_compares_both() -> None:
    login = DemoLogin({"anna": "Anna"}, "geheim")
    assert login.check("anna", "geheim").owner == "medewerker:anna"


def test_information_is_open_to_all(world: World) -> None:
    browser = Browser(world)
    assert "bewaren" in browser.get("/privacy").text
    assert "schermlezer" in browser.get("/toegankelijkheid").text


def test_logging_out_ends_the_session(anna: Browser) -> None:
    anna.post("/uitloggen", anna.get("/").text)
    assert anna.get("/").url.path == "/inloggen"
