"""Whole logins over HTTP at a broker that behaves well and badly, and who looks on behalf of somebody else."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from starlette.requests import Request
from starlette.testclient import TestClient

from credentials.clock import FixedClock, epoch
from credentials.keys import SoftwareSigner
from issuer.app.login import oidc_client
from issuer.identity import OidcLogin
from issuer.ports import LoggedIn
from issuer.settings import DigidSection
from issuer.web.login import required_citizen
from issuer.web.take_along import _pages
from service.audit import audit_table
from service.errors import AnswerTooLarge, Unreachable
from service.http import Answer
from service.oidc import ClientKey, LoginAttempt
from tests.broker_kit import ISSUER, REPRESENTATIVE, Broker, answer, part, represented
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import CLIENT, NOW, Scene, Wallet, an_agency, csrf_of, settings_for

FAILED = "Het inloggen is niet gelukt", "Logging in did not work"
NO_BSN = "Wij kunnen niet zien wie u bent", "We cannot see who you are"
WEAK = "U moet sterker inloggen", "You must log in more strongly"
FOR_ANOTHER = "U kunt hier niet inloggen namens iemand anders", "You cannot log in here on behalf of somebody else"
DOWN = "Inloggen lukt nu even niet", "Logging in does not work right now"


@dataclass(slots=True)
class Switch:
    """A login provider that a test can put another in the place of."""

    current: OidcLogin | None = None

    def begin(self) -> tuple[str, LoginAttempt]:
        assert self.current is not None
        return self.current.begin()

    def finish(self, attempt: LoginAttempt, answer: Any) -> LoggedIn:
        assert self.current is not None
        return self.current.finish(attempt, answer)


@dataclass(slots=True)
class Counter:
    """An agency whose citizens log in at a broker of ours."""

    scene: Scene
    switch: Switch
    broker: Broker = field(default_factory=Broker)

    def at(self, broker: Broker, **digid: Any) -> TestClient:
        """Put a broker in place, and return a fresh browser."""
        self.broker = broker
        broker.now = self.scene.clock.now()
        section = DigidSection(issuer=ISSUER, client_id="cjib", **digid)
        keys = self.scene.agency.settings.state / "digid.pem"
        settings = settings_for(self.scene.folder, digid=section)
        client = oidc_client(settings, ClientKey(keys.read_bytes()), None, None)
        self.switch.current = OidcLogin(client, broker, self.scene.clock)
        return self.scene.http()

    def log_in(self, browser: TestClient, then: str = "/schulden", **said: str) -> Any:
        """Go to the broker and come back with a code."""
        gone = browser.get("/inloggen", params={"naar": then})
        query = {name: values[0] for name, values in parse_qs(urlsplit(gone.headers["location"]).query).items()}
        self.broker.nonce = query["nonce"]
        return browser.get("/inloggen/terug", params={"state": query["state"], "code": query["state"], **said})

    def audited(self) -> list[Any]:
        with self.scene.agency.database.read() as connection:
            return [json.loads(row.entry) for row in connection.execute(select(audit_table)).all()]


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Counter:
    folder, clock, switch = tmp_path_factory.mktemp("agency"), FixedClock(NOW), Switch()
    return Counter(Scene(an_agency(folder, clock, login_provider=switch), clock, folder), switch)


class Slow(Broker):
    """One that does not answer in time, at the token endpoint."""

    def post_form(self, *_: Any, **__: Any) -> Answer:
        raise Unreachable("no answer")


class Large(Broker):
    """One that says more than anybody needs."""

    def post_form(self, *_: Any, **__: Any) -> Answer:
        raise AnswerTooLarge("larger than that")


SOMEBODY = SoftwareSigner.generate()
BAD: dict[str, tuple[Callable[[], Broker], tuple[str, str], int]] = {
    "another issuer": (lambda: Broker(claims={"iss": "https://evil.example"}), FAILED, 403),
    "another audience": (lambda: Broker(claims={"aud": "duo"}), FAILED, 403),
    "a second audience": (lambda: Broker(claims={"aud": ["cjib", "duo"]}), FAILED, 403),
    "another party": (lambda: Broker(claims={"azp": "duo"}), FAILED, 403),
    "expired": (lambda: Broker(claims={"exp": epoch(NOW) - 3600}), FAILED, 403),
    "old": (lambda: Broker(claims={"iat": epoch(NOW) - 3600}), FAILED, 403),
    "another nonce": (lambda: Broker(claims={"nonce": "another"}), FAILED, 403),
    "a low level": (lambda: Broker(claims={"acr": "http://eidas.europa.eu/LoA/low"}), WEAK, 403),
    "no level": (lambda: Broker(claims={"acr": None}), WEAK, 403),
    "another sector": (lambda: Broker(claims={"bsn": f"s00000001:{SAMIRA.reveal()}"}), NO_BSN, 403),
    "no number": (lambda: Broker(claims={"bsn": None}), NO_BSN, 403),
    "a number that is none": (lambda: Broker(claims={"bsn": "123456789"}), NO_BSN, 403),
    "on behalf of another": (
        lambda: Broker(claims={"bsn": REPRESENTATIVE, "represents": represented()}), FOR_ANOTHER, 403,
    ),
    "on behalf of what is not said": (lambda: Broker(claims={"represents": "x"}), FOR_ANOTHER, 403),
    "no signature": (lambda: Broker(id_token=f"{part({'alg': 'none'})}.{part({'sub': 's'})}."), FAILED, 403),
    "a shared secret": (lambda: Broker(id_token=f"{part({'alg': 'HS256'})}.{part({'sub': 's'})}.AAAA"), FAILED, 403),
    "no token": (lambda: Broker(answers={"/token": answer({"access_token": "a"})}), FAILED, 403),
    "a code that is not taken": (lambda: Broker(answers={"/token": answer({"error": "x"}, 400)}), FAILED, 403),
    "a redirect": (lambda: Broker(answers={"/token": answer({}, 302)}), FAILED, 403),
    "a fault": (lambda: Broker(answers={"/token": answer({}, 502)}), DOWN, 503),
    "a page": (lambda: Broker(answers={"/token": Answer(200, {"content-type": "text/html"}, b"<p>")}), DOWN, 503),
    "no JSON": (
        lambda: Broker(answers={"/token": Answer(200, {"content-type": "application/json"}, b"{")}), DOWN, 503,
    ),
    "slow": (Slow, DOWN, 503),
    "large": (Large, DOWN, 503),
}  # fmt: skip


class TestABrokerThatBehavesBadly:
    @pytest.mark.parametrize("case", BAD)
    def test_a_page_says_so_nothing_is_echoed_and_nothing_changes(self, counter: Counter, case: str) -> None:
        make, (title, _), status = BAD[case]
        browser = counter.at(make())
        before = counter.audited()
        page = counter.log_in(browser)
        assert page.status_code == status
        assert title in page.text
        for value in (SAMIRA.reveal(), REPRESENTATIVE, "123456789", "evil", "duo", "Samira"):
            assert value not in page.text
        assert urlsplit(browser.get("/schulden").headers["location"]).path == "/inloggen"
        assert counter.audited() == before

    @pytest.mark.parametrize("case", {titles: case for case, (_, titles, _) in BAD.items()}.values())
    def test_in_english_too(self, counter: Counter, case: str) -> None:
        make, (_, title), status = BAD[case]
        browser = counter.at(make())
        browser.cookies.set("bk_taal", "en")
        page = counter.log_in(browser)
        assert page.status_code == status
        assert title in page.text

    def test_a_token_signed_by_a_stranger(self, counter: Counter) -> None:
        browser = counter.at(Broker())
        counter.broker.header = {"kid": counter.broker.signer.public_jwk.thumbprint}
        published = answer({"keys": [{**SOMEBODY.public_jwk.to_dict(), "kid": counter.broker.header["kid"]}]})
        counter.broker.answers["/jwks"] = published
        assert FAILED[0] in counter.log_in(browser).text

    def test_a_token_that_is_encrypted_to_nobody_here(self, counter: Counter) -> None:
        header = part({"alg": "RSA-OAEP", "enc": "A256GCM", "cty": "JWT"})
        browser = counter.at(Broker(id_token=f"{header}.AAAA.AAAA.AAAA.AAAA"))
        assert FAILED[0] in counter.log_in(browser).text

    def test_an_answer_of_another_provider(self, counter: Counter) -> None:
        browser = counter.at(Broker())
        assert FAILED[0] in counter.log_in(browser, iss="https://evil.example").text
        assert counter.broker.posted == []

    @pytest.mark.requirement("nlgov-state")
    def test_a_code_that_comes_again(self, counter: Counter) -> None:
        """The attempt is gone, and so is the code at the broker: in another browser and in this one."""
        browser = counter.at(Broker())
        gone = browser.get("/inloggen")
        query = {name: values[0] for name, values in parse_qs(urlsplit(gone.headers["location"]).query).items()}
        counter.broker.nonce = query["nonce"]
        back = {"state": query["state"], "code": "c"}
        assert counter.scene.http().get("/inloggen/terug", params=back).status_code == 403
        assert browser.get("/inloggen/terug", params=back).status_code == 303
        assert browser.get("/inloggen/terug", params=back).status_code == 403
        assert counter.log_in(counter.scene.http(), code="c").status_code == 403

    def test_a_wallet_that_waits_is_told(self, counter: Counter) -> None:
        browser = counter.at(Broker(claims={"represents": represented()}))
        pushed = counter.scene.wallet().push()
        gone = browser.get(
            "/oauth/authorize", params={"client_id": CLIENT, "request_uri": pushed.json()["request_uri"]}
        )
        then = parse_qs(urlsplit(gone.headers["location"]).query)["naar"][0]
        told = browser.get(counter.log_in(browser, then).headers["location"])
        assert parse_qs(urlsplit(told.headers["location"]).query)["error"] == ["access_denied"]


class TestABrokerThatBehavesWell:
    def test_its_citizen_sees_their_debts(self, counter: Counter) -> None:
        browser = counter.at(Broker(claims={"bsn": f"s00000000:{SAMIRA.reveal()}"}))
        before = counter.audited()
        assert counter.log_in(browser).status_code == 303
        page = browser.get("/schulden").text
        assert "ZAAK-1" in page
        assert "U kijkt namens" not in page
        assert counter.audited() == before

    @pytest.mark.requirement("nlgov-registration")
    def test_our_keys_are_published_for_it(self, counter: Counter) -> None:
        found = counter.scene.http().get("/inloggen/sleutels")
        assert found.headers["content-type"] == "application/jwk-set+json"
        (key,) = found.json()["keys"]
        assert key["use"] == "sig"
        assert "d" not in key


def acting(**claims: Any) -> Broker:
    return Broker(claims={"bsn": REPRESENTATIVE, "name": "Bo", "represents": represented(**claims)})


@pytest.fixture
def helper(counter: Counter) -> TestClient:
    """A browser in which somebody looks on behalf of Samira."""
    browser = counter.at(acting(), representation="accepted")
    assert counter.log_in(browser).status_code == 303
    return browser


class TestOnBehalfOfAnother:
    @pytest.mark.requirement("nlgov-represents")
    def test_every_page_says_for_whom(self, helper: TestClient) -> None:
        for path in ("/schulden", "/"):
            page = helper.get(path).text
            assert "U kijkt namens Samira" in page, path
            assert "Bo" not in page.replace("Boete", "").split()
        helper.cookies.set("bk_taal", "en")
        assert "You are looking on behalf of Samira" in helper.get("/schulden").text

    def test_whoever_has_no_name_is_known_by_the_end_of_their_number(self, counter: Counter) -> None:
        browser = counter.at(acting(name=None), representation="accepted")
        counter.log_in(browser)
        page = browser.get("/schulden").text
        assert f"eindigt op {SAMIRA.reveal()[-3:]}" in page
        assert SAMIRA.reveal() not in page

    def test_the_debts_are_those_of_who_is_represented_and_the_wallet_is_not_offered(self, helper: TestClient) -> None:
        page = helper.get("/schulden").text
        assert "ZAAK-1" in page
        assert "/wallet" not in page
        assert "/schulden/fcid" not in page

    def test_a_file_says_who_fetched_it(self, helper: TestClient) -> None:
        found = helper.get("/schulden/download").json()
        assert found["opgehaald_door"] == "vertegenwoordiger"
        assert found["gaat_over"] == "de persoon met een burgerservicenummer dat eindigt op 007"
        token = {"csrf_token": csrf_of(helper.get("/schulden").text)}
        assert helper.post("/schulden/bewijs", data=token).status_code == 200

    def test_the_sealed_overview_says_so_and_bears_no_name(self, counter: Counter, helper: TestClient) -> None:
        desk = counter.scene.agency.desk
        cookies = "; ".join(f"{each.name}={each.value}" for each in helper.cookies.jar)
        found = required_citizen(desk, Request({"type": "http", "headers": [(b"cookie", cookies.encode())]}))
        made = _pages(desk, found, desk.show_debts(found.person), counter.scene.clock.now(), "nl")
        assert f"namens de persoon met een burgerservicenummer dat eindigt op {SAMIRA.reveal()[-3:]}" in made.html
        assert "Samira" not in made.html
        assert SAMIRA.reveal() not in made.html

    def test_who_looks_for_themselves_is_not_said_to_be_represented(self, counter: Counter) -> None:
        browser = counter.at(Broker(), representation="accepted")
        counter.log_in(browser)
        assert "opgehaald_door" not in browser.get("/schulden/download").json()

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("post", "/wallet"),
            ("get", "/wallet/abc"),
            ("get", "/wallet/abc/stand"),
            ("get", "/schulden/fcid"),
            ("post", "/oauth/toestemming"),
        ],
    )
    def test_what_is_for_the_person_themselves_is_not_given(
        self, counter: Counter, helper: TestClient, method: str, path: str
    ) -> None:
        before = counter.audited()
        token = csrf_of(helper.get("/schulden").text)
        fields = {"csrf_token": token, "verzoek": "x", "antwoord": "ja"}
        found = helper.post(path, data=fields) if method == "post" else helper.get(path)
        assert found.status_code == 403
        assert "Dit kan alleen de persoon zelf" in found.text
        assert counter.audited() == before

    def test_a_wallet_gets_no_cards_and_is_told(self, counter: Counter, helper: TestClient) -> None:
        wallet = counter.scene.wallet()
        page = self.go_on(helper, wallet)
        assert page.status_code == 403
        assert "Deze kaartjes kan alleen de persoon zelf ophalen" in page.text
        assert "U kijkt namens Samira" in page.text
        assert "error=access_denied" in page.text
        assert "code=" not in page.text

    def test_nor_does_one_that_waits_while_somebody_logs_in_so(self, counter: Counter) -> None:
        browser = counter.at(acting(), representation="accepted")
        wallet = counter.scene.wallet()
        pushed = wallet.push()
        gone = browser.get(
            "/oauth/authorize", params={"client_id": CLIENT, "request_uri": pushed.json()["request_uri"]}
        )
        then = parse_qs(urlsplit(gone.headers["location"]).query)["naar"][0]
        page = browser.get(counter.log_in(browser, then).headers["location"])
        assert page.status_code == 403
        assert "error=access_denied" in page.text

    def test_it_is_on_record_without_a_number(self, counter: Counter) -> None:
        browser = counter.at(acting(), representation="accepted")
        before = len(counter.audited())
        counter.log_in(browser)
        (line,) = counter.audited()[before:]
        hiding = counter.scene.agency.desk.note_representation.hiding
        assert line["action"] == "login.represented"
        assert line["actor"] == hiding.subject(SAMIRA)
        assert line["object"] == hiding.representative(REPRESENTATIVE)
        assert SAMIRA.reveal() not in str(line)

    def test_the_database_tells_neither_number(self, counter: Counter, helper: TestClient) -> None:
        assert helper.get("/schulden").status_code == 200
        files = list(counter.scene.agency.settings.state.glob("issuer.db*"))
        assert files
        for content in (file.read_bytes() for file in files):
            assert SAMIRA.reveal().encode() not in content
            assert REPRESENTATIVE.encode() not in content

    def test_the_next_login_in_the_same_browser_is_for_who_logs_in_then(
        self, counter: Counter, helper: TestClient
    ) -> None:
        counter.broker.claims = {}
        counter.log_in(helper)
        page = helper.get("/schulden").text
        assert "U kijkt namens" not in page
        assert "/wallet" in page

    def go_on(self, browser: TestClient, wallet: Wallet) -> Any:
        reference = {"client_id": CLIENT, "request_uri": wallet.push().json()["request_uri"]}
        return browser.get(browser.get("/oauth/authorize", params=reference).headers["location"])
