"""Logging in with a wallet: the citizen presents a PID by OpenID4VP 1.0, and is logged in where they asked for it."""

import io
import json
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.errors import Unavailable
from credentials.formats.sd_jwt import SdJwtVc
from credentials.jose import EncryptionKey, UnverifiedToken, sign_jwt
from credentials.keys import SoftwareSigner
from credentials.openid.errors import AccessDenied
from credentials.openid.request_link import RequestReference, RequestUriPost, parse_request_link
from credentials.openid.vp_response import build_error, build_response
from credentials.openid.wallet_metadata import encryption_metadata, open_request
from credentials.status import Status
from issuer.app import build, load_keys
from issuer.domain.clients import ListedWallet, Profile, Wallets
from issuer.domain.profiles import RULES
from issuer.domain.wallet_login import Fault
from issuer.settings import WebWalletSection
from issuer.storage.store import SqlRecords
from issuer.storage.wallet_logins import SqlWalletLogins
from issuer.web.wallet_login import FAULTS
from service.errors import SealBroken
from service.http import OutboundClient
from service.logging import configure
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import CLIENT, NOBODY, REDIRECT, URL, FakeLogin, Scene, Wallet, an_agency, log_in
from tests.pid_kit import (
    NAME,
    STATUS_URI,
    VCT,
    PidProvider,
    PidWallet,
    StatusNet,
    begin,
    link_for,
    link_on,
    pid_section,
)

pytestmark = pytest.mark.long


class Listing:
    """A directory with one wallet."""

    def wallets(self) -> Wallets:
        return Wallets({CLIENT: ListedWallet("Mijn wallet", frozenset({REDIRECT}))})


class PidScene:
    """An agency that asks for a PID, somebody who gives them, and Samira with her wallet and her browser."""

    def __init__(self, folder: Path, **changed: Any) -> None:
        # Certificates live on the machine's own clock.
        self.clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
        self.net = StatusNet()
        self.provider = PidProvider(self.clock, self.net)
        pid = changed.pop("pid", {})
        agency = an_agency(
            folder,
            self.clock,
            http=self.net,
            directory=Listing(),
            pid=pid_section(folder, self.provider, **pid),
            **changed,
        )
        self.scene = Scene(agency, self.clock, folder)

    def browser(self) -> TestClient:
        return self.scene.http()

    def wallet(self, *held: Any) -> PidWallet:
        return PidWallet(self.scene.http(), self.clock, URL, held or (self.provider.pid(),))

    def row(self, page: str) -> Any:
        """Return what the database has of the login of a page."""
        with closing(sqlite3.connect(self.scene.agency.settings.state / "issuer.db")) as database:
            found = "SELECT stage, fault, sealed IS NULL, subject_sealed FROM issuer_wallet_login WHERE reference = ?"
            return database.execute(found, [page.rpartition("/")[2]]).fetchone()


@pytest.fixture
def pids(tmp_path: Path) -> PidScene:
    return PidScene(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> PidScene:
    """An agency for tests that leave it, and its clock, as they found it."""
    return PidScene(tmp_path_factory.mktemp("shared"))


def is_logged_in(browser: TestClient) -> bool:
    return bool(browser.get("/schulden").status_code == 200)


class TestOwnPage:
    @pytest.mark.parametrize("format", ["dc+sd-jwt", "mso_mdoc"])
    def test_whoever_shows_their_pid_sees_their_own_debts(self, pids: PidScene, format: str) -> None:
        browser = pids.browser()
        assert not is_logged_in(browser)
        back = pids.wallet(pids.provider.pid(format=format)).back(link_for(browser))
        home = browser.get(back)
        assert (home.status_code, home.headers["location"]) == (303, "/schulden")
        assert "30,00" in browser.get("/schulden").text

    def test_somebody_whom_the_agency_does_not_know_sees_that_there_is_nothing(self, pids: PidScene) -> None:
        browser = pids.browser()
        browser.get(pids.wallet(pids.provider.pid(NOBODY)).back(link_for(browser)))
        assert "U hebt hier geen schulden" in browser.get("/schulden").text

    def test_digid_is_still_there(self, pids: PidScene) -> None:
        browser = pids.browser()
        gone = browser.get("/inloggen/digid", params={"naar": "/schulden"})
        (state,) = parse_qs(urlsplit(gone.headers["location"]).query)["state"]
        browser.get("/inloggen/terug", params={"state": state, "code": SAMIRA.reveal()})
        assert is_logged_in(browser)

    def test_without_the_setting_the_login_goes_to_digid_at_once(self, tmp_path: Path) -> None:
        scene = Scene(an_agency(tmp_path, FixedClock(datetime.now(UTC))), FixedClock(datetime.now(UTC)), tmp_path)
        browser = scene.http()
        log_in(browser)
        assert is_logged_in(browser)
        assert "Inloggen met DigiD" in scene.http().get("/").text
        for path in ("/inloggen/wallet", "/inloggen/wallet/x", "/vp/verzoeken/x"):
            assert scene.http().get(path).status_code == 404
        assert scene.http().post("/vp/antwoorden/x").status_code == 404

    @pytest.mark.requirement("vp-session")
    def test_the_session_changes_at_login(self, pids: PidScene) -> None:
        browser = pids.browser()
        link = link_for(browser)
        before = dict(browser.cookies)
        browser.get(pids.wallet().back(link))
        assert dict(browser.cookies) != before

    @pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "x"])
    def test_nobody_is_sent_elsewhere_after_it(self, pids: PidScene, elsewhere: str) -> None:
        browser = pids.browser()
        back = pids.wallet().back(link_for(browser, elsewhere))
        assert browser.get(back).headers["location"] == "/schulden"

    def test_a_web_wallet_has_a_button_of_its_own(self, tmp_path: Path) -> None:
        wallet = WebWalletSection(
            name="Webwallet", offer_url="https://wallet.example/aanbod", request_url="https://wallet.example/verzoek"
        )
        pids = PidScene(tmp_path, web_wallets=(wallet,))
        browser = pids.browser()
        page = browser.get(begin(browser)).text
        query = urlsplit(link_on(page)).query
        assert f'href="https://wallet.example/verzoek?{query.replace("&", "&amp;")}"' in page

    @pytest.mark.parametrize(("profile", "scheme"), [(Profile.OPEN, "openid4vp"), (Profile.HAIP, "haip-vp")])
    def test_under_haip_the_link_has_its_scheme(self, profile: Profile, scheme: str) -> None:
        assert RULES[profile].request_scheme == scheme


class TestCodeFlow:
    """The wallet that collects cards opened the browser, and the citizen logs in there with a wallet too."""

    def asked(self, browser: TestClient, wallet: Wallet) -> str:
        """Push a request, and go to the authorization endpoint; return where the login is to lead."""
        pushed = wallet.push()
        assert pushed.status_code == 201, pushed.text
        parameters = {"client_id": CLIENT, "request_uri": pushed.json()["request_uri"]}
        gone = browser.get("/oauth/authorize", params=parameters)
        parts = urlsplit(gone.headers["location"])
        assert parts.path == "/inloggen"
        return parse_qs(parts.query)["naar"][0]

    @pytest.mark.parametrize("format", ["dc+sd-jwt", "mso_mdoc"])
    def test_a_wallet_gets_its_card_after_its_holder_showed_a_pid(self, pids: PidScene, format: str) -> None:
        browser, collecting = pids.browser(), pids.scene.wallet()
        then = self.asked(browser, collecting)
        back = pids.wallet(pids.provider.pid(format=format)).back(link_for(browser, then))
        on = browser.get(back).headers["location"]
        assert on == then
        sent = browser.get(on).headers["location"]
        assert sent.startswith(REDIRECT)
        (code,) = parse_qs(urlsplit(sent).query)["code"]
        assert collecting.redeem_login(code).status_code == 200
        (card,) = collecting.credentials("overzicht_sdjwt")
        claims = SdJwtVc().inspect(card).claims
        assert claims["saldo_totaal"] == 3000
        assert SAMIRA.reveal() not in json.dumps(claims)

    def test_who_says_no_can_stop_and_the_collecting_wallet_is_told(self, pids: PidScene) -> None:
        browser = pids.browser()
        then = self.asked(browser, pids.scene.wallet())
        wallet = pids.wallet()
        request = wallet.read(link_for(browser, then))
        answer = wallet.post(request, build_error(request, AccessDenied()))
        page = browser.get(answer.json()["redirect_uri"].removeprefix(URL)).text
        assert "U bent niet ingelogd" in page
        stopped = then.replace("/verder/", "/gestopt/")
        assert f'href="{stopped}"' in page
        sent = browser.get(stopped).headers["location"]
        assert parse_qs(urlsplit(sent).query)["error"] == ["access_denied"]


class TestRequest:
    @pytest.mark.requirement("vp-request-object", "vp-prefixes")
    def test_it_asks_the_number_alone_and_says_why(self, pids: PidScene) -> None:
        request = pids.wallet().read(link_for(pids.browser()))
        assert request.client_id.prefix == "x509_hash"
        assert request.response_mode == "direct_post.jwt"
        (query,) = request.dcql.to_json()["credentials"]  # type: ignore[misc]  # JSON
        assert query == {
            "id": "pid",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [VCT]},
            "claims": [{"path": ["bsn"]}],
        }
        assert request.purpose is not None
        assert request.purpose.doel.startswith("Inloggen bij ")
        assert "burgerservicenummer" in request.purpose.grondslag
        assert "90 dagen" in request.purpose.bewaartermijn

    def test_a_wallet_is_asked_for_the_format_that_it_has(self, pids: PidScene) -> None:
        wallet = pids.wallet(pids.provider.pid(format="mso_mdoc"))
        link = link_for(pids.browser())
        (asked,) = wallet.read(link).dcql.credentials
        assert (asked.format, [each.path for each in asked.claims]) == ("mso_mdoc", [(VCT, "bsn")])
        (unsaid,) = wallet.read(link, says=False).dcql.credentials
        assert unsaid.format == "dc+sd-jwt"

    def test_it_comes_by_get_too(self, pids: PidScene) -> None:
        link = link_for(pids.browser())
        assert pids.wallet().read(link, says=False, nonce=None).wallet_nonce is None

    def test_no_two_requests_have_anything_in_common(self, pids: PidScene) -> None:
        one, other = (pids.wallet().read(link_for(pids.browser())) for _ in range(2))
        assert one.client_id == other.client_id
        for name in ("nonce", "state", "response_uri", "encryption_keys"):
            assert getattr(one, name) != getattr(other, name)
        assert one.encryption_keys[0]["kid"] != other.encryption_keys[0]["kid"]

    @pytest.mark.requirement("vp-request-uri", "vp-encrypted-request")
    def test_a_wallet_that_gives_a_key_gets_it_encrypted(self, pids: PidScene) -> None:
        key = EncryptionKey.generate("w")
        reference = parse_request_link(link_for(pids.browser()), insecure_localhost=True)
        assert isinstance(reference, RequestReference)
        path = reference.request_uri.removeprefix(URL)
        sent = pids.scene.http().post(path, data=RequestUriPost("n" * 22, encryption_metadata(key)).to_form())
        assert sent.text.count(".") == 4
        claims = UnverifiedToken.parse(open_request(sent.text, key)).payload
        assert claims["wallet_nonce"] == "n" * 22

    def test_it_ends_after_five_minutes(self, pids: PidScene) -> None:
        browser, wallet = pids.browser(), pids.wallet()
        page = begin(browser)
        request = wallet.read(link_on(browser.get(page).text))
        fields = build_response(request, wallet.present(request))
        pids.clock.advance(timedelta(minutes=5))
        answer = wallet.post(request, fields)
        assert (answer.status_code, answer.json()["error"]) == (404, "invalid_request")
        assert "De tijd is voorbij" in browser.get(page).text

    def test_its_key_is_gone_with_the_answer(self, pids: PidScene) -> None:
        browser = pids.browser()
        page = begin(browser)
        assert pids.row(page)[2:] == (False, None)
        pids.wallet().back(link_on(browser.get(page).text))
        assert pids.row(page)[:3] == ("answered", None, True)


class TestBoundToTheBrowser:
    """OpenID4VP 1.0 sections 13.3 and 14.3, HAIP 1.0 section 5.1."""

    @pytest.mark.requirement("vp-session")
    def test_the_code_in_another_browser_logs_nobody_in_and_ends_the_login(self, pids: PidScene) -> None:
        asked, other = pids.browser(), pids.browser()
        page = begin(asked)
        back = pids.wallet().back(link_on(asked.get(page).text))
        refused = other.get(back)
        assert refused.status_code == 403
        assert "niet de browser waarin u begon" in refused.text
        assert not is_logged_in(other)
        assert asked.get(back).headers["location"] == page
        assert not is_logged_in(asked)
        assert pids.row(page) is None

    @pytest.mark.requirement("vp-session")
    def test_an_attacker_who_passes_the_link_on_is_not_logged_in_as_the_victim(self, pids: PidScene) -> None:
        attacker, victim = pids.browser(), pids.browser()
        link_for(victim)  # the victim was logging in as well, and has a session
        page = begin(attacker)
        back = pids.wallet().back(link_on(attacker.get(page).text))
        assert victim.get(back).status_code == 403
        attacker.get(page)
        # The attacker knows the request, and all of the address but the code.
        for code in ("", "x" * 43):
            attacker.get(f"{page}/terug", params={"response_code": code})
        assert not is_logged_in(attacker)
        assert not is_logged_in(victim)

    @pytest.mark.requirement("vp-session")
    def test_a_login_of_one_browser_is_not_finished_by_the_answer_to_another(self, pids: PidScene) -> None:
        mine, theirs = pids.browser(), pids.browser()
        page = begin(mine)
        back = pids.wallet().back(link_for(theirs))
        code = parse_qs(urlsplit(back).query)["response_code"][0]
        assert mine.get(f"{page}/terug", params={"response_code": code}).headers["location"] == page
        assert not is_logged_in(mine)
        theirs.get(back)
        assert is_logged_in(theirs)

    def test_a_wrong_code_changes_nothing(self, pids: PidScene) -> None:
        browser = pids.browser()
        page = begin(browser)
        back = pids.wallet().back(link_on(browser.get(page).text))
        assert browser.get(f"{page}/terug", params={"response_code": "x"}).headers["location"] == page
        assert "Uw wallet heeft geantwoord" in browser.get(page).text
        browser.get(back)
        assert is_logged_in(browser)

    def test_the_code_is_good_once(self, pids: PidScene) -> None:
        browser = pids.browser()
        back = pids.wallet().back(link_for(browser))
        browser.get(back)
        again = browser.get(back)
        assert again.status_code == 403
        assert is_logged_in(browser)

    def test_the_code_is_good_once_also_when_many_come_at_the_same_time(self, pids: PidScene) -> None:
        browser = pids.browser()
        back = pids.wallet().back(link_for(browser))
        cookies = dict(browser.cookies)

        def come_back(_: int) -> str:
            tab = pids.browser()
            tab.cookies.update(cookies)
            return str(tab.get(back).headers.get("location"))

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(come_back, range(6))).count("/schulden") == 1

    def test_the_browser_has_two_minutes_to_come_back(self, pids: PidScene) -> None:
        browser = pids.browser()
        page = begin(browser)
        back = pids.wallet().back(link_on(browser.get(page).text))
        pids.clock.advance(timedelta(minutes=2))
        assert browser.get(back).headers["location"] == page
        assert "De tijd is voorbij" in browser.get(page).text
        assert not is_logged_in(browser)

    def test_an_old_tab_goes_on_to_the_debts_once_another_is_logged_in(self, pids: PidScene) -> None:
        browser = pids.browser()
        page = begin(browser)
        browser.get(pids.wallet().back(link_on(browser.get(page).text)))
        assert browser.get(f"{page}/stand").json() == {"ververs": True}
        assert browser.get(page).headers["location"] == "/schulden"

    def test_the_page_of_another_browser_shows_nothing(self, pids: PidScene) -> None:
        page = begin(pids.browser())
        assert pids.browser().get(page).status_code == 403


class TestBelowAPath:
    """An agency that shares a host with others."""

    def test_it_works_there_as_well(self, tmp_path: Path) -> None:
        url = "http://localhost:8207/agencies/cjib"
        pids = PidScene(tmp_path, base_url=url)
        browser = TestClient(pids.scene.agency.app, base_url="http://localhost:8207", follow_redirects=False)
        chosen = browser.get("/agencies/cjib/inloggen", params={"naar": "/schulden"})
        assert 'href="/agencies/cjib/inloggen/wallet?naar=%2Fschulden"' in chosen.text
        page = browser.get("/agencies/cjib/inloggen/wallet", params={"naar": "/schulden"}).headers["location"]
        assert page.startswith("/agencies/cjib/inloggen/wallet/")
        shown = browser.get(page).text
        assert f'data-poll="{page}/stand?gezien=open."' in shown
        assert f'<a class="utrecht-link" href="{page}">' in shown
        wallet = PidWallet(browser, pids.clock, "http://localhost:8207", (pids.provider.pid(),))
        back = wallet.back(link_on(shown))
        assert back.startswith(f"{page}/terug?")
        assert browser.get(back).headers["location"] == "/agencies/cjib/schulden"
        assert browser.get("/agencies/cjib/schulden").status_code == 200


class TestCrash:
    def test_an_answer_that_was_acknowledged_is_there_after_a_restart(self, pids: PidScene) -> None:
        browser = pids.browser()
        back = pids.wallet().back(link_for(browser))
        settings = pids.scene.agency.settings
        pids.scene.agency.database.close()
        again = build(
            settings,
            load_keys(settings, datetime.now(UTC)),
            clock=pids.clock,
            login_provider=FakeLogin(),
            with_jobs=False,
            http=cast("OutboundClient", pids.net),
        )
        restarted = TestClient(again.app, base_url=URL, follow_redirects=False, cookies=dict(browser.cookies))
        assert restarted.get(back).headers["location"] == "/schulden"
        assert is_logged_in(restarted)

    def test_an_answer_that_could_not_be_stored_is_not_acknowledged_and_may_come_again(
        self, pids: PidScene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser, wallet = pids.browser(), pids.wallet()
        page = begin(browser)
        request = wallet.read(link_on(browser.get(page).text))
        fields = build_response(request, wallet.present(request))

        def full(*_: object) -> bool:
            raise Unavailable("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(SqlWalletLogins, "answer", full)
            assert wallet.post(request, fields).status_code == 503
        assert pids.row(page)[:3] == ("open", None, False)
        browser.get(wallet.post(request, fields).json()["redirect_uri"].removeprefix(URL))
        assert is_logged_in(browser)

    def test_who_could_not_be_logged_in_may_come_back_once_more(
        self, pids: PidScene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser = pids.browser()
        back = pids.wallet().back(link_for(browser))

        def full(*_: object) -> None:
            raise Unavailable("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(SqlRecords, "audit", full)
            assert browser.get(back).status_code == 503
        # Nothing was taken: what is taken and what is written of it is one transaction.
        assert browser.get(back).headers["location"] == "/schulden"


class TestOneAnswer:
    def test_a_second_answer_is_refused(self, pids: PidScene) -> None:
        browser, wallet = pids.browser(), pids.wallet()
        request = wallet.read(link_for(browser))
        fields = build_response(request, wallet.present(request))
        first = wallet.post(request, fields)
        second = wallet.post(request, fields)
        assert (second.status_code, second.json()["error"]) == (404, "invalid_request")
        browser.get(first.json()["redirect_uri"].removeprefix(URL))
        assert is_logged_in(browser)

    def test_of_many_at_the_same_time_one_is_taken(self, pids: PidScene) -> None:
        wallet = pids.wallet()
        request = wallet.read(link_for(pids.browser()))
        fields = build_response(request, wallet.present(request))
        with ThreadPoolExecutor(6) as pool:
            statuses = sorted(pool.map(lambda _: wallet.post(request, fields).status_code, range(6)))
        assert statuses == [200, *[404] * 5]

    def test_a_no_ends_it(self, pids: PidScene) -> None:
        browser, wallet = pids.browser(), pids.wallet()
        page = begin(browser)
        request = wallet.read(link_on(browser.get(page).text))
        refused = wallet.post(request, build_error(request, AccessDenied()))
        assert refused.json() == {"redirect_uri": URL + page}
        assert "geen toestemming gegeven" in browser.get(page).text
        assert wallet.post(request, build_response(request, wallet.present(request))).status_code == 404

    def test_an_answer_of_one_request_does_not_open_with_the_key_of_another(self, pids: PidScene) -> None:
        wallet = pids.wallet()
        one, other = (wallet.read(link_for(pids.browser())) for _ in range(2))
        fields = build_response(one, wallet.present(one))
        assert wallet.post(other, fields).json()["error"] == "invalid_request"


Spoil = Callable[[PidScene], Any]


def _stranger(pids: PidScene, **how: Any) -> Any:
    return PidProvider(pids.clock, StatusNet(), "https://vreemd.example").pid(**how)


REFUSED: Mapping[str, tuple[Fault, Spoil]] = {
    "an issuer that nobody trusts": (Fault.ISSUER, _stranger),
    "an issuer that calls itself the trusted one": (
        Fault.ISSUER,
        lambda pids: PidProvider(pids.clock, StatusNet()).pid(),
    ),
    "another type than a PID": (Fault.ISSUER, lambda pids: pids.provider.pid(type="urn:eudi:pid:de:1")),
    "an ended PID": (
        Fault.EXPIRED,
        lambda pids: pids.provider.pid(
            issued_at=pids.clock.now() - timedelta(days=9), expires_at=pids.clock.now() - timedelta(days=2)
        ),
    ),
    "a PID of tomorrow": (
        Fault.EXPIRED,
        lambda pids: pids.provider.pid(issued_at=pids.clock.now() + timedelta(days=1)),
    ),
    "a number that fails the eleven test": (Fault.BSN_WRONG, lambda pids: pids.provider.pid("999990018")),
    "a number of eight digits": (Fault.BSN_WRONG, lambda pids: pids.provider.pid("99999001")),
    "a number with a sector code": (Fault.BSN_WRONG, lambda pids: pids.provider.pid("s00000000:999990019")),
    "a number that is no text": (Fault.BSN_WRONG, lambda pids: pids.provider.pid(999990019)),
    "a number in a list": (Fault.BSN_WRONG, lambda pids: pids.provider.pid(["999990019"])),
}


class TestRefused:
    def refuse(self, shared: PidScene, fault: Fault, answer: Callable[[str], Any]) -> None:
        """Have an answer refused: the specification's error for the wallet, words for the citizen, no state."""
        browser = shared.browser()
        page = begin(browser)
        refused = answer(link_on(browser.get(page).text))
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request"), refused.text
        assert set(refused.json()) <= {"error", "error_description"}
        assert NAME not in refused.text
        assert SAMIRA.reveal() not in refused.text
        shown = browser.get(page).text
        assert FAULTS[fault] in shown
        assert shared.row(page) == ("open", fault.value, False, None)
        assert not is_logged_in(browser)
        # The request goes on waiting: who has the right PID, or tries again, comes in.
        browser.get(shared.wallet(shared.provider.pid(status=())).back(link_on(shown)))
        assert is_logged_in(browser)

    @pytest.mark.parametrize("name", REFUSED)
    def test_what_does_not_prove_who_somebody_is(self, shared: PidScene, name: str) -> None:
        fault, spoil = REFUSED[name]
        wallet = shared.wallet(spoil(shared))
        self.refuse(shared, fault, wallet.answer)

    @pytest.mark.parametrize("status", [Status.INVALID, Status.SUSPENDED, Status.SUPERSEDED])
    def test_a_pid_that_was_taken_back(self, pids: PidScene, status: Status) -> None:
        pids.provider.publish(status)
        self.refuse(pids, Fault.REVOKED, pids.wallet().answer)

    def test_a_pid_that_is_taken_back_opens_nothing_five_minutes_later(self, pids: PidScene) -> None:
        browser = pids.browser()
        browser.get(pids.wallet().back(link_for(browser)))
        pids.provider.publish(Status.INVALID)
        pids.clock.advance(timedelta(minutes=5))
        self.refuse(pids, Fault.REVOKED, pids.wallet().answer)

    def test_a_pid_whose_status_cannot_be_had(self, pids: PidScene) -> None:
        del pids.net.documents[STATUS_URI]
        self.refuse(pids, Fault.NOT_CHECKED, pids.wallet().answer)

    @pytest.mark.parametrize(
        "otherwise",
        [
            {"nonce": "n" * 43},
            {"audience": "x509_hash:" + "a" * 43},
            {"now": datetime(2020, 1, 1, tzinfo=UTC)},
        ],
        ids=["another question", "another agency", "long ago"],
    )
    @pytest.mark.requirement("vp-replay")
    def test_a_presentation_to_another(self, shared: PidScene, otherwise: dict[str, Any]) -> None:
        self.refuse(shared, Fault.HOLDER, lambda link: shared.wallet().answer(link, **otherwise))

    def test_a_pid_of_somebody_else(self, shared: PidScene) -> None:
        wallet, thief = shared.wallet(), SoftwareSigner.generate()

        def answer(link: str) -> Any:
            request = wallet.read(link)
            ((id, (presented,)),) = wallet.present(request).items()
            card, _, proof = str(presented).rpartition("~")
            header, claims = UnverifiedToken.parse(proof).header, UnverifiedToken.parse(proof).payload
            by_thief = sign_jwt(str(header["typ"]), {}, claims, thief)
            return wallet.post(request, build_response(request, {id: [f"{card}~{by_thief}"]}))

        self.refuse(shared, Fault.HOLDER, answer)

    def test_a_pid_that_was_changed(self, shared: PidScene) -> None:
        wallet = shared.wallet()

        def answer(link: str) -> Any:
            request = wallet.read(link)
            ((id, (presented,)),) = wallet.present(request).items()
            return wallet.post(request, build_response(request, {id: [_with_other_signature(str(presented))]}))

        self.refuse(shared, Fault.NOT_INTACT, answer)

    def test_a_pid_without_the_number(self, shared: PidScene) -> None:
        wallet = shared.wallet(shared.provider.pid(None))
        self.refuse(shared, Fault.BSN_MISSING, lambda link: wallet.answer(link, paths=[]))

    def test_a_number_that_is_not_shown(self, shared: PidScene) -> None:
        self.refuse(shared, Fault.BSN_MISSING, lambda link: shared.wallet().answer(link, paths=[("family_name",)]))

    def test_a_pid_in_another_format_than_was_said(self, shared: PidScene) -> None:
        wallet = shared.wallet()

        def answer(link: str) -> Any:
            request = wallet.read(link)
            ((_, presented),) = wallet.present(request).items()
            return wallet.post(request, build_response(request, {"pid_mdoc": presented}))

        self.refuse(shared, Fault.NOT_INTACT, answer)

    def test_two_pids(self, shared: PidScene) -> None:
        one, other = shared.wallet(), shared.wallet(shared.provider.pid(NOBODY, format="mso_mdoc"))

        def answer(link: str) -> Any:
            request = one.read(link)
            both = {**one.present(request), **other.present(other.read(link))}
            return one.post(request, build_response(request, both))

        self.refuse(shared, Fault.OTHER_CARD, answer)

    def test_an_answer_in_the_clear(self, shared: PidScene) -> None:
        wallet = shared.wallet()

        def answer(link: str) -> Any:
            request = wallet.read(link)
            return wallet.post(request, {"vp_token": json.dumps(wallet.present(request)), "state": request.state or ""})

        self.refuse(shared, Fault.UNREADABLE, answer)

    def test_another_state(self, shared: PidScene) -> None:
        wallet = shared.wallet()

        def answer(link: str) -> Any:
            request = wallet.read(link)
            return wallet.post(request, build_response(replace(request, state="x" * 22), wallet.present(request)))

        self.refuse(shared, Fault.UNREADABLE, answer)

    def test_a_wallet_that_cannot_answer_says_so_and_may_try_again(self, shared: PidScene) -> None:
        browser, wallet = shared.browser(), shared.wallet()
        page = begin(browser)
        link = link_on(browser.get(page).text)
        request = wallet.read(link)
        told = wallet.post(request, {"error": "vp_formats_not_supported", "state": request.state or ""})
        assert told.json() == {"redirect_uri": URL + page}
        assert FAULTS[Fault.WALLET] in browser.get(page).text
        browser.get(wallet.back(link))
        assert is_logged_in(browser)

    def test_every_fault_has_words(self) -> None:
        assert set(FAULTS) == set(Fault)
        assert all(FAULTS.values())

    def test_the_pages_and_the_words_are_english_for_who_reads_english(self, shared: PidScene) -> None:
        browser = shared.browser()
        page = begin(browser)
        browser.get("/taal?taal=en&terug=/")
        assert "How do you want to log in?" in browser.get("/inloggen").text
        shared.wallet(shared.provider.pid("999990018")).answer(link_on(browser.get(page).text))
        shown = browser.get(page).text
        assert "What your wallet sent as citizen service number (BSN) is not one." in shown
        assert "Wij wachten" not in shown

    def test_an_answer_tells_nothing_of_whom_the_agency_knows(self, shared: PidScene) -> None:
        known, unknown = (
            shared.wallet(shared.provider.pid(each)).answer(link_for(shared.browser())) for each in (SAMIRA, NOBODY)
        )
        assert known.status_code == unknown.status_code == 200
        assert len(known.text) == len(unknown.text)


def _with_other_signature(presented: str) -> str:
    """Flip a bit in the middle of an SD-JWT's issuer signature."""
    at = presented.index("~") - 20
    return presented[:at] + ("A" if presented[at] != "A" else "B") + presented[at + 1 :]


class TestPrivacy:
    def test_a_copy_of_the_database_tells_neither_number_nor_name(self, pids: PidScene) -> None:
        browser = pids.browser()
        back = pids.wallet().back(link_for(browser))
        state = pids.scene.agency.settings.state

        def told() -> bytes:
            return b"".join(file.read_bytes() for file in sorted(state.glob("issuer.db*")))

        for secret in (SAMIRA.reveal(), NAME, parse_qs(urlsplit(back).query)["response_code"][0]):
            assert secret.encode() not in told()
        browser.get(back)
        for secret in (SAMIRA.reveal(), NAME):
            assert secret.encode() not in told()

    def test_the_answer_opens_with_our_key_and_its_code_together(self, pids: PidScene) -> None:
        store = pids.scene.agency.store
        browser = pids.browser()
        page = begin(browser)
        back = pids.wallet().back(link_on(browser.get(page).text))
        reference = page.rpartition("/")[2]
        (code,) = parse_qs(urlsplit(back).query)["response_code"]
        sealed = pids.row(page)[3]
        place = f"issuer_wallet_login.subject|{reference}".encode()
        assert store.keys.sealer.open_answerer(sealed, code, place) == SAMIRA
        with pytest.raises(SealBroken):
            store.keys.sealer.open_answerer(sealed, "x" * 43, place)

    def test_no_log_line_holds_number_name_code_or_address(self, pids: PidScene) -> None:
        browser = pids.browser()
        stream = io.StringIO()
        configure(stream=stream)
        try:
            page = begin(browser)
            wallet = pids.wallet(pids.provider.pid("999990018"))
            request = wallet.read(link_on(browser.get(page).text))
            wallet.post(request, build_response(request, wallet.present(request)))
            back = pids.wallet().back(link_on(browser.get(page).text))
            browser.get(back)
        finally:
            configure(level="critical", strict=True)
        assert is_logged_in(browser)
        told = stream.getvalue()
        assert told.count('"event": "request"') > 5
        (code,) = parse_qs(urlsplit(back).query)["response_code"]
        for secret in (SAMIRA.reveal(), "999990018", NAME, code, request.nonce, page.rpartition("/")[2]):
            assert secret not in told

    def test_expired_logins_are_thrown_away(self, pids: PidScene) -> None:
        page = begin(pids.browser())
        pids.clock.advance(timedelta(minutes=6))
        assert pids.row(page) is not None
        pids.scene.agency.store.purge(pids.clock.now())
        assert pids.row(page) is None


class TestUsable:
    def test_without_anybody_whose_pid_would_count_only_digid_is_offered(self, tmp_path: Path) -> None:
        pids = PidScene(tmp_path)
        pids.clock.advance(timedelta(days=500))
        browser = pids.browser()
        assert urlsplit(browser.get("/inloggen").headers["location"]).netloc == "digid.example"
        assert browser.get("/inloggen/wallet").status_code == 503
        watched = browser.get("/health/ready").json()["checks"]
        assert watched["login with a wallet"] == "unusable"

    def test_readiness_tells_that_it_works(self, shared: PidScene) -> None:
        ready = shared.browser().get("/health/ready").json()
        assert ready["checks"]["login with a wallet"] == "ok"


HOSTILE = [
    b"",
    b"response=",
    b"response=a.b.c.d.e",
    b"response=eyJhbGciOiJFQ0RILUVTIn0..x.y.z",
    b"vp_token=%7B%7D",
    b"error=access_denied&error=x",
    b"response=1&response=2",
    b"\xff\xfe=\x00",
    b"error=" + b"a" * 3000,
    b"state=%ff&vp_token={",
    b"vp_token=" + quote("[" * 5000).encode(),
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_posted_gets_the_specifications_error_and_never_comes_back_in_it(
    shared: PidScene, body: bytes
) -> None:
    browser = shared.browser()
    page = begin(browser)
    wallet = shared.wallet()
    request = wallet.read(link_on(browser.get(page).text))
    for path in (request.response_uri.removeprefix(URL), "/vp/antwoorden/" + "x" * 43, "/vp/antwoorden/%00%ff"):
        for media_type in ("application/x-www-form-urlencoded", "application/json", ""):
            answer = wallet.http.post(path, content=body, headers={"content-type": media_type})
            assert answer.status_code in (200, 400, 404), (answer.status_code, answer.text)
            if answer.status_code != 200:
                assert answer.json()["error"] == "invalid_request"
            assert "a" * 50 not in answer.text
    assert not is_logged_in(browser)
    browser.get(page)
    # A refusal of the wallet's own is the only thing of these that changes what the page says, and it ends nothing.
    browser.get(wallet.back(link_on(browser.get(page).text)))
    assert is_logged_in(browser)


@pytest.mark.parametrize(
    "path",
    [
        "/inloggen/wallet/%00",
        "/inloggen/wallet/x/terug?response_code=%00",
        "/inloggen/wallet/%ff/terug?response_code=%ff",
        "/inloggen/wallet/" + "a" * 22 + "/terug?response_code=" + "b" * 3000,
        "/inloggen/wallet/" + "a" * 22 + "/terug?response_code=1&response_code=2",
        "/inloggen/wallet/" + "a" * 22 + "/stand?gezien=%00",
        "/inloggen/wallet?naar=" + "/" * 3000,
        "/inloggen/wallet?naar=%00",
        "/inloggen?naar=%22%3E%3Cscript%3E",
        "/vp/verzoeken/%00",
        "/vp/verzoeken/" + "x" * 5000,
        "/vp/antwoorden/x",
    ],
)
def test_whatever_stands_in_an_address_is_no_fault_of_ours_and_is_not_repeated(shared: PidScene, path: str) -> None:
    browser = shared.browser()
    for client in (browser, shared.browser()):
        answer = client.get(path)
        assert answer.status_code < 500
        assert "<script>" not in answer.text.replace('<script src="/static/', "")
        assert "bbbb" not in answer.text
    begin(browser)
    assert browser.get(path).status_code < 500


@pytest.mark.parametrize(
    "form",
    [
        {"wallet_metadata": "{"},
        {"wallet_metadata": "[]"},
        {"wallet_metadata": '{"jwks": {"keys": []}}'},
        {"wallet_metadata": '{"jwks": 3}'},
        {"wallet_nonce": "x" * 501},
        {"wallet_metadata": '{"vp_formats_supported": 3}'},
        {"wallet_metadata": '{"vp_formats_supported": {"ldp_vc": {}}}'},
    ],
    ids=range(7),
)
def test_what_a_wallet_says_of_itself_is_read_strictly(shared: PidScene, form: dict[str, str]) -> None:
    reference = parse_request_link(link_for(shared.browser()), insecure_localhost=True)
    assert isinstance(reference, RequestReference)
    answer = shared.scene.http().post(reference.request_uri.removeprefix(URL), data=form)
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert answer.json()["error"] == "invalid_request"
