"""The citizen's screens: what they say, what they lead to, and who may not see them."""

import json
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE
from credentials.formats.issuer_key import IssuerMetadata, KeyNotPublished
from credentials.formats.sd_jwt import SdJwtVc
from credentials.verification.bundle import Bundle
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import NOBODY, NOW, URL, Scene, an_agency, code_of, csrf_of, log_in, several_cases

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


@pytest.mark.parametrize("path", ["/schulden", "/schulden/download", "/wallet/x", "/wallet/x/stand"])
def test_who_is_not_logged_in_sees_nothing(scene: Scene, path: str) -> None:
    answer = scene.http().get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/inloggen")


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


def test_the_health_of_the_service_is_told(scene: Scene) -> None:
    assert scene.http().get("/health/ready").json() == {"status": "ok", "checks": {"database": "ok"}}


def test_the_agencys_api_is_described_without_a_login(scene: Scene) -> None:
    answer = scene.http().get("/api/v1/openapi.json")
    assert answer.headers["api-version"] == "1.0.0"
    assert sorted(answer.json()["paths"]) == [
        "/api/v1/aanbiedingen",
        "/api/v1/aanbiedingen/{id}",
        "/api/v1/bronverversingen",
        "/api/v1/intrekkingen",
        "/api/v1/uitgiften",
    ]
