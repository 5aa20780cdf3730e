"""The citizen's screens: what they say, what they lead to, and who may not see them."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from credentials.clock import FixedClock
from credentials.debts.catalogue import CATALOGUE
from credentials.debts.catalogue import describe as claim_type
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE
from credentials.debts.fcid import SignedResponse
from credentials.dids import Resolver
from credentials.formats.issuer_key import IssuerMetadata, KeyNotPublished
from credentials.formats.sd_jwt import SdJwtVc
from credentials.status import StatusChecker
from credentials.trust import Participant, TrustList
from credentials.verification import Report, Verifier
from credentials.verification.bundle import Bundle
from issuer.app import describe
from issuer.settings import ContactSection
from issuer.web.api import VERSION
from issuer.web.problems import PROBLEMS
from issuer.web.telling import SECTIONS, STAGES, WHAT, telling
from issuer.web.wallet_login import FAULTS
from service.audit import audit_table
from service.commands.formats import all_formats
from service.i18n import Catalogue
from tests.debt_builders import SAMIRA, a_document, demanded, imposed, paid
from tests.flows.issuance_kit import (
    NOBODY,
    NOW,
    URL,
    Scene,
    a_person_file,
    an_agency,
    code_of,
    csrf_of,
    log_in,
    several_cases,
)

ROOT = Path(__file__).parents[2]
PAGES = ["/", "/privacy", "/toegankelijkheid", "/uitgelogd"]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock), clock, tmp_path)


class Outline(HTMLParser):
    """Headings, images without a text, and scripts and styles that a strict policy would block."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.faults: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(int(tag[1]))
        if tag == "img" and "alt" not in found:
            self.faults.append("img without alt")
        if tag == "script" and "src" not in found:
            self.faults.append("inline script")
        if tag == "style" or "style" in found or any(name.startswith("on") for name in found):
            self.faults.append("inline style or handler")


@pytest.mark.parametrize("path", PAGES)
def test_open_pages_are_sound(scene: Scene, path: str) -> None:
    answer = scene.http().get(path)
    assert answer.status_code == 200
    outline = Outline(answer.text)
    assert outline.faults == []
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/schulden", "/schulden/download", "/schulden/fcid", "/wallet/x", "/wallet/x/stand"])
def test_who_is_not_logged_in_sees_nothing(scene: Scene, path: str) -> None:
    answer = scene.http().get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/inloggen")


def examined(scene: Scene, response: str) -> Report:
    """Prove a response as whoever has the trust list does, at the moment of the certificates."""
    participant = Participant.parse(json.loads(describe(scene.agency.settings)))
    clock = FixedClock(datetime.now(UTC))
    listed = TrustList("https://stelsel.example", clock.at, clock.at + timedelta(days=1), 1, (participant,))

    def nothing(_address: str, _accept: str) -> bytes:
        raise AssertionError("a response has no status list")

    return Verifier(all_formats(), lambda: listed, Resolver(), StatusChecker(nothing, clock), clock).examine_response(
        response
    )


class TestDebts:
    def test_the_first_line_says_what_to_pay_now(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        page = browser.get("/schulden").text
        assert "U moet nu €\u00a030,00 betalen" in page
        assert "ZAAK-1" in page
        assert "ZAAK-2" in page
        assert Outline(page).faults == []
        assert SAMIRA.reveal() not in page

    def test_no_debts_is_said_in_so_many_words(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser, NOBODY)
        assert "U hebt hier geen schulden" in browser.get("/schulden").text

    def test_a_register_that_cannot_be_read_is_no_zero(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        (scene.folder / "debts" / "samira.json").write_text("{")
        answer = browser.get("/schulden")
        assert answer.status_code == 503
        assert "Wij kunnen uw gegevens nu niet ophalen" in answer.text

    def test_the_download_holds_the_same_facts(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        answer = browser.get("/schulden/download")
        assert "attachment" in answer.headers["content-disposition"]
        document: Any = json.loads(answer.content)
        assert document["overzicht"]["saldo_totaal"] == 3000
        assert sorted(case["zaakkenmerk"] for case in document["zaken"]) == ["ZAAK-1", "ZAAK-2"]
        assert SAMIRA.reveal() not in answer.text

    def test_the_signed_file_proves_itself(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        token = csrf_of(browser.get("/schulden").text)
        bundle = Bundle.parse(browser.post("/schulden/bewijs", data={"csrf_token": token}).content)
        views = [SdJwtVc().inspect(proof.content) for proof in bundle.proofs]
        assert [view.type for view in views] == [OVERVIEW_TYPE, CASE_TYPE, CASE_TYPE]
        assert {view.holder for view in views} == {None}
        slots: Any = views[0].claims["zaken"]
        assert {slot["digest"] for slot in slots.values()} == {view.claims["zaak_digest"] for view in views[1:]}
        assert scene.api("intrekkingen", {"bsn": SAMIRA.reveal(), "reden": "x"}).json() == {"aantal": 3}

    def test_the_signed_fcid_file_proves_itself_and_reads_as_the_register(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        assert 'href="/schulden/fcid"' in browser.get("/schulden").text
        answer = browser.get("/schulden/fcid")
        assert answer.headers["content-type"] == "application/jose"
        assert answer.headers["content-disposition"] == 'attachment; filename="fcid-cjib.jws"'
        assert answer.headers["cache-control"] == "no-store"
        report = examined(scene, answer.text)
        assert report.proven, report
        document = SignedResponse.parse(answer.text).document()
        assert document.person == SAMIRA
        assert [(case.reference, case.balance_at, case.events) for case in document.cases] == [
            (case.reference, case.balance_at, case.events) for case in several_cases().cases
        ]
        assert document.created_at == NOW

    def test_a_signed_fcid_file_of_no_debts_says_so(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser, NOBODY)
        answer = browser.get("/schulden/fcid")
        document = SignedResponse.parse(answer.text).document()
        assert (document.person, document.cases) == (NOBODY, ())

    def test_that_there_is_nothing_is_said_of_the_day_of_the_register(self, scene: Scene) -> None:
        nothing = replace(several_cases(0), created_at=NOW - timedelta(days=40))
        a_person_file(scene.folder / "debts", nothing)
        browser = scene.http()
        log_in(browser)
        assert SignedResponse.parse(browser.get("/schulden/fcid").text).document() == nothing

    def test_no_fcid_file_is_signed_of_a_register_that_cannot_be_read(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        (scene.folder / "debts" / "samira.json").write_text("{")
        assert browser.get("/schulden/fcid").status_code == 503

    def test_a_signed_fcid_file_is_on_record_without_its_citizen(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        browser.get("/schulden/fcid")
        with scene.agency.database.read() as connection:
            entries = list(connection.execute(select(audit_table.c.entry)).scalars())
        assert [json.loads(each)["action"] for each in entries].count("response.signed") == 1
        assert SAMIRA.reveal() not in str(entries)

    def test_the_session_ends(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        scene.clock.advance(timedelta(minutes=16))
        assert browser.get("/schulden").status_code == 303

    def test_logging_out_ends_it_at_once(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        token = csrf_of(browser.get("/schulden").text)
        kept = dict(browser.cookies)
        assert browser.post("/uitloggen", data={"csrf_token": token}).headers["location"] == "/uitgelogd"
        browser.cookies.update(kept)
        assert browser.get("/schulden").status_code == 303


class TestToTheWallet:
    def offered(self, scene: Scene, browser: Any) -> str:
        token = csrf_of(browser.get("/schulden").text)
        made = browser.post("/wallet", data={"csrf_token": token})
        assert made.status_code == 303
        return str(made.headers["location"])

    def test_the_page_shows_a_code_and_turns_when_it_is_collected(self, scene: Scene) -> None:
        browser, wallet = scene.http(), scene.wallet()
        log_in(browser)
        address = self.offered(scene, browser)
        page = browser.get(address).text
        assert "<svg" in page
        assert Outline(page).faults == []
        assert browser.get(f"{address}/stand").json().get("ververs") is None
        link = page.split('id="aanbod" value="')[1].split('"')[0].replace("&amp;", "&")
        assert wallet.redeem(code_of(wallet.take_offer(link))).status_code == 200
        details: Any = wallet.granted["authorization_details"]
        wallet.by_identifier(details[0]["credential_identifiers"][0])
        assert browser.get(f"{address}/stand").json() == {"ververs": True}
        assert "Gelukt" in browser.get(address).text

    def test_a_phone_is_offered_its_own_wallet_first_and_a_desk_the_code(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        address = self.offered(scene, browser)
        phone = browser.get(address, headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Mobile"}).text
        desk = browser.get(address, headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64)"}).text
        hinted = browser.get(address, headers={"user-agent": "Mobile", "sec-ch-ua-mobile": "?0"}).text
        # Nothing turns the page by itself where scripts do not run: what was opened stays open.
        assert 'http-equiv="refresh"' not in phone
        code, button = 'aria-label="QR-code om uw kaartjes op te halen"', "Open mijn wallet"
        assert phone.index(button) < phone.index("Mijn wallet zit op een ander apparaat") < phone.index(code)
        assert desk.index(code) < desk.index(button)
        assert hinted.index(code) < hinted.index(button)
        assert Outline(phone).faults == []

    def test_the_page_counts_down_and_gives_more_time(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        address = self.offered(scene, browser)
        assert browser.get(f"{address}/stand").json()["tekst"].endswith("De code is nog 10 minuten geldig.")
        scene.clock.advance(timedelta(minutes=8, seconds=30))
        assert browser.get(f"{address}/stand").json()["tekst"].endswith("De code is nog 1 minuut geldig.")
        scene.clock.advance(timedelta(minutes=1))
        assert "minder dan 1 minuut" in browser.get(f"{address}/stand").json()["tekst"]
        page = browser.get(address).text
        assert "Meer tijd: maak een nieuwe code" in page
        more = browser.post("/wallet", data={"csrf_token": csrf_of(page)}).headers["location"]
        assert more != address
        assert browser.get(f"{more}/stand").json()["tekst"].endswith("De code is nog 10 minuten geldig.")

    def test_a_plain_camera_leads_to_a_page_that_goes_on_to_a_wallet(self, scene: Scene) -> None:
        browser, stranger, wallet = scene.http(), scene.http(), scene.wallet()
        log_in(browser)
        page = browser.get(self.offered(scene, browser)).text
        link = page.split('id="aanbod" value="')[1].split('"')[0].replace("&amp;", "&")
        secret = link.rsplit("%2F", 1)[1]
        landing = stranger.get(f"/aanbod/{secret}")
        assert landing.status_code == 200
        assert link.replace("&", "&amp;") in landing.text
        assert Outline(landing.text).faults == []
        for hidden in (SAMIRA.reveal(), "S. de Vries", "ZAAK-1", "30,00"):
            assert hidden not in landing.text
        # Looking uses nothing up.
        assert wallet.redeem(code_of(wallet.take_offer(link))).status_code == 200
        assert stranger.get(f"/aanbod/{secret}").status_code == 404

    @pytest.mark.parametrize("secret", ["x", "a" * 43, "%2e%2e"])
    def test_a_code_that_is_over_or_never_was_says_so(self, scene: Scene, secret: str) -> None:
        answer = scene.http().get(f"/aanbod/{secret}")
        assert answer.status_code == 404

    def test_an_offer_is_its_owners(self, scene: Scene) -> None:
        browser, other = scene.http(), scene.http()
        log_in(browser)
        address = self.offered(scene, browser)
        log_in(other, NOBODY)
        assert other.get(address).status_code == 404
        assert other.get(f"{address}/stand").status_code == 404

    def test_an_expired_offer_says_so(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        address = self.offered(scene, browser)
        scene.clock.advance(timedelta(minutes=11))
        assert browser.get(f"{address}/stand").json() == {"ververs": True}
        assert "De tijd is voorbij" in browser.get(address).text

    def test_it_takes_a_form_of_our_own(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        assert browser.post("/wallet", data={"csrf_token": "x"}).status_code == 403


class TestInEnglish:
    def test_the_page_of_debts_speaks_it_when_it_was_chosen(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        assert browser.get("/taal?taal=en&terug=/schulden").headers["location"] == "/schulden"
        page = browser.get("/schulden").text
        assert '<html lang="en"' in page
        assert "You have to pay €\u00a030.00 now" in page
        assert "You broke a traffic rule" in page
        assert "U moet" not in page
        assert Outline(page).faults == []

    def test_from_a_page_that_is_not_there_the_choice_of_language_leads_to_the_start(self, scene: Scene) -> None:
        browser = scene.http()
        assert 'href="/taal?taal=en&amp;terug=%2F"' in browser.get("/er-is-niets").text
        assert 'href="/taal?taal=en&amp;terug=%2Fprivacy"' in browser.get("/privacy").text

    @pytest.mark.parametrize("path", PAGES)
    def test_open_pages_speak_it_too(self, scene: Scene, path: str) -> None:
        browser = scene.http()
        browser.get("/taal?taal=en&terug=/")
        page = browser.get(path).text
        assert '<html lang="en"' in page
        assert " uw " not in page

    def test_every_text_of_pages_and_document_is_in_the_catalogue(self) -> None:
        folders = [ROOT / party / "web" if party == "issuer" else ROOT / party for party in ("service", "issuer")]
        catalogue = Catalogue.read(folder / "locale" for folder in folders)
        texts = {
            text
            for file in [*(ROOT / "issuer/web").rglob("*.html"), ROOT / "issuer/web/take_along.py"]
            for text in re.findall(r'(?:\b_|\bsay)\("([^"]+)"', file.read_text("utf-8"))
        }
        texts |= {
            *WHAT.values(),
            *STAGES.values(),
            *(title for title, _ in SECTIONS),
            *FAULTS.values(),
            # What tells a citizen what to do; the others are for programs.
            *(text for problem in PROBLEMS.values() if problem.advice for text in (problem.title, problem.advice)),
            claim_type("x_unknown").description,
        }
        for entry in CATALOGUE.values():
            texts |= {entry.description}
            texts |= {text for text in (entry.remedy and (entry.remedy.kind, entry.remedy.body)) or () if text}
        assert len(texts) > 200
        assert sorted(text for text in texts if not catalogue.has(text, "en")) == []


def test_who_is_being_withheld_from_reads_to_call_before_paying(tmp_path: Path, clock: FixedClock) -> None:
    taken = paid("p1", 400, 20, description="Ingehouden op uw uitkering")
    document = a_document(imposed("f1", 1000), demanded("b1", 1000, 1, due=5), taken)
    scene = Scene(an_agency(tmp_path, clock, document), clock, tmp_path)
    browser = scene.http()
    log_in(browser)
    desk = scene.agency.desk
    facts = desk.show_debts(SAMIRA)
    paper = desk.pages.fragment(
        "overzicht.html", language="nl", title="", made_at=clock.now(), whom=None, **telling(desk, facts)
    )
    for told in (browser.get("/schulden").text, paper):
        assert "U moet nu €\u00a06,00 betalen" in told, "what is due stays due"
        assert "Hiervoor wordt al geld ingehouden of verrekend. Bel ons voordat u zelf betaalt." in told
        assert "Kunt u betalen?" not in told


@pytest.mark.long
def test_who_cannot_pay_at_once_is_led_to_the_agencys_own_page_unless_another_collects(
    tmp_path: Path, clock: FixedClock
) -> None:
    address = "https://www.cjib.example/in-stukjes"
    for collector, led in ((None, True), ("0" * 20, False)):
        document = a_document(imposed("f1", 1000, executed_by=collector), demanded("b1", 1000, 1, due=5))
        folder = tmp_path / str(led)
        folder.mkdir()
        scene = Scene(an_agency(folder, clock, document, contact=ContactSection(arrangement=address)), clock, folder)
        browser = scene.http()
        log_in(browser)
        desk = scene.agency.desk
        facts = desk.show_debts(SAMIRA)
        paper = desk.pages.fragment(
            "overzicht.html", language="nl", title="", made_at=clock.now(), whom=None, **telling(desk, facts)
        )
        assert (f'href="{address}" rel="noreferrer noopener"' in browser.get("/schulden").text) is led
        assert (address in paper) is led


@pytest.mark.parametrize("count", [1, 21])
def test_any_number_of_cases_fits_on_the_page(tmp_path: Path, clock: FixedClock, count: int) -> None:
    scene = Scene(an_agency(tmp_path, clock, several_cases(count)), clock, tmp_path)
    browser = scene.http()
    log_in(browser)
    assert browser.get("/schulden").text.count("Waar is dit voor?") == count


def test_an_unknown_page_is_told_plainly(scene: Scene) -> None:
    answer = scene.http().get("/nergens")
    assert answer.status_code == 404
    assert "Deze pagina is er niet" in answer.text


def test_nothing_of_two_agencies_is_shared(tmp_path: Path, clock: FixedClock) -> None:
    one = Scene(an_agency(tmp_path / "one", clock), clock, tmp_path / "one")
    other = Scene(an_agency(tmp_path / "other", clock), clock, tmp_path / "other")
    browser = one.http()
    log_in(browser)
    visitor = other.http()
    visitor.cookies.update(dict(browser.cookies))
    assert visitor.get("/schulden").status_code == 303
    keys = [scene.http().get("/.well-known/jwt-vc-issuer").json()["jwks"] for scene in (one, other)]
    assert keys[0] != keys[1]


def test_published_keys_are_found_by_the_issuers_address(scene: Scene, clock: FixedClock) -> None:
    def fetch(url: str, accept: str) -> bytes:
        answer = scene.http().get(url, headers={"accept": accept})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        return answer.content

    for issuer in (URL, f"{URL}/"):
        keys = IssuerMetadata(fetch, clock, allowed=lambda _issuer: True, allow_insecure_localhost=True)
        if issuer == URL:
            found = keys.find(issuer, None)
            assert found.address == f"{URL}/.well-known/jwt-vc-issuer"
            assert keys.find(issuer, found.key.thumbprint).key == found.key
        else:
            # Another spelling is another issuer.
            with pytest.raises(KeyNotPublished):
                keys.find(issuer, None)


@pytest.mark.usefixtures("able_to_print")
def test_the_health_of_the_service_is_told(scene: Scene) -> None:
    assert scene.http().get("/health/ready").json() == {
        "status": "ok",
        "checks": {"database": "ok", "certificate": "ok", "source": "ok"},
    }


def test_the_agencys_api_is_described_without_a_login(scene: Scene) -> None:
    answer = scene.http().get("/api/v1/openapi.json")
    assert answer.headers["api-version"] == VERSION
    assert sorted(answer.json()["paths"]) == [
        "/aanbiedingen",
        "/aanbiedingen/{id}",
        "/bronverversingen",
        "/intrekkingen",
        "/meldingen",
        "/meldingen/{id}/beeindiging",
        "/uitgiften",
        "/wijzigingen",
    ]
