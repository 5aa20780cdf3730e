"""Rows of a CSV file that are equal are facts of their own, and rows of which nobody can tell are refused."""

from datetime import UTC, datetime

import pytest

from credentials.debts.case import Case
from credentials.debts.claims import case_claims
from credentials.debts.dedup import distinct_debts
from credentials.debts.disclosed import read_case
from credentials.debts.errors import EventCollision, InconsistentCase, SourceError, TotalsMismatch
from credentials.debts.events import PaymentProcessed
from credentials.debts.fcid import parse_document, write_document
from issuer.sources import Columns
from issuer.sources.csv_table import csv_table
from issuer.sources.rows import read_table
from tests.debt_builders import CJIB, SAMIRA, a_document, agency, changed
from tests.debt_files import COLUMNS, HEADER, a_demand, a_file, a_payment, a_row, an_obligation

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
WITH_IDS = Columns({**COLUMNS.columns, "gebeurtenis_kenmerk": "Id"}, events=COLUMNS.events, decimal="comma")


def case_of(*rows: str, columns: Columns = COLUMNS, header: str = HEADER) -> Case:
    reading = read_table(csv_table, a_file(*rows, header=header), columns, file="debts.csv", source_oin=CJIB.oin, at=AT)
    (case,) = reading.people[SAMIRA].cases_at(CJIB)
    return case


def refusal(*rows: str, columns: Columns = COLUMNS, header: str = HEADER) -> SourceError:
    (fault,) = read_table(
        csv_table, a_file(*rows, header=header), columns, file="debts.csv", source_oin=CJIB.oin, at=AT
    ).faults
    return fault


def test_two_equal_payments_on_one_day_are_two_payments() -> None:
    case = case_of(an_obligation("100,00"), a_demand("100,00"), a_payment("50,00"), a_payment("50,00"))
    assert (case.owed, case.settled, case.balance) == (10_000, 10_000, 0)
    assert case.next_due_amount is None


@pytest.mark.parametrize(
    ("row", "owed", "settled"),
    [
        (an_obligation("9,00", Hoofd="nee"), 11_800, 0),
        (a_payment("9,00"), 10_000, 1_800),
        (a_row("verrekend", "9,00"), 10_000, 1_800),
        (a_row("kwijt", "9,00"), 10_000, 1_800),
        (a_row("terug", "9,00"), 10_000, -1_800),
    ],
)
def test_every_kind_of_event_counts_as_often_as_it_stands_there(row: str, owed: int, settled: int) -> None:
    case = case_of(an_obligation("100,00"), row, row)
    assert (case.owed, case.settled, case.balance) == (owed, settled, owed - settled)


def test_two_equal_demands_are_two_demands_and_change_no_total() -> None:
    case = case_of(an_obligation("100,00"), a_demand("50,00"), a_demand("50,00"))
    assert [demand.event.amount for demand in case.demands] == [5000, 5000]
    assert case.balance == 10_000


def test_equal_rows_of_other_cases_or_people_count_where_they_stand() -> None:
    other = [an_obligation("100,00", Dossier="ZAAK-2"), a_payment("50,00", Dossier="ZAAK-2")]
    people = read_table(
        csv_table,
        a_file(an_obligation("100,00"), a_payment("50,00"), *other),
        COLUMNS,
        file="x",
        source_oin=CJIB.oin,
        at=AT,
    ).people
    assert [case.balance for case in people[SAMIRA].cases_at(CJIB)] == [5000, 5000]


def test_the_first_of_equal_rows_keeps_the_id_that_it_had_alone() -> None:
    (alone,) = [event.id for event in case_of(an_obligation("1,00"), a_payment("0,50")).events if is_payment(event)]
    twice = case_of(an_obligation("1,00"), a_payment("0,50"), a_payment("0,50"))
    ids = [event.id for event in twice.events if is_payment(event)]
    assert alone in ids
    assert len(set(ids)) == 2


def is_payment(event: object) -> bool:
    return isinstance(event, PaymentProcessed)


def test_an_id_that_stands_twice_is_refused_by_both_lines() -> None:
    header = f"{HEADER};Id"
    rows = [f"{an_obligation('100,00')};f1", f"{a_payment('50,00')};p1", f"{a_payment('50,00')};p1"]
    assert case_of(rows[0], rows[1], rows[2][:-1] + "2", columns=WITH_IDS, header=header).balance == 0
    fault = refusal(*rows, columns=WITH_IDS, header=header)
    assert isinstance(fault, EventCollision)
    assert (fault.line, fault.field, fault.reason) == (4, "Id", "an id that stands twice (line 3 too)")


def test_two_equal_main_obligations_are_refused_by_both_lines() -> None:
    fault = refusal(an_obligation("100,00"), a_payment("50,00"), an_obligation("100,00"))
    assert isinstance(fault, InconsistentCase)
    assert (fault.line, fault.field) == (4, "Hoofd")
    assert "line 2" in fault.reason


def test_one_debt_of_two_bodies_is_one_debt_when_somebody_paid_twice() -> None:
    rows = [an_obligation("100,00"), a_payment("50,00"), a_payment("50,00"), a_payment("50,00")]
    document = read_table(csv_table, a_file(*rows), COLUMNS, file="x", source_oin=CJIB.oin, at=AT).people[SAMIRA]
    cases = [case for each in (CJIB, agency("duo")) for case in document.cases_at(each)]
    keyed = [read_case(case_claims(case, "digest") | {"opgelegd_door": {"oin": CJIB.oin}}) for case in cases]
    (debt,) = distinct_debts(keyed)
    assert sorted(debt.positions) == [0, 1]
    assert {case.balance for case in cases} == {-5000}


def without_ids(body: dict[str, object], *, settled: int) -> None:
    case = body["financiele_zaken"][0]  # type: ignore[index]  # our own document
    payment = case["gebeurtenissen"][2]
    del payment["gebeurtenis_kenmerk"]
    case["gebeurtenissen"].append(dict(payment))
    case.update(totaal_financieel_vereffend=settled, saldo=1000 - settled)


def test_equal_events_without_id_of_a_document_count_each() -> None:
    data = changed(a_document(), lambda body: without_ids(body, settled=800))
    document = parse_document(data, file="x")
    (case,) = document.cases_at(CJIB)
    assert (case.settled, case.balance) == (800, 200)
    assert parse_document(write_document(document), file="x").cases_at(CJIB) == (case,)


def test_a_document_that_counts_its_equal_events_once_is_refused() -> None:
    with pytest.raises(TotalsMismatch):
        parse_document(changed(a_document(), lambda body: without_ids(body, settled=400)), file="x")
