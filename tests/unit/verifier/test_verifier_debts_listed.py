"""The debts of a result as the page lists them: sorted as chosen, and nothing filled in that was not shared."""

from dataclasses import replace
from datetime import date

import pytest

from credentials.clock import dutch_day
from credentials.debts.catalogue import Rank
from credentials.debts.disclosed import DisclosedCase, DisclosedOrganisation
from credentials.debts.due import Due
from credentials.debts.phase import Phase
from tests.debt_builders import AS_OF
from verifier.domain.evidence import CASE, Body, Evidence
from verifier.domain.lines import CaseLine
from verifier.web.debts import DebtRow, Order, debt_rows, order_links

TODAY = dutch_day(AS_OF)


def line(creditor: str, balance: int | None, due: Due | None = None, **facts: object) -> CaseLine:
    body = Body(f"https://{creditor}.example", creditor, None, None)
    case = DisclosedCase(source=DisclosedOrganisation(), balance=balance, **facts)  # type: ignore[arg-type]
    return CaseLine(0, body, case, Evidence("q", "f", CASE, body, "bewezen", (), {}, "x"), linked=True, due=due)


LINES = (
    line("b", 100, Due(now=50, late=50, pay_by=date(2026, 5, 1)), phase=Phase.REMINDER, preference=Rank.CONCURRENT),
    line("a", 300, Due(next_amount=5, next_day=date(2026, 12, 1)), phase=Phase.PLAN, preference=Rank.PREFERENTIAL),
    line("D", 200, Due(now=90, late=90, pay_by=date(2026, 4, 1)), phase=Phase.WRIT, preference=Rank.UNKNOWN),
    line("c", None),
)


def names(rows: list[DebtRow]) -> str:
    return "".join(row.creditor for row in rows)


@pytest.mark.parametrize(
    ("order", "names_"),
    [
        (Order.BALANCE, "aDbc"),
        (Order.BALANCE_UP, "bDac"),
        (Order.LATE, "Dbac"),
        (Order.LATE_UP, "abDc"),
        (Order.DUE, "Dbac"),
        (Order.DUE_BACK, "abDc"),
        (Order.PHASE, "Dbac"),
        (Order.PHASE_BACK, "abDc"),
        (Order.PREFERENCE, "abDc"),
        (Order.PREFERENCE_BACK, "Dbac"),
        (Order.CREDITOR, "abcD"),
        (Order.CREDITOR_BACK, "Dcba"),
    ],
)
def test_debts_come_in_the_order_that_was_chosen_and_what_it_cannot_tell_comes_last(order: Order, names_: str) -> None:
    assert names(debt_rows(LINES, order, TODAY)) == names_


def test_each_way_to_sort_is_a_link_and_the_chosen_one_turns_round() -> None:
    assert {each.value for each in order_links(Order.CREDITOR)} >= {"-schuldeiser", "saldo", "telaat"}
    (chosen,) = [each for each in order_links(Order.BALANCE_UP) if each.chosen]
    assert (chosen.way, chosen.value) == ("laagste eerst", "saldo")
    for order in Order:
        assert {each.value for each in order_links(order)} <= {each.value for each in Order}
    assert (Order.BALANCE.column, Order.BALANCE_UP.column, Order.DUE.column) == ("descending", "ascending", "ascending")


def test_what_was_not_shared_is_said_to_be_so_and_never_filled_in() -> None:
    (row,) = debt_rows([line("c", None)], Order.BALANCE, TODAY)
    assert row.parts == tuple(
        (each, "niet gedeeld") for each in ("Hoofdsom", "Verhogingen", "Kosten", "Rente", "Betaald")
    )
    assert (row.due, row.phase, row.rank, row.rank_ground) == (("niet gedeeld",), "niet gedeeld", "Niet genoemd", "")
    assert (row.plan, row.remedy, row.reference, row.collector, row.proof) == ("", "", "", "", "Bewezen")


def test_a_debt_has_all_that_was_shared() -> None:
    full = line(
        "CJIB", 100, Due(now=70, late=50, pay_by=date(2026, 5, 1), late_since=date(2026, 5, 2)), principal=200,
        increases=0, administration_costs=9, other_costs=1, interest=0, settled=110, phase=Phase.PLAN,
        plan_instalment=500, preference=Rank.PREFERENTIAL, preference_ground="Wet", remedy="bezwaar",
        remedy_until=date(2026, 11, 1), payment_reference="9000000030000003",
        imposed_by=DisclosedOrganisation(name="DUO"),
    )  # fmt: skip
    (row,) = debt_rows([full], Order.BALANCE, TODAY)
    figures = [(name, text.replace("\u00a0", " ")) for name, text in row.parts]
    assert figures == [("Hoofdsom", "€ 2,00"), ("Kosten", "€ 0,10"), ("Betaald", "€ 1,10")]
    assert (row.creditor, row.collector, row.rank, row.rank_ground) == ("DUO", "CJIB", "Voorrang", "Wet")
    due = [text.replace("\u00a0", " ") for text in row.due]
    assert due == ["€ 0,50 te laat sinds 2 mei 2026", "€ 0,20 nu"]
    assert (row.reference, row.phase) == ("9000000030000003", "Betalingsregeling")
    assert row.remedy.replace("\u00a0", " ") == "bezwaar, tot en met 1 november 2026"
    (dated,) = debt_rows([replace(full, case=replace(full.case, as_of=AS_OF))], Order.BALANCE, TODAY)
    assert dated.proof.replace("\u00a0", " ") == "Bewezen, stand van 31 oktober 2026"
    (later,) = debt_rows([full], Order.BALANCE, date(2026, 11, 2))
    assert later.remedy.endswith("(voorbij)")


def test_why_a_debt_does_not_count_stands_with_it() -> None:
    other = replace(LINES[0], linked=False, counted=False)
    assert debt_rows([other], Order.BALANCE, TODAY)[0].not_counted == "hoort niet bij dit overzicht"
    assert debt_rows([replace(other, linked=True)], Order.BALANCE, TODAY)[0].not_counted == "al geteld"
