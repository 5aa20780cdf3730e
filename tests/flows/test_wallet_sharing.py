"""A request for cards: who asks, what exactly, yes or no; and nothing leaves the wallet otherwise."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest

from credentials.dids import Resolver
from credentials.formats import Expectation
from credentials.formats.sd_jwt import SdJwtVc
from credentials.jose import sign_jwt
from credentials.keys import SoftwareSigner
from credentials.openid.certificates import build_x5c
from credentials.openid.client_id import ClientId, Prefix
from credentials.openid.request_link import unsigned_request_uri
from credentials.openid.request_object import sign_request
from credentials.openid.vp_request import ResponseMode
from credentials.openid.vp_response import PresentationResponse, RefusedResponse
from service.i18n import euro
from tests.flows.wallet_kit import CASE, a_query, boxes, only, publish, scan
from tests.wallet_world import JOHAN, PIN, Citizen, Requester, WalletWorld, make_world
from wallet_api.settings import Tolerances

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("sharing"), "cjib", "duo")
    yield world
    world.close()


@pytest.fixture(scope="module")
def samira(world: WalletWorld) -> Citizen:
    return world.collector()


@pytest.fixture
def counsellor(world: WalletWorld) -> Iterator[Requester]:
    before = list(world.participants)
    yield world.requester()
    publish(world, before)


@pytest.fixture(autouse=True)
def fresh_list(world: WalletWorld, request: pytest.FixtureRequest) -> None:
    if "counsellor" in request.fixturenames:
        request.getfixturevalue("counsellor")
    world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]


def answered(counsellor: Requester) -> PresentationResponse:
    answer = counsellor.answered[-1]
    assert isinstance(answer, PresentationResponse)
    return answer


def claims_of(presentation: object, world: WalletWorld, counsellor: Requester) -> dict[str, object]:
    request = next(iter(counsellor.expected.values()))[0]
    expected = Expectation(world.clock.now(), request.nonce, request.client_id.full)
    return SdJwtVc().verify(presentation, expected, Resolver()).claims  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("mode", list(ResponseMode))
def test_the_citizen_sees_who_why_what_and_how_long_and_then_shares(
    samira: Citizen, counsellor: Requester, world: WalletWorld, method: str, mode: ResponseMode
) -> None:
    page = scan(
        samira, counsellor.ask(only(["saldo_totaal"], ["aantal_open_zaken"]), method=method, response_mode=mode)
    )
    for words in ("Schuldhulp Voorbeeld", "Intake schuldhulp", "Wgs artikel 8", "6 maanden", "€ 271,00", "€ 172,21"):
        assert words in page.words
    assert counsellor.answered == [], "nothing leaves before the citizen chose"
    page = samira.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    assert "U hebt gedeeld met Schuldhulp Voorbeeld" in page.words
    given = answered(counsellor)
    assert given.encrypted is (mode is ResponseMode.DIRECT_POST_JWT)
    shown = [claims_of(each, world, counsellor) for each in given.vp_token["overzicht"]]
    assert sorted(claims["saldo_totaal"] for claims in shown) == [17221, 27100]  # type: ignore[type-var]
    for claims in shown:
        assert "verplicht_totaal" not in claims, "only what was asked, and what everybody sees"
        assert "zaken" not in claims or not any(claims["zaken"].values())  # type: ignore[attr-defined]


@pytest.mark.requirement("wallet-consent")
def test_no_is_answered_with_no_and_nothing_else(samira: Citizen, counsellor: Requester) -> None:
    page = scan(samira, counsellor.ask(only()))
    page = samira.post(page.url, page, besluit="niet-delen", kaart=boxes(page.text))
    assert "U hebt niets gedeeld" in page.words
    (answer,) = counsellor.answered
    assert isinstance(answer, RefusedResponse)
    assert answer.refusal.error == "access_denied"


@pytest.mark.requirement("wallet-consent")
def test_lacking_and_declining_look_the_same_to_who_asks(
    samira: Citizen, counsellor: Requester, world: WalletWorld
) -> None:
    johan = world.citizen(JOHAN)
    johan.make_wallet()
    page = scan(johan, counsellor.ask(only()))
    assert "U hebt niet wat zij vragen" in page.words
    johan.post(page.url, page, besluit="niet-delen")
    declined = scan(samira, counsellor.ask(only()))
    samira.post(declined.url, declined, besluit="niet-delen")
    one, two = counsellor.answered
    assert isinstance(one, RefusedResponse)
    assert isinstance(two, RefusedResponse)
    assert one.refusal.error == two.refusal.error


def test_a_card_that_the_citizen_unticks_stays_home(samira: Citizen, counsellor: Requester, world: WalletWorld) -> None:
    page = scan(samira, counsellor.ask(only()))
    (first, _) = boxes(page.text)
    samira.post(page.url, page, besluit="delen", kaart=first)
    assert len(answered(counsellor).vp_token["overzicht"]) == 1


def test_what_a_card_says_of_itself_may_be_asked_beside_its_claims(samira: Citizen, counsellor: Requester) -> None:
    # OpenID4VP 1.0 section 7: a path starts at the root of the credential, so `vct` and its like are found.
    page = scan(samira, counsellor.ask(only(["vct"], ["iss"], ["cnf", "jwk"], ["status"], ["saldo_totaal"])))
    samira.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    assert answered(counsellor).vp_token["overzicht"]


def test_what_no_card_says_of_itself_cannot_be_shared(samira: Citizen, counsellor: Requester) -> None:
    page = scan(samira, counsellor.ask(only(["vct", "x"], ["saldo_totaal"])))
    assert boxes(page.text) == []


def test_nothing_ticked_is_nothing_shared(samira: Citizen, counsellor: Requester) -> None:
    page = scan(samira, counsellor.ask(only()))
    page = samira.post(page.url, page, besluit="delen")
    assert page.status == 400
    assert "U hebt niets gekozen" in page.words
    assert counsellor.answered == []


def test_what_is_optional_is_not_ticked(samira: Citizen, counsellor: Requester) -> None:
    query = {
        "credentials": [a_query(), a_query(["saldo"], type=CASE, id="zaak")],
        "credential_sets": [{"options": [["overzicht"]]}, {"options": [["zaak"]], "required": False}],
    }
    page = scan(samira, counsellor.ask(query))
    assert {value.split()[0] for value in boxes(page.text)} == {"overzicht"}
    assert {value.split()[0] for value in boxes(page.text, checked=False)} == {"zaak"}
    samira.post(page.url, page, besluit="delen", kaart=[*boxes(page.text), *boxes(page.text, checked=False)])
    assert set(answered(counsellor).vp_token) == {"overzicht", "zaak"}


def test_a_card_that_was_not_offered_for_the_question_is_not_shared(samira: Citizen, counsellor: Requester) -> None:
    page = scan(samira, counsellor.ask(only()))
    cards = samira.api("kaarten").json()["kaarten"]
    case = next(card["id"] for card in cards if card["soort"] == "zaak")
    page = samira.post(page.url, page, besluit="delen", kaart=f"overzicht {case}")
    assert page.status == 400
    assert counsellor.answered == []


@pytest.mark.requirement("wallet-consent")
def test_each_request_is_answered_once(samira: Citizen, counsellor: Requester) -> None:
    page = scan(samira, counsellor.ask(only()))
    ticked = boxes(page.text)
    samira.post(page.url, page, besluit="delen", kaart=ticked)
    again = samira.post(page.url, page, besluit="delen", kaart=ticked)
    assert again.status == 409
    assert samira.get(page.url).status == 409
    assert len(counsellor.answered) == 1


def test_two_shares_use_two_copies(samira: Citizen, counsellor: Requester, world: WalletWorld) -> None:
    citizen = world.citizen()
    citizen.make_wallet()
    citizen.collect()
    issued = []
    for _ in range(3):
        page = scan(citizen, counsellor.ask(only()))
        citizen.post(page.url, page, besluit="delen", kaart=boxes(page.text))
        issued += [str(each).split("~")[0] for each in answered(counsellor).vp_token["overzicht"]]
    assert len(set(issued)) == 6


@pytest.mark.requirement("wallet-request")
def test_a_request_that_nobody_signed_well_is_not_shown(samira: Citizen, counsellor: Requester) -> None:
    stranger = SoftwareSigner.generate()
    honest = counsellor.ask(only())
    refused = {
        "another key": lambda: counsellor.ask(only(), jwt=_signed_by(stranger, counsellor)),
        "another client in the link": lambda: counsellor.ask(only(), outer="x509_hash:" + "A" * 43),
        "no echo of our nonce": lambda: counsellor.ask(only(), echo=False),
        "no token at all": lambda: counsellor.ask(only(), jwt="geen verzoek"),
    }
    for what, make in refused.items():
        page = scan(samira, make())
        assert page.status == 403, what
        assert "Er is niets gedeeld" in page.words, what
    assert counsellor.answered == []
    assert scan(samira, honest).status == 200


def _signed_by(signer: SoftwareSigner, counsellor: Requester) -> str:
    (request, _), *_ = counsellor.expected.values()
    header = {"x5c": build_x5c(counsellor.chain)}
    claims = {"aud": "https://self-issued.me/v2", **request.to_parameters()}
    return sign_jwt("oauth-authz-req+jwt", header, claims, signer)  # type: ignore[arg-type]


@pytest.mark.requirement("wallet-request")
def test_an_old_request_has_expired(samira: Citizen, counsellor: Requester, world: WalletWorld) -> None:
    page = scan(samira, counsellor.ask(only()))
    world.clock.advance(timedelta(minutes=6))
    try:
        late = samira.get(page.url)
    finally:
        world.clock.advance(-timedelta(minutes=6))
    assert late.status in (409, 410)


def test_a_strangers_host_is_not_even_asked_before_the_citizen_agrees(
    samira: Citizen, counsellor: Requester, world: WalletWorld
) -> None:
    stranger = Requester(world.net, world.clock, host="vreemd.example")
    link = stranger.ask(only())
    world.net.asked.clear()
    page = scan(samira, link)
    assert "Wij kennen deze organisatie niet" in page.words
    assert "vreemd.example" in page.words
    assert not any("vreemd.example" in url for url in world.net.asked)
    page = scan(samira, link, zeker="ja")
    assert "Wij kennen deze organisatie niet" in page.words
    assert "Uw gegevens gaan naar vreemd.example" in page.words
    # Without the citizen's own word for it nothing goes.
    ticked = boxes(page.text)
    assert "zelf kent" in samira.post(page.url, page, besluit="delen", kaart=ticked).words
    assert stranger.answered == []
    samira.post(page.url, page, besluit="delen", kaart=ticked, vertrouwd="ja")
    assert len(stranger.answered) == 1


def test_a_name_in_a_strangers_certificate_is_not_believed(
    samira: Citizen, counsellor: Requester, world: WalletWorld
) -> None:
    # Its certificate says "Schuldhulp Voorbeeld", as the counsellor's does.
    stranger = Requester(world.net, world.clock, host="vreemd.example")
    page = scan(samira, stranger.ask(only()), zeker="ja")
    assert "Een onbekende organisatie" in page.words


def test_strangers_can_be_refused_by_setting(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = make_world(tmp_path_factory.mktemp("strict"), "cjib", unknown_verifiers="refuse")
    citizen = world.citizen()
    citizen.make_wallet()
    citizen.collect()
    stranger = Requester(world.net, world.clock, host="vreemd.example")
    page = scan(citizen, stranger.ask(only()), zeker="ja")
    assert page.status == 403
    assert "staat niet op de lijst" in page.words
    assert boxes(page.text) == []
    world.close()


def test_a_number_that_may_not_be_asked_is_refused_whole(
    samira: Citizen, counsellor: Requester, world: WalletWorld
) -> None:
    sets = {
        "credentials": [
            {
                **a_query(),
                "claims": [{"id": "a", "path": ["saldo_totaal"]}, {"id": "b", "path": ["subject", "bsn"]}],
                "claim_sets": [["b"], ["a"]],
            }
        ]
    }
    for query in (only(["saldo_totaal"], ["subject", "bsn"]), sets):
        page = scan(samira, counsellor.ask(query))
        assert page.status == 403
        assert "vraagt uw BSN, maar mag dat niet" in page.words
        assert boxes(page.text) == []
    asked = samira.api("verzoeken", {"verzoek": counsellor.ask(sets)}).json()
    assert asked["geweigerd"] == "bsn"
    assert samira.api(f"verzoeken/{asked['id']}/besluit", {"besluit": "delen"}).status_code == 403
    assert counsellor.answered == []
    # Who may ask it gets what there is.
    entitled = Requester(world.net, world.clock, host="localhost:8122", bsn=True)
    publish(world, [*world.participants, entitled.participant])
    assert scan(samira, entitled.ask(sets)).status == 200


@pytest.mark.requirement("wallet-response-uri")
def test_a_host_that_moves_the_answer_elsewhere_is_stopped(samira: Citizen, counsellor: Requester) -> None:
    link = counsellor.ask(only(), client_id=ClientId(Prefix.X509_SAN_DNS, "localhost"))
    assert scan(samira, link).status == 200
    # With this prefix the answer goes to the named host only; `localhost` names it here.
    wrong = counsellor.ask(only(), outer="x509_san_dns:elders.example")
    assert scan(samira, wrong).status == 403


def test_more_than_was_registered_is_marked(samira: Citizen, world: WalletWorld) -> None:
    before = list(world.participants)
    modest = Requester(
        world.net, world.clock, host="localhost:8121", claims=("saldo_totaal", "bronorganisatie", "peildatum")
    )
    publish(world, [*before, replace(modest.participant, identifier=modest.url)])
    page = scan(samira, modest.ask(only(["saldo_totaal"])))
    assert "Dit is gebruikelijk" in page.words
    page = scan(samira, modest.ask(only(["saldo_totaal"], ["vereffend_totaal"])))
    assert "Dit is meer dan normaal" in page.words
    publish(world, before)


def test_what_goes_out_is_told_in_one_line_and_no_debt_is_added_twice(samira: Citizen, counsellor: Requester) -> None:
    case = a_query(["saldo"], type=CASE, id="zaak")
    both = scan(samira, counsellor.ask({"credentials": [a_query(["saldo_totaal"]), case]}))
    alone = scan(samira, counsellor.ask({"credentials": [case]}))
    owed = samira.api("overzicht").json()["saldo"]
    assert f"samen {euro(owed).replace(chr(160), ' ')}" in both.words
    assert f"samen {euro(owed).replace(chr(160), ' ')}" in alone.words
    # What is not shown is not added up either.
    silent = scan(samira, counsellor.ask(only(["aantal_open_zaken"])))
    assert re.search(r"[0-9]+ kaartjes? van [0-9]+ organisaties?", silent.words)
    assert "samen €" not in silent.words
    asked = samira.api("verzoeken", {"verzoek": counsellor.ask(only(["aantal_open_zaken"]))}).json()
    assert asked["saldo"] is None


def test_terms_of_the_law_stand_behind_what_they_mean(samira: Citizen, counsellor: Requester) -> None:
    asked = [["preferentie", "waarde"], ["rechtsmiddel", "soort"], ["saneerbaar"], ["fase"]]
    page = scan(samira, counsellor.ask({"credentials": [a_query(*asked, type=CASE, id="zaak")]}))
    assert re.search(r"deze schuld gaat (?:voor \(preferent\)|niet voor \(concurrent\))", page.words)
    assert not re.search(r"(?<!\()\b(?:preferent|concurrent)\b", page.words)
    assert "controlegetal" not in page.words.lower()
    assert "Hoe ver het is" in page.words


def test_an_answer_that_is_not_taken_is_shown_as_such(samira: Citizen, counsellor: Requester) -> None:
    page = scan(samira, counsellor.ask(only()))
    counsellor.refuse = True
    page = samira.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    assert page.status == 502
    assert "Het antwoord kwam niet aan" in page.words
    assert samira.api("geschiedenis").json()["geschiedenis"][0]["status"] == "niet_aangekomen"


@pytest.mark.requirement("wallet-follows-back")
def test_the_browser_is_led_back_to_who_asked(samira: Citizen, counsellor: Requester) -> None:
    counsellor.redirect = f"{counsellor.url}/klaar?response_code=abc"
    page = scan(samira, counsellor.ask(only()))
    page = samira.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    assert page.refresh == counsellor.redirect
    assert "Ga terug naar Schuldhulp Voorbeeld" in page.words


@pytest.mark.requirement("wallet-only-asked")
def test_the_receipt_says_exactly_what_went(samira: Citizen, counsellor: Requester) -> None:
    page = scan(samira, counsellor.ask(only(["saldo_totaal"])))
    page = samira.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    kept = samira.api("geschiedenis").json()["geschiedenis"][0]
    assert (kept["status"], kept["doel"], kept["bewaartermijn"]) == ("gedeeld", "Intake schuldhulp", "6 maanden")
    paths = {fact["pad"] for card in kept["kaarten"] for fact in card["gegevens"]}
    assert "saldo_totaal" in paths
    assert "vereffend_totaal" not in paths
    listed = samira.get("/gedeeld")
    assert "Schuldhulp Voorbeeld" in listed.words
    gone = samira.post(f"/gedeeld/{kept['id']}/verwijderen", samira.get(f"/gedeeld/{kept['id']}"))
    assert kept["id"] not in gone.text


def test_a_program_shares_as_a_page_does(samira: Citizen, counsellor: Requester) -> None:
    asked = samira.api("verzoeken", {"verzoek": counsellor.ask(only())})
    assert asked.status_code == 201, asked.text
    consent = asked.json()
    assert consent["vrager"]["bekend"] is True
    assert {card["nodig"] for card in consent["kaarten"]} == {True}
    refused = samira.api(f"verzoeken/{consent['id']}/besluit", {"besluit": "misschien"})
    assert refused.status_code == 400
    done = samira.api(f"verzoeken/{consent['id']}/besluit", {"besluit": "delen", "getoond": consent["getoond"]})
    assert done.json()["status"] == "gedeeld"
    assert (
        samira.api(
            f"verzoeken/{consent['id']}/besluit", {"besluit": "delen", "getoond": consent["getoond"]}
        ).status_code
        == 409
    )


def test_a_link_from_elsewhere_waits_until_the_wallet_is_open(world: WalletWorld, counsellor: Requester) -> None:
    citizen = world.citizen()
    citizen.make_wallet()
    citizen.collect()
    number = citizen.number
    citizen.post("/sluiten")
    query = urlsplit(counsellor.ask(only())).query
    page = citizen.get(f"/verzoek?{query}")
    assert page.url.endswith("/welkom?verder=1")
    page = citizen.post("/openen", citizen.get("/openen"), nummer=number, pincode=PIN)
    assert "vraagt uw gegevens" in page.words


@pytest.mark.parametrize("text", ["", "hallo", "https://example.org", "openid4vp://?client_id=x", "5f" * 40])
def test_what_is_no_request_says_so(samira: Citizen, text: str) -> None:
    page = scan(samira, text)
    assert page.status in (400, 403)
    assert json.dumps(text)[1:-1] not in page.text or text == ""


def test_what_changed_since_the_page_was_shown_is_asked_again(world: WalletWorld, counsellor: Requester) -> None:
    citizen = world.citizen()
    citizen.make_wallet()
    citizen.collect()
    page = scan(citizen, counsellor.ask(only(["saldo_totaal"])))
    old = boxes(page.text)
    citizen.collect()
    again = citizen.post(page.url, page, besluit="delen", kaart=old)
    assert again.status == 400
    assert "Uw kaartjes zijn net veranderd. Er is niets verstuurd." in again.words
    assert counsellor.answered == []
    asked = citizen.api(f"verzoeken/{page.url.rpartition('/')[2]}").json()
    decide = f"verzoeken/{asked['id']}/besluit"
    for getoond in ({}, {"getoond": page.shown["getoond"]}):
        refused = citizen.api(decide, {"besluit": "delen", **getoond})
        assert refused.status_code == 409
        assert "not_as_shown" in refused.text
    assert boxes(again.text) != old
    citizen.post(again.url, again, besluit="delen", kaart=boxes(again.text))
    assert len(answered(counsellor).vp_token["overzicht"]) == 2


def test_an_event_is_shown_as_the_piece_in_which_it_goes_along(samira: Citizen, counsellor: Requester) -> None:
    page = scan(
        samira, counsellor.ask({"credentials": [a_query(["gebeurtenissen", "g001", "type"], type=CASE, id="zaak")]})
    )
    assert "Gaat ook mee: Datum en tijd, Bedrag" in page.words
    assert "Dit ziet de ontvanger van elk kaartje" in page.words
    page = samira.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    assert "Datum en tijd" in page.words
    kept = samira.api("geschiedenis").json()["geschiedenis"][0]
    paths = {fact["pad"] for card in kept["kaarten"] for fact in card["gegevens"]}
    assert {"gebeurtenissen.g001.bedrag", "gebeurtenissen.g001.datumtijd"} <= paths
    assert {fact["pad"] for fact in kept["kaarten"][0]["altijdZichtbaar"]} >= {"uitgever", "gemaakt_op", "geldig_tot"}


@pytest.mark.parametrize("agreed", [False, True])
def test_a_stranger_needs_the_same_word_however_the_request_comes(
    samira: Citizen, counsellor: Requester, world: WalletWorld, agreed: bool
) -> None:
    stranger = Requester(world.net, world.clock, host="localhost:8133")
    by_reference = stranger.ask(only())
    request = next(iter(stranger.expected.values()))[0]
    unsigned = replace(request, client_id=ClientId(Prefix.REDIRECT_URI, request.response_uri))
    signed = sign_request(request, stranger.signer, now=world.clock.now(), x5c=stranger.chain)
    by_value = f"openid4vp://?{urlencode({'client_id': request.client_id.full, 'request': signed})}"
    # Kept at a host that the list knows, and signed by a stranger all the same.
    elsewhere = by_reference.replace("8133", "8120")
    counsellor.requests["/r/1"] = lambda fields: sign_request(
        replace(request, wallet_nonce=fields.get("wallet_nonce")),
        stranger.signer,
        now=world.clock.now(),
        x5c=stranger.chain,
    )
    for link in (by_reference, unsigned_request_uri(unsigned), by_value, elsewhere):
        answer = samira.api("verzoeken", {"verzoek": link, "onbekend_akkoord": agreed})
        page = scan(samira, link, **({"zeker": "ja"} if agreed else {}))
        if not agreed:
            assert answer.status_code == 409, link
            assert "unknown_host" in answer.text
            assert "Toch kijken wat zij vragen" in page.words
            assert "localhost:8133" in page.words
            continue
        assert answer.status_code == 201, answer.text
        assert "Wij kennen deze organisatie niet" in page.words
        asked = answer.json()
        decision = {"besluit": "delen", "getoond": asked["getoond"]}
        refused = samira.api(f"verzoeken/{asked['id']}/besluit", decision)
        assert (refused.status_code, "unknown_requester" in refused.text) == (409, True)
        assert stranger.answered == []
    if agreed:
        done = samira.api(f"verzoeken/{asked['id']}/besluit", {**decision, "onbekend_akkoord": True})
        assert done.json()["status"] == "gedeeld"
        assert len(stranger.answered) == 1


def test_the_address_of_the_request_as_its_audience_is_a_tolerance_with_a_name(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    for tolerated in (True, False):
        tolerances = Tolerances(request_uri_as_audience=tolerated)
        world = make_world(tmp_path_factory.mktemp("audience"), "cjib", tolerances=tolerances)
        counsellor = world.requester()
        citizen = world.citizen()
        citizen.make_wallet()
        for aud, right in (
            (f"{counsellor.url}/r/1", tolerated),
            ([f"{counsellor.url}/r/1"], tolerated),
            ("https://self-issued.me/v2", True),
            (f"{counsellor.url}/r/2", False),
            (f"{counsellor.url}/r/1/", False),
            ([f"{counsellor.url}/r/1", "https://self-issued.me/v2"], False),
        ):
            counsellor.requests.clear()
            link = counsellor.ask(only(), method="get")
            (request, _) = counsellor.expected["/vp/1"]
            claims = {**request.to_parameters(), "aud": aud}
            header = {"x5c": list(build_x5c(counsellor.chain))}
            counsellor.requests["/r/1"] = sign_jwt("oauth-authz-req+jwt", header, claims, counsellor.signer)  # type: ignore[arg-type]  # JSON by test
            assert (scan(citizen, link).status == 200) is right, aud
        world.close()
