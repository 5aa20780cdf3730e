"""Asking to pay in parts: for which debts, of whom, and only at an address that the trust list states."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from credentials.debts.claims import CASE_TYPE
from credentials.trust import JointArrangement, Participant, TrustList
from tests.debt_builders import agency
from tests.unit.wallet.test_wallet_overview import NOW, cards_of, samira
from wallet_api.domain.arrangement import JointPlan, collector_of, joint_plans, may_be_asked, where_to_ask
from wallet_api.domain.card import Card, Standing
from wallet_api.domain.overview import DebtLine, overview_of
from wallet_api.web.arrangement_letter import letter

RIJK = JointArrangement("Betalingsregeling Rijk", "https://www.rijk.example/aanvragen")
STATE = ("cjib", "belastingdienst", "toeslagen", "duo", "cak", "uwv", "svb")


def participant(key: str, **more: Any) -> Participant:
    known = agency(key)
    values: dict[str, Any] = {
        "arrangement": f"https://www.{key}.example/in-stukjes",
        "joint_arrangement": RIJK if key in STATE else None,
    }
    return Participant(f"https://{key}.example", known.name, oin=known.oin, **(values | more))


def listed(*keys: str, **more: Any) -> TrustList:
    entries = tuple(participant(key, **more) for key in keys or (*STATE, "tilburg"))
    return TrustList("https://stelsel.example", NOW, NOW + timedelta(days=1), 1, entries)


def debts(cards: list[Card]) -> tuple[DebtLine, ...]:
    return overview_of(cards, NOW).debts


def changed(card: Card, **claims: Any) -> Card:
    return replace(card, claims={name: value for name, value in (card.claims | claims).items() if value is not None})


def a_debt(key: str = "cjib", **claims: Any) -> DebtLine:
    (card,) = (card for card in cards_of(key, "samira") if card.type == CASE_TYPE)
    (line,) = debts([changed(card, **claims)])
    return line


def test_a_debt_to_pay_may_be_asked_for_at_the_page_of_its_body() -> None:
    body = where_to_ask(a_debt(), listed())
    assert body is not None
    assert body.arrangement == "https://www.cjib.example/in-stukjes"


@pytest.mark.parametrize(
    "claims",
    [
        {"fase": "opgeschort"},
        {"fase": "regeling"},
        {"regeling": {"termijnbedrag": 1000, "termijnen": 10, "start": "2026-01-01", "nagekomen": True}},
        {"regeling": {"termijnbedrag": 1000, "termijnen": 10, "start": "2026-01-01", "nagekomen": False}},
        {"saldo": 0},
        {"saldo": -500},
        {"gebeurtenissen": {"g001": {"type": "BetalingVerwerkt", "omschrijving": "Ingehouden op uw uitkering"}}},
    ],
)
def test_where_a_plan_is_of_no_use_it_is_not_offered(claims: dict[str, Any]) -> None:
    line = a_debt(**claims)
    assert not may_be_asked(line)
    assert where_to_ask(line, listed()) is None
    assert joint_plans([line, a_debt("belastingdienst"), a_debt("belastingdienst")], listed()) == ()


def test_what_the_agency_no_longer_gives_is_not_asked_for() -> None:
    line = a_debt()
    assert not may_be_asked(replace(line, group=overview_of([line.card.gone(NOW)], NOW).debts[0].group))


def test_who_collects_is_asked_and_not_who_imposed_it() -> None:
    handed_over = a_debt("duo", uitgevoerd_door={"oin": agency("cjib").oin, "naam": "CJIB"}, fase="overgedragen")
    body = where_to_ask(handed_over, listed())
    assert body is not None
    assert body.name == agency("cjib").name
    # And where the list does not know who collects it, nobody is named: least of all who handed it over.
    assert where_to_ask(handed_over, listed("duo", "svb")) is None
    unknown = a_debt("duo", uitgevoerd_door={"oin": "0" * 20, "naam": "Incasso BV"})
    assert collector_of(unknown, listed()) is None


def test_an_address_is_never_of_a_card() -> None:
    line = a_debt(regeling_url="https://kwaad.example", uitgevoerd_door={"naam": "https://kwaad.example"})
    body = where_to_ask(line, listed())
    assert body is not None
    assert "kwaad" not in str(body.arrangement)
    assert where_to_ask(line, listed(arrangement=None)) is None
    assert where_to_ask(line, listed(withdrawn_at=NOW)) is None
    assert where_to_ask(line, listed(roles=frozenset())) is None
    assert where_to_ask(line, listed("svb")) is None


def plan_of(cards: list[Card], list_: TrustList) -> JointPlan:
    (plan,) = joint_plans(debts(cards), list_)
    return plan


def test_debts_at_two_bodies_that_take_part_go_into_one_plan() -> None:
    plan = plan_of(samira(), listed())
    assert plan.arrangement == RIJK
    assert len(plan.bodies) >= 2
    # A municipality takes no part, what is withheld is not asked for, and what is arranged is not arranged again.
    names = {agency(key).name for key in ("tilburg", "cak")}
    assert not names & set(plan.bodies)
    assert plan.balance == sum(each.line.balance for each in plan.debts) > 0
    assert all(plan.holds(each.line) for each in plan.debts)


def test_debts_at_one_body_make_no_plan_together() -> None:
    assert joint_plans(debts(cards_of("cjib", "samira")), listed()) == ()
    assert joint_plans([a_debt(), a_debt()], listed()) == ()
    other = JointArrangement("Betalingsregeling Rijk", "https://www.rijk.example/anders")
    entries = (participant("cjib"), participant("belastingdienst", joint_arrangement=other))
    apart = TrustList("https://stelsel.example", NOW, NOW + timedelta(days=1), 1, entries)
    assert joint_plans([a_debt(), a_debt("belastingdienst")], apart) == ()


def test_a_card_that_is_no_longer_current_is_named() -> None:
    cards = [*cards_of("cjib", "samira"), *cards_of("belastingdienst", "samira")]
    old = [replace(card, standing=Standing.SUPERSEDED) if "cjib" in card.agency.identifier else card for card in cards]
    assert plan_of(cards, listed()).outdated == ()
    assert plan_of(old, listed()).outdated == (agency("cjib").name,)


def test_the_letter_states_the_facts_of_the_cards_and_leaves_room_for_the_rest() -> None:
    plan = plan_of([*cards_of("cjib", "samira"), *cards_of("belastingdienst", "samira")], listed())
    text = letter(plan, date(2026, 11, 1))
    for fact in (
        "Aan: Betalingsregeling Rijk",
        "1. Centraal Justitieel Incassobureau (CJIB): ",
        "2. Belastingdienst: ",
        "Zaak: CJIB-2023-0501-1003",
        "Nog te betalen: € 271,00",
        "Samen: € 1.273,70",
        "Per maand kan ik betalen: € ...",
        "Naam: ...",
    ):
        assert fact in text
    # A number that is enough to be somebody is written by hand, or not at all.
    assert "999990007" not in text
    assert "https://" not in text
