"""What an intact answer is worth: who issued it, whether it still holds, and what becomes of it afterwards."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.debts.agency import Agency
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE, overview_claims
from credentials.debts.overview import overview_of
from credentials.status import Status
from tests.debt_builders import AS_OF, a_case, agency, demo_document, imposed
from tests.flows.demo.people import NOTHING_KNOWN
from tests.flows.presentation_kit import API, BASE, Counter, auth
from tests.verifier_world import Card, Issuer, make_world


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock) -> Iterator[Counter]:
    world = make_world(tmp_path, clock, agencies=("cjib", "uwv"))
    with TestClient(world.service.app, base_url=BASE, follow_redirects=False) as http:
        yield Counter(world, http)


def cjib_cards(counter: Counter, **how: Any) -> list[Card]:
    issuer = counter.world.issuers["cjib"]
    return issuer.statements(demo_document("cjib", "samira").cases_at(issuer.agency), **how)


def judged(counter: Counter, cards: list[Card]) -> Any:
    made = counter.make()
    answer = counter.share(made, cards)
    assert (answer.status_code, answer.json()) == (200, {})
    return counter.look(made["id"])


def check(proof: Any, name: str) -> tuple[str, str]:
    (found,) = [each for each in proof["controles"] if each["naam"] == name]
    assert found["uitleg"]
    return found["uitkomst"], found["code"]


def nothing_counts(found: Any) -> None:
    assert found["status"] == "beantwoord"
    assert not any(each["bewezen"] for each in found["bewijzen"])
    assert all(each["gegevens"] == {} for each in found["bewijzen"])
    assert found["totalen"] == NOTHING_KNOWN
    assert found["volledig"] is False


def stranger(counter: Counter) -> Issuer:
    like_cjib = Agency("00000000900000007000", "Centraal Justitieel Incassobureau", "cjib", ())
    return Issuer(like_cjib, counter.world.web, counter.world.clock, counter.world.service_formats)


@pytest.mark.requirement("vp-validation")
@pytest.mark.parametrize("format_name", ["dc+sd-jwt", "ldp_vc", "vc+jwt"])
def test_a_foreign_issuer_is_shown_and_not_counted(counter: Counter, format_name: str) -> None:
    other = Agency("00000000900000099000", "Nep-incasso", "nep", ())
    foreign = Issuer(other, counter.world.web, counter.world.clock, counter.world.service_formats)
    cards = foreign.statements(demo_document("cjib", "samira").cases_at(other), format=format_name)
    found = judged(counter, cards)
    nothing_counts(found)
    assert found["bewijzen"][0]["uitgever"]["naam"] == "Onbekende uitgever"
    assert check(found["bewijzen"][0], "uitgever") == ("mislukt", "unknown_issuer")


def test_a_foreign_issuer_that_calls_itself_by_a_known_name_is_unknown(counter: Counter) -> None:
    forged = stranger(counter)
    found = judged(counter, forged.statements(demo_document("cjib", "samira").cases_at(forged.agency)))
    nothing_counts(found)
    assert found["bewijzen"][0]["uitgever"]["naam"] == "Onbekende uitgever"


def test_an_issuer_that_may_not_issue_the_type_is_shown_and_not_counted(counter: Counter) -> None:
    cjib, uwv = counter.world.issuers["cjib"].participant, counter.world.issuers["uwv"].participant
    counter.world.trust(replace(cjib, types=frozenset({CASE_TYPE})), uwv)
    found = judged(counter, cjib_cards(counter)[:1])
    nothing_counts(found)
    assert check(found["bewijzen"][0], "uitgever") == ("mislukt", "issuer_not_allowed")


def test_an_issuer_that_speaks_for_another_is_not_counted(counter: Counter) -> None:
    uwv = counter.world.issuers["uwv"]
    claims = overview_claims(overview_of(agency("cjib"), [], AS_OF), [])
    found = judged(counter, [uwv.card(OVERVIEW_TYPE, claims)])
    nothing_counts(found)
    assert check(found["bewijzen"][0], "uitgever") == ("mislukt", "other_source_organisation")


def test_a_withdrawn_issuer_is_not_counted(counter: Counter) -> None:
    cjib, uwv = counter.world.issuers["cjib"].participant, counter.world.issuers["uwv"].participant
    counter.world.trust(
        replace(cjib, withdrawn_at=counter.world.clock.now() - timedelta(days=9), compromised=True), uwv
    )
    nothing_counts(judged(counter, cjib_cards(counter)))


@pytest.mark.parametrize(
    ("status", "outcome", "result"),
    [
        (Status.SUPERSEDED, "verouderd", ("waarschuwing", "superseded")),
        (Status.INVALID, "ingetrokken", ("mislukt", "revoked")),
        (Status.SUSPENDED, "niet_bewezen", ("mislukt", "suspended")),
    ],
)
def test_what_the_issuer_took_back_is_shown_for_what_it_is(
    counter: Counter, status: Status, outcome: str, result: tuple[str, str]
) -> None:
    cards = cjib_cards(counter)
    for card in cards:
        card.mark(status)
    found = judged(counter, cards)
    nothing_counts(found)
    assert {each["uitkomst"] for each in found["bewijzen"]} == {outcome}
    assert check(found["bewijzen"][0], "status") == result
    assert found["bewijzen"][0]["uitgever"]["naam"] == "Centraal Justitieel Incassobureau (CJIB)"


@pytest.mark.parametrize("status", [Status.SUPERSEDED, Status.INVALID])
@pytest.mark.parametrize("format_name", ["ldp_vc", "vc+sd-jwt"])
def test_w3c_credentials_that_were_taken_back_are_not_counted(
    counter: Counter, format_name: str, status: Status
) -> None:
    cards = cjib_cards(counter, format=format_name)
    for card in cards:
        card.mark(status)
    nothing_counts(judged(counter, cards))


def away(counter: Counter) -> None:
    del counter.world.web.documents[counter.world.issuers["cjib"].list_url]


def another_list(counter: Counter) -> None:
    documents, issuers = counter.world.web.documents, counter.world.issuers
    documents[issuers["cjib"].list_url] = documents[issuers["uwv"].list_url]


def moved(counter: Counter) -> None:
    counter.world.web.moved.add(counter.world.issuers["cjib"].list_url)


def test_a_status_list_behind_a_redirect_is_read(counter: Counter) -> None:
    moved(counter)
    found = judged(counter, cjib_cards(counter))
    assert all(each["bewezen"] for each in found["bewijzen"])
    assert check(found["bewijzen"][0], "status")[0] == "geslaagd"


def spoilt(counter: Counter) -> None:
    counter.world.web.documents[counter.world.issuers["cjib"].list_url] = b"geen lijst"


def outdated(counter: Counter) -> None:
    counter.world.clock.advance(timedelta(days=2))


@pytest.mark.parametrize("trouble", [away, another_list, spoilt, outdated])
def test_a_status_that_cannot_be_read_is_unknown_and_not_counted(
    counter: Counter, trouble: Callable[[Counter], None]
) -> None:
    cards = cjib_cards(counter)
    trouble(counter)
    found = judged(counter, cards)
    nothing_counts(found)
    assert {each["uitkomst"] for each in found["bewijzen"]} == {"onbekend"}
    assert check(found["bewijzen"][0], "status")[0] == "niet_uitgevoerd"


def test_what_has_expired_is_not_counted(counter: Counter) -> None:
    found = judged(counter, [*cjib_cards(counter, days=-1, begun=3)])
    nothing_counts(found)
    assert check(found["bewijzen"][0], "geldigheid") == ("mislukt", "expired")


def test_what_is_not_valid_yet_is_not_counted(counter: Counter) -> None:
    found = judged(counter, cjib_cards(counter, begun=-2))
    nothing_counts(found)


def test_without_a_trust_list_nobody_is_trusted(counter: Counter) -> None:
    cards = cjib_cards(counter)
    counter.world.web.documents.clear()
    counter.world.clock.advance(timedelta(days=400))
    found = judged(counter, cards)
    nothing_counts(found)


def test_claims_of_a_wrong_kind_prove_nothing(counter: Counter) -> None:
    issuer = counter.world.issuers["cjib"]
    claims = overview_claims(overview_of(issuer.agency, [], AS_OF), []) | {"saldo_totaal": "veel"}
    found = judged(counter, [issuer.card(OVERVIEW_TYPE, claims)])
    nothing_counts(found)
    assert check(found["bewijzen"][0], "inhoud") == ("mislukt", "malformed_claims")


@pytest.mark.requirement("vp-validation")
def test_good_and_bad_are_told_apart_in_one_answer(counter: Counter) -> None:
    good = counter.world.issuers["uwv"].statements([])
    bad = cjib_cards(counter)
    for card in bad:
        card.mark(Status.INVALID)
    found = judged(counter, [*good, *bad])
    assert [each["bewezen"] for each in found["bewijzen"]] == [True, False, False]
    assert found["totalen"]["saldo"] == 0
    assert [each["naam"] for each in found["ontbreekt"]] == ["Centraal Justitieel Incassobureau (CJIB)"]


def test_a_recheck_finds_what_was_superseded_since(counter: Counter) -> None:
    cards = [*cjib_cards(counter), *counter.world.issuers["uwv"].statements([])]
    made = counter.make()
    counter.share(made, cards)
    assert counter.look(made["id"])["totalen"]["saldo"] == 27100
    counter.world.clock.advance(timedelta(hours=3))
    for card in cards[:2]:
        card.mark(Status.SUPERSEDED)
    answer = counter.http.post(f"{API}/{made['id']}/hercontroles", headers=auth())
    assert answer.status_code == 201
    found = answer.json()
    outcomes = [(each["uitgever"]["naam"], each["uitkomst"]) for each in found["bewijzen"]]
    cjib = "Centraal Justitieel Incassobureau (CJIB)"
    assert outcomes == [(cjib, "verouderd"), ("UWV", "bewezen"), (cjib, "verouderd")]
    assert found["totalen"]["saldo"] == 0
    assert found["volledig"] is False
    assert found["gecontroleerdOp"] > found["ontvangenOp"]
    assert counter.look(made["id"]) == found


def test_a_recheck_finds_a_status_again_that_was_unknown(counter: Counter) -> None:
    cards = cjib_cards(counter)
    away(counter)
    made = counter.make()
    counter.share(made, cards)
    nothing_counts(counter.look(made["id"]))
    counter.world.issuers["cjib"].publish()
    found = counter.http.post(f"{API}/{made['id']}/hercontroles", headers=auth()).json()
    assert found["totalen"]["saldo"] == 27100
    assert found["bewijzen"][0]["gegevens"]["saldo_totaal"] == 27100
    assert "zaakkenmerk" not in found["bewijzen"][1]["gegevens"]


def test_only_what_was_asked_is_kept_of_a_credential_that_shows_everything(counter: Counter) -> None:
    made = counter.make(sjabloon="snelscan")
    counter.share(made, cjib_cards(counter, format="ldp_vc")[:1])
    (proof,) = counter.look(made["id"])["bewijzen"]
    assert proof["bewezen"] is True
    assert "zaken" not in proof["gegevens"]
    assert proof["gegevens"]["aantal_open_zaken"] == 1


def test_an_outsider_on_the_list_counts_without_being_missed(counter: Counter) -> None:
    other = Agency("00000000900000077000", "Woningstichting Elders", "elders", ())
    outsider = Issuer(other, counter.world.web, counter.world.clock, counter.world.service_formats)
    entry = replace(outsider.participant, oin=None, abbreviation=None)
    everyone = [each.participant for each in counter.world.issuers.values()]
    counter.world.trust(*everyone, entry)
    own = [*cjib_cards(counter), *counter.world.issuers["uwv"].statements([])]
    assert judged(counter, own)["volledig"] is True
    debts = outsider.statements([a_case(imposed("f1", 50000, type="priv_huur"), source=other)])
    found = judged(counter, [*own, *debts])
    assert found["volledig"] is True
    assert found["totalen"]["saldo"] == 27100 + 50000
