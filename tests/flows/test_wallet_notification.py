"""The wallet tells an agency what became of what it gave, once that is sure, and loses nothing when it cannot."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import pytest

from credentials.formats import Credential
from credentials.keys import PublicJwk
from service.errors import Unreachable
from service.http import Answer
from tests.flows.wallet_kit import Between, cards
from tests.wallet_world import Citizen, WalletWorld, make_world
from wallet_api.domain.card import Agency
from wallet_api.domain.errors import CardRefused
from wallet_api.domain.issuance import OVERVIEW, Kind
from wallet_api.ports import Proven
from wallet_api.usecases.prove import ProveCards

pytestmark = [pytest.mark.long, pytest.mark.requirement("wallet-notifies")]


@pytest.fixture(scope="module")
def module_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("notices"), "cjib")
    yield world
    world.close()


@pytest.fixture
def world(module_world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> WalletWorld:
    monkeypatch.setattr("wallet_api.clients.issuer_metadata.METADATA_SECONDS", -1.0)
    return module_world


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    return world.owner()


class Listener(Between):
    """Hears what agencies are told, and may keep it from arriving."""

    def __init__(self, world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(world, monkeypatch)
        self.told: list[tuple[str, str]] = []
        self.answers: list[int] = []
        self.cards_when_told: list[int] = []
        self.instead: Callable[[], Answer] | None = None
        self.cards: Callable[[], int] = lambda: -1

    def pass_on(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        if not url.endswith("/notification"):
            return super().pass_on(method, url, headers, content)
        body = json.loads(content)
        assert set(body) == {"notification_id", "event"}
        self.told.append((body["notification_id"], body["event"]))
        self.cards_when_told.append(self.cards())
        if self.instead is not None:
            return self.instead()
        answer = super().pass_on(method, url, headers, content)
        self.answers.append(answer.status)
        return answer

    @property
    def events(self) -> Counter[str]:
        return Counter(event for _, event in self.told)


@pytest.fixture
def between(world: WalletWorld, samira: Citizen, monkeypatch: pytest.MonkeyPatch) -> Listener:
    made = Listener(world, monkeypatch)
    made.cards = lambda: len(cards(samira))
    return made


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have cards come in one by one, as when they are many."""
    monkeypatch.setattr("wallet_api.domain.delivery.STEP", 1)


@pytest.fixture
def unsound_overview(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the proof of every overview fail."""
    prove = ProveCards.prove

    def proving(self: ProveCards, credential: Credential, kind: Kind, agency: Agency, holder: PublicJwk) -> Proven:
        if kind.type == OVERVIEW:
            raise CardRefused("status")
        return prove(self, credential, kind, agency, holder)

    monkeypatch.setattr(ProveCards, "prove", proving)


def test_what_is_stored_is_told_once_for_each_response(samira: Citizen, between: Listener) -> None:
    samira.collect()
    assert len(cards(samira)) == 2
    assert between.events == {"credential_accepted": 2}
    assert len({notice for notice, _ in between.told}) == 2
    assert between.answers == [204, 204]
    # Not before they are stored.
    assert between.cards_when_told == [2, 2]


@pytest.mark.usefixtures("step_by_step")
def test_of_many_cards_it_is_told_when_the_last_one_is_there(samira: Citizen, between: Listener) -> None:
    samira.collect()
    assert between.events == {"credential_accepted": 2}
    assert between.cards_when_told == [2, 2]
    assert between.answers == [204, 204]


@pytest.mark.usefixtures("unsound_overview")
@pytest.mark.parametrize("many", [True, False])
def test_that_one_card_is_not_sound_is_told_of_all_as_none_is_kept(
    samira: Citizen, between: Listener, request: pytest.FixtureRequest, *, many: bool
) -> None:
    if many:
        request.getfixturevalue("step_by_step")
    page = samira.collect()
    assert "niet bewijzen dat het antwoord echt is" in page.words
    assert cards(samira) == []
    # The overview is the first that is asked: nothing else was given.
    assert between.events == {"credential_failure": 1}
    assert between.answers == [204]


@pytest.mark.usefixtures("step_by_step")
def test_that_the_citizen_stopped_is_told_as_such(samira: Citizen, between: Listener, world: WalletWorld) -> None:
    page = samira.post("/ophalen", samira.get("/ophalen/opnieuw"))
    while page.refresh is not None and "1 van 2 kaartjes" not in page.words:
        page = samira.get(page.refresh)
    assert between.told == []
    samira.post("/ophalen/overslaan", page, organisatie=world.url("cjib"))
    assert between.events == {"credential_deleted": 1}
    assert between.answers == [204]
    assert cards(samira) == []


@pytest.mark.usefixtures("step_by_step")
def test_nobody_waits_until_an_agency_is_found_that_is_to_be_told(
    samira: Citizen, world: WalletWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = samira.post("/ophalen", samira.get("/ophalen/opnieuw"))
    while page.refresh is not None and "1 van 2 kaartjes" not in page.words:
        page = samira.get(page.refresh)
    afterwards: list[Callable[[], object]] = []
    monkeypatch.setattr(world.service.usecases.offers._issuers, "_afterwards", afterwards.append)
    asked = len(world.net.asked)
    samira.post("/ophalen/overslaan", page, organisatie=world.url("cjib"))
    assert len(world.net.asked) == asked
    assert len(afterwards) == 1


def unreachable() -> Answer:
    raise Unreachable


@pytest.mark.parametrize(
    "instead",
    [
        unreachable,
        lambda: Answer(500, MappingProxyType({"content-type": "text/html"}), b"<html>"),
        lambda: Answer(400, MappingProxyType({"content-type": "application/json"}), b'{"error":"x"}'),
        lambda: Answer(401, MappingProxyType({}), b""),
        lambda: Answer(302, MappingProxyType({"location": "https://boef.example"}), b""),
    ],
)
def test_an_agency_that_does_not_hear_it_takes_nothing_from_the_citizen(
    samira: Citizen, between: Listener, instead: Callable[[], Answer]
) -> None:
    between.instead = instead
    page = samira.collect()
    assert "Klaar met ophalen" in page.words
    assert len(cards(samira)) == 2
    assert between.events == {"credential_accepted": 2}


def test_an_agency_that_does_not_want_to_know_is_told_nothing(samira: Citizen, between: Listener) -> None:
    between.metadata = lambda document: {
        name: value for name, value in document.items() if name != "notification_endpoint"
    }
    samira.collect()
    assert len(cards(samira)) == 2
    assert between.told == []


def test_cards_that_could_not_be_stored_for_whatever_reason_are_not_told_to_be(
    samira: Citizen, between: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("wallet_api.usecases.deliveries.renew", broken)
    samira.collect()
    assert cards(samira) == []
    assert between.told == []
