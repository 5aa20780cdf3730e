"""Whole issuances with a login: the wallet's pushed request, the citizen's browser, the code that comes back."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.formats.sd_jwt import SdJwtVc
from credentials.keys import SoftwareSigner
from issuer.domain.clients import ListedWallet, Wallets
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import CLIENT, NOBODY, NOW, REDIRECT, URL, Scene, Wallet, an_agency, csrf_of, log_in


class Listing:
    """A directory with one wallet."""

    def __init__(self) -> None:
        self.known: Mapping[str, ListedWallet] = {CLIENT: ListedWallet("Mijn wallet", frozenset({REDIRECT}))}

    def wallets(self) -> Wallets:
        return Wallets(self.known)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def listing() -> Listing:
    return Listing()


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock, listing: Listing) -> Scene:
    return Scene(an_agency(tmp_path, clock, directory=listing), clock, tmp_path)


def authorise(browser: TestClient, pushed: Any, client_id: str = CLIENT) -> Any:
    assert pushed.status_code == 201, pushed.text
    parameters = {"client_id": client_id, "request_uri": pushed.json()["request_uri"]}
    return browser.get("/oauth/authorize", params=parameters)


def follow_login(browser: TestClient, gone: Any, **who: Any) -> Any:
    """From the authorization endpoint through the login to where the citizen is sent then."""
    assert gone.status_code == 303, gone.text
    parts = urlsplit(gone.headers["location"])
    assert parts.path == "/inloggen"
    return browser.get(log_in(browser, then=parse_qs(parts.query)["naar"][0], **who).headers["location"])


def answer_in(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def code_for(scene: Scene, wallet: Wallet, **changed: Any) -> str:
    """Have a listed wallet get a code for Samira."""
    browser = scene.http()
    sent = follow_login(browser, authorise(browser, wallet.push(**changed)))
    assert sent.status_code == 303, sent.text
    return answer_in(sent.headers["location"])["code"]


class TestListedWallet:
    def test_one_login_later_it_has_its_credential(self, scene: Scene) -> None:
        wallet, browser = scene.wallet(), scene.http()
        sent = follow_login(browser, authorise(browser, wallet.push()))
        assert sent.headers["location"].startswith(REDIRECT)
        answer = answer_in(sent.headers["location"])
        assert answer["state"] == "s" * 22
        assert answer["iss"] == URL
        assert wallet.redeem_login(answer["code"]).status_code == 200
        assert wallet.granted["scope"] == "overzicht_sdjwt"
        (credential,) = wallet.credentials("overzicht_sdjwt")
        assert SdJwtVc().inspect(credential).claims["saldo_totaal"] == 3000

    def test_who_is_logged_in_already_is_not_asked_again(self, scene: Scene) -> None:
        browser = scene.http()
        log_in(browser)
        on = authorise(browser, scene.wallet().push())
        assert urlsplit(on.headers["location"]).path.startswith("/oauth/verder/")
        assert browser.get(on.headers["location"]).headers["location"].startswith(REDIRECT)

    @pytest.mark.requirement("vci-details")
    def test_details_give_identifiers(self, scene: Scene) -> None:
        details = '[{"type":"openid_credential","credential_configuration_id":"overzicht_sdjwt"}]'
        wallet = scene.wallet()
        code = code_for(scene, wallet, scope=None, authorization_details=details)
        granted = wallet.redeem_login(code).json()
        (identifier,) = granted["authorization_details"][0]["credential_identifiers"]
        assert wallet.by_identifier(identifier)

    @pytest.mark.requirement("vci-scope")
    def test_unknown_scopes_are_ignored(self, scene: Scene) -> None:
        wallet = scene.wallet()
        wallet.redeem_login(code_for(scene, wallet, scope="openid overzicht_sdjwt nope"))
        assert wallet.granted["scope"] == "overzicht_sdjwt"

    @pytest.mark.requirement("as-dpop-bound")
    def test_a_bound_code_needs_its_key(self, scene: Scene) -> None:
        wallet = scene.wallet(dpop=True)
        assert wallet.dpop is not None
        code = code_for(scene, wallet, dpop_jkt=wallet.dpop.public_jwk.thumbprint)
        other = scene.wallet(dpop=True)
        other.verifier = wallet.verifier
        assert other.redeem_login(code).json()["error"] == "invalid_grant"
        assert wallet.redeem_login(code).json()["token_type"] == "DPoP"

    @pytest.mark.requirement("as-dpop-bound")
    def test_a_key_that_is_named_must_be_the_one_that_is_proven(self, scene: Scene) -> None:
        wallet = scene.wallet(dpop=True)
        assert wallet.dpop is not None

        def pushed(thumbprint: str) -> Any:
            headers = wallet._proof("/oauth/par")
            form = {**wallet.pushed, "dpop_jkt": thumbprint}
            return wallet.http.post("/oauth/par", data=form, headers=headers)

        wallet.push()
        other = SoftwareSigner.generate().public_jwk.thumbprint
        assert (pushed(other).status_code, pushed(other).json()["error"]) == (400, "invalid_dpop_proof")
        assert pushed(wallet.dpop.public_jwk.thumbprint).status_code == 201


class TestCode:
    @pytest.mark.requirement("as-code-once")
    def test_it_is_good_once_and_its_second_use_ends_the_token(self, scene: Scene) -> None:
        wallet = scene.wallet()
        code = code_for(scene, wallet)
        assert wallet.redeem_login(code).status_code == 200
        again = scene.wallet()
        again.verifier = wallet.verifier
        assert again.redeem_login(code).json()["error"] == "invalid_grant"
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}})
        assert answer.status_code == 401

    @pytest.mark.requirement("as-code-once")
    def test_it_is_good_once_also_when_many_come_at_the_same_time(self, scene: Scene) -> None:
        wallet = scene.wallet()
        code = code_for(scene, wallet)

        def redeem(_: int) -> int:
            other = scene.wallet()
            other.verifier = wallet.verifier
            return int(other.redeem_login(code).status_code)

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(redeem, range(8))) == [200, *[400] * 7]

    def test_it_lives_a_minute(self, scene: Scene) -> None:
        wallet = scene.wallet()
        code = code_for(scene, wallet)
        scene.clock.advance(timedelta(seconds=61))
        assert wallet.redeem_login(code).json()["error"] == "invalid_grant"

    @pytest.mark.requirement("as-pkce")
    @pytest.mark.parametrize(
        "changed",
        [
            {"code_verifier": "x" * 43},
            {"client_id": "https://other.example"},
            {"redirect_uri": "https://wallet.example/elders"},
            {"code": "nope"},
        ],
    )
    def test_only_who_asked_can_use_it(self, scene: Scene, changed: dict[str, str]) -> None:
        wallet = scene.wallet()
        code = code_for(scene, wallet)
        answer = wallet.redeem_login(code, **changed) if "code" not in changed else wallet.redeem_login(**changed)
        assert answer.json()["error"] == "invalid_grant"
        if "code" not in changed:
            assert wallet.redeem_login(code).status_code == 200


class TestPushedRequest:
    @pytest.mark.requirement("as-par")
    @pytest.mark.parametrize(
        ("changed", "error"),
        [
            ({"code_challenge": None}, "invalid_request"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"code_challenge_method": None}, "invalid_request"),
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"scope": "openid"}, "invalid_scope"),
            ({"redirect_uri": "https://wallet.example/elders"}, "invalid_client"),
            ({"client_id": "https://other.example", "redirect_uri": "http://evil.example/"}, "invalid_client"),
            ({"client_id": "x", "redirect_uri": "javascript:alert(1)"}, "invalid_request"),
            ({"request_uri": "urn:x"}, "invalid_request"),
        ],
    )
    def test_what_is_not_allowed_is_refused_before_a_browser_moves(
        self, scene: Scene, changed: dict[str, Any], error: str
    ) -> None:
        answer = scene.wallet().push(**changed)
        assert (answer.status_code, answer.json()["error"]) == (400, error)

    @pytest.mark.requirement("as-par")
    def test_it_is_taken_once(self, scene: Scene) -> None:
        pushed = scene.wallet().push()
        assert authorise(scene.http(), pushed).status_code == 303
        again = authorise(scene.http(), pushed)
        assert again.status_code == 400
        assert "verlopen" in again.text

    def test_it_lives_a_minute(self, scene: Scene) -> None:
        pushed = scene.wallet().push()
        scene.clock.advance(timedelta(seconds=61))
        assert authorise(scene.http(), pushed).status_code == 400

    @pytest.mark.requirement("as-par")
    def test_another_client_cannot_take_it(self, scene: Scene) -> None:
        answer = authorise(scene.http(), scene.wallet().push(), client_id="https://other.example")
        assert answer.status_code == 400

    @pytest.mark.requirement("as-par")
    def test_a_request_that_was_not_pushed_is_refused(self, scene: Scene) -> None:
        answer = scene.http().get("/oauth/authorize", params={"client_id": CLIENT, "response_type": "code"})
        assert answer.status_code == 400
        assert "text/html" in answer.headers["content-type"]

    @pytest.mark.requirement("as-redirect")
    def test_a_wallet_that_left_the_list_gets_nobody_sent_to_its_old_address(
        self, scene: Scene, listing: Listing
    ) -> None:
        pushed = scene.wallet().push()
        listing.known = {CLIENT: ListedWallet("Mijn wallet", frozenset({"https://wallet.example/nieuw"}))}
        assert authorise(scene.http(), pushed).status_code == 400


class TestUnlistedWallet:
    APP = "nl.mijnwallet:/terug"

    def asked(self, scene: Scene, browser: TestClient, wallet: Wallet) -> Any:
        pushed = wallet.push(client_id="app", redirect_uri=self.APP)
        return follow_login(browser, authorise(browser, pushed, client_id="app"))

    def test_the_citizen_is_asked_whether_it_is_theirs(self, scene: Scene) -> None:
        page = self.asked(scene, scene.http(), scene.wallet())
        assert page.status_code == 200
        assert "Is dit uw wallet?" in page.text
        assert "Naar nl.mijnwallet" in page.text

    @pytest.mark.parametrize(("answer", "member"), [("ja", "code"), ("nee", "error")])
    def test_their_answer_is_what_counts(self, scene: Scene, answer: str, member: str) -> None:
        browser, wallet = scene.http(), scene.wallet()
        page = self.asked(scene, browser, wallet).text
        handle = page.split('name="verzoek" value="')[1].split('"')[0]
        form = {"csrf_token": csrf_of(page), "verzoek": handle, "antwoord": answer}
        done = browser.post("/oauth/toestemming", data=form)
        assert done.status_code == 200
        back = done.text.split('href="nl.mijnwallet:/terug')[1].split('"')[0].replace("&amp;", "&")
        assert member in answer_in(back)
        assert browser.post("/oauth/toestemming", data=form).status_code == 400

    def test_a_form_from_elsewhere_gives_nothing(self, scene: Scene) -> None:
        browser = scene.http()
        page = self.asked(scene, browser, scene.wallet()).text
        handle = page.split('name="verzoek" value="')[1].split('"')[0]
        form = {"csrf_token": "x", "verzoek": handle, "antwoord": "ja"}
        assert browser.post("/oauth/toestemming", data=form).status_code == 403
        form["csrf_token"] = csrf_of(page)
        elsewhere = {"origin": "https://evil.example"}
        assert browser.post("/oauth/toestemming", data=form, headers=elsewhere).status_code == 403

    def test_ten_minutes_is_the_time_to_answer(self, scene: Scene) -> None:
        browser = scene.http()
        page = self.asked(scene, browser, scene.wallet()).text
        scene.clock.advance(timedelta(minutes=11))
        handle = page.split('name="verzoek" value="')[1].split('"')[0]
        form = {"csrf_token": csrf_of(page), "verzoek": handle, "antwoord": "ja"}
        assert browser.post("/oauth/toestemming", data=form).status_code == 400


class TestLogin:
    def test_who_stops_at_the_login_sends_the_wallet_a_refusal(self, scene: Scene) -> None:
        browser = scene.http()
        gone = authorise(browser, scene.wallet().push())
        to_digid = browser.get(gone.headers["location"])
        state = answer_in(to_digid.headers["location"])["state"]
        back = browser.get("/inloggen/terug", params={"state": state, "error": "access_denied"})
        sent = browser.get(back.headers["location"])
        assert answer_in(sent.headers["location"])["error"] == "access_denied"
        assert answer_in(sent.headers["location"])["iss"] == URL

    def test_an_answer_that_this_browser_did_not_ask_for_is_refused(self, scene: Scene) -> None:
        browser, other = scene.http(), scene.http()
        state = answer_in(browser.get("/inloggen").headers["location"])["state"]
        assert other.get("/inloggen/terug", params={"state": state, "code": SAMIRA.reveal()}).status_code == 403
        other.get("/inloggen")
        assert other.get("/inloggen/terug", params={"state": state, "code": SAMIRA.reveal()}).status_code == 403

    def test_an_answer_is_taken_once(self, scene: Scene) -> None:
        browser = scene.http()
        state = answer_in(browser.get("/inloggen").headers["location"])["state"]
        parameters = {"state": state, "code": SAMIRA.reveal()}
        assert browser.get("/inloggen/terug", params=parameters).status_code == 303
        assert browser.get("/inloggen/terug", params=parameters).status_code == 403

    def test_the_session_changes_at_login(self, scene: Scene) -> None:
        browser = scene.http()
        browser.get("/inloggen")
        before = dict(browser.cookies)
        log_in(browser)
        assert dict(browser.cookies) != before

    @pytest.mark.requirement("as-redirect")
    @pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "x"])
    def test_nobody_is_sent_elsewhere_after_it(self, scene: Scene, elsewhere: str) -> None:
        assert log_in(scene.http(), then=elsewhere).headers["location"] == "/schulden"


class TestOfferWithLogin:
    def pushed(self, scene: Scene, wallet: Wallet) -> Any:
        made = scene.offer("overzicht_sdjwt", grant="authorization_code")
        offer: Any = wallet.take_offer(str(made["aanbodUri"]))
        return wallet.push(issuer_state=offer["grants"]["authorization_code"]["issuer_state"])

    def test_it_is_for_the_one_it_was_made_for(self, scene: Scene) -> None:
        wallet, browser = scene.wallet(), scene.http()
        sent = follow_login(browser, authorise(browser, self.pushed(scene, wallet)))
        assert wallet.redeem_login(answer_in(sent.headers["location"])["code"]).status_code == 200

    @pytest.mark.requirement("vci-issuer-state")
    def test_it_is_for_nobody_else(self, scene: Scene) -> None:
        browser = scene.http()
        page = follow_login(browser, authorise(browser, self.pushed(scene, scene.wallet())), bsn=NOBODY)
        assert page.status_code == 403
        assert "iemand anders" in page.text

    @pytest.mark.requirement("vci-issuer-state")
    def test_an_issuer_state_of_nowhere_is_refused(self, scene: Scene) -> None:
        browser = scene.http()
        page = follow_login(browser, authorise(browser, scene.wallet().push(issuer_state="nope")))
        assert page.status_code == 400


@pytest.mark.parametrize("path", ["/oauth/", "/oauth/x", "/oauth/introspect", "/.well-known/x", "/nonce/x"])
def test_what_the_protocol_does_not_have_is_no_page(scene: Scene, path: str) -> None:
    answer = scene.http().get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert scene.http().post(path).headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/oauth/authorize", "/schuldenn"])
def test_what_a_person_comes_to_is_a_page_also_when_it_is_wrong(scene: Scene, path: str) -> None:
    answer = scene.http().get(path)
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"].startswith("text/html")
