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
from service.errors import NotSent
from tests.debt_builders import A_NOTICE
from tests.flows.presentation_kit import BASE
from tests.verifier_world import World, make_world
from verifier.app import screens_of
from verifier.domain.errors import PasswordRefused
from verifier.domain.invitation import Way
from verifier.domain.said import Written
from verifier.domain.staff import Counsellor, Role
from verifier.identity.demo import DemoLogin
from verifier.usecases.listing import PAGE
from verifier.web import what_if
from verifier.web.problems import PROBLEMS
from verifier.web.screens import screens_app

pytestmark = pytest.mark.long

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

    def new(self, template: str = "intake", reference: str = "2026-0117", place: str = "hier") -> str:
        page = self.get("/intakes/nieuw").text
        answer = self.post("/intakes", page, kenmerk=reference, sjabloon=template, plaats=place)
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


@pytest.mark.long
def test_what_an_organisation_says_of_its_own_data_stands_on_the_result(world: World, anna: Browser) -> None:
    path = anna.new("snelscan")
    cards = [each.statements((), notices=[A_NOTICE] if key == "cjib" else ())[0] for key, each in world.issuers.items()]
    world.answer(anna.link(path), cards)
    page = anna.get(f"{path}/resultaat").text.replace("\u00a0", " ")
    assert "Dit is nog niet compleet" in page
    assert "Centraal Justitieel Incassobureau (CJIB) meldt zelf dat gegevens niet helemaal kloppen." in page
    assert "Bewezen, met een melding" in page
    assert f"Gegevens van 26 oktober 2026 tot en met 30 oktober 2026 kloppen niet helemaal. {A_NOTICE.what}" in page
    assert "De lijst van organisaties is nu niet te lezen" not in page
    (proof,) = re.findall(r'href="([^"]+/bewijzen/\d+)">Centraal', page)
    assert "De organisatie meldt iets over haar gegevens" in anna.get(proof).text


def test_nobody_comes_in_without_name_and_password(world: World) -> None:
    browser = Browser(world)
    for username, password in (("anna", "fout"), ("dirk", PASSWORD), ("", ""), ("anna", "")):
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


def test_files_are_listed_by_what_waits_and_the_rest_a_page_at_a_time(anna: Browser) -> None:
    for number in range(PAGE + 1):
        anna.world.service.desk.open("medewerker:anna", f"D-{number:02}", "snelscan")
        anna.world.clock.advance(timedelta(seconds=1))
    anna.shared("snelscan")
    anna.new(reference="W-1")
    first = anna.get("/").text
    order = [first.index(each) for each in ("Wacht op de cliënt (1)", "W-1", "Ontvangen (1)", "2026-0117", "D-25")]
    assert order == sorted(order)
    assert "D-17" not in first
    (further,) = re.findall(r'href="([^"]+groep=vandaag)"', first)
    page = anna.get(further).text
    assert re.findall(r"D-\d\d", page) == [f"D-{number:02}" for number in range(PAGE, 0, -1)]
    assert "Pagina 1 van 2" in page
    (further,) = re.findall(r'rel="next" href="([^"]+)"', page)
    second = anna.get(further.replace("&amp;", "&")).text
    assert re.findall(r"D-\d\d", second) == ["D-00"]
    # A file was closed meanwhile, or somebody typed: the last page there is.
    assert anna.get(f"/dossiers?groep=vandaag&pagina={10**30}").text == second
    anna.world.clock.advance(timedelta(days=1))
    anna.log_in()
    assert "Ouder, niets ontvangen (27)" in anna.get("/").text
    for wrong in ("groep=alles", "groep=vandaag&pagina=0", "pagina=x", "pagina=" + "9" * 5000):
        answer = anna.get(f"/dossiers?{wrong}")
        assert answer.status_code == 400
        assert "99999" not in answer.text


def test_a_file_is_found_by_its_reference_or_a_part_and_by_its_counsellor_only(anna: Browser, bram: Browser) -> None:
    anna.new(reference="2026-0117 Zuid")
    for text in ("2026-0117 zuid", "0117", "20260117ZUID", "zuid 2026"):
        assert "2026-0117 Zuid</a>" in anna.post("/zoeken", anna.get("/").text, zoek=text).text
    for text in ("011", "0118", "0117 noord"):
        assert "Niets gevonden" in anna.post("/zoeken", anna.get("/").text, zoek=text).text
    bram.new(reference="iets")
    assert "Niets gevonden" in bram.post("/zoeken", bram.get("/").text, zoek="0117").text
    for text in ("", " - ", "9" * 5000):
        answer = anna.post("/zoeken", anna.get("/").text, zoek=text)
        assert answer.status_code == 400
        assert "99999" not in answer.text


def test_a_second_file_of_one_reference_is_made_on_purpose_only(anna: Browser, bram: Browser) -> None:
    path = anna.new(reference="2026-0117")
    fields = {"kenmerk": "2026 0117", "sjabloon": "intake", "plaats": "hier"}
    warned = anna.post("/intakes", anna.get("/intakes/nieuw").text, **fields)
    assert warned.status_code == 409
    assert "Er is al een dossier met dit kenmerk" in warned.text
    assert f'href="{path}"' in warned.text
    assert anna.get("/").text.count('<li class="bk-task">') == 1
    assert anna.post("/intakes", warned.text, **fields, toch="ja").status_code == 200
    assert anna.get("/").text.count('<li class="bk-task">') == 2
    # Whose files a counsellor may not see, they do not hear of either; a team lead sees of all that there are.
    assert bram.new(reference="2026-0117")
    carla = Browser(anna.world)
    carla.log_in("carla")
    lead = carla.post("/intakes", carla.get("/intakes/nieuw").text, **fields)
    assert lead.status_code == 409
    assert f'href="{path}/overdragen"' in lead.text


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
    nothing = page[page.index("Niets open, bewezen") :]
    assert "UWV</a>. Stand van 31 oktober 2026" in nothing
    assert "Compleet en bewezen: de schulden bij deze 3 organisaties" in page
    assert "Dit is nooit alles" in page
    assert page.index('id="schulden"') < page.index('id="organisaties"')
    assert "Ontvangen" in anna.get("/").text


def test_the_debts_are_sorted_by_links_and_by_nothing_else(anna: Browser) -> None:
    path = f"{anna.shared('schuldregeling')}/resultaat"
    first = anna.get(path).text
    assert first.index("Verkeersboete") < first.index("studieschuld")
    links = re.findall(r'href="(\?volgorde=[^"#]+)#schulden"', first)
    assert len(links) == 6
    pages = {link: anna.get(path + link) for link in links}
    assert {page.status_code for page in pages.values()} == {200}
    turned = pages["?volgorde=-saldo"].text
    assert turned.index("studieschuld") < turned.index("Verkeersboete")
    assert 'aria-sort="ascending">Nog te betalen' in turned
    for wrong in ("onzin", "", "-", "saldo&volgorde=fase", "x" * 5000):
        answer = anna.get(f"{path}?volgorde={wrong}")
        assert answer.status_code == (200 if "&" in wrong else 400)
        assert "onzin" not in answer.text


def test_a_debt_without_proof_is_written_changed_and_taken_out_and_stays_apart(anna: Browser) -> None:
    path = anna.shared("schuldregeling")

    def result() -> str:
        return str(anna.get(f"{path}/resultaat").text.replace("\u00a0", " "))

    form = anna.get(f"{path}/zonder-bewijs/nieuw").text
    rent = {"soort": "huur", "schuldeiser": "<b>Verhuurder</b>", "bedrag": "1.284,50", "opmerking": ""}
    wrong = anna.post(f"{path}/zonder-bewijs", form, **rent | {"bedrag": "veel 999990007"})
    assert wrong.status_code == 400
    assert "999990007" not in wrong.text
    assert 'href="#bedrag">Schrijf een bedrag als 1.284,50.' in wrong.text
    assert "&lt;b&gt;Verhuurder&lt;/b&gt;" in wrong.text
    assert "<strong>€ 0,00</strong><span>" not in result()
    page = anna.post(f"{path}/zonder-bewijs", wrong.text, **rent).text.replace("\u00a0", " ")
    assert "<b>Verhuurder" not in page
    assert "<strong>€ 1.284,50</strong><span>1 schuld</span>" in page
    assert "<dt>Bewezen, nog te betalen</dt><dd><strong>€ 443,21</strong>" in page
    (one,) = re.findall(rf'href="({path}/zonder-bewijs/[^"]{{43}})"', page)
    assert 'value="1.284,50"' in anna.get(one).text.replace("\u00a0", " ")
    assert anna.post(one, form, **rent | {"soort": "alles"}).status_code == 400
    anna.post(one, form, **rent | {"bedrag": "", "schuldeiser": "een zus"})
    assert "1 schuld zonder bedrag" in result()
    assert "niet bewezen</dt><dd><strong>niet bekend</strong>" in result()
    assert "een zus" in anna.get(f"{path}/zonder-bewijs.csv").text
    assert anna.get(f"{path}/bestand.json").json()["zonderBewijs"]["zonderBedrag"] == 1
    anna.post(f"{one}/verwijderen", form)
    assert "een zus" not in result()
    for gone in (one, f"{one}/verwijderen", f"{path}/zonder-bewijs/{'x' * 5000}"):
        assert anna.post(gone, form, **rent).status_code == 404
    assert anna.get(one).status_code == 404


def test_a_distribution_is_tried_by_choices_only_and_kept_nowhere(anna: Browser) -> None:
    path = anna.shared("schuldregeling")
    anna.world.service.desks.noting.add(
        "medewerker:anna", path.rpartition("/")[2], Written("familie", "een zus", "100", "")
    )
    form = anna.get(f"{path}/verdeling").text
    assert "checked" not in form
    fields = re.findall(r'name="(plaats-[^"]+)" value="gewoon"', form)
    assert len(fields) == 3
    chosen = dict.fromkeys(fields, "gewoon")
    for wrong in ({}, chosen, {"bedrag": "100"}, chosen | {"bedrag": "x"}, chosen | {"bedrag": "1", fields[0]: "x"}):
        answer = anna.post(f"{path}/verdeling", form, **wrong)
        assert answer.status_code == 400
        assert "Zo zou het gaan" not in answer.text
    page = anna.post(f"{path}/verdeling", form, **chosen | {"bedrag": "271,61"}).text.replace("\u00a0", " ")
    # Half of 443,21 and of 100: half a cent goes to one of them.
    for amount in ("€ 271,61", "€ 50,00", "50,00 %", "€ 135,50", "€ 86,11"):
        assert amount in page
    assert "Niet bewezen: gezegd door de cliënt" in page
    moved = anna.post(f"{path}/verdeling", form, **chosen | {"bedrag": "100", fields[0]: "voorrang"})
    assert moved.status_code == 400
    assert "Schrijf waarom u afwijkt" in moved.text
    reason = {fields[0].replace("plaats", "reden"): "<i>Brief</i>"}
    moved = anna.post(f"{path}/verdeling", form, **chosen | reason | {"bedrag": "100", fields[0]: "voorrang"})
    assert "Reden: &lt;i&gt;Brief&lt;/i&gt;" in moved.text
    assert "Brief" not in anna.get(f"{path}/verdeling").text
    assert anna.get(f"{anna.new(reference='2026-0118')}/verdeling").status_code == 409


def test_more_claims_than_a_form_can_hold_are_not_distributed(anna: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    path = anna.shared("schuldregeling")
    monkeypatch.setattr(what_if, "MOST", 1)
    page = anna.get(f"{path}/verdeling").text
    assert "te veel schulden" in page
    assert "te veel schulden" in anna.post(f"{path}/verdeling", anna.get(f"{path}/sluiten").text, bedrag="1").text


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
    again = anna.get(path).text.replace("\u00a0", " ")
    assert "€ 443,21" in again
    # What was outdated is there anew and the same: it was shown before, whatever became of that card since.
    assert "Niets, vergeleken met het antwoord van" in again
    assert "Eerst niet getoond" not in again


def test_a_missing_agency_is_named(anna: Browser) -> None:
    path = anna.new()
    anna.world.answer(anna.link(path), [c for c in anna.world.samira() if c.issuer.agency.abbreviation != "duo"])
    page = anna.get(path).text
    assert "Wat ontbreekt" in page
    assert "Dienst Uitvoering Onderwijs (DUO) ontbreekt" in page


def test_only_what_is_missing_is_asked_again_and_added_to_what_came(anna: Browser) -> None:
    path = anna.new()
    cards = anna.world.samira()
    without = [each for each in cards if each.issuer.agency.abbreviation != "duo"]
    anna.world.answer(anna.link(path), without)
    page = anna.get(path).text
    assert "Vraag alleen wat ontbreekt of te oud is (1" in page
    asked = anna.post(f"{path}/aanvulling", page)
    assert "van 1\u00a0organisatie" in asked.text
    # Whoever shows another organisation's cards than were asked is refused, and what came stays.
    with pytest.raises(Exception, match="value"):
        anna.world.answer(anna.link(path), [each for each in without if each.issuer.agency.abbreviation == "cjib"])
    assert "€ 271,00" in anna.get(f"{path}/resultaat").text.replace("\u00a0", " ")
    anna.world.answer(anna.link(path), [each for each in cards if each not in without])
    result = anna.get(path).text.replace("\u00a0", " ")
    assert "Compleet en bewezen: de schulden bij deze 3 organisaties" in result
    assert "€ 443,21" in result
    assert "Vraag alleen wat ontbreekt" not in result
    assert anna.get(f"{path}/bestand.json").json()["totalen"]["saldo"] == 44321
    # Newest of each organisation counts: what is outdated since is asked again, and the older one adds nothing.
    for each in cards:
        if each.issuer.agency.abbreviation == "cjib":
            each.mark(Status.SUPERSEDED)
    checked = anna.post(f"{path}/hercontrole", result).text.replace("\u00a0", " ")
    assert "€ 172,21" in checked
    anna.post(f"{path}/aanvulling", checked)
    anna.world.answer(
        anna.link(path), [each for each in anna.world.samira() if each.issuer.agency.abbreviation == "cjib"]
    )
    assert "€ 443,21" in anna.get(path).text.replace("\u00a0", " ")


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
    answer = anna.post("/intakes", page, kenmerk=reference, sjabloon="intake", plaats="hier")
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


@pytest.mark.requirement("vp-session")
def test_of_a_client_at_a_distance_nothing_is_shown_until_the_code_is_read_out(anna: Browser, bram: Browser) -> None:
    path = anna.new(place="afstand")
    asked = anna.get(path).text
    assert "vier cijfers" in asked
    assert "Ga verder op dit apparaat" not in asked
    back = anna.world.answer(anna.link(path), anna.world.samira()).redirect_uri
    assert back is not None
    phone = Browser(anna.world)
    page = phone.get(back.removeprefix(BASE)).text
    code = "".join(re.findall(r"<span>(\d)</span>", page))
    assert len(code) == 4
    assert "2026-0117" not in page
    assert phone.get(back.removeprefix(BASE)[:-1]).status_code == 404
    assert anna.get(f"{path}/stand").json() == {"verder": path}
    waiting = anna.get(path)
    assert waiting.url.path == path
    assert "Vraag om de vier cijfers" in waiting.text
    assert "Wacht op de cijfers" in anna.get("/").text
    for door in ("resultaat", "schulden.csv", "bestand.json", "bewijzen/0"):
        assert "443" not in anna.get(f"{path}/{door}").text
    assert bram.post(f"{path}/code", bram.get("/intakes/nieuw").text, code=code).status_code == 404
    wrong = anna.post(f"{path}/code", waiting.text, code=f"{(int(code) + 1) % 10000:04}")
    assert wrong.status_code == 400
    assert "U kunt het nog 2 keer proberen" in wrong.text.replace("\u00a0", " ")
    result = anna.post(f"{path}/code", wrong.text, code=f" {code[:2]} {code[2:]} ")
    assert result.url.path == f"{path}/resultaat"
    assert "Compleet en bewezen" in result.text
    assert phone.get(back.removeprefix(BASE)).status_code == 404


def test_wrong_codes_end_with_everything_gone_and_one_may_ask_again(anna: Browser) -> None:
    path = anna.new(place="afstand")
    back = anna.world.answer(anna.link(path), anna.world.samira()).redirect_uri
    page = anna.get(path)
    for _ in range(3):
        page = anna.post(f"{path}/code", page.text, code="x" * 5000)
    assert "De cijfers klopten drie keer niet" in page.text
    assert Browser(anna.world).get(back.removeprefix(BASE)).status_code == 404
    assert anna.get(f"{path}/resultaat").url.path == path
    assert "Laat de cliënt deze code scannen" in anna.post(f"{path}/vraag", page.text).text


def test_a_code_that_nobody_reads_out_in_time_takes_the_answer_with_it(anna: Browser) -> None:
    path = anna.new(place="afstand")
    back = anna.world.answer(anna.link(path), anna.world.samira()).redirect_uri
    anna.world.clock.advance(timedelta(minutes=10))
    assert "De tijd is voorbij" in anna.get(path).text
    assert Browser(anna.world).get(back.removeprefix(BASE)).status_code == 404
    anna.world.service.desk.purge()
    assert anna.world.service.desk.newest("medewerker:anna", path.rpartition("/")[2]) is None


def test_an_invited_client_shares_at_home_once_and_the_counsellor_reads_it_after_the_code(anna: Browser) -> None:
    path = anna.new(place="afstand")
    page = anna.get(f"{path}/uitnodigen").text
    letter = anna.post(f"{path}/uitnodigen", page).text
    (link,) = set(re.findall(rf"{BASE}(/uitnodiging/[\w-]{{43}})", letter))
    assert "2026-0117" not in letter[letter.index("<article") : letter.index("</article")]
    client, other = Browser(anna.world), Browser(anna.world)
    assert "Deze link werkt niet meer" in client.get(link[:-2]).text
    # Looking changes nothing, whoever looks: programs that read mail do.
    for each in (other, client):
        landing = each.get(link).text
        assert "U kreeg een uitnodiging van uw hulpverlener" in landing
        assert "2026-0117" not in landing
    waiting = client.post(link, landing, waar="elders").text
    assert '<svg class="bk-qr' in waiting
    late = other.post(link, other.get("/inloggen").text, waar="hier")
    assert late.status_code == 404
    assert other.get(link).status_code == 404
    # On the client's own device the answer's page opens in that browser alone.
    here = client.post(link, waiting, waar="hier").text
    assert "Open uw wallet" in here
    back = anna.world.answer(client.link(link), anna.world.samira()).redirect_uri.removeprefix(BASE)
    assert other.get(back).status_code == 404
    shown = client.get(back).text
    assert "Schrijf de cijfers dan op" in shown
    assert "U hebt gedeeld" in client.get(link).text
    assert "U hebt gedeeld" in client.post(link, waiting, waar="elders").text
    anna.world.clock.advance(timedelta(days=6))
    anna.log_in()
    held = anna.get(path)
    assert "Vraag om de vier cijfers" in held.text
    code = "".join(re.findall(r"<span>(\d)</span>", shown))
    assert "Compleet en bewezen" in anna.post(f"{path}/code", held.text, code=code).text


class Gateway:
    """A gateway in memory, that may be out of order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.broken = False

    def send(self, to: str, text: str) -> None:
        if self.broken:
            raise NotSent
        self.sent.append((to, text))


def test_a_link_is_sent_by_a_gateway_and_one_that_was_not_taken_leads_nowhere(
    anna: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = Gateway()
    path = anna.new(place="afstand")
    page = anna.get(f"{path}/uitnodigen").text
    assert "Verstuur de link" not in page
    assert anna.post(f"{path}/uitnodigen/mail", page, mail="jan@voorbeeld.nl").status_code == 404
    monkeypatch.setattr(anna.world.service.desks.inviting, "_messages", {Way.MAIL: gateway})
    page = anna.get(f"{path}/uitnodigen").text
    assert "Verstuur de link" in page
    wrong = anna.post(f"{path}/uitnodigen/mail", page, mail="<b>jan</b>")
    assert (wrong.status_code, gateway.sent) == (400, [])
    assert "<b>jan" not in wrong.text
    assert "De link is verstuurd" in anna.post(f"{path}/uitnodigen/mail", page, mail="jan@voorbeeld.nl").text
    ((to, text),) = gateway.sent
    (link,) = re.findall(rf"{BASE}(/uitnodiging/[\w-]{{43}})", text)
    assert to == "jan@voorbeeld.nl"
    assert "2026-0117" not in text
    client = Browser(anna.world)
    assert client.get(link).status_code == 200
    gateway.broken = True
    failed = anna.post(f"{path}/uitnodigen/mail", page, mail="jan@voorbeeld.nl")
    assert failed.status_code == 503
    assert client.get(link).status_code == 404


def test_a_new_invitation_ends_the_one_before_and_time_ends_all(anna: Browser) -> None:
    path = anna.new(place="afstand")
    page = anna.get(f"{path}/uitnodigen").text
    letters = [anna.post(f"{path}/uitnodigen", page).text for _ in range(2)]
    first, second = (re.findall(rf"{BASE}(/uitnodiging/[\w-]{{43}})", each)[0] for each in letters)
    client = Browser(anna.world)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    anna.world.clock.advance(timedelta(days=14))
    assert client.get(second).status_code == 404


def test_notes_and_a_compared_identity_stand_beside_the_result_and_go_along(anna: Browser) -> None:
    path = anna.shared()
    assert "Identiteit niet gecontroleerd" in anna.get(path).text
    page = anna.get(f"{path}/aantekeningen").text
    for wrong in ("", "x" * 1001, "Het nummer is 999990007"):
        answer = anna.post(f"{path}/aantekeningen", page, aantekening=wrong)
        assert answer.status_code == 400
        assert "999990007" not in answer.text
    written = anna.post(f"{path}/aantekeningen", page, aantekening="<b>Belt</b> maandag\r\nterug").text
    assert "&lt;b&gt;Belt&lt;/b&gt; maandag terug" in written
    compared = anna.post(f"{path}/identiteit", written, vergeleken="ja").text
    assert "Identiteitsbewijs vergeleken" in compared
    assert "Door Anna de Wit, op" in compared
    result = anna.get(path).text
    assert "Identiteit niet gecontroleerd" not in result
    document = anna.get(f"{path}/bestand.json").json()
    assert document["identiteit"]["vergeleken"]
    assert [each["tekst"] for each in document["aantekeningen"]] == ["<b>Belt</b> maandag terug"]
    (remove,) = re.findall(r'action="([^"]+/verwijderen)"', written)
    assert "maandag" not in anna.post(remove, written).text
    assert anna.post(remove, written).status_code == 404
    assert "niet gecontroleerd" in anna.post(f"{path}/identiteit", written, vergeleken="nee").text


def test_the_clients_display_shows_the_code_and_nothing_of_the_file(anna: Browser) -> None:
    path = anna.new()

    def looks() -> tuple[str, str]:
        page = anna.get(f"{path}/scherm")
        assert page.url.path == f"{path}/scherm"
        for private in ("2026-0117", "Anna", "443", "Uitloggen", "/resultaat"):
            assert private not in page.text
        (poll,) = re.findall(r'data-poll="([^"]+)"', page.text)
        assert anna.get(poll).json() == {}
        return page.text, poll

    page, poll = looks()
    assert "Scan deze code" in page
    assert '<svg class="bk-qr' in page
    request = anna.world.read(anna.link(path))
    anna.world.service.database.settle()
    assert anna.get(poll).json() == {"verder": f"{path}/scherm"}
    page, poll = looks()
    assert "Kijk op uw telefoon" in page
    anna.world.post(request, build_response(request, anna.world.present(request, anna.world.samira())))
    assert anna.get(poll).json() == {"verder": f"{path}/scherm"}
    assert "Klaar. Dank u wel." in looks()[0]


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
    closed = anna.post(f"{path}/sluiten", page)
    assert "Het dossier is gesloten" in closed.text
    assert anna.get(path).status_code == 404
    assert anna.post(f"{path}/sluiten", page).status_code == 404
    assert "U hebt nog geen dossiers" in anna.get("/").text


def test_what_is_of_one_counsellor_does_not_exist_for_another(anna: Browser, bram: Browser, world: World) -> None:
    path = anna.shared()
    request_id = world.service.desk.requests("medewerker:anna", path.rpartition("/")[2])[0].id
    owned = ("medewerker:anna", path.rpartition("/")[2])
    debt = world.service.desks.noting.add(*owned, Written("huur", "Woonstichting Zuid", "12,50", ""))
    pages = screens_app_routes(world)
    for route in pages:
        url = route.path.replace("{id}", path.rpartition("/")[2]).replace("{request_id}", request_id)
        url = url.replace("{position}", "0").replace("{debt_id}", debt.id).replace("{note_id}", "x")
        if "{" in url or url == route.path:
            continue
        for method in route.methods - {"HEAD"}:
            answer = bram.get(url) if method == "GET" else bram.post(url, bram.get("/intakes/nieuw").text)
            assert answer.status_code == 404, (method, route.path)
    assert world.service.desks.noting.of(*owned) == [debt]
    assert anna.get(path).status_code == 200
    assert "U hebt nog geen dossiers" in bram.get("/").text


def test_every_page_about_a_file_wants_a_login(anna: Browser, world: World) -> None:
    path = anna.shared()
    stranger = Browser(world)
    for route in screens_app_routes(world):
        url = (
            route.path.replace("{id}", path.rpartition("/")[2]).replace("{request_id}", "x").replace("{position}", "0")
        )
        if (
            "GET" in route.methods
            and ("{" in route.path or url == "/")
            and not re.search(r"\{(name|token)", route.path)
        ):
            answer = stranger.get(url)
            assert answer.status_code in (200, 401)
            assert "299" not in answer.text
            assert answer.url.path == "/inloggen" or answer.json() == {"ververs": True}


def screens_app_routes(world: World) -> list[APIRoute]:
    """All routes of the screens, from the app itself: a new one is in the matrix by itself."""
    app = screens_app(screens_of(world.settings, world.service.desks), PROBLEMS)
    return [route for route in app.routes if isinstance(route, APIRoute)]


def test_the_demo_login_compares_both() -> None:
    anna = Counsellor("medewerker:anna", frozenset({Role.COUNSELLOR}), "Anna")
    login = DemoLogin([anna], "geheim")
    assert login.check("Anna ", "geheim") == anna
    for name, password in (("anna", "fout"), ("bram", "geheim"), ("medewerker:anna", "geheim"), ("", "")):
        with pytest.raises(PasswordRefused):
            login.check(name, password)


def test_information_is_open_to_all(world: World) -> None:
    browser = Browser(world)
    assert "bewaren" in browser.get("/privacy").text
    assert "schermlezer" in browser.get("/toegankelijkheid").text


def test_logging_out_ends_the_session(anna: Browser) -> None:
    anna.post("/uitloggen", anna.get("/").text)
    assert anna.get("/").url.path == "/inloggen"


def test_a_counsellor_puts_a_debt_elsewhere_with_a_reason_and_takes_that_back(anna: Browser, bram: Browser) -> None:
    path = anna.shared()
    page = anna.get(f"{path}/resultaat").text
    proof = re.findall(rf'href="({path}/bewijzen/[0-9]+)">Verkeersboete', page)[0]
    (form,) = re.findall(rf'href="({path}/voorrang/[0-9a-f]{{32}})"', anna.get(proof).text)
    blank = anna.get(form).text
    wrong = anna.post(form, blank, voorrang="preferent", reden="bsn 999990007")
    assert wrong.status_code == 400
    assert "999990007" not in wrong.text
    assert anna.post(form, blank, voorrang="eerst", reden="brief").status_code == 400
    page = anna.post(form, blank, voorrang="preferent", reden="<b>Brief</b> van 3 mei").text
    assert "Gewijzigd: &lt;b&gt;Brief&lt;/b&gt; van 3 mei. De schuldeiser zegt: geen voorrang" in page
    assert "Voorrang, door de hulpverlener gewijzigd" in anna.get(proof).text
    assert "U koos: Voorrang, want: &lt;b&gt;Brief" in anna.get(f"{path}/verdeling").text
    # It stays when the client shares anew.
    anna.post(f"{path}/vraag", page)
    anna.world.answer(anna.link(path), anna.world.samira())
    page = anna.get(f"{path}/resultaat").text
    assert "Gewijzigd: &lt;b&gt;Brief" in page
    # To another it does not exist, nor does a debt that the file has not.
    other = form[:-1] + ("0" if form[-1] != "0" else "1")
    for browser, where, seen in ((bram, form, bram.get("/intakes/nieuw").text), (anna, other, page)):
        assert browser.get(where).status_code == 404
        assert browser.post(where, seen, voorrang="preferent", reden="x").status_code == 404
    assert bram.post(f"{form}/terug", bram.get("/intakes/nieuw").text).status_code == 404
    assert "Gewijzigd" not in anna.post(f"{form}/terug", anna.get(form).text).text


def test_a_new_file_is_held_against_ones_own_earlier_one_of_the_same_reference(anna: Browser, bram: Browser) -> None:
    bram.shared("intake")
    before = anna.shared("intake")
    assert "Wat is er veranderd?" not in anna.get(f"{before}/resultaat").text
    anna.world.clock.advance(timedelta(seconds=1))
    form = {"kenmerk": "2026 0117", "sjabloon": "intake", "plaats": "hier", "toch": "ja"}
    path = str(anna.post("/intakes", anna.get("/intakes/nieuw").text, **form).url.path)
    cards = [each for each in anna.world.samira() if each.issuer.agency.abbreviation != "duo"]
    anna.world.answer(anna.link(path), cards)
    page = anna.get(f"{path}/resultaat").text
    assert f'<a class="utrecht-link" href="{before}/resultaat">uw eerdere dossier 2026-0117</a>' in page
    assert "Bewijst nu niets" in page
    anna.post(f"{before}/sluiten", anna.get(f"{before}/sluiten").text)
    assert "Wat is er veranderd?" not in anna.get(f"{path}/resultaat").text
