import csv
import io
from dataclasses import replace

import pytest

from credentials.debts.claims import case_claims, overview_claims
from credentials.debts.overview import overview_of
from tests.debt_builders import AS_OF, CJIB, a_case, demanded, imposed, paid
from verifier.domain.evidence import CASE, NOBODY, OVERVIEW, Body, Evidence
from verifier.domain.request import Answer, Shown
from verifier.domain.result import Result, assess
from verifier.domain.templates import SETTLEMENT
from verifier.exports.document import result_document
from verifier.exports.table import COLUMNS, to_csv

BODY = Body("https://cjib.example", CJIB.name, CJIB.oin, "cjib")


def evidence(*, description: str = "Verkeersboete") -> list[Evidence]:
    case = a_case(imposed("f1", 123456), demanded("b1", 123456, 1, due=30), paid("p1", 456, 3))
    claims = case_claims(case, "digest") | {"omschrijving": description}
    overview = overview_claims(overview_of(CJIB, [case], AS_OF), ["digest"])
    return [
        Evidence("o", "dc+sd-jwt", OVERVIEW, BODY, "bewezen", (), overview, "x"),
        Evidence("z", "dc+sd-jwt", CASE, BODY, "bewezen", (), claims, "x"),
        Evidence("z", "dc+sd-jwt", CASE, NOBODY, "niet_bewezen", (), {}, "x"),
    ]


def assessed(found: list[Evidence]) -> Result:
    return assess(found, SETTLEMENT, [BODY], received_at=AS_OF, checked_at=AS_OF, cases_asked=True)


def rows(found: list[Evidence]) -> list[dict[str, str]]:
    text = to_csv(assessed(found)).decode("utf-8-sig")
    assert text.count("\r\n") == len(text.splitlines())
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_a_debt_is_a_row_as_a_dutch_spreadsheet_reads_it() -> None:
    debt, overview, stranger = rows(evidence())
    assert tuple(debt) == COLUMNS
    assert debt["Saldo"] == "1230,00"
    assert debt["Oorspronkelijk bedrag"] == "1234,56"
    assert debt["Datum ontstaan"] == "05-01-2026"
    assert debt["Saldo per"] == "31-10-2026"
    assert debt["FactuurnummerSE"] == "ZAAK-1"
    assert (debt["Telt mee"], debt["Bewijs"]) == ("ja", "Bewezen")
    assert (overview["Regel"], overview["Saldo"]) == ("overzicht", "1230,00")
    assert (stranger["Regel"], stranger["Saldo"], stranger["Telt mee"]) == ("niet geteld", "", "nee")
    assert stranger["Bewijs"].startswith("Niet bewezen")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_text_that_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert rows(evidence(description=text))[0]["Soort schuld"].startswith("'")


@pytest.mark.parametrize("text", ["a;b", 'a"b', "a\nb", "Boete = 3"])
def test_a_text_with_separators_stays_one_cell(text: str) -> None:
    assert rows(evidence(description=text))[0]["Soort schuld"] == " ".join(text.split())


def test_a_negative_amount_is_a_number_and_no_formula() -> None:
    found = evidence()
    found[1] = replace(found[1], claims=found[1].claims | {"saldo": -50})
    assert rows(found)[0]["Saldo"] == "-0,50"


def test_the_document_shows_facts_of_what_is_proven_only() -> None:
    found = evidence()
    outdated = replace(found[1], outcome="verouderd")
    answer = Answer(AS_OF, AS_OF, Shown("nonce", "audience"), (found[0], outdated, found[2]))
    document = result_document(answer, assessed(list(answer.evidence)))
    assert [each["gegevens"] != {} for each in document["bewijzen"]] == [True, False, False]
    assert document["volledig"] is False
    assert document["totalen"]["saldo"] == 123000
    assert "nonce" not in str(document)
