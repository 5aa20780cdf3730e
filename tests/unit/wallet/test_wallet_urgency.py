"""How pressing a debt is, its one next step, and what is seen coming; and each debt in one place."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from credentials.debts.claims import CASE_TYPE
from tests.unit.wallet.test_wallet_overview import NOW, cards_of, samira
from wallet_api.domain.card import Standing
from wallet_api.domain.overview import DebtLine, Group, overview_of
from wallet_api.domain.urgency import Signal, Step, arranged, cannot_wait, next_step, signals
from wallet_api.web import words

TODAY = date(2026, 11, 1)
NOTHING_DUE = {"achterstand": 0, "eerst_vervalt_bedrag": 0, "eerst_vervalt_datum": None}
ONE_LETTER = {
    "gebeurtenissen": {
        "g001": {"type": "FinancieleVerplichtingOpgelegd", "datumtijd": "2026-10-01T10:00:00Z", "bedrag": 20_000},
        "g002": {
            "type": "BetalingsverplichtingOpgelegd",
            "datumtijd": "2026-10-01T10:00:00Z",
            "omschrijving": "Aanschrijving",
        },
    },
    "verhogingen": 0,
    "rente": 0,
}
PLAN = {"termijnbedrag": 1_000, "termijnen": 10, "start": "2026-01-01"}


def a_debt(**claims: Any) -> DebtLine:
    """Samira's fine as it would be with these claims: one letter, to be paid in a month."""
    (card,) = (card for card in cards_of("cjib", "samira") if card.type == CASE_TYPE)
    usual: dict[str, Any] = {
        "saldo": 20_000,
        "fase": "aanschrijving",
        "achterstand": 0,
        "eerst_vervalt_bedrag": 20_000,
        "eerst_vervalt_datum": "2026-12-01",
        "rechtsmiddel": {"soort": "bezwaar", "einddatum": "2026-12-31"},
        **ONE_LETTER,
    }
    stated = {name: value for name, value in (card.claims | usual | claims).items() if value is not None}
    (line,) = overview_of([replace(card, claims=stated)], NOW).debts
    return line


LATE = {"achterstand": 20_000, "eerst_vervalt_datum": "2026-10-01"}


@pytest.mark.parametrize(
    ("claims", "pressing", "step"),
    [
        ({}, False, Step.PAY_LATER),
        (NOTHING_DUE, False, Step.NOTHING),
        (LATE, False, Step.PAY),
        ({**LATE, "fase": "herinnering"}, False, Step.PAY),
        ({**LATE, "fase": "aanmaning"}, True, Step.CALL),
        ({**LATE, "fase": "dwangbevel"}, True, Step.GET_HELP),
        ({**LATE, "fase": "opgeschort"}, False, Step.NOTHING),
        ({"fase": "regeling", "regeling": {**PLAN, "nagekomen": True}}, False, Step.PAY_LATER),
        ({"fase": "regeling", "regeling": {**PLAN, "nagekomen": False}}, True, Step.CALL),
        ({"saldo": 0}, False, Step.NOTHING),
        ({"saldo": 0, "fase": "dwangbevel"}, False, Step.NOTHING),
        (
            {
                **LATE,
                "gebeurtenissen": {
                    "g001": {
                        "type": "BetalingVerwerkt",
                        "datumtijd": "2026-10-09T10:00:00Z",
                        "omschrijving": "Ingehouden op uw uitkering",
                    }
                },
            },
            False,
            Step.CALL,
        ),
    ],
)
def test_every_debt_has_one_next_step_and_what_cannot_wait_begins_with_a_call(
    claims: dict[str, Any], pressing: bool, step: Step
) -> None:
    line = a_debt(**claims)
    assert (cannot_wait(line), next_step(line)) == (pressing, step)
    assert words.is_call(line) is (step in (Step.CALL, Step.GET_HELP))
    # Whoever must call is told why, and what it can still change.
    assert bool(words.step_words(line)) is bool(words.step_reason(line)) is words.is_call(line)


def test_what_the_agency_has_newer_is_fetched_before_it_is_paid_but_a_bailiff_waits_for_nothing() -> None:
    old = replace(a_debt().card, standing=Standing.SUPERSEDED)
    assert next_step(overview_of([old], NOW).debts[0]) is Step.FETCH
    pressed = replace(a_debt(**LATE, fase="dwangbevel").card, standing=Standing.SUPERSEDED)
    assert next_step(overview_of([pressed], NOW).debts[0]) is Step.GET_HELP


@pytest.mark.parametrize(
    ("claims", "seen"),
    [
        ({}, ()),
        ({"eerst_vervalt_datum": "2026-11-08"}, (Signal.DUE_SOON,)),
        ({"eerst_vervalt_datum": "2026-11-01"}, (Signal.DUE_SOON,)),
        ({"eerst_vervalt_datum": "2026-11-09"}, ()),
        (LATE, ()),
        ({"fase": "herinnering"}, (Signal.SECOND_NOTICE,)),
        ({"regeling": {**PLAN, "nagekomen": False}}, (Signal.PLAN_SLIPPING,)),
        ({"regeling": {**PLAN, "nagekomen": True}}, ()),
        ({"verhogingen": 500}, (Signal.GROWING,)),
        ({"rente": 1}, (Signal.GROWING,)),
        ({"verhogingen": 500, "fase": "opgeschort"}, ()),
        ({"rechtsmiddel": {"soort": "bezwaar", "einddatum": "2026-11-15"}}, (Signal.OBJECTION_ENDING,)),
        ({"rechtsmiddel": {"soort": "bezwaar", "einddatum": "2026-11-16"}}, ()),
        ({"rechtsmiddel": {"soort": "bezwaar", "einddatum": "2026-10-31"}}, ()),
        ({"saldo": 0, "eerst_vervalt_datum": "2026-11-02", "verhogingen": 500}, ()),
    ],
)
def test_what_is_seen_coming(claims: dict[str, Any], seen: tuple[Signal, ...]) -> None:
    line = a_debt(**claims)
    assert signals(line, TODAY) == seen
    told = words.told_signals(line, TODAY)
    assert len(told) == len(set(seen) - {Signal.SECOND_NOTICE})
    assert all(look and text for look, text in told)


def test_an_amount_grows_by_what_comes_later_and_not_by_what_the_first_letter_held() -> None:
    def imposed(*days: str) -> dict[str, Any]:
        events = {
            f"g{number:03}": {"type": "FinancieleVerplichtingOpgelegd", "datumtijd": f"{day}T10:00:00Z", "bedrag": 900}
            for number, day in enumerate(days, start=1)
        }
        return {"gebeurtenissen": events}

    assert signals(a_debt(**imposed("2026-10-01", "2026-10-01")), TODAY) == ()
    assert signals(a_debt(**imposed("2026-10-01", "2026-10-20")), TODAY) == (Signal.GROWING,)


def test_each_debt_stands_in_one_place_and_what_threatens_most_stands_first() -> None:
    found = overview_of(samira(), NOW)
    places = arranged(found.debts)
    everything = (*places.first, *places.now, *places.later, *places.plan, *places.done)
    assert sorted(line.card.id for line in everything) == sorted(line.card.id for line in found.debts)
    assert places.anything_late
    assert next_step(places.first[0]) is Step.GET_HELP
    assert {next_step(line) for line in places.first[1:]} == {Step.CALL}
    for line in (*places.now, *places.later, *places.plan):
        assert not cannot_wait(line)
    assert {line.group for line in places.now} == {Group.NOW}


def test_where_nothing_is_late_nobody_is_told_so() -> None:
    assert not arranged([a_debt()]).anything_late
    assert not arranged([a_debt(saldo=0)]).anything_late
    assert arranged([a_debt(**LATE)]).anything_late
    assert arranged(()).first == ()
