"""A counsellor logs in at the organisation's own provider, hands a file over, and others are turned away."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from credentials.clock import FixedClock, SystemClock
from credentials.keys import SoftwareSigner
from demo.processes import Processes
from service.audit import audit_table
from service.http import OutboundClient, OutboundPolicy
from service.oidc import ClientKey, CodeFlow, OidcClient
from tests.broker_kit import ISSUER, Broker, answer
from tests.conftest import _free_port
from tests.flows.presentation_kit import BASE
from tests.verifier_world import World, make_world
from verifier.app.access import identity_of
from verifier.domain.staff import Role
from verifier.identity.oidc import OidcStaff
from verifier.settings import LoginRoles, LoginSection, VerifierSettings
from verifier.storage.keys import KeyFiles

ROLES = LoginRoles(counsellor=("helper",), team_lead=("lead",))
SECTION = LoginSection(issuer=ISSUER, client_id="cjib", second_factor=("mfa",), roles=ROLES)
KEY = ClientKey(SoftwareSigner.generate().to_pem())


def by_provider(section: LoginSection) -> Any:
    """Change settings: the provider in the place of the demonstration's password."""

    def adapt(settings: VerifierSettings) -> VerifierSettings:
        KeyFiles(settings.state).make_missing(identity_of(settings), SystemClock().now(), login="key")
        return settings.model_copy(update={"demo_login": None, "login": section})

    return adapt


@dataclass
class House:
    """A verifier whose counsellors log in at a provider in memory."""

    world: World
    broker: Broker

    def browser(self) -> TestClient:
        return TestClient(self.world.service.app, base_url=BASE, follow_redirects=False)

    def come(self, browser: TestClient, who: str, *roles: str, amr: Any = ("pwd", "mfa"), **said: Any) -> Any:
        """Go to the provider and come back as somebody; return the answer to that."""
        gone = browser.get("/inloggen/verder")
        assert gone.status_code == 303, gone.text
        asked = dict(parse_qsl(urlsplit(gone.headers["location"]).query))
        self.broker.nonce, self.broker.now = asked["nonce"], self.world.clock.now()
        self.broker.claims = {"sub": who, "name": who.title(), "roles": [*roles], "amr": [*amr], **said}
        return browser.get("/inloggen/terug", params={"state": asked["state"], "code": asked["state"]})

    def at_the_desk(self, who: str, *roles: str) -> TestClient:
        browser = self.browser()
        assert self.come(browser, who, *roles or ("helper",)).status_code == 303
        return browser

    def audited(self) -> list[str]:
        with self.world.service.database.read() as connection:
            return list(connection.scalars(select(audit_table.c.entry).order_by(audit_table.c.number)))


def press(browser: TestClient, page: str, action: str, **fields: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    assert token
    return browser.post(action, data={"csrf_token": token[1], **fields}, headers={"origin": BASE})


def new_file(browser: TestClient, reference: str) -> str:
    made = press(browser, "/intakes/nieuw", "/intakes", kenmerk=reference, sjabloon="snelscan", plaats="hier")
    assert made.status_code == 303, made.text
    return str(made.headers["location"])


def hand_over(browser: TestClient, file: str, to: str) -> Any:
    """Hand a file to somebody, by the name on the page."""
    page = browser.get(f"{file}/overdragen").text
    (owner,) = re.findall(rf'value="([^"]+)"[^<]*>\s*<span[^>]*>\s*(?:<span[^>]*>)?{to}', page)
    return press(browser, f"{file}/overdragen", f"{file}/overdragen", collega=owner)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    clock = FixedClock(SystemClock().now().replace(microsecond=0))
    broker = Broker()
    client = OidcClient(issuer=ISSUER, client_id="cjib", redirect_uri=f"{BASE}/inloggen/terug", key=KEY)
    login = OidcStaff(
        ISSUER,
        CodeFlow(client, broker, clock),
        role_claim=("roles",),
        roles={"helper": frozenset({Role.COUNSELLOR}), "lead": frozenset({Role.TEAM_LEAD})},
        second_factor=("mfa",),
    )
    folder: Path = tmp_path_factory.mktemp("house")
    return House(make_world(folder, clock, agencies=("cjib",), adapt=by_provider(SECTION), login=login), broker)


@pytest.mark.long
class TestTheDoor:
    def test_who_has_a_role_comes_in_under_a_pseudonym_and_each_page_says_who(self, house: House) -> None:
        browser = house.at_the_desk("anna")
        for path in ("/", "/intakes/nieuw", "/overdragen", "/bestand"):
            page = browser.get(path)
            assert "U werkt hier als Anna." in page.text
            assert 'action="/uitloggen"' in page.text
            assert page.headers["cache-control"] == "no-store"
        line = next(each for each in reversed(house.audited()) if "counsellor_came" in each)
        assert '"actor":"medewerker:' in line
        assert "anna" not in line.lower()

    def test_the_page_of_logging_in_names_nobody_and_begins_no_session(self, house: House) -> None:
        house.at_the_desk("anna")
        page = house.browser().get("/inloggen")
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
        assert "Anna" not in page.text
        assert house.browser().get("/").headers["location"] == "/inloggen"

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"amr": ["pwd"]}, "U moet sterker inloggen"),
            ({"roles": []}, "U hebt hier geen rol"),
            ({"roles": ["Helper", "elsewhere"]}, "U hebt hier geen rol"),
            ({"aud": "another"}, "Het inloggen is niet gelukt"),
            ({"iss": "https://evil.example"}, "Het inloggen is niet gelukt"),
            ({"nonce": "another"}, "Het inloggen is niet gelukt"),
            ({"exp": 1}, "Het inloggen is niet gelukt"),
            ({"sub": None}, "Het inloggen is niet gelukt"),
        ],
    )
    def test_others_are_told_plainly_and_stay_out(self, house: House, said: dict[str, Any], words: str) -> None:
        browser = house.browser()
        refused = house.come(browser, "eve", "helper", **said)
        assert refused.status_code == 403
        assert words in refused.text
        assert browser.get("/").headers["location"] == "/inloggen"

    def test_a_token_that_another_key_signed_is_refused(self, house: House) -> None:
        ours = house.broker.signer
        try:
            house.broker.signer = SoftwareSigner.generate()
            # What it publishes is the old key.
            key = {**ours.public_jwk.to_dict(), "kid": ours.public_jwk.thumbprint, "use": "sig"}
            house.broker.answers = {"/jwks": answer({"keys": [key]})}
            assert house.come(house.browser(), "eve", "helper").status_code == 403
        finally:
            house.broker.signer, house.broker.answers = ours, {}

    def test_a_provider_that_is_down_is_said_to_be_so(self, house: House) -> None:
        house.broker.answers = {"/token": answer({}, 503)}
        try:
            told = house.come(house.browser(), "anna", "helper")
        finally:
            house.broker.answers = {}
        assert (told.status_code, "Inloggen lukt nu even niet" in told.text) == (503, True)

    def test_an_answer_counts_once_and_in_the_browser_that_asked(self, house: House) -> None:
        mine, other = house.browser(), house.browser()
        state = dict(parse_qsl(urlsplit(mine.get("/inloggen/verder").headers["location"]).query))["state"]
        other.get("/inloggen/verder")
        for said in ({"state": state, "code": "c"}, {"state": "x", "code": "c"}, {}):
            assert other.get("/inloggen/terug", params=said).status_code == 403
        assert house.browser().get("/inloggen/terug", params={"state": state, "code": "c"}).status_code == 403
        assert mine.get("/inloggen/terug", params={"state": state, "error": "access_denied"}).status_code == 403
        assert mine.get("/inloggen/terug", params={"state": state, "code": "c"}).status_code == 403

    def test_a_login_begins_a_new_session_and_signing_out_ends_it_here(self, house: House) -> None:
        browser = house.browser()
        browser.get("/inloggen/verder")
        before = dict(browser.cookies)
        assert house.come(browser, "anna", "helper").status_code == 303
        kept = dict(browser.cookies)
        assert kept != before
        assert browser.post("/uitloggen", data={"csrf_token": "x"}, headers={"origin": BASE}).status_code == 403
        assert press(browser, "/", "/uitloggen").status_code == 303
        again = house.browser()
        again.cookies.update(kept)
        assert again.get("/").headers["location"] == "/inloggen"

    @pytest.mark.parametrize("wait", [timedelta(minutes=60), timedelta(hours=8)])
    def test_a_session_ends(self, house: House, wait: timedelta) -> None:
        browser, clock = house.at_the_desk("anna"), house.world.clock
        end = clock.now() + wait
        while clock.now() < end:
            # Used every half hour it goes on, until it is eight hours old.
            clock.advance(min(end - clock.now(), timedelta(minutes=30) if wait > timedelta(hours=1) else wait))
            assert browser.get("/").status_code == (200 if clock.now() < end else 303)

    def test_a_session_that_another_way_in_opened_counts_no_more(self, house: House) -> None:
        browser, way_in = house.at_the_desk("anna"), house.world.service.desks.login
        assert way_in is not None
        provider = way_in.login
        assert isinstance(provider, OidcStaff)
        provider.issuer = "https://another.example"
        try:
            assert browser.get("/").headers["location"] == "/inloggen"
        finally:
            provider.issuer = ISSUER
        assert browser.get("/").status_code == 200

    def test_no_password_opens_what_a_provider_guards(self, house: House) -> None:
        browser = house.browser()
        browser.get("/inloggen/verder")
        at = house.at_the_desk("anna")
        tried = press(at, "/", "/inloggen", medewerker="anna", wachtwoord="schuldhulp")
        assert tried.status_code == 404


@pytest.mark.long
class TestHandingOver:
    def test_a_colleague_finds_it_under_today_and_who_gave_it_has_it_no_more(self, house: House) -> None:
        anna, bram = house.at_the_desk("anna"), house.at_the_desk("bram")
        file = new_file(anna, "2026-31")
        told = hand_over(anna, file, "Bram")
        assert told.status_code == 200
        assert "Het is nu van Bram" in told.text
        today = bram.get("/").text
        assert "2026-31" in today
        assert "gekregen van Anna" in today
        assert bram.get(file).status_code == 200
        assert anna.get(file).status_code == 404
        # A page that still waits there is shown anew.
        still = anna.get(f"{file}/stand")
        assert (still.status_code, still.json()) == (404, {"ververs": True})
        assert "2026-31" not in anna.get("/").text
        line = house.audited()[-1]
        assert '"action":"intake_handed_over"' in line
        assert "2026-31" not in line

    def test_a_file_of_a_colleague_and_one_that_is_not_there_look_alike(self, house: House) -> None:
        anna, bram = house.at_the_desk("anna"), house.at_the_desk("bram")
        file = new_file(anna, "2026-32")
        for path in ("", "/resultaat", "/sluiten", "/overdragen", "/bestand.json"):
            theirs, nothing = bram.get(file + path), bram.get(f"/intakes/{'x' * 43}{path}")
            assert (theirs.status_code, nothing.status_code) == (404, 404)
            assert theirs.text == nothing.text
            assert "Dit is er niet, of het is niet van u" in theirs.text
        for who in (bram, house.at_the_desk("carla", "lead")):
            assert who.get(file).text == nothing.text or who.get(file).status_code == 404
        assert press(bram, "/overdragen", f"{file}/overdragen", collega="x").status_code in (400, 404)
        assert anna.get(file).status_code == 200

    def test_a_team_lead_sees_whose_files_there_are_and_not_what_is_in_them(self, house: House) -> None:
        anna, carla = house.at_the_desk("anna"), house.at_the_desk("carla", "lead")
        house.at_the_desk("bram")
        file = new_file(anna, "2026-33")
        assert "2026-33" in carla.get("/overdragen").text
        assert "Van wie" not in anna.get("/overdragen").text
        assert carla.get(file).status_code == 404
        assert hand_over(carla, file, "Carla").status_code == 200
        assert carla.get(file).status_code == 200
        assert anna.get(file).status_code == 404

    def test_it_takes_a_colleague_from_the_list_and_the_forms_own_token(self, house: House) -> None:
        anna = house.at_the_desk("anna")
        house.at_the_desk("bram")
        file = new_file(anna, "2026-34")
        for nobody in ("", "medewerker:nobody", "systeem:zaaksysteem"):
            wrong = press(anna, f"{file}/overdragen", f"{file}/overdragen", collega=nobody)
            assert wrong.status_code == 400
            assert "Kies aan wie" in wrong.text
            assert not nobody or nobody not in wrong.text
        forged = anna.post(f"{file}/overdragen", data={"csrf_token": "x"}, headers={"origin": BASE})
        assert forged.status_code == 403
        assert anna.get(file).status_code == 200


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A login provider in a process of its own, where our public key is known."""
    issuer, file = f"http://localhost:{_free_port()}", tmp_path / "provider.json"
    state = tmp_path / "verifier-state"
    state.mkdir()
    SoftwareSigner.generate().write(state / "login.pem")
    key = SoftwareSigner.from_file(state / "login.pem").public_jwk.to_dict()
    client = {"client_id": "schuldhulp", "name": "Schuldhulp", "redirect_uris": [f"{BASE}/inloggen/terug"], "jwk": key}
    people = [
        {"username": "anna", "name": "Anna de Wit", "story": "helpt", "roles": ["helper"]},
        {"username": "tim", "name": "Tim Vos", "story": "werkt elders", "roles": []},
    ]
    file.write_text(json.dumps({"issuer": issuer, "clients": [client], "people": people}))
    with Processes(tmp_path / "logs") as processes:
        processes.start("provider", ["demo.employees", str(file)])
        processes.wait_until_ready("provider", f"{issuer}/.well-known/openid-configuration")
        yield issuer, tmp_path


@pytest.mark.long
def test_at_a_provider_in_a_process_of_its_own(provider: tuple[str, Path]) -> None:
    issuer, folder = provider
    section = LoginSection(issuer=issuer, client_id="schuldhulp", own_network=True, roles=ROLES)
    world = make_world(folder, SystemClock(), agencies=("cjib",), adapt=by_provider(section))
    policy = OutboundPolicy(allow_insecure_localhost=True, allowed_ports=frozenset({443, urlsplit(issuer).port or 0}))
    http = OutboundClient(policy)
    try:
        for who, status in (("anna", 303), ("tim", 403)):
            browser = TestClient(world.service.app, base_url=BASE, follow_redirects=False)
            there = browser.get("/inloggen/verder").headers["location"]
            page = http.get(there, "text/html").body.decode()
            handle = page.partition('name="aanvraag" value="')[2].partition('"')[0]
            sent = http.post_form(f"{issuer}/inloggen", {"aanvraag": handle, "gebruiker": who})
            back = dict(parse_qsl(urlsplit(sent.headers["location"]).query))
            assert browser.get("/inloggen/terug", params=back).status_code == status
            assert ("U werkt hier als Anna de Wit." in browser.get("/").text) is (who == "anna")
    finally:
        http.close()
        world.service.close()
