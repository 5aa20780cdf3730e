"""An agency that is not ready: it is asked again when the citizen comes back, and nothing is lost meanwhile."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from service.http import Answer
from tests.flows.wallet_kit import MINUTE, Register, an_offer, down, look, of_error, opened_again, outcomes, scan
from tests.wallet_world import Citizen, WalletWorld, make_world
from wallet_api.domain.delivery import STEP_ASKS

pytestmark = [pytest.mark.long, pytest.mark.requirement("wallet-waits")]


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("later"), "cjib", "duo")
    yield world
    world.close()


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    return world.owner()


@pytest.fixture
def register(world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> Register:
    return Register(world, monkeypatch, leaves=True)


def cards(samira: Citizen) -> list[Any]:
    return sorted(card["uitgever"]["naam"] for card in samira.api("kaarten").json()["kaarten"])


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
    overview = samira.get("/overzicht").words
    assert f"Bij {CJIB} (CJIB) is het nog niet klaar. Kijk of het klaar is" in overview
    assert "lukte het ophalen niet" not in overview
    assert "ook als uw wallet dicht is" not in samira.get("/privacy").words


def test_its_cards_come_when_the_citizen_comes_back_and_it_is_ready(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    samira.collect()
    before = samira.logins
    register.come_back()
    world.clock.advance(MINUTE)
    page = look(samira)
    assert "Alle organisaties hebben geantwoord" in page.words
    assert set(outcomes(samira).values()) == {"opgehaald"}
    assert len(set(cards(samira))) == 2
    # Each card by its transaction; nobody logs in for it.
    assert register.asked == ["/credential", "/credential", "/deferred", "/deferred"]
    assert samira.logins == before
    assert register.told == ["credential_accepted"] * 2
    assert samira.api("overzicht").json()["saldo"] == 44321


def test_it_is_not_asked_before_it_wants_to_be(samira: Citizen, world: WalletWorld, register: Register) -> None:
    samira.collect()
    register.come_back()
    for _ in range(3):
        assert "nog niet klaar" in look(samira).words
    assert register.asked == ["/credential", "/credential"]
    world.clock.advance(MINUTE)
    assert "nog niet klaar" not in look(samira).words


def test_as_long_as_it_is_not_ready_it_goes_on(samira: Citizen, world: WalletWorld, register: Register) -> None:
    samira.collect()
    for _ in range(3):
        world.clock.advance(MINUTE)
        assert "nog niet klaar" in look(samira).words
    assert register.asked == ["/credential"] * 2 + ["/deferred"] * 6
    register.come_back()
    world.clock.advance(MINUTE)
    look(samira)
    assert set(outcomes(samira).values()) == {"opgehaald"}


@pytest.mark.parametrize("over", [True, False])
def test_hours_later_it_comes_without_a_login_also_where_the_token_is_over(
    samira: Citizen, world: WalletWorld, register: Register, *, over: bool
) -> None:
    samira.collect()
    before = samira.logins
    register.come_back()
    register.instead = of_error("invalid_token", 401) if over else None
    world.clock.advance(timedelta(hours=3))
    again = opened_again(world, samira)
    look(again)
    assert set(outcomes(again).values()) == {"opgehaald"}
    assert again.logins == 0
    assert samira.logins == before
    assert ("refresh_token" in register.grants) is over
    assert again.api("overzicht").json()["saldo"] == 44321


@pytest.mark.parametrize("instead", [down, of_error("temporarily_unavailable", 503)])
def test_an_agency_that_is_down_meanwhile_is_asked_again(
    samira: Citizen, world: WalletWorld, register: Register, instead: Callable[[], Answer]
) -> None:
    register.keep_waiting(samira)
    register.instead = instead
    assert "nog niet klaar" in look(samira).words
    register.instead = None
    world.clock.advance(MINUTE)
    look(samira)
    assert set(outcomes(samira).values()) == {"opgehaald"}


def test_an_agency_that_says_slowly_that_it_is_not_ready_keeps_no_window_for_long(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    samira.collect()

    def slow() -> Answer:
        world.clock.advance(STEP_ASKS)
        return register.again()

    register.instead = slow
    world.clock.advance(MINUTE)
    asked = len(register.asked)
    samira.get("/ophalen")
    assert len(register.asked) == asked
    samira.get(str(samira.get("/ophalen").refresh))
    assert len(register.asked) == asked + 1
    register.instead = None
    register.come_back()
    world.clock.advance(MINUTE)
    look(samira)
    assert set(outcomes(samira).values()) == {"opgehaald"}


def test_a_transaction_that_the_agency_forgot_is_begun_anew(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    register.keep_waiting(samira)
    register.instead = of_error("invalid_transaction_id")
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
    world.clock.advance(MINUTE)
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
    page = samira.follow(samira.post(page.url, page, besluit="ja"))
    assert "Nog niet klaar" in page.words
    assert page.refresh is None
    assert cards(samira) == []
    register.come_back()
    delivery = page.url.removesuffix("/verder")
    assert "Nog niet klaar" in samira.get(f"{delivery}/verder").words
    world.clock.advance(MINUTE)
    page = samira.get(f"{delivery}/verder")
    assert "De kaartjes zitten in uw wallet" in page.words
    assert len(cards(samira)) == 2
