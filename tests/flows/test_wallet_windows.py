"""One delivery in several windows: each card is asked for once, and what was given up stays given up."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from service.http import Answer
from tests.flows.wallet_kit import OVERVIEW, Between, cards
from tests.wallet_world import PIN, Citizen, Page, WalletWorld, make_world
from wallet_api.domain.delivery import STEP_ASKS, STEP_TIME

pytestmark = pytest.mark.long


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards come in one by one, as when they are many."""
    monkeypatch.setattr("wallet_api.domain.delivery.STEP", 1)


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("windows"), "cjib")
    yield world
    world.close()


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    return world.owner()


class Meanwhile(Between):
    """What happens in another window, once, just before or just after the agency is asked for a card."""

    def __init__(self, world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(world, monkeypatch)
        self.asked = 0
        self.before: Callable[[], object] | None = None
        self.after: Callable[[], object] | None = None

    def pass_on(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        card = url.endswith(("/credential", "/deferred"))
        self.asked += card
        before, after = self.before if card else None, self.after if card else None
        if before is not None:
            self.before = None
            before()
        answer = super().pass_on(method, url, headers, content)
        if after is not None:
            self.after = None
            after()
        return answer


@pytest.fixture
def meanwhile(world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    return Meanwhile(world, monkeypatch)


def halfway(samira: Citizen) -> Page:
    """Press the button, and go on until the first of the two cards is there."""
    page = samira.post("/ophalen", samira.get("/ophalen/opnieuw"))
    while "1 van 2 kaartjes" not in page.words:
        page = samira.get(str(page.refresh))
    return page


def digests(samira: Citizen) -> tuple[list[str], list[str]]:
    """The digests of the cases, as the overview has them and as they have themselves."""
    stated, own = [], []
    for card in cards(samira):
        claims = samira.api(f"kaarten/{card['id']}").json()["gegevens"]
        if card["type"] == OVERVIEW:
            stated += [slot["digest"] for slot in claims["zaken"].values()]
        else:
            own.append(claims["zaak_digest"])
    return stated, own


def shelved(samira: Citizen, world: WalletWorld) -> tuple[int, int]:
    """How many deliveries are underway, and how many cards wait for the rest of theirs."""
    opened = world.service.usecases.wallets.open(samira.number, PIN)
    shelves = world.service.usecases.offers._receive._deliveries._shelves
    return len(shelves.deliveries.all(opened)), len(shelves.waiting.all(opened))


@pytest.mark.usefixtures("one_by_one")
def test_two_windows_in_one_step_ask_for_each_card_once(samira: Citizen, meanwhile: Meanwhile) -> None:
    page = halfway(samira)
    seen: list[Page] = []
    meanwhile.before = lambda: seen.append(samira.get(str(page.refresh)))
    done = samira.follow(samira.get(str(page.refresh)))
    assert "Alle organisaties hebben geantwoord" in done.words
    assert meanwhile.asked == 2
    assert "1 van 2 kaartjes" in seen[0].words
    # It looks again, and not at once: the first window is still at it.
    assert 'data-seconds="2"' in seen[0].text
    stated, own = digests(samira)
    assert own
    assert set(own) <= set(stated)


def test_an_agency_that_answers_slowly_keeps_no_window_for_long(
    samira: Citizen, world: WalletWorld, meanwhile: Meanwhile
) -> None:
    meanwhile.after = lambda: world.clock.advance(STEP_ASKS)
    page = halfway(samira)
    assert meanwhile.asked == 1
    samira.follow(samira.get(str(page.refresh)))
    assert len(cards(samira)) == meanwhile.asked == 2


@pytest.mark.usefixtures("one_by_one")
def test_a_step_that_was_lost_is_begun_anew_as_its_copies_would_not_fit(
    samira: Citizen, world: WalletWorld, meanwhile: Meanwhile
) -> None:
    page = halfway(samira)

    def killed() -> None:
        raise KeyboardInterrupt

    meanwhile.after = killed
    with pytest.raises(BaseException):  # noqa: B017, PT011  # whatever it is that a killed program ends in
        samira.get(str(page.refresh))
    assert "1 van 2 kaartjes" in samira.get(str(page.refresh)).words
    assert meanwhile.asked == 2
    world.clock.advance(STEP_TIME)
    done = samira.follow(samira.get(str(page.refresh)))
    assert "Alle organisaties hebben geantwoord" in done.words
    stated, own = digests(samira)
    assert own
    assert set(own) <= set(stated)


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("ready", [True, False])
def test_what_the_citizen_gave_up_while_a_step_ran_does_not_come_back(
    samira: Citizen, world: WalletWorld, meanwhile: Meanwhile, *, ready: bool
) -> None:
    page = halfway(samira)
    register = world.folder / "cjib" / "debts"
    if not ready:
        register.rename(register.with_name("away"))
    meanwhile.after = lambda: samira.post("/ophalen/overslaan", organisatie=world.url("cjib"))
    samira.follow(samira.get(str(page.refresh)))
    world.clock.advance(timedelta(minutes=5))
    page = samira.follow(samira.get("/ophalen"))
    assert "U hebt deze organisatie overgeslagen" in page.words
    assert cards(samira) == []
    assert meanwhile.asked == 2
    assert shelved(samira, world) == (0, 0)


def test_an_agency_that_is_skipped_while_its_first_cards_come_in_stays_skipped(
    samira: Citizen, world: WalletWorld, meanwhile: Meanwhile
) -> None:
    page = samira.post("/ophalen", samira.get("/ophalen/opnieuw"))
    meanwhile.after = lambda: samira.post("/ophalen/overslaan", organisatie=world.url("cjib"))
    page = samira.follow(page)
    assert "U hebt deze organisatie overgeslagen" in page.words
    assert cards(samira) == []
    assert shelved(samira, world) == (0, 0)


def test_two_windows_that_go_to_an_agency_at_once_ask_it_once(
    samira: Citizen, world: WalletWorld, meanwhile: Meanwhile
) -> None:
    # The second time it gives its cards without a login.
    samira.collect()
    asked, logins = meanwhile.asked, samira.logins
    page = samira.post("/ophalen", samira.get("/ophalen/opnieuw"))
    seen: list[Page] = []
    meanwhile.before = lambda: seen.append(samira.get(str(page.refresh)))
    samira.follow(samira.get(str(page.refresh)))
    assert meanwhile.asked == asked + 2
    assert samira.logins == logins
    assert "0 van 2 kaartjes" in seen[0].words
    assert shelved(samira, world) == (0, 0)


@pytest.mark.parametrize("anew", ["all", "one"])
def test_whoever_collects_anew_gives_up_what_was_awaited(
    samira: Citizen, world: WalletWorld, meanwhile: Meanwhile, anew: str
) -> None:
    register = world.folder / "cjib" / "debts"
    meanwhile.before = lambda: register.rename(register.with_name("away"))
    assert "nog niet klaar" in samira.collect().words
    assert shelved(samira, world) == (1, 0)
    register.with_name("away").rename(register)
    more: dict[str, str | list[str]] = {} if anew == "all" else {"organisatie": world.url("cjib")}
    samira.follow(samira.post("/ophalen", **more))
    assert shelved(samira, world) == (0, 0)
    assert len(cards(samira)) == 2


def test_cards_that_are_there_are_told_of_though_the_agency_was_skipped_a_moment_later(
    samira: Citizen, world: WalletWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries = world.service.usecases.offers._receive._deliveries
    finish = deliveries.finish

    def finished(*of: Any) -> Any:
        received = finish(*of)
        samira.post("/ophalen/overslaan", organisatie=world.url("cjib"))
        return received

    monkeypatch.setattr(type(deliveries), "finish", lambda _, *of: finished(*of))
    page = samira.collect()
    assert "U hebt deze organisatie overgeslagen" not in page.words
    assert len(cards(samira)) == 2
