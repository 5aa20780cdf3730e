"""Cards of an organisation that is not on the trust list, where the setting leaves them to the citizen."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from credentials.formats import Credential
from service.errors import AddressRefused
from tests.flows.wallet_kit import an_offer, scan
from tests.wallet_world import Citizen, Page, WalletWorld, make_world
from wallet_api.clients.own_site import only_from
from wallet_api.ports import Proven
from wallet_api.usecases.prove import ProveCards

pytestmark = pytest.mark.long

STRANGER = "localhost:8201"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("strangers"), "cjib", "duo", unknown_issuers="warn")
    world.participants = [each for each in world.participants if "8201" not in each.identifier]
    world.trust()
    yield world
    world.close()


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    citizen = world.citizen()
    citizen.make_wallet()
    world.net.asked.clear()
    return citizen


def look(samira: Citizen, link: str) -> Page:
    """Scan an offer of a stranger's and say that one wants to look."""
    return samira.post("/toevoegen", scan(samira, link), link=link, zeker="ja")


def take(samira: Citizen, link: str) -> Page:
    page = look(samira, link)
    return samira.follow(samira.post(page.url, page, besluit="ja"))


def test_nothing_is_fetched_from_a_stranger_before_the_citizen_agrees(samira: Citizen, world: WalletWorld) -> None:
    link = an_offer(world)["aanbodUri"]
    page = scan(samira, link)
    assert "Wij kennen deze organisatie niet" in page.words
    assert STRANGER in page.words
    assert [url for url in world.net.asked if STRANGER in url] == []
    page = samira.post("/toevoegen", page, link=link, zeker="ja")
    assert "Een onbekende organisatie geeft u kaartjes" in page.words
    assert samira.api("kaarten").json()["kaarten"] == []


def test_a_strangers_cards_are_kept_apart_and_count_for_nothing(samira: Citizen, world: WalletWorld) -> None:
    samira.collect()
    listed = samira.api("overzicht").json()
    proven = len(samira.api("overzicht/download").json()["bewijzen"])
    page = take(samira, an_offer(world)["aanbodUri"])
    assert "Andere kaartjes" in page.words
    assert "Niet op de lijst" in page.words
    assert samira.api("overzicht").json() == listed
    assert len(samira.api("overzicht/download").json()["bewijzen"]) == proven
    strange = [each for each in samira.api("kaarten").json()["kaarten"] if not each["uitgever"]["bekend"]]
    assert [each["uitgever"]["naam"] for each in strange] == [STRANGER, STRANGER]
    assert {each["status"] for each in strange} == {"onbekend"}
    shown = samira.get(f"/kaarten/{strange[0]['id']}")
    assert "U hebt haar zelf toegevoegd" in shown.words
    assert "heeft dit bewezen" not in shown.words


def test_a_stranger_with_a_login_is_known_again_when_the_browser_comes_back(
    samira: Citizen, world: WalletWorld
) -> None:
    take(samira, an_offer(world, grant="authorization_code")["aanbodUri"])
    assert len(samira.api("kaarten").json()["kaarten"]) == 2


def test_what_a_stranger_signs_with_a_key_of_its_own_site_is_taken(samira: Citizen, world: WalletWorld) -> None:
    take(samira, an_offer(world, "overzicht_ldp")["aanbodUri"])
    assert [each["formaat"] for each in samira.api("kaarten").json()["kaarten"]] == ["ldp_vc"]


def test_a_stranger_names_no_other_site_for_its_keys() -> None:
    asked: list[str] = []

    def fetch(url: str, _accept: str) -> bytes:
        asked.append(url)
        return b"{}"

    fetch_there = only_from(fetch, "a.example")
    assert fetch_there("https://a.example/.well-known/did.json", "application/json") == b"{}"
    for url in ("https://b.example/", "https://a.example:8443/", "https://a.example@b.example/", "https://xa.example/"):
        with pytest.raises(AddressRefused):
            fetch_there(url, "application/json")
    assert asked == ["https://a.example/.well-known/did.json"]


def test_a_strangers_card_must_be_whole_too(
    samira: Citizen, world: WalletWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = look(samira, an_offer(world, "overzicht_sdjwt")["aanbodUri"])
    prove = ProveCards.prove

    def of_a_changed_one(self: ProveCards, credential: Credential, *more: Any) -> Proven:
        assert isinstance(credential, str)
        header, payload, rest = credential.split(".", 2)
        return prove(self, f"{header}.{payload[:-4]}{'AAAA' if payload[-4:] != 'AAAA' else 'BBBB'}.{rest}", *more)

    monkeypatch.setattr(ProveCards, "prove", of_a_changed_one)
    page = samira.post(page.url, page, besluit="ja")
    assert page.status == 502
    assert "konden wij niet bewijzen" in page.words
    assert samira.api("kaarten").json()["kaarten"] == []


def test_who_was_added_can_be_taken_off_and_is_asked_about_again(samira: Citizen, world: WalletWorld) -> None:
    take(samira, an_offer(world)["aanbodUri"])
    assert "Een onbekende organisatie geeft u kaartjes" in scan(samira, an_offer(world)["aanbodUri"]).words
    page = samira.get("/instellingen")
    assert STRANGER in page.words
    page = samira.post("/instellingen/toegevoegd", page, organisatie=world.url("cjib"))
    assert STRANGER not in page.words
    assert "Toch kijken wat zij geven" in scan(samira, an_offer(world)["aanbodUri"]).words
    assert len(samira.api("kaarten").json()["kaarten"]) == 2
    assert samira.post("/instellingen/toegevoegd", organisatie=world.url("cjib")).status == 404


def test_whom_the_scheme_put_off_its_list_no_citizen_can_add(samira: Citizen, world: WalletWorld) -> None:
    gone = replace(world.participants[0], withdrawn_at=world.clock.now())
    (duo,) = [key for key in world.agencies if world.url(key) == gone.identifier]
    world.participants = [gone]
    world.trust()
    link = _offer_of(world, duo)
    for page in (scan(samira, link), samira.post("/toevoegen", link=link, zeker="ja")):
        assert page.status == 403
        assert "Daarom nemen wij niets van haar aan" in page.words


def test_a_program_says_so_too(samira: Citizen, world: WalletWorld) -> None:
    link = an_offer(world)["aanbodUri"]
    assert samira.api("aanbiedingen", {"aanbod": link}).status_code == 409
    read = samira.api("aanbiedingen", {"aanbod": link, "onbekendAkkoord": True})
    assert read.status_code == 201
    assert read.json()["uitgever"] == {"identifier": world.url("cjib"), "naam": STRANGER, "bekend": False}


def test_one_citizens_addition_is_nobody_elses(samira: Citizen, world: WalletWorld) -> None:
    take(samira, an_offer(world)["aanbodUri"])
    other = world.citizen()
    other.make_wallet()
    assert "Toch kijken wat zij geven" in scan(other, an_offer(world)["aanbodUri"]).words


def _offer_of(world: WalletWorld, key: str) -> Any:
    world.agencies["cjib"], kept = world.agencies[key], world.agencies["cjib"]
    try:
        return an_offer(world)["aanbodUri"]
    finally:
        world.agencies["cjib"] = kept
