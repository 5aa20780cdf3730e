"""A whole journey with our own wallet: it gets a PID, keeps it, and its holder logs in with it at an agency."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.testclient import TestClient

from credentials.clock import SystemClock
from credentials.formats import IssuerKey
from credentials.jose import UnverifiedToken
from credentials.keys import SoftwareSigner
from credentials.openid.offer import PRE_AUTHORIZED_CODE
from credentials.trust import CertificateAuthority, Participant, Role, make_ca
from credentials.trust.x509 import to_pem
from demo.pid.app import create_app
from demo.pid.provider import TYPE, Person, PidProvider
from demo.stage import set_stage
from issuer.settings import PidProviderSection, PidSection, WebWalletSection
from tests.debt_builders import SAMIRA
from tests.flows.demo.running import free_range
from tests.wallet_world import JOHAN, WALLET, Citizen, Page, WalletWorld, make_world

pytestmark = pytest.mark.long

HOST = "localhost:8102"
URL = f"http://{HOST}"


class World:
    """A wallet, an agency that takes a PID, and the stand-in for who gives them."""

    def __init__(self, folder: Path) -> None:
        now = SystemClock().now()
        begin, end = now - timedelta(days=1), now + timedelta(days=30)
        self.authority: CertificateAuthority = make_ca("PID CA", not_before=begin, not_after=end)
        (folder / "pid-ca.pem").write_text(to_pem(self.authority.der))
        own = PidProviderSection(name="PID", identifier=URL, authorities=folder / "pid-ca.pem")
        wallet = WebWalletSection(name="Blauwe Knop", offer_url=f"{WALLET}/aanbod", request_url=f"{WALLET}/verzoek")
        self.wallets: WalletWorld = make_world(
            folder,
            "cjib",
            "tilburg",
            agency={"pid": PidSection(providers=(own,), listed=False), "web_wallets": (wallet,)},
        )
        signer = SoftwareSigner.generate()
        leaf = self.authority.issue_leaf(
            signer.public_jwk, uri=URL, dns="localhost", common_name="PID", organisation="PID", oin=None,
            not_before=begin, not_after=end,
        )  # fmt: skip
        people = (Person("samira", "Samira", SAMIRA.reveal()), Person("johan", "Johan", JOHAN.reveal()))
        self.provider = PidProvider(URL, people, IssuerKey(signer, (leaf,)), self.wallets.clock)
        self.http = TestClient(create_app(self.provider, f"{WALLET}/aanbod"), base_url=URL, follow_redirects=False)
        self.wallets.net.apps[HOST] = self.http
        self.wallets.trust(
            Participant(
                identifier=URL,
                name="Uitgever van persoonsgegevens",
                roles=frozenset({Role.ISSUER}),
                anchors=(self.authority.der,),
                types=frozenset({TYPE}),
                bsn=True,
            )
        )

    def citizen_with_pid(self, username: str = "samira") -> Citizen:
        """Make a wallet, get a PID in it from the stand-in's page."""
        citizen = self.wallets.citizen()
        citizen.make_wallet()
        made = self.http.post("/aanbod", data={"gebruiker": username})
        assert made.status_code == 200, made.text
        page = citizen.get(link(made.text, f"{WALLET}/aanbod"))
        citizen.follow(citizen.post(page.url, page, besluit="ja"))
        return citizen

    def agree(self, citizen: Citizen, asked: Page) -> str:
        """Agree in the wallet, and return where it sends the browser."""
        chosen = re.findall(r'name="kaart" value="([^"]+)"', asked.text)
        done = citizen.post(asked.url, asked, besluit="delen", kaart=chosen)
        for _ in range(5):
            if "/inloggen/wallet/" in done.url:
                return done.url
            if done.refresh is None:
                break
            if "/inloggen/wallet/" in done.refresh:
                return done.refresh
            done = citizen.get(done.refresh)
        return link(done.text, "http://localhost:82")


def link(page: str, begins: str) -> str:
    found = re.search(rf'href="({re.escape(begins)}[^"]*)"', page)
    assert found is not None, page
    return unescape(found[1])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.wallets.close()


def test_our_wallet_keeps_a_pid_apart_from_debts(world: World) -> None:
    citizen = world.citizen_with_pid()
    cards = citizen.api("kaarten").json()["kaarten"]
    assert [(each["type"], each["formaat"]) for each in cards] == [(TYPE, "dc+sd-jwt"), (TYPE, "mso_mdoc")]
    assert "Andere kaartjes" in citizen.get("/overzicht").words
    assert "Nog geen schulden opgehaald" in citizen.get("/overzicht").words


def test_its_holder_sees_who_asks_what_and_is_logged_in_after_agreeing(world: World) -> None:
    citizen = world.citizen_with_pid()
    agency = world.wallets.url("cjib")
    page = citizen.get(f"{agency}/inloggen/wallet?naar=/schulden")
    asked = citizen.get(link(page.text, f"{WALLET}/verzoek"))
    assert "Centraal Justitieel Incassobureau (CJIB) Nagekeken Dit verzoek komt echt van hen." in asked.words
    assert "Inloggen bij Centraal Justitieel Incassobureau (CJIB)" in asked.words
    assert "1 kaartje van 1 organisatie" in asked.words
    assert f"Bsn {SAMIRA.reveal()}" in asked.words
    assert "Given name" not in asked.words
    back = world.agree(citizen, asked)
    assert back.startswith(f"{agency}/inloggen/wallet/")
    home = citizen.get(back)
    assert (home.url, home.status) == (f"{agency}/schulden", 200)
    assert "Uw schulden bij Centraal Justitieel Incassobureau (CJIB)" in home.words
    assert citizen.logins == 0


def test_cards_are_collected_with_the_wallet_instead_of_digid(world: World) -> None:
    """The one button: the wallet opens the browser at each agency, where its holder shows the PID of that wallet."""
    citizen = world.citizen_with_pid()
    page = citizen.post("/ophalen", citizen.get("/ophalen/opnieuw"))
    asked: list[str] = []
    for _ in range(12):
        page = citizen.follow(page)
        found = re.search(r'href="([^"]*/inloggen/wallet\?[^"]*)"', page.text)
        if found is None:
            break
        asked.append(urlsplit(page.url).netloc)
        waiting = citizen.get(urljoin(page.url, unescape(found[1])))
        page = citizen.get(world.agree(citizen, citizen.get(link(waiting.text, f"{WALLET}/verzoek"))))
    assert asked == [urlsplit(world.wallets.url(key)).netloc for key in ("cjib", "tilburg")]
    assert citizen.logins == 0
    overview = citizen.api("overzicht").json()
    assert {each["uitgever"]["naam"] for each in citizen.api("kaarten").json()["kaarten"]} >= {
        world.wallets.agencies[key].settings.agency.name for key in ("cjib", "tilburg")
    }, overview


def test_who_says_no_in_the_wallet_is_not_logged_in(world: World) -> None:
    citizen = world.citizen_with_pid()
    agency = world.wallets.url("cjib")
    page = citizen.get(f"{agency}/inloggen/wallet?naar=/schulden")
    asked = citizen.get(link(page.text, f"{WALLET}/verzoek"))
    citizen.post(asked.url, asked, besluit="niet-delen")
    assert "U hebt in uw wallet geen toestemming gegeven" in citizen.get(page.url).words


def test_a_wallet_without_a_pid_has_nothing_to_show(world: World) -> None:
    citizen = world.wallets.citizen()
    citizen.make_wallet()
    page = citizen.get(f"{world.wallets.url('cjib')}/inloggen/wallet?naar=/schulden")
    asked = citizen.get(link(page.text, f"{WALLET}/verzoek"))
    assert 'name="kaart"' not in asked.text


def test_an_agency_that_the_list_does_not_let_ask_for_the_number_gets_nothing(world: World) -> None:
    citizen = world.citizen_with_pid()
    world.wallets.participants = [replace(each, bsn=False) for each in world.wallets.participants]
    world.wallets.trust()
    world.wallets.clock.advance(timedelta(seconds=11))
    page = citizen.get(f"{world.wallets.url('cjib')}/inloggen/wallet?naar=/schulden")
    asked = citizen.get(link(page.text, f"{WALLET}/verzoek"))
    assert 'name="kaart"' not in asked.text


class TestStandIn:
    """The demonstration's stand-in for who gives people their PID."""

    def test_an_offer_and_its_code_are_good_once(self, world: World) -> None:
        secret = world.provider.offer_to("johan")
        offer: Any = world.http.get(f"/offers/{secret}").json()
        assert world.http.get(f"/offers/{secret}").status_code == 400
        code = offer["grants"][PRE_AUTHORIZED_CODE]["pre-authorized_code"]
        form = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": code}
        assert world.http.post("/token", data=form).status_code == 200
        assert world.http.post("/token", data=form).json() == {"error": "invalid_grant"}

    @pytest.mark.parametrize(
        ("path", "status"),
        [("/aanbod", 400), ("/token", 400), ("/credential", 401), ("/offers/x", 405), ("/nope", 404)],
    )
    def test_what_makes_no_sense_is_refused(self, world: World, path: str, status: int) -> None:
        answer = world.http.post(path, content=b"\xff=1")
        assert answer.status_code in (status, 404)
        assert answer.status_code < 500

    def test_people_choose_who_they_are(self, world: World) -> None:
        page = world.http.get("/").text
        assert "Samira" in page
        assert "Johan" in page


def test_a_demonstration_with_pids_lets_people_log_in_with_them_at_public_bodies_only(tmp_path: Path) -> None:
    stage = set_stage(tmp_path / "stage", free_range(), None, gives_pids=True)
    taking = {key for key, settings in stage.agencies.items() if settings.pid is not None}
    assert set(stage.agencies) - taking == {"depauw", "zonneweide"}
    jwt = (tmp_path / "stage" / "site" / "trust-list.jwt").read_text()
    entries: Any = UnverifiedToken.parse(jwt, max_characters=1_000_000).payload["participants"]
    listed = {each["identifier"]: each for each in entries}
    assert listed[stage.pid_url]["bsn"] is True
    assert listed[stage.pid_url]["types"] == [TYPE]
    assert listed[stage.agencies["cjib"].base_url]["bsn"] is True
    assert "bsn" not in listed[stage.agencies["depauw"].base_url]
    assert stage.first_port + 2 in stage.ports


def test_a_demonstration_has_none_unless_asked(tmp_path: Path) -> None:
    stage = set_stage(tmp_path / "stage", free_range(), None)
    assert not [each for each in stage.agencies.values() if each.pid is not None]
    assert stage.first_port + 2 not in stage.ports
