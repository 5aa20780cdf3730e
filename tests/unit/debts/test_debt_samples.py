"""The thirteen sample cases and the personas of the demo, to the cent (reference, section 9)."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from credentials.clock import end_of_day
from credentials.debts.bsn import Bsn
from credentials.debts.case import Case
from credentials.debts.claims import case_claims
from credentials.debts.dedup import distinct_debts
from credentials.debts.disclosed import read_case
from credentials.debts.fcid import parse_document, write_document
from credentials.debts.phase import Phase
from tests.debt_builders import AGENCIES, CJIB, DEMO, ROOT, agency, demo_cases, demo_document, paid

# Case: agency, citizen, owed, settled, balance; and for what version 3 can express, nothing else is needed.
SAMPLES = {
    "1001": ("cjib", "johan", 10800, 10800, 0),
    "1002": ("cjib", "noor", 16500, 0, 16500),
    "1003": ("cjib", "samira", 32100, 5000, 27100),
    "1004": ("cjib", "ineke", 0, 0, 0),
    "1005": ("belastingdienst", "samira", 132570, 32300, 100270),
    "1006": ("toeslagen", "samira", 117600, 24500, 93100),
    "1007": ("duo", "samira", 25784, 8563, 17221),
    "1008": ("duo", "wim", 18000, 0, 18000),
    "1009": ("cak", "samira", 84900, 40600, 44300),
    "1010": ("uwv", "ineke", 200000, 20000, 180000),
    "1011": ("svb", "johan", 48210, 48210, 0),
    "1012": ("tilburg", "samira", 68412, 50523, 17889),
    "1013": ("cjib", "wim", 47900, 3992, 43908),
}


def sample(number: str, as_of: datetime | None = None) -> Case:
    key, who, *_ = SAMPLES[number]
    cases = demo_document(key, who).cases_at(agency(key), as_of)
    return next(case for case in cases if case.reference.endswith(number))


@pytest.mark.parametrize("number", SAMPLES)
def test_each_sample_case_has_its_balance(number: str) -> None:
    _, _, owed, settled, balance = SAMPLES[number]
    case = sample(number)
    assert (case.owed, case.settled, case.balance) == (owed, settled, balance)
    parts = case.principal + case.increases + case.administration_costs + case.interest + case.other_costs
    assert parts == owed


def test_s02_is_what_the_public_proof_of_concept_asserts() -> None:
    path = ROOT / "tests" / "vectors" / "fcid" / "s02-3.0.0.json"
    document = parse_document(path.read_bytes(), file=path.name, agency=CJIB)
    (before,) = document.cases_at(CJIB, end_of_day(date(2023, 5, 31)))
    (after,) = document.cases_at(CJIB)
    assert (before.balance, after.balance) == (11300, 16500)
    assert [len(case.demands) for case in (before, after)] == [1, 1]
    body = json.loads(path.read_bytes())["body"]["financiele_zaken"][0]
    assert (body["totaal_opgelegd"], body["totaal_reeds_betaald"], body["saldo"]) == (16500, 0, 16500)


def test_a_fine_ends_at_three_times_its_amount() -> None:
    case = sample("1003")
    assert case.principal + case.increases == 3 * case.principal == 31200
    assert case.administration_costs == 900
    assert (case.phase, case.arrears, len(case.demands)) == (Phase.FINAL_NOTICE, 27100, 1)


def test_an_annulled_fine_leaves_a_negative_balance_until_it_is_paid_back() -> None:
    for day in (6, 12):
        assert sample("1004", end_of_day(date(2026, 5, day))).balance == -32900
    assert sample("1004", end_of_day(date(2026, 5, 13))).balance == 0


def test_a_double_payment_leaves_a_negative_balance_until_it_is_paid_back() -> None:
    assert sample("1011", end_of_day(date(2026, 2, 26))).balance == 0
    assert sample("1011", end_of_day(date(2026, 2, 28))).balance == -48210
    assert sample("1011", end_of_day(date(2026, 3, 10))).balance == 0


def test_a_tax_debt_shows_costs_and_interest_apart() -> None:
    case = sample("1005")
    assert (case.principal, case.administration_costs, case.interest) == (124000, 6400, 2170)
    assert case.phase is Phase.WRIT
    assert case.preference.value == "preferent"


def test_three_instalments_of_the_plan_are_overdue() -> None:
    case = sample("1006")
    assert case.fcid_version == "3.0.0"
    assert case.arrears == 3 * 4900
    assert case.plan is not None
    assert not case.plan.kept
    assert (case.next_due_date, case.next_due_amount) == (date(2026, 8, 25), 3 * 4900)


def test_only_imposed_terms_of_a_student_loan_count() -> None:
    case = sample("1007")
    assert [demand.outstanding for demand in case.demands] == [0, 17221]
    assert (case.phase, case.interest) == (Phase.FINAL_NOTICE, 95)


def test_a_remission_does_not_pay_the_instalment_that_was_reversed() -> None:
    case = sample("1012")
    assert (case.arrears, case.next_due_date) == (6841, date(2026, 6, 28))


def test_a_transferred_debt_names_who_imposed_and_who_collects() -> None:
    case = sample("1008")
    assert (case.imposed_by.oin, case.executed_by.oin) == (agency("duo").oin, CJIB.oin)
    assert (case.phase, case.other_costs) == (Phase.TRANSFERRED, 3000)


def test_a_penalty_order_is_not_dischargeable() -> None:
    case = sample("1013")
    assert (case.dischargeable, case.preference.value, case.phase) == ("nee", "bijzonder", Phase.PLAN)


PERSONAS = json.loads((DEMO.parent / "personas.json").read_text())


@pytest.mark.parametrize("persona", PERSONAS.values(), ids=PERSONAS)
def test_each_persona_has_its_totals_and_one_debt_counts_once(persona: dict[str, object]) -> None:
    expected = persona["expected"]
    assert isinstance(expected, dict)
    cases = demo_cases(str(persona["name"]).lower())
    disclosed = [read_case(case_claims(case, "digest")) for case in cases]
    counted = [cases[debt.counted] for debt in distinct_debts(disclosed)]
    assert sum(case.owed for case in counted) == expected["verplicht"]
    assert sum(case.settled for case in counted) == expected["vereffend"]
    assert sum(case.balance for case in counted) == expected["saldo"]
    assert sum(case.is_open for case in counted) == expected["open_zaken"]
    Bsn(str(persona["bsn"]))


def test_the_personas_are_those_of_the_reference() -> None:
    totals = {
        key: [persona["expected"][name] for name in ("verplicht", "vereffend", "saldo")]
        for key, persona in PERSONAS.items()
    }
    assert totals["P1"] == [461366, 161486, 299880]
    assert totals["P2"] == [59010, 59010, 0]
    assert totals["P3"] == [65900, 3992, 61908]
    assert totals["P4"] == [200000, 20000, 180000]


def test_every_agency_can_speak_of_samira() -> None:
    keys = [path.stem for path in AGENCIES.glob("*.toml")]
    assert len(keys) == 13
    overviews = [demo_document(key, "samira").overview(agency(key)) for key in keys]
    assert sum(overview.balance for overview in overviews) == 299880
    assert sum(len(overview.open_cases) for overview in overviews) == 6
    assert sum(not overview.cases for overview in overviews) == 7


def test_everything_in_the_demo_is_fictional() -> None:
    for path in DEMO.glob("*/*.json"):
        text = path.read_text()
        document = json.loads(text)
        assert document["body"]["aangeleverd_door"].startswith("00000000")
        if agency(path.parent.name).private:
            assert document["body"]["klantnummer"].startswith("ZW-")
            assert '"bsn"' not in text
        else:
            assert document["body"]["bsn"].startswith("99999")
        assert text.count('"rekeningnummer"') == text.count("FICT")


@pytest.mark.parametrize("path", sorted(DEMO.glob("*/*.json")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_is_written_as_it_was_read(path: Path) -> None:
    data = path.read_bytes()
    document = parse_document(data, file="x.json")
    assert parse_document(write_document(document), file="x.json") == document
    assert json.loads(write_document(document)) == json.loads(data)


def test_a_payment_at_the_counter_makes_a_new_document() -> None:
    document = demo_document("cjib", "samira")
    later = document.cases[0].balance_at + timedelta(days=3)
    after = document.with_event(document.cases[0].reference, paid("new", 5000, registered_at=later))
    assert after.overview(CJIB).balance == 22100
    assert after.overview(CJIB).as_of == later
    assert document.overview(CJIB).balance == 27100
    assert parse_document(write_document(after), file="x.json", agency=CJIB) == after
