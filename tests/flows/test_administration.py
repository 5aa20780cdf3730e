"""The municipality's administration: who may see it, what it shows, and that no file is in it."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import update
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from credentials.clock import FixedClock
from credentials.trust import Participant, Role
from service.audit import audit_table
from tests.flows.presentation_kit import API, BASE, auth
from tests.verifier_world import SCHEME, World, make_world
from verifier.app import screens_of
from verifier.web.admin.office import MENU
from verifier.web.problems import PROBLEMS
from verifier.web.screens import screens_app
from verifier.web.screens.invitation import LINK

pytestmark = pytest.mark.long

ADMINISTRATOR, AUDITOR, COUNSELLOR, TEAM_LEAD = "fatma", "els", "anna", "carla"
EVERYONE = {"/inloggen", "/inloggen/verder", "/inloggen/terug", "/uitloggen", "/", "/privacy", "/toegankelijkheid"}


class Browser:
    """Somebody of the municipality, logged in by the demonstration's password."""

    def __init__(self, at: World | ASGIApp, who: str) -> None:
        app = at.service.app if isinstance(at, World) else at
        self.http = TestClient(app, base_url=BASE, follow_redirects=True)
        self.first = self.press("/inloggen", "/inloggen", medewerker=who, wachtwoord="schuldhulp")

    def get(self, path: str) -> Any:
        return self.http.get(path)

    def press(self, page: str, action: str, **fields: str) -> Any:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert token
        return self.http.post(action, data={"csrf_token": token[1], **fields}, headers={"origin": BASE})


@pytest.fixture
def world(tmp_path: Path, clock: FixedClock) -> World:
    return make_world(tmp_path, clock, agencies=("cjib", "duo"))


@pytest.mark.parametrize("who", [COUNSELLOR, TEAM_LEAD])
def test_who_counsels_comes_to_the_files_and_is_kept_out_of_administration(world: World, who: str) -> None:
    browser = Browser(world, who)
    assert browser.first.url.path == "/"
    for _text, path, _what in MENU:
        assert browser.get(path).status_code == 403
    assert browser.press("/", "/beheer/logboek/kopie", vorm="csv").status_code == 403
    assert browser.press("/", "/beheer/medewerkers/uitloggen", medewerker="medewerker:anna").status_code == 403
    assert browser.get("/").status_code == 200, "and stays logged in"


@pytest.mark.parametrize("who", [ADMINISTRATOR, AUDITOR])
def test_who_administers_comes_to_administration_and_to_no_file_at_all(world: World, who: str) -> None:
    file = world.service.desk.open("medewerker:anna", "2026-0117", "snelscan")
    request = world.service.desk.ask("medewerker:anna", file.id)
    browser = Browser(world, who)
    assert browser.first.url.path == "/beheer"
    assert browser.get("/").url.path == "/beheer"
    for route in screens_of_files(world):
        url = route.path.replace("{id}", file.id).replace("{request_id}", request.id)
        url = url.replace("{position}", "0").replace("{debt_id}", "x")
        for method in route.methods - {"HEAD"}:
            answer = browser.get(url) if method == "GET" else browser.press("/beheer", url)
            assert answer.status_code in {403, 404} or answer.json() == {"ververs": True}, (method, route.path)
            assert "2026-0117" not in answer.text
    for path in (path for _text, path, _what in MENU):
        assert "2026-0117" not in browser.get(path).text


def screens_of_files(world: World) -> list[APIRoute]:
    """All routes of the screens but those for everybody, from the app itself: a new one is tested by itself."""
    app: FastAPI = screens_app(screens_of(world.settings, world.service.desks), PROBLEMS)
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    # Behind an invitation is the client, who logs in nowhere: tests/flows/test_presentation_screens.py.
    open_to_all = ("/static/", "/taal", f"{LINK}/")
    return [each for each in routes if each.path not in EVERYONE and not each.path.startswith(open_to_all)]


def test_an_auditor_sees_the_log_and_not_who_works_here(world: World) -> None:
    browser = Browser(world, AUDITOR)
    assert browser.get("/beheer/logboek").status_code == 200
    assert browser.get("/beheer/medewerkers").status_code == 403
    assert 'href="/beheer/medewerkers"' not in browser.first.text


def test_the_log_is_proven_and_taken_along(world: World) -> None:
    browser = Browser(world, AUDITOR)
    assert "Het logboek is heel" in browser.press("/beheer/logboek", "/beheer/logboek/controle").text
    copy = browser.press("/beheer/logboek", "/beheer/logboek/kopie", vorm="csv")
    assert copy.headers["content-type"] == "text/csv; charset=utf-8"
    assert copy.text.splitlines()[-1].split(";")[2:4] == ["audit.exported", "medewerker:els"]
    with world.service.database.write() as connection:
        connection.execute(update(audit_table).where(audit_table.c.number == 1).values(entry="{}"))
    assert "Het logboek klopt niet vanaf regel 1" in browser.press("/beheer/logboek", "/beheer/logboek/controle").text


def test_sessions_of_somebody_are_ended_by_an_administrator_on_record(world: World) -> None:
    anna, twice, fatma = Browser(world, COUNSELLOR), Browser(world, COUNSELLOR), Browser(world, ADMINISTRATOR)
    page = fatma.get("/beheer/medewerkers").text
    assert "Anna de Wit" in page
    assert "Hulpverlener" in page
    assert "2\N{NO-BREAK SPACE}browsers" in page
    done = fatma.press("/beheer/medewerkers", "/beheer/medewerkers/uitloggen", medewerker="medewerker:anna")
    assert "Anna de Wit is uitgelogd" in done.text
    assert anna.get("/").url.path == twice.get("/").url.path == "/inloggen"
    assert fatma.get("/beheer").url.path == "/beheer"
    assert "sessions_ended" in fatma.get("/beheer/logboek").text


def test_nobody_else_can_be_logged_out(world: World) -> None:
    fatma = Browser(world, ADMINISTRATOR)
    answer = fatma.press("/beheer/medewerkers", "/beheer/medewerkers/uitloggen", medewerker="medewerker:nobody")
    assert answer.status_code == 404
    assert "sessions_ended" not in fatma.get("/beheer/logboek").text


def test_no_file_is_handed_to_who_has_none(world: World) -> None:
    Browser(world, ADMINISTRATOR)
    anna = Browser(world, COUNSELLOR)
    file = world.service.desk.open("medewerker:anna", "2026-0117", "snelscan")
    assert "Fatma" not in anna.get(f"/intakes/{file.id}/overdragen").text


def test_the_report_counts_what_was_asked_and_tells_no_small_number(world: World) -> None:
    desk = world.service.desk
    for number in range(6):
        desk.ask("medewerker:anna", desk.open("medewerker:anna", f"2026-{number}", "snelscan").id)
    desk.ask("medewerker:anna", desk.open("medewerker:anna", "2026-9", "intake").id)
    page = Browser(world, AUDITOR).get("/beheer/rapport").text
    rows = [re.sub(r"<[^>]+>|\s+", " ", each).split() for each in re.findall(r"<tr.*?</tr>", page, re.DOTALL)]
    assert ["Snelscan", "5", "0", "0", "0", "5"] in rows
    assert ["Intake", *["minder", "dan", "5"], "0", "0", "0", *["minder", "dan", "5"]] in rows
    assert ["Snelscan", "te", "weinig", "om", "te", "zeggen", "te", "weinig", "om", "te", "zeggen"] in rows
    assert 'role="img"' in page
    assert 'href="/beheer/rapport.csv"' in page


@pytest.mark.parametrize("who", [ADMINISTRATOR, AUDITOR])
def test_the_report_is_taken_along_with_the_same_rounded_numbers_and_nothing_of_a_file(world: World, who: str) -> None:
    desk = world.service.desk
    for number in range(7):
        desk.ask("medewerker:anna", desk.open("medewerker:anna", f"2026-{number}", "snelscan").id)
    desk.ask("medewerker:anna", desk.open("medewerker:anna", "2026-0117", "intake").id)
    answer = Browser(world, who).get("/beheer/rapport.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="rapport-2026-11-23.csv"'
    assert answer.headers["cache-control"] == "no-store"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    told = {(each["Over"], each["Waarvan"], each["Wat"]): each["Aantal"] for each in rows}
    assert told["sjabloon", "snelscan", "Gevraagd"] == "5"
    assert told["sjabloon", "intake", "Gevraagd"] == "minder dan 5"
    assert told["maand", "2026-11", "Wacht nog"] == "10"
    assert set(told.values()) <= {"0", "5", "10", "minder dan 5"}
    for private in ("2026-0117", "anna", "medewerker:"):
        assert private not in answer.text
    assert Browser(world, COUNSELLOR).get("/beheer/rapport.csv").status_code == 403


def test_templates_are_shown_as_a_wallet_shows_them_and_one_that_may_not_be_asked_is_not(world: World) -> None:
    els, anna = Browser(world, AUDITOR), Browser(world, COUNSELLOR)
    page = els.get("/beheer/sjablonen").text
    for words in ("Uw organisatie staat niet op de lijst", "Op grond van", "Achterstand", "Mag u niet vragen"):
        assert words in page
    us = Participant(BASE, "Schuldhulp", roles=frozenset({Role.VERIFIER}), claims=("aantal_open_zaken",))
    world.trust(*(each.participant for each in world.issuers.values()), us)
    page = els.get("/beheer/sjablonen").text
    assert "Dit sjabloon mag u nu niet gebruiken" in page
    refused = anna.press("/intakes/nieuw", "/intakes", kenmerk="2026-1", sjabloon="snelscan", plaats="hier")
    assert refused.status_code == 403
    assert "Dit mag uw organisatie niet vragen" in refused.text
    told = anna.http.post(API, json={"sjabloon": "snelscan"}, headers=auth())
    assert (told.status_code, told.json()["type"]) == (403, "https://blauweknop.example/fouten/not_allowed_to_ask")
    assert "saldo_totaal" in told.json()["detail"]
    assert "2026-1" not in anna.get("/").text


def test_trusted_issuers_are_listed_with_what_they_may_issue_and_why(world: World) -> None:
    page = Browser(world, AUDITOR).get("/beheer/uitgevers").text
    for words in ("Centraal Justitieel Incassobureau", "00000000900000007000", "Overzichten van schulden"):
        assert words in page
    assert "Certificaat op de lijst" in page
    assert "Telt mee" in page


def test_a_list_that_is_not_read_anew_is_told_and_one_that_ended_too(world: World, clock: FixedClock) -> None:
    els = Browser(world, AUDITOR)
    assert "Er is niets dat nu uw aandacht vraagt" in els.get("/beheer").text
    del world.web.documents[SCHEME]
    world.service.scheme.renew()
    for path in ("/beheer", "/beheer/uitgevers"):
        assert "De lijst met uitgevers is de laatste keer niet gelezen" in els.get(path).text
    ends = world.service.scheme.standing().expires_at
    assert ends is not None
    clock.advance(ends - clock.now() + timedelta(seconds=1))
    els = Browser(world, AUDITOR)
    for path in ("/beheer", "/beheer/uitgevers"):
        page = els.get(path)
        assert page.status_code == 200
        assert "Er is nu geen lijst met uitgevers die geldt" in page.text
