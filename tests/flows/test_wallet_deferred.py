"""An agency that is not ready: it is asked again when the citizen comes back, and nothing is lost meanwhile."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

import pytest

from credentials.encoding import json_compact
from service.errors import Unreachable
from service.http import Answer
from tests.flows.test_wallet_offers import an_offer, scan
from tests.wallet_world import Citizen, Page, WalletWorld, make_world

pytestmark = [pytest.mark.long, pytest.mark.requirement("wallet-waits")]

ASKED = ("/credential", "/deferred")


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("later"), "cjib", "duo")
    yield world
    world.close()


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    citizen = world.citizen()
    citizen.make_wallet()
    return citizen


class Register:
    """The register of the CJIB, which is away from the moment at which it gave a token; and all that is asked of it."""

    def __init__(self, world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = world.folder / "cjib" / "debts"
        self.hidden = world.folder / "cjib" / "away"
        self.leaves = False
        self.asked: list[str] = []
        self.grants: list[str] = []
        self.told: list[str] = []
        self.instead: Callable[[], Answer] | None = None
        self._send = world.net._exchange
        monkeypatch.setattr(world.net, "_exchange", self)

    def __call__(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        path = url.removeprefix("http://localhost:8201")
        if path == "/notification":
            self.told.append(json.loads(content)["event"])
        if path in ASKED:
            self.asked.append(path)
            if path == "/deferred" and self.instead is not None:
                return self.instead()
        if path == "/oauth/token":
            self.grants.append(dict(parse_qsl(content.decode()))["grant_type"])
        answer = self._send(method, url, headers, content)
        if path == "/oauth/token" and self.leaves:
            self.go()
        return answer

    def go(self) -> None:
        self.folder.rename(self.hidden)
        self.leaves = False

    def come_back(self) -> None:
        self.hidden.rename(self.folder)


@pytest.fixture
def register(world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> Register:
    made = Register(world, monkeypatch)
    made.leaves = True
    return made


def cards(samira: Citizen) -> list[Any]:
    return sorted(card["uitgever"]["naam"] for card in samira.api("kaarten").json()["kaarten"])


def outcomes(samira: Citizen) -> dict[str, str]:
    return {each["naam"]: each["status"] for each in samira.api("ophalingen/huidige").json()["uitgevers"]}


def look(samira: Citizen) -> Page:
    """Come back to the page, and follow where it leads."""
    return samira.follow(samira.get("/ophalen"))


CJIB, DUO = "Centraal Justitieel Incassobureau", "Dienst Uitvoering Onderwijs"


def test_the_others_need_not_wait_for_an_agency_that_is_not_ready(samira: Citizen, register: Register) -> None:
    page = samira.collect()
    assert "Klaar met ophalen" in page.words
    assert "1 van 2 organisaties hebben geantwoord" in page.words
    assert "Bij 1 organisatie is het nog niet klaar" in page.words
    assert "Nog niet klaar" in page.words
    assert "lukte het niet" not in page.words
    assert "Alle organisaties hebben geantwoord" not in page.words
    assert set(outcomes(samira).values()) == {"nog_niet_klaar", "opgehaald"}
    assert len(set(cards(samira))) == 1
    assert register.told == []


def test_its_cards_come_when_the_citizen_comes_back_and_it_is_ready(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    samira.collect()
    before = samira.logins
    register.come_back()
    world.clock.advance(timedelta(seconds=61))
    page = look(samira)
    assert "Alle organisaties hebben geantwoord" in page.words
    assert set(outcomes(samira).values()) == {"opgehaald"}
    assert len(set(cards(samira))) == 2
    # The first card by its transaction, the rest as usual; nobody logs in for it.
    assert register.asked == ["/credential", "/deferred", "/credential"]
    assert samira.logins == before
    assert register.told == ["credential_accepted"] * 2
    assert samira.api("overzicht").json()["saldo"] == 44321


def test_it_is_not_asked_before_it_wants_to_be(samira: Citizen, world: WalletWorld, register: Register) -> None:
    samira.collect()
    register.come_back()
    for _ in range(3):
        assert "nog niet klaar" in look(samira).words
    assert register.asked == ["/credential"]
    world.clock.advance(timedelta(seconds=61))
    assert "nog niet klaar" not in look(samira).words


def test_as_long_as_it_is_not_ready_it_goes_on(samira: Citizen, world: WalletWorld, register: Register) -> None:
    samira.collect()
    for _ in range(3):
        world.clock.advance(timedelta(seconds=61))
        assert "nog niet klaar" in look(samira).words
    assert register.asked == ["/credential", "/deferred", "/deferred", "/deferred"]
    register.come_back()
    world.clock.advance(timedelta(seconds=61))
    look(samira)
    assert set(outcomes(samira).values()) == {"opgehaald"}


def test_hours_later_it_is_begun_anew_without_a_login(samira: Citizen, world: WalletWorld, register: Register) -> None:
    samira.collect()
    before = samira.logins
    register.come_back()
    world.clock.advance(timedelta(hours=3))
    again = world.citizen()
    again.number = samira.number
    page = again.get("/openen")
    page = again.post("/openen", page, nummer=samira.number, pincode="hallo 2026")
    look(again)
    assert set(outcomes(again).values()) == {"opgehaald"}
    assert again.logins == 0
    assert samira.logins == before
    assert register.grants[-1] == "refresh_token"
    assert again.api("overzicht").json()["saldo"] == 44321


def down() -> Answer:
    raise Unreachable


def of_error(error: str, status: int = 400) -> Callable[[], Answer]:
    return lambda: Answer(
        status, MappingProxyType({"content-type": "application/json"}), json_compact({"error": error})
    )


@pytest.mark.parametrize("instead", [down, of_error("temporarily_unavailable", 503)])
def test_an_agency_that_is_down_meanwhile_is_asked_again(
    samira: Citizen, world: WalletWorld, register: Register, instead: Callable[[], Answer]
) -> None:
    samira.collect()
    register.come_back()
    register.instead = instead
    world.clock.advance(timedelta(seconds=61))
    assert "nog niet klaar" in look(samira).words
    register.instead = None
    world.clock.advance(timedelta(seconds=61))
    look(samira)
    assert set(outcomes(samira).values()) == {"opgehaald"}


def test_a_transaction_that_the_agency_forgot_is_begun_anew(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    samira.collect()
    register.come_back()
    register.instead = of_error("invalid_transaction_id")
    world.clock.advance(timedelta(seconds=61))
    look(samira)
    assert set(outcomes(samira).values()) == {"opgehaald"}
    assert register.grants[-1] == "refresh_token"


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        (of_error("credential_request_denied"), "geeft u deze kaartjes niet"),
        (
            lambda: Answer(
                202,
                MappingProxyType({"content-type": "application/json"}),
                b'{"transaction_id":"another","interval":60}',
            ),
            "een antwoord dat wij niet begrijpen",
        ),
    ],
)
def test_that_it_will_never_come_is_an_outcome_like_any_other(
    samira: Citizen, world: WalletWorld, register: Register, instead: Callable[[], Answer], words: str
) -> None:
    samira.collect()
    register.instead = instead
    world.clock.advance(timedelta(seconds=61))
    assert words in look(samira).words
    asked = len(register.asked)
    world.clock.advance(timedelta(minutes=5))
    look(samira)
    assert len(register.asked) == asked


def test_a_citizen_who_collects_anew_does_not_wait_for_the_old(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    samira.collect()
    register.come_back()
    samira.collect()
    assert set(outcomes(samira).values()) == {"opgehaald"}
    assert len(set(cards(samira))) == 2


def test_an_offer_whose_cards_are_not_ready_waits_on_its_page(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    page = scan(samira, an_offer(world)["aanbodUri"])
    page = samira.post(page.url, page, besluit="ja")
    assert "Nog niet klaar" in page.words
    assert page.refresh is None
    assert cards(samira) == []
    register.come_back()
    assert "Nog niet klaar" in samira.get(f"{page.url}/verder").words
    world.clock.advance(timedelta(seconds=61))
    page = samira.get(f"{page.url}/verder")
    assert "De kaartjes zitten in uw portemonnee" in page.words
    assert len(cards(samira)) == 2
