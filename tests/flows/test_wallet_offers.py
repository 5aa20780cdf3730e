"""Cards that an agency offers: by a code of the agency's, or by logging in; from agencies on the list alone."""

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import parse_qsl, quote

import pytest

from credentials.encoding import json_compact
from service.http import Answer
from tests.flows.wallet_kit import an_offer, scan
from tests.wallet_world import Citizen, WalletWorld, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("offers"), "cjib")
    yield world
    world.close()


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    citizen = world.citizen()
    citizen.make_wallet()
    world.net.asked.clear()
    return citizen


@pytest.mark.requirement("wallet-offer")
def test_an_offer_is_shown_before_it_is_taken(samira: Citizen, world: WalletWorld) -> None:
    page = scan(samira, an_offer(world)["aanbodUri"])
    assert "geeft u kaartjes" in page.words
    assert samira.api("kaarten").json()["kaarten"] == []
    page = samira.post(page.url, page, besluit="ja")
    assert "De kaartjes zitten in uw wallet" in page.words
    assert samira.api("overzicht").json()["saldo"] == 27100


def test_an_offer_can_be_left(samira: Citizen, world: WalletWorld) -> None:
    page = scan(samira, an_offer(world)["aanbodUri"])
    samira.post(page.url, page, besluit="nee")
    assert samira.api("kaarten").json()["kaarten"] == []
    assert samira.get(page.url).status == 404


@pytest.mark.requirement("wallet-tx-code")
def test_the_code_that_belongs_to_an_offer_is_asked_and_a_wrong_one_can_be_corrected(
    samira: Citizen, world: WalletWorld
) -> None:
    offer = an_offer(world, txCode=True)
    page = scan(samira, offer["aanbodUri"])
    assert 'name="code"' in page.text
    wrong = "0" * len(offer["txCode"])
    for code in ("", wrong if wrong != offer["txCode"] else "1" * len(wrong)):
        again = samira.post(page.url, page, besluit="ja", code=code)
        assert again.status == 400
        assert "Deze code klopt niet" in again.words
    samira.post(page.url, again, besluit="ja", code=offer["txCode"])
    assert samira.api("overzicht").json()["saldo"] == 27100


def test_an_offer_is_taken_once(samira: Citizen, world: WalletWorld) -> None:
    offer = an_offer(world)
    first, second = scan(samira, offer["aanbodUri"]), None
    samira.post(first.url, first, besluit="ja")
    second = scan(samira, offer["aanbodUri"])
    if "geeft u kaartjes" in second.words:
        second = samira.post(second.url, second, besluit="ja")
    assert second.status >= 400


def test_an_offer_by_login_goes_by_way_of_the_agency(samira: Citizen, world: WalletWorld) -> None:
    page = scan(samira, an_offer(world, grant="authorization_code")["aanbodUri"])
    assert "U logt eerst in" in page.words
    page = samira.post(page.url, page, besluit="ja")
    assert page.refresh is not None
    assert page.refresh.startswith(world.url("cjib"))
    page = samira.get(page.refresh)
    assert "De kaartjes zitten in uw wallet" in page.words
    assert samira.api("overzicht").json()["saldo"] == 27100


@pytest.mark.requirement("wallet-verifies")
def test_w3c_credentials_are_kept_proven_and_counted_once_beside_the_other_form(
    samira: Citizen, world: WalletWorld
) -> None:
    for configurations in (("overzicht_ldp", "zaak_ldp"), ("overzicht_sdjwt", "zaak_sdjwt")):
        page = scan(samira, an_offer(world, *configurations)["aanbodUri"])
        samira.post(page.url, page, besluit="ja")
    cards = samira.api("kaarten").json()["kaarten"]
    assert sorted(card["formaat"] for card in cards) == ["dc+sd-jwt", "dc+sd-jwt", "ldp_vc", "ldp_vc"]
    assert {card["status"] for card in cards} == {"geldig"}
    assert samira.api("overzicht").json()["saldo"] == 27100
    assert samira.api("overzicht").json()["openZaken"] == 1


@pytest.mark.requirement("wallet-offer")
def test_an_offer_of_nobody_on_the_list_is_refused_and_not_fetched(samira: Citizen, world: WalletWorld) -> None:
    by_value = {"credential_issuer": "https://boef.example", "credential_configuration_ids": ["x"]}
    links = (
        "openid-credential-offer://?credential_offer_uri=" + quote("https://boef.example/aanbod/1", safe=""),
        "openid-credential-offer://?credential_offer=" + quote(json_compact(by_value).decode(), safe=""),
    )
    for link in links:
        page = scan(samira, link)
        assert page.status == 403
        assert "Wij kennen deze organisatie niet" in page.words
    assert not any("boef" in url for url in world.net.asked)


@pytest.mark.requirement("wallet-offer")
@pytest.mark.parametrize(
    "link",
    [
        "openid-credential-offer://?credential_offer_uri=http%3A%2F%2F169.254.169.254%2Flatest",
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2F10.0.0.1%2Fx",
        "openid-credential-offer://?credential_offer_uri=file%3A%2F%2F%2Fetc%2Fpasswd",
        "openid-credential-offer://?credential_offer=%7B%7D&credential_offer_uri=https%3A%2F%2Fa.example",
        "openid-credential-offer://?credential_offer=%7B%22credential_issuer%22%3A1%7D",
        "openid-credential-offer://?credential_offer=",
    ],
)
def test_a_hostile_offer_is_refused_without_a_call(samira: Citizen, world: WalletWorld, link: str) -> None:
    assert scan(samira, link).status in (400, 403)
    assert not any("localhost:8100" not in url for url in world.net.asked)


def test_an_offer_of_kinds_that_do_not_exist_is_refused(samira: Citizen, world: WalletWorld) -> None:
    value = {"credential_issuer": world.url("cjib"), "credential_configuration_ids": ["bestaat_niet"]}
    page = scan(samira, "openid-credential-offer://?credential_offer=" + quote(json_compact(value).decode(), safe=""))
    assert page.status == 409
    assert "Er is niets voor u om op te halen" in page.words


def test_a_program_takes_an_offer_as_a_page_does(samira: Citizen, world: WalletWorld) -> None:
    offer = an_offer(world, txCode=True)
    read = samira.api("aanbiedingen", {"aanbod": offer["aanbodUri"]})
    assert read.status_code == 201, read.text
    assert read.json()["code"]["cijfers"] is True
    refused = samira.api(f"aanbiedingen/{read.json()['id']}/acceptatie", {})
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"
    taken = samira.api(f"aanbiedingen/{read.json()['id']}/acceptatie", {"code": offer["txCode"]})
    assert taken.json() == {"kaarten": 2}


def test_the_landing_page_takes_an_offer_from_a_link(samira: Citizen, world: WalletWorld) -> None:
    query = re.sub(r"^openid-credential-offer://\?", "", an_offer(world)["aanbodUri"])
    page = samira.get(f"/aanbod?{query}")
    assert "geeft u kaartjes" in page.words


def _pushed(world: WalletWorld) -> list[dict[str, str]]:
    """Let the agency tell what it is asked."""
    seen: list[dict[str, str]] = []
    send = world.net._exchange

    def listening(method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        if url.endswith("/oauth/par"):
            seen.append(dict(parse_qsl(content.decode())))
        return send(method, url, headers, content)

    world.net._exchange = listening  # type: ignore[method-assign]
    return seen


@pytest.mark.requirement("vci-scope")
def test_leave_is_asked_by_scope_where_the_agency_has_scopes(samira: Citizen, world: WalletWorld) -> None:
    seen = _pushed(world)
    page = scan(samira, an_offer(world, grant="authorization_code")["aanbodUri"])
    page = samira.post(page.url, page, besluit="ja")
    assert page.refresh is not None
    assert "De kaartjes zitten in uw wallet" in samira.get(page.refresh).words
    assert [each["scope"] for each in seen] == ["overzicht_sdjwt zaak_sdjwt"]
    assert "authorization_details" not in seen[0]


@pytest.mark.requirement("wallet-errors")
@pytest.mark.parametrize(
    ("status", "body", "title"),
    [
        (400, b'{"error":"invalid_scope","error_description":"bel 0900-1234"}', "begrijpt deze wallet niet"),
        (401, b'{"error":"invalid_client"}', "De organisatie kent deze wallet niet"),
        (503, b'{"error":"temporarily_unavailable"}', "De organisatie heeft het nu te druk"),
        (500, b"<html>bel 0900-1234</html>", "Bij de organisatie ging iets mis"),
        (400, b'{"error":"bel 0900-1234"}', "De organisatie gaf geen kaartjes"),
    ],
)
def test_what_the_agency_answers_is_told_in_our_words(
    samira: Citizen, world: WalletWorld, status: int, body: bytes, title: str
) -> None:
    page = scan(samira, an_offer(world, grant="authorization_code")["aanbodUri"])
    send = world.net._exchange

    def refusing(method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        if url.endswith("/oauth/par"):
            return Answer(status, MappingProxyType({"content-type": "application/json"}), body)
        return send(method, url, headers, content)

    world.net._exchange = refusing  # type: ignore[method-assign]
    try:
        page = samira.post(page.url, page, besluit="ja")
    finally:
        world.net._exchange = send  # type: ignore[method-assign]
    assert page.status == 502
    assert title in page.words
    assert "0900" not in page.text


@pytest.mark.requirement("wallet-verifies")
def test_a_card_of_which_the_agency_only_says_that_it_is_a_credential_is_kept(
    samira: Citizen, world: WalletWorld
) -> None:
    send, said = world.net._exchange, []

    def vaguely(method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        if not url.endswith("/.well-known/openid-credential-issuer"):
            return send(method, url, headers, content)
        # Only what is not signed can be changed on the way.
        answer = send(method, url, {**headers, "accept": "application/json"}, content)
        metadata = json.loads(answer.body)
        found = metadata["credential_configurations_supported"]
        found["overzicht_ldp"]["credential_definition"]["type"] = ["VerifiableCredential"]
        del found["zaak_ldp"]["credential_definition"]
        said.append(url)
        return Answer(answer.status, answer.headers, json_compact(metadata))

    world.net._exchange = vaguely  # type: ignore[method-assign]
    directory = world.service.usecases.offers._issuers._directory  # type: ignore[attr-defined]
    directory._kept.clear()
    try:
        page = scan(samira, an_offer(world, "overzicht_ldp", "zaak_ldp")["aanbodUri"])
        assert said
        assert "nog 1 soort kaartje aan die deze wallet niet kan bewaren" in page.words
        samira.post(page.url, page, besluit="ja")
        (card,) = samira.api("kaarten").json()["kaarten"]
        assert (card["formaat"], card["soort"], card["status"]) == ("ldp_vc", "overzicht", "geldig")
    finally:
        world.net._exchange = send  # type: ignore[method-assign]
        directory._kept.clear()
