"""Press the button: from an empty wallet to one overview, whatever an agency does on the way."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from credentials.encoding import json_compact
from credentials.trust import make_ca
from service.http import Answer
from tests.wallet_world import WALLET, Citizen, WalletWorld, make_world
from wallet_api.domain.wallet import OpenedWallet


@pytest.fixture(scope="module")
def module_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("wallet"), "cjib", "duo", "svb")
    yield world
    world.close()


@pytest.fixture
def world(module_world: WalletWorld) -> Iterator[WalletWorld]:
    module_world.net.down.clear()
    module_world.net.asked.clear()
    yield module_world
    module_world.net.down.clear()


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    return world.owner()


def test_the_button_collects_from_every_agency_and_ends_on_its_own_report(samira: Citizen) -> None:
    page = samira.collect()
    assert "Klaar met ophalen" in page.words
    assert "3 van 3 organisaties hebben geantwoord" in page.words
    overview = samira.api("overzicht").json()
    # domain.md, S03 (27100) and S07 (17221); the SVB knows of no debt of hers.
    assert (overview["saldo"], overview["openZaken"]) == (44321, 2)
    assert {each["status"] for each in overview["uitgevers"]} == {"actueel"}
    assert all(each["volledig"] for each in overview["uitgevers"])


def test_a_status_list_behind_a_redirect_is_read(samira: Citizen, world: WalletWorld) -> None:
    samira.collect()
    world.net.asked.clear()
    world.net.moved = "/status/"
    try:
        overview = samira.api("overzicht?vers=true").json()
    finally:
        world.net.moved = None
    assert {urlsplit(url).path for url in world.net.asked} == {"/status/token/1"}
    assert {each["status"] for each in overview["uitgevers"]} == {"actueel"}


def test_no_chain_of_redirects_is_longer_than_one_agency(samira: Citizen) -> None:
    page = samira.post("/ophalen", samira.get("/ophalen/opnieuw"))
    longest = 0
    while page.refresh is not None:
        page = samira.get(page.refresh)
        assert page.url == f"{WALLET}/ophalen"
        longest = max(longest, samira.redirects)
    assert longest <= 8


@pytest.mark.requirement("wallet-keys")
def test_each_card_comes_in_copies_that_share_no_value(samira: Citizen, world: WalletWorld) -> None:
    samira.collect()
    wallet = world.service.usecases
    cards = wallet.show.cards(_opened(samira, world))
    assert {len(card.copies) for card in cards} == {3}
    keys = [copy.private_jwk["d"] for card in cards for copy in card.copies]
    assert len(set(keys)) == len(keys)
    for card in cards:
        issued = [str(copy.credential).split("~") for copy in card.copies]
        assert not set(issued[0][1:-1]) & set(issued[1][1:-1])


def test_an_agency_that_is_down_does_not_stop_the_others(samira: Citizen, world: WalletWorld) -> None:
    # Its metadata may still be known from before, so it goes down for every call.
    world.net.down.add("localhost:8204")
    page = samira.collect()
    assert "Bij 1 organisatie lukte het niet" in page.words
    assert "nu niet bereikbaar" in page.words
    rounds = {each["naam"]: each["status"] for each in samira.api("ophalingen/huidige").json()["uitgevers"]}
    assert sorted(rounds.values()) == ["geen_schulden", "mislukt", "opgehaald"]
    assert "lukte het ophalen niet" in samira.get("/overzicht").words
    # And it can be tried again alone.
    world.net.down.clear()
    page = samira.follow(samira.post("/ophalen", page, organisatie=world.url("duo")))
    assert "Alle organisaties hebben geantwoord" in page.words
    assert samira.api("overzicht").json()["saldo"] == 44321


def test_a_citizen_may_skip_an_agency_that_keeps_them(samira: Citizen, world: WalletWorld) -> None:
    page = samira.post("/ophalen", samira.get("/ophalen/opnieuw"))
    gone = samira.http.get(str(page.refresh))
    assert gone.headers["location"].startswith(world.url("cjib"))
    page = samira.get("/ophalen")
    assert "Wij wachten op" in page.words
    assert page.refresh is None, "a page that waits for the citizen does not run away"
    page = samira.follow(samira.post("/ophalen/overslaan", page, organisatie=world.url("cjib")))
    assert "U hebt deze organisatie overgeslagen" in page.words


def test_a_link_to_the_next_step_works_once_and_only_as_it_was_given(samira: Citizen) -> None:
    page = samira.post("/ophalen", samira.get("/ophalen/opnieuw"))
    first = samira.http.get(str(page.refresh)).headers["location"]
    assert not first.startswith("/")
    for link in (str(page.refresh), f"{WALLET}/ophalen/verder?stap=geraden", f"{WALLET}/ophalen/verder"):
        assert samira.http.get(link).headers["location"] == "/ophalen"


def _returning(samira: Citizen, world: WalletWorld) -> str:
    """Go to the first agency and log in; return the address that leads back to the wallet, without following it."""
    page = samira.post("/ophalen", samira.get("/ophalen/opnieuw"))
    url = str(page.refresh)
    for _ in range(10):
        client = samira._clients.get(urlsplit(url).netloc)
        if url.startswith("https://digid.example"):
            url = samira._log_in(url)
            continue
        assert client is not None
        answer = client.get(url)
        url = answer.headers["location"]
        if url.startswith("/"):
            url = f"{client.base_url}".rstrip("/") + url
        if url.startswith(f"{WALLET}/terug"):
            return url
    raise AssertionError("never came back")


def _changed(url: str, **changes: str | None) -> str:
    fields = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    fields = {name: value for name, value in {**fields, **changes}.items() if value is not None}
    return f"{WALLET}/terug?{urlencode(fields)}"


@pytest.mark.requirement("wallet-code")
@pytest.mark.parametrize("iss", ["https://boef.example", None])
def test_an_answer_of_another_server_is_not_redeemed(samira: Citizen, world: WalletWorld, iss: str | None) -> None:
    back = _returning(samira, world)
    world.net.asked.clear()
    page = samira.get(_changed(back, iss=iss))
    assert "kwam van een andere plek" in page.words
    assert not any("/oauth/token" in url for url in world.net.asked), "the code went to nobody"


@pytest.mark.requirement("wallet-code")
def test_an_answer_is_used_once(samira: Citizen, world: WalletWorld) -> None:
    back = _returning(samira, world)
    assert samira.http.get(back).headers["location"] == "/ophalen"
    page = samira.get(back)
    assert page.status == 400
    assert "Deze stap kennen wij niet" in page.words


@pytest.mark.requirement("wallet-code")
def test_an_answer_to_another_persons_question_is_refused(samira: Citizen, world: WalletWorld) -> None:
    back = _returning(samira, world)
    other = world.citizen()
    other.make_wallet()
    assert other.get(back).status == 400
    # It was not used up by that.
    assert samira.http.get(back).headers["location"] == "/ophalen"


@pytest.mark.requirement("wallet-code")
def test_a_foreign_state_is_refused(samira: Citizen, world: WalletWorld) -> None:
    back = _returning(samira, world)
    for state in ("geraden", "s" * 5000, None):
        assert samira.get(_changed(back, state=state)).status == 400


def test_a_refusal_at_the_agency_is_its_outcome(samira: Citizen, world: WalletWorld) -> None:
    back = _returning(samira, world)
    page = samira.get(_changed(back, code=None, error="access_denied"))
    assert "U bent gestopt" in page.text
    assert page.refresh is None, "who said no is not sent on to the next login"
    outcome = samira.api("ophalingen/huidige").json()["uitgevers"][0]
    assert (outcome["status"], outcome["reden"]) == ("mislukt", "geweigerd")


def test_a_visit_that_took_too_long_is_over(samira: Citizen, world: WalletWorld) -> None:
    back = _returning(samira, world)
    world.clock.advance(timedelta(minutes=16))
    # By then the session has ended too; its end is tested apart.
    answer = samira.http.get(back)
    world.clock.advance(-timedelta(minutes=16))
    assert answer.headers.get("location") == "/welkom?dicht=1"


def test_an_agency_that_leaves_the_trust_list_gives_no_cards(tmp_path: Path) -> None:
    world = make_world(tmp_path, "cjib")
    samira = world.citizen()
    samira.make_wallet()
    back = _returning(samira, world)
    # The anchors are another's now: what this agency signs is no longer its own by the list.
    other = make_other_anchor(world)
    world.participants = [replace(each, anchors=(other,)) for each in world.participants]
    world.sequence += 1
    world.publish()
    world.service.usecases.collect._trust.renew()  # type: ignore[attr-defined]
    samira.get(back)
    outcome = samira.api("ophalingen/huidige").json()["uitgevers"][0]
    assert (outcome["status"], outcome["reden"]) == ("mislukt", "niet_bewezen")
    assert samira.api("kaarten").json()["kaarten"] == [], "nothing unproven is kept"
    world.close()


def make_other_anchor(world: WalletWorld) -> bytes:
    now = world.clock.now()
    return make_ca("Een ander", not_before=now - timedelta(days=1), not_after=now + timedelta(days=9)).der


def test_a_payment_makes_the_old_card_outdated_and_fetching_anew_replaces_it(tmp_path: Path) -> None:
    world = make_world(tmp_path, "cjib")
    samira = world.citizen()
    samira.make_wallet()
    samira.collect()
    before = samira.api("overzicht").json()
    _pay(tmp_path / "cjib" / "debts" / "samira.json", 5000, world.clock.now())
    world.clock.advance(timedelta(minutes=5))
    assert world.agencies["cjib"].desk.refresh().superseded > 0
    world.agencies["cjib"].desk.publish()
    after = samira.api("overzicht?vers=true").json()
    assert {each["status"] for each in after["uitgevers"]} == {"verouderd"}
    page = samira.get("/overzicht")
    assert "Niet alles is meer actueel" in page.words
    samira.follow(samira.post("/ophalen", page, organisatie=world.url("cjib")))
    renewed = samira.api("overzicht").json()
    assert renewed["saldo"] == before["saldo"] - 5000
    assert {each["status"] for each in renewed["uitgevers"]} == {"actueel"}
    assert len(samira.api("kaarten").json()["kaarten"]) == 2, "the old cards made room"
    world.close()


def _pay(path: Path, cents: int, at: datetime) -> None:
    """The agency books a payment in its own system."""
    content = json.loads(path.read_text())
    case = content["body"]["financiele_zaken"][0]
    earlier = next(event for event in case["gebeurtenissen"] if event["gebeurtenis_type"] == "BetalingVerwerkt")
    moment = at.isoformat()
    paid = {**earlier, "gebeurtenis_kenmerk": "betaling-2", "bedrag": cents}
    paid |= {"datumtijd_gebeurtenis": moment, "datumtijd_ontvangen": moment}
    case["gebeurtenissen"].append(paid)
    for name in ("totaal_reeds_betaald", "totaal_financieel_vereffend"):
        if name in case:
            case[name] += cents
    case["saldo"] -= cents
    case["saldo_datumtijd"] = content["body"]["document_datumtijd"] = moment
    path.write_text(json.dumps(content))


def _opened(citizen: Citizen, world: WalletWorld) -> OpenedWallet:
    return world.service.usecases.wallets.open(citizen.number, "hallo 2026")


@pytest.mark.parametrize("path", ["/.well-known/openid-credential-issuer", "/.well-known/x", "/oauth/token"])
def test_who_looks_for_a_document_of_a_protocol_at_a_wallet_gets_no_page(samira: Citizen, path: str) -> None:
    answer = samira.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert samira.http.get("/bestaat-niet").headers["content-type"].startswith("text/html")


@pytest.mark.requirement("wallet-errors")
@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        ((400, "invalid_scope"), "niet_begrepen", "begrijpt niet wat deze wallet vraagt"),
        ((401, "invalid_client"), "portemonnee_onbekend", "kent deze wallet niet"),
        ((503, "temporarily_unavailable"), "te_druk", "heeft het nu te druk"),
        ((500, "bel 0900-1234"), "storing", "Bij de organisatie ging iets mis"),
        ((418, "bel 0900-1234"), "onbekende_fout", "een foutmelding die wij niet kennen"),
    ],
)
def test_what_an_agency_answers_is_told_and_the_others_go_on(
    samira: Citizen, world: WalletWorld, answer: tuple[int, str], reason: str, words: str
) -> None:
    (status, error), send = answer, world.net._exchange

    def refusing(method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        if url == f"{world.url('duo')}/oauth/par":
            body = json_compact({"error": error, "error_description": "bel 0900-1234"})
            return Answer(status, MappingProxyType({"content-type": "application/json"}), body)
        return send(method, url, headers, content)

    world.net._exchange = refusing  # type: ignore[method-assign]
    try:
        page = samira.collect()
    finally:
        world.net._exchange = send  # type: ignore[method-assign]
    assert "2 van 3 organisaties hebben geantwoord" in page.words
    assert words in page.words
    assert "0900" not in page.text
    outcomes = samira.api("ophalingen/huidige").json()["uitgevers"]
    assert [each["reden"] for each in outcomes if each["status"] == "mislukt"] == [reason]
