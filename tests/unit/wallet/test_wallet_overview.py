"""One overview out of many cards: what to pay now, what later, and nothing twice."""

import secrets
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from credentials.debts.agency import Agency as DebtAgency
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE, case_claims, case_digest, overview_claims
from credentials.debts.overview import overview_of as debts_of
from tests.debt_builders import agency, demo_document
from wallet_api.domain.card import Agency, Card, Copy, Standing, copy_to_use
from wallet_api.domain.overview import Freshness, Group, overview_of
from wallet_api.domain.renewal import renew, subject

DUE, DUE_AMOUNT = "eerst_vervalt_datum", "eerst_vervalt_bedrag"
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def cards_of(key: str, who: str, **more: Any) -> list[Card]:
    """The cards that an agency of the demonstration gives to one of its people."""
    known: DebtAgency = agency(key)
    try:
        cases = demo_document(key, who).cases_at(known)
    except FileNotFoundError:
        cases = ()
    stated = debts_of(known, cases, datetime(2026, 10, 31, 23, tzinfo=UTC))
    digests = [case_digest(secrets.token_bytes(16), case) for case in stated.open_cases]
    session = secrets.token_hex(4)
    claims = [(OVERVIEW_TYPE, overview_claims(stated, digests))]
    claims += [(CASE_TYPE, case_claims(case, digest)) for case, digest in zip(stated.open_cases, digests, strict=True)]
    return [
        Card(
            id=secrets.token_hex(8),
            agency=Agency(f"https://{key}.example", known.name, known.oin, known.abbreviation),
            format="dc+sd-jwt",
            type=type,
            claims=tree,
            session=session,
            collected_at=NOW,
            issued_at=NOW,
            valid_until=NOW + timedelta(days=35),
            standing=Standing.VALID,
            checked_at=NOW,
            copies=(Copy("x~", {}), Copy("y~", {})),
            **more,
        )
        for type, tree in claims
    ]


SAMIRA = ("cjib", "belastingdienst", "toeslagen", "duo", "cak", "uwv", "svb", "tilburg")


def samira() -> list[Card]:
    return [card for key in SAMIRA for card in cards_of(key, "samira")]


def test_the_totals_are_the_agencies_own_to_the_cent() -> None:
    found = overview_of(samira(), NOW)
    # domain.md, P1.
    assert (found.owed, found.settled, found.balance, found.open_cases) == (461366, 161486, 299880, 6)
    assert all(line.complete for line in found.agencies)
    assert sum(line.balance for line in found.debts) == 299880


def test_an_empty_wallet_has_an_empty_overview() -> None:
    found = overview_of([], NOW)
    assert (found.balance, found.debts, found.agencies, found.first_due) == (0, (), (), None)


def test_no_debts_is_a_statement_too() -> None:
    found = overview_of(cards_of("svb", "samira"), NOW)
    assert [(line.open_cases, line.complete) for line in found.agencies] == [(0, True)]
    assert found.balance == 0


def test_a_debt_of_two_bodies_is_counted_once_and_both_are_named() -> None:
    cards = [*cards_of("duo", "wim"), *cards_of("cjib", "wim")]
    found = overview_of(cards, NOW)
    # domain.md, P3: S13 hidden type 43908, S08 18000.
    assert (found.balance, found.owed, found.settled, found.open_cases) == (61908, 65900, 3992, 2)
    assert found.counted_once == 1
    (shared,) = [line for line in found.debts if line.elsewhere]
    assert shared.balance == 18000


def test_a_case_without_its_agencys_overview_still_counts() -> None:
    cards = [card for card in cards_of("cjib", "samira") if card.type == CASE_TYPE]
    found = overview_of(cards, NOW)
    assert (found.balance, found.open_cases) == (27100, 1)


def test_an_open_case_without_a_card_is_shown_as_missing() -> None:
    cards = [card for card in cards_of("cjib", "samira") if card.type == OVERVIEW_TYPE]
    found = overview_of(cards, NOW)
    (line,) = found.agencies
    assert (line.open_cases, line.cards_shown, line.complete) == (1, 0, False)
    assert [slot.balance for slot in line.without_card] == [27100]
    assert found.balance == 27100


def test_what_was_withdrawn_does_not_count() -> None:
    cards = [replace(card, standing=Standing.WITHDRAWN) for card in cards_of("cjib", "samira")]
    found = overview_of([*cards, *cards_of("duo", "samira")], NOW)
    assert found.balance == 17221
    assert {line.agency.name: line.freshness for line in found.agencies}[cards[0].agency.name] is Freshness.WITHDRAWN


def test_what_was_superseded_counts_and_is_marked() -> None:
    cards = [replace(card, standing=Standing.SUPERSEDED) for card in cards_of("cjib", "samira")]
    found = overview_of(cards, NOW)
    assert found.balance == 27100
    assert [line.freshness for line in found.outdated] == [Freshness.SUPERSEDED]


@pytest.mark.parametrize(
    ("later", "freshness"),
    [
        (timedelta(days=1), Freshness.CURRENT),
        (timedelta(days=15), Freshness.OLD),
        (timedelta(days=35), Freshness.EXPIRED),
    ],
)
def test_freshness_goes_with_time(later: timedelta, freshness: Freshness) -> None:
    (line,) = overview_of(cards_of("cjib", "samira"), NOW + later).agencies
    assert line.freshness is freshness


def a_plan(*, kept: bool) -> dict[str, Any]:
    return {"fase": "regeling", "regeling": {"termijnbedrag": 100, "nagekomen": kept}}


def a_case(**claims: Any) -> list[Card]:
    (card,) = [card for card in cards_of("duo", "samira") if card.type == CASE_TYPE]
    undated = {DUE: None, DUE_AMOUNT: None}
    tree = {name: value for name, value in {**card.claims, **undated, **claims}.items() if value is not None}
    return [replace(card, claims=tree)]


@pytest.mark.parametrize(
    ("claims", "group", "now"),
    [
        # Behind with payments.
        ({"saldo": 900, "achterstand": 500, "fase": "herinnering"}, Group.NOW, 500),
        # Due today, or tomorrow.
        ({"saldo": 900, "achterstand": 0, "fase": "aanschrijving", DUE: "2026-11-01", DUE_AMOUNT: 300}, Group.NOW, 300),
        ({"saldo": 900, "achterstand": 0, "fase": "aanschrijving", DUE: "2026-11-02", DUE_AMOUNT: 300}, Group.LATER, 0),
        # A plan that is kept, and one that is not.
        ({"saldo": 900, "achterstand": 0, **a_plan(kept=True)}, Group.PLAN, 0),
        ({"saldo": 900, "achterstand": 100, **a_plan(kept=False)}, Group.NOW, 100),
        # A last warning without a date is for now, whatever else it does not say.
        ({"saldo": 900, "achterstand": 0, "fase": "aanmaning"}, Group.NOW, 900),
        # Put off.
        ({"saldo": 900, "achterstand": 900, "fase": "opgeschort"}, Group.LATER, 0),
        # Paid, and paid too much.
        ({"saldo": 0, "achterstand": 0, "fase": "geen"}, Group.DONE, 0),
        ({"saldo": -500, "achterstand": 0, "fase": "geen"}, Group.DONE, 0),
        # Never more than what is left.
        ({"saldo": 200, "achterstand": 500, "fase": "aanmaning"}, Group.NOW, 200),
    ],
)  # fmt: skip
def test_each_debt_is_in_one_group(claims: dict[str, Any], group: Group, now: int) -> None:
    (line,) = overview_of(a_case(**claims), NOW).debts
    assert (line.group, line.due.now) == (group, now)


def test_the_first_line_says_how_much_to_how_many_and_when() -> None:
    found = overview_of(samira(), NOW)
    assert found.to_pay_now == sum(line.due.now for line in found.group(Group.NOW))
    assert found.payees == 6
    assert found.first_due == date(2023, 9, 26)
    dues = [line.day for line in found.group(Group.NOW) if line.day is not None]
    assert dues == sorted(dues), "what is due first stands at the top"


def test_new_cards_take_the_place_of_the_old() -> None:
    held, received = cards_of("cjib", "samira"), cards_of("cjib", "samira")
    other = cards_of("duo", "samira")
    renewal = renew([*held, *other], received, NOW)
    assert renewal.remove == {card.id for card in held}
    assert set(renewal.put) == {card.id for card in received}


def test_a_case_that_an_agency_no_longer_gives_is_done_not_lost() -> None:
    held = cards_of("cjib", "samira")
    received = [card for card in cards_of("cjib", "samira") if card.type == OVERVIEW_TYPE]
    renewal = renew(held, received, NOW)
    gone = [card for card in renewal.put.values() if card.gone_since is not None]
    assert [card.type for card in gone] == [CASE_TYPE]
    (line,) = overview_of(gone, NOW).debts
    assert line.group is Group.DONE


def test_one_case_by_itself_leaves_the_others_alone() -> None:
    held = cards_of("cjib", "wim")
    received = [card for card in cards_of("cjib", "wim") if card.type == CASE_TYPE][:1]
    renewal = renew(held, received, NOW)
    assert len(renewal.remove) == 1
    assert all(card.gone_since is None for card in renewal.put.values())


def test_the_same_case_in_another_format_is_another_card() -> None:
    (card,) = [card for card in cards_of("cjib", "samira") if card.type == CASE_TYPE]
    assert subject(card) != subject(replace(card, format="ldp_vc"))


def test_cards_that_came_together_are_shown_by_the_same_copy() -> None:
    one, two = cards_of("cjib", "samira")
    assert copy_to_use([one, two]) == 0
    assert copy_to_use([one.using(0), two]) == 1, "a copy that one of them used is used"
    worn = one.using(0).using(1).using(1)
    assert copy_to_use([worn, two]) == 0, "else the least used"
    assert copy_to_use([one, replace(two, copies=two.copies[:1])]) == 0, "of those that both have"


def test_what_was_withdrawn_stays_withdrawn() -> None:
    (card, _) = cards_of("cjib", "samira")
    withdrawn = card.found(Standing.WITHDRAWN, NOW)
    assert withdrawn.found(Standing.VALID, NOW).standing is Standing.WITHDRAWN


KEYS_OF = {"samira": SAMIRA, "wim": ("cjib", "duo"), "noor": ("cjib", "depauw", "tholen", "zonneweide")}


@pytest.mark.parametrize(
    ("who", "now", "next_amount", "next_day"),
    [("samira", 210432, 0, None), ("wim", 18992, 0, None), ("noor", 53995, 7590, date(2026, 11, 2))],
)
def test_each_persona_has_one_amount_to_pay_now(who: str, now: int, next_amount: int, next_day: date | None) -> None:
    found = overview_of([card for key in KEYS_OF[who] for card in cards_of(key, who)], NOW)
    assert (found.to_pay_now, found.late) == (now, now)
    assert found.to_pay_now == sum(line.due.now for line in found.debts) == found.arrears
    assert (found.next_amount, found.next_day) == (next_amount, next_day)


def test_what_is_late_at_an_agency_without_its_card_is_in_the_amount_to_pay_now() -> None:
    cards = [card for card in cards_of("cjib", "samira") if card.type == OVERVIEW_TYPE]
    found = overview_of([*cards, *cards_of("duo", "samira")], NOW)
    assert (found.to_pay_now, found.payees) == (27100 + 17221, 2)
    whole = overview_of([*cards_of("cjib", "samira"), *cards_of("duo", "samira")], NOW)
    assert (whole.to_pay_now, whole.payees) == (27100 + 17221, 2)
