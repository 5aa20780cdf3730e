"""Due now, late since, still to come: the definition case by case, and each persona's figures at every party."""

from datetime import date, datetime

import pytest

from credentials.clock import dutch_day
from credentials.debts.case import Case, Statements
from credentials.debts.claims import case_claims
from credentials.debts.disclosed import read_case
from credentials.debts.due import NOTHING_DUE, Due, due_of
from credentials.debts.events import Event, Stage
from credentials.debts.phase import Phase
from issuer.domain.facts import Facts
from issuer.domain.letter import letter
from tests.debt_builders import a_case, demanded, demo_cases, imposed, on, paid

DAY_10, DAY_20, DAY_30 = (dutch_day(on(day)) for day in (10, 20, 30))


def at(day: int, *events: Event, **more: object) -> Due:
    return a_case(imposed("f1", 5000), *events, as_of=on(day), **more).due_on(dutch_day(on(day)))


def test_before_its_day_a_demand_is_still_to_come() -> None:
    assert at(9, demanded("b1", 1000, 1, due=10)) == Due(next_amount=1000, next_day=DAY_10)


def test_on_its_day_a_demand_is_due_and_not_late() -> None:
    assert at(10, demanded("b1", 1000, 1, due=10)) == Due(now=1000, pay_by=DAY_10)


def test_after_its_day_a_demand_is_late() -> None:
    assert at(11, demanded("b1", 1000, 1, due=10)) == Due(now=1000, late=1000, pay_by=DAY_10, late_since=DAY_10)


def test_all_that_is_late_is_due_and_not_the_first_of_it_alone() -> None:
    due = at(25, demanded("b1", 1000, 1, due=10), demanded("b2", 700, 1, due=20), paid("p1", 900, 5))
    assert due == Due(now=800, late=800, pay_by=DAY_10, late_since=DAY_10)


def test_what_is_to_be_paid_today_comes_with_what_is_late() -> None:
    due = at(20, demanded("b1", 1000, 1, due=10), demanded("b2", 700, 1, due=20))
    assert due == Due(now=1700, late=1000, pay_by=DAY_10, late_since=DAY_10)


def test_what_is_paid_is_not_due() -> None:
    assert at(20, demanded("b1", 1000, 1, due=10), paid("p1", 1000, 5)) == NOTHING_DUE


def test_a_final_notice_is_due_at_once_and_has_its_own_day() -> None:
    due = at(10, demanded("b1", 1000, 1, due=20, stage=Stage.FINAL_NOTICE))
    assert due == Due(now=1000, late=1000, pay_by=DAY_20)


def test_a_reminder_without_a_day_recalls_one_that_has_passed() -> None:
    assert at(10, demanded("b1", 1000, 1, stage=Stage.REMINDER)) == Due(now=1000, late=1000)
    assert at(10, demanded("b1", 1000, 1, due=20, stage=Stage.REMINDER)) == Due(next_amount=1000, next_day=DAY_20)


def test_a_demand_without_a_day_says_nothing_of_when() -> None:
    assert at(10, demanded("b1", 1000, 1)) == NOTHING_DUE


def test_nothing_is_due_while_the_agency_waits() -> None:
    assert at(25, demanded("b1", 1000, 1, due=10), statements=Statements(phase=Phase.SUSPENDED)) == NOTHING_DUE


def test_no_more_is_due_than_is_left() -> None:
    due = at(25, demanded("b1", 4000, 1, due=10), demanded("b2", 3000, 1, due=20))
    assert (due.now, due.late) == (5000, 5000)


def test_a_day_that_comes_after_the_card_was_made_counts() -> None:
    case = a_case(imposed("f1", 5000), demanded("b1", 1000, 1, due=20), as_of=on(10))
    assert [case.due_on(day).now for day in (DAY_10, DAY_20, DAY_30)] == [0, 1000, 1000]
    assert [case.due_on(day).late for day in (DAY_10, DAY_20, DAY_30)] == [0, 0, 1000]


def test_a_card_that_states_but_the_first_part_of_what_is_late_is_understood() -> None:
    due = due_of(
        date(2026, 11, 1),
        as_of=date(2026, 10, 31),
        balance=44300,
        arrears=44300,
        first_day=date(2026, 3, 31),
        first_amount=1850,
        phase=Phase.NOTICE,
    )
    assert due == Due(now=44300, late=44300, pay_by=date(2026, 3, 31), late_since=date(2026, 3, 31))


def test_what_was_not_shown_is_not_told() -> None:
    assert read_case({"saldo": 900}).due_on(DAY_10) is None
    assert read_case({"saldo": 0}).due_on(DAY_10) == NOTHING_DUE
    assert read_case({"achterstand": 300}).due_on(DAY_10) == Due(now=300, late=300)


# By persona: case, due now, late since, on 1 November 2026 (the demonstration's registers are of 31 October).
NOVEMBER_1 = date(2026, 11, 1)
PERSONAS = {
    "samira": {
        "CJIB-2023-0501-1003": (27100, date(2023, 9, 26)),
        "BD-2024-IB-1005": (100270, date(2025, 10, 17)),
        "TSL-2025-ZT-1006": (14700, date(2026, 8, 25)),
        "DUO-2026-ST-1007": (17221, date(2026, 9, 3)),
        "CAK-2026-WB-1009": (44300, date(2026, 3, 31)),
        "GEM-TILBURG-2026-1012": (6841, date(2026, 6, 28)),
    },
    "johan": {},
    "wim": {"CJIB-2025-1103-1013": (3992, date(2026, 3, 31)), "DUO-2026-OV-1008": (15000, date(2026, 4, 3))},
    "ineke": {},
    "noor": {
        "CJIB-2023-0501-1002": (16500, date(2023, 7, 27)),
        "PAUW-2026-20114": (8995, date(2026, 8, 17)),
        "ZON-2026-77031": (28500, date(2026, 8, 15)),
    },
}


def due(case: Case) -> dict[str, tuple[int, date | None]]:
    found = case.due_on(NOVEMBER_1)
    return {case.reference: (found.now, found.late_since)} if found.now else {}


@pytest.mark.parametrize("who", PERSONAS)
def test_each_persona_has_these_figures(who: str) -> None:
    cases = demo_cases(who)
    assert {name: value for case in cases for name, value in due(case).items()} == PERSONAS[who]


@pytest.mark.parametrize("who", PERSONAS)
def test_the_agencys_page_and_the_card_tell_the_same(who: str) -> None:
    for case in demo_cases(who):
        facts = Facts.of(case.source, [case], datetime(2026, 10, 31, 23, tzinfo=on(0).tzinfo))
        (told,) = letter(facts, NOVEMBER_1).told
        card = read_case(case_claims(case, "digest"))
        assert told.due == card.due_on(NOVEMBER_1) == case.due_on(NOVEMBER_1)
