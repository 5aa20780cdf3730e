"""Small things of the wallet's domain: collections, links, what a presentation shows, and the words on the screens."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from credentials.debts.claims import OVERVIEW_TYPE
from credentials.debts.disclosed import DisclosedCase, DisclosedEvent, DisclosedOrganisation
from credentials.debts.phase import Phase
from credentials.debts.unpaid import Consequence
from credentials.errors import BlauweKnopError
from wallet_api.domain import errors
from wallet_api.domain.card import Agency
from wallet_api.domain.collection import Collection, Failure, Outcome, Round
from wallet_api.domain.disclosure import claim_facts, shows_bsn
from wallet_api.domain.errors import Expired, IssuerMixedUp, NotRecognised, UnknownStep
from wallet_api.domain.flow import Visit
from wallet_api.domain.overview import Freshness, Group
from wallet_api.web import words
from wallet_api.web.links import recognise
from wallet_api.web.problems import PROBLEMS

NOW = datetime(2026, 11, 23, tzinfo=UTC)
A, B = Agency("https://a.example", "A"), Agency("https://b.example", "B")


def a_collection() -> Collection:
    return Collection("c", NOW, (Round(A), Round(B)), "step")


def test_a_collection_goes_from_agency_to_agency() -> None:
    begun = a_collection().begin(A.identifier, NOW, "next")
    assert begun.step == "next"
    assert begun.next_round is not None
    assert begun.next_round.agency == A
    one = begun.collected(A.identifier, 2, NOW)
    assert one.next_round is not None
    assert one.next_round.agency == B
    done = one.failed(B.identifier, Failure.UNREACHABLE, NOW)
    assert done.done
    assert done.settled == 2
    assert [each.outcome for each in done.rounds] == [Outcome.COLLECTED, Outcome.FAILED]


def test_the_agency_that_one_was_busy_with_comes_first() -> None:
    begun = a_collection().begin(B.identifier, NOW, "next")
    assert begun.next_round is not None
    assert begun.next_round.agency == B


def test_no_debts_is_an_outcome_of_its_own() -> None:
    assert a_collection().collected(A.identifier, 0, NOW).rounds[0].outcome is Outcome.NO_DEBTS


def test_an_agency_can_be_asked_again() -> None:
    failed = a_collection().failed(A.identifier, Failure.DECLINED, NOW)
    again = failed.again(A.identifier, "fresh")
    assert (again.rounds[0], again.step) == (Round(A), "fresh")


def test_an_agency_of_no_collection_is_refused() -> None:
    with pytest.raises(UnknownStep):
        a_collection().begin("https://c.example", NOW, "x")


def a_visit() -> Visit:
    return Visit("https://a.example", "https://a.example", ("x",), "verifier", NOW + timedelta(minutes=15))


def test_a_visit_is_answered_by_the_server_that_was_asked_and_in_time() -> None:
    a_visit().check("https://a.example", issuer_required=True, now=NOW)
    a_visit().check(None, issuer_required=False, now=NOW)
    for issuer, required in (
        (None, True),
        ("https://b.example", True),
        ("https://b.example", False),
        ("https://a.example/", True),
    ):
        with pytest.raises(IssuerMixedUp):
            a_visit().check(issuer, issuer_required=required, now=NOW)
    with pytest.raises(Expired):
        a_visit().check("https://a.example", issuer_required=True, now=NOW + timedelta(minutes=15))


@pytest.mark.parametrize(
    "text",
    [
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example",
        " haip-vci://?credential_offer=%7B%7D ",
        "https://a.example/aanbod?credential_offer_uri=x",
    ],
)
def test_an_offer_is_recognised(text: str) -> None:
    assert recognise(text).is_offer


@pytest.mark.parametrize(
    "text",
    ["openid4vp://?client_id=x", "HAIP-VP://?client_id=x", "https://a.example/verzoek?client_id=x&request_uri=y"],
)
def test_a_request_is_recognised(text: str) -> None:
    assert not recognise(text).is_offer


@pytest.mark.parametrize(
    "text",
    ["", "hallo", "https://a.example/", "javascript:alert(1)?client_id=x", "mailto:x?credential_offer=y", "x" * 70_000],
)
def test_anything_else_is_not(text: str) -> None:
    with pytest.raises(NotRecognised):
        recognise(text)


TREE = {
    "bronorganisatie": {"naam": "CJIB", "oin": "1"},
    "peildatum": "2026-10-31T23:59:59+01:00",
    "saldo_totaal": 27100,
    "zaken": {"z01": {"digest": "x", "saldo": 27100}},
    "subject": {"bsn": "999990007"},
}


def test_a_claim_is_shown_by_its_label_and_as_what_it_is() -> None:
    facts = {fact.path: fact for fact in claim_facts(OVERVIEW_TYPE, TREE)}
    assert len(facts) == 7
    assert facts["saldo_totaal",].label == "Totaal nog te betalen"
    assert facts["saldo_totaal",].kind == "AMOUNT"
    assert facts["peildatum",].moment is not None
    assert {path[-1]: fact.slot for path, fact in facts.items() if fact.slot} == {"digest": "z01", "saldo": "z01"}
    assert {path[-1] for path, fact in facts.items() if fact.technical} == {"digest", "oin"}


def test_what_nobody_here_knows_is_never_taken_for_a_check_value() -> None:
    (fact,) = claim_facts("urn:other", {"oin": "geboren in Breda"})
    assert not fact.technical
    (fact,) = claim_facts(OVERVIEW_TYPE, {"eigen": {"digest": "x"}})
    assert not fact.technical


def test_a_claim_that_holds_nothing_is_a_claim() -> None:
    facts = claim_facts("urn:other", {"kinderen": [], "adres": {}, "partner": None, "naam": ""})
    assert {(fact.path, fact.kind) for fact in facts} == {
        (("kinderen",), "EMPTY"),
        (("adres",), "EMPTY"),
        (("partner",), "EMPTY"),
        (("naam",), "EMPTY"),
    }


def test_where_everything_is_hidden_nothing_is_said() -> None:
    assert claim_facts(OVERVIEW_TYPE, {"zaken": {}}) == ()
    assert claim_facts("urn:other", {}) == ()


def test_a_citizen_service_number_is_seen_wherever_it_stands() -> None:
    assert shows_bsn(claim_facts(OVERVIEW_TYPE, TREE))
    assert shows_bsn(claim_facts("urn:other", {"persoon": [{"bsn": {"nummer": "1"}}]}))
    assert not shows_bsn(claim_facts(OVERVIEW_TYPE, {"saldo_totaal": 1}))


def test_every_code_has_its_words() -> None:
    assert set(words.GROUPS) == set(Group)
    assert set(words.OUTCOMES) == set(Outcome)
    assert set(words.FAILURES) == set(Failure)
    assert set(words.FRESHNESS) == set(words.FRESHNESS_LONG) == set(Freshness)
    assert set(words.PHASES) == set(Phase)
    assert set(words.IF_NOT_PAID) == set(Consequence)


def test_a_debt_that_is_withheld_is_told_of_no_reminder() -> None:
    withheld = DisclosedEvent(
        slot="1",
        type="BetalingVerwerkt",
        at=datetime(2026, 5, 1, tzinfo=UTC),
        description="Ingehouden op uw uitkering",
    )
    case = DisclosedCase(source=DisclosedOrganisation(), balance=100, phase=Phase.NOTICE, events=(withheld,))
    assert "ingehouden" in words.if_not_paid(case)
    assert "herinnering" not in words.if_not_paid(case)
    assert "herinnering" in words.if_not_paid(replace(case, events=()))


def test_a_plan_that_is_kept_and_one_that_is_not_are_told_apart() -> None:
    case = DisclosedCase(source=DisclosedOrganisation(), balance=100, phase=Phase.PLAN, plan_instalment=10)
    assert "vooraf" in words.if_not_paid(case)
    assert "vandaag" in words.if_not_paid(replace(case, plan_kept=False))


def test_every_error_of_the_wallet_has_its_place_in_the_table() -> None:
    classes = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, BlauweKnopError) and each is not BlauweKnopError
    ]
    assert len(classes) > 15
    assert [each.__name__ for each in classes if not PROBLEMS.knows(each)] == []
    assert len({each.code for each in classes}) == len(classes)


def test_what_is_secret_does_not_print() -> None:
    shown = repr(a_visit())
    assert "verifier" not in shown
    hidden = [each.name for each in fields(Visit) if not each.repr]
    assert hidden == ["code_verifier", "key"]
