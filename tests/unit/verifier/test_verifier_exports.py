import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from credentials.debts.claims import case_claims, overview_claims
from credentials.debts.overview import overview_of
from tests.debt_builders import AS_OF, CJIB, a_case, demanded, imposed, paid
from verifier.domain.evidence import CASE, NOBODY, OVERVIEW, Body, Evidence
from verifier.domain.request import Answer, Shown
from verifier.domain.result import Result, assess
from verifier.domain.templates import SETTLEMENT
from verifier.exports.document import result_document
from verifier.exports.files import TABLE_FILES, Contents
from verifier.exports.names import file_name
from verifier.exports.sheets import BODIES, DEBT_COLUMNS, DEBTS, UNCOUNTED, sheets_of
from verifier.exports.table import to_csv

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


def rows(found: list[Evidence], file: str = DEBTS) -> list[dict[str, str]]:
    (sheet,) = [each for each in sheets_of(assessed(found)) if each.file == file]
    text = to_csv(sheet).decode("utf-8-sig")
    assert text.count("\r\n") == len(text.splitlines())
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_a_debt_is_a_row_as_a_dutch_machine_reads_it() -> None:
    (debt,) = rows(evidence())
    assert tuple(debt) == tuple(name for name, _ in DEBT_COLUMNS)
    assert debt["Saldo"] == "1230,00"
    assert debt["Oorspronkelijk bedrag"] == "1234,56"
    assert debt["Datum ontstaan"] == "05-01-2026"
    assert debt["Saldo per"] == "31-10-2026"
    assert debt["FactuurnummerSE"] == "ZAAK-1"
    assert (debt["Nu te betalen"], debt["Daarvan te laat"]) == ("1230,00", "1230,00")
    assert debt["Te laat sinds"] == "04-02-2026"


def test_a_file_has_rows_of_one_kind() -> None:
    found = evidence()
    assert [row["Saldo"] for row in rows(found)] == ["1230,00"]
    assert [row["Saldo"] for row in rows(found, BODIES)] == ["1230,00", ""]
    (stranger,) = rows(found, UNCOUNTED)
    assert stranger["Reden"].startswith("Niet bewezen")


def test_a_debt_of_two_organisations_is_in_the_sum_once() -> None:
    found = evidence()
    other = Body("https://duo.example", "DUO", "00000000900000000000", "duo")
    both = [*found[:2], replace(found[0], issuer=other), replace(found[1], issuer=other)]
    result = assess(both, SETTLEMENT, [BODY, other], received_at=AS_OF, checked_at=AS_OF, cases_asked=True)
    assert result.duplicates
    debts, bodies, uncounted, _ = sheets_of(result)
    for sheet in (debts, bodies):
        place = [name for name, _ in sheet.columns].index("Saldo")
        assert sum(row[place] for row in sheet.rows if isinstance(row[place], int)) == result.totals.balance == 123000
    assert len(debts.rows) == len(uncounted.rows) == 1


def test_an_organisation_that_is_missing_has_a_row_without_amounts() -> None:
    absent = Body("https://uwv.example", "UWV", "00000000900000000001", "uwv")
    result = assess(evidence(), SETTLEMENT, [BODY, absent], received_at=AS_OF, checked_at=AS_OF, cases_asked=True)
    missing = sheets_of(result)[1].rows[-1]
    assert missing[:3] == ("UWV", absent.oin, "Ontbreekt")
    assert set(missing[3:]) == {None}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("x";"y")'])
def test_a_text_that_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert rows(evidence(description=text))[0]["Soort schuld"] == "'" + text.strip()


@pytest.mark.parametrize("text", ["a;b", 'a"b', "a\nb", "Boete = 3", '"', ";"])
def test_a_text_with_separators_stays_one_cell(text: str) -> None:
    assert rows(evidence(description=text))[0]["Soort schuld"] == " ".join(text.split())


def test_texts_stand_in_quotes_and_amounts_and_days_do_not() -> None:
    sheet = sheets_of(assessed(evidence()))[0]
    line = to_csv(sheet).decode("utf-8-sig").splitlines()[1]
    assert f'"{CJIB.oin}"' in line
    assert ";1230,00;31-10-2026;" in line


def test_a_negative_amount_is_a_number_and_no_formula() -> None:
    found = evidence()
    found[1] = replace(found[1], claims=found[1].claims | {"saldo": -50})
    assert rows(found)[0]["Saldo"] == "-0,50"


def test_the_same_answer_gives_the_same_files() -> None:
    for _, _, make in TABLE_FILES.values():
        assert make(Contents(assessed(evidence()))) == make(Contents(assessed(evidence())))


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("2026-0117", "schulden-2026-0117-2026-11-28.csv"),
        ("SHV/2026.117", "schulden-SHV-2026-117-2026-11-28.csv"),
        ("", "schulden-2026-11-28.csv"),
        # Whatever might be a name, or a part of an address or of a header, is left out.
        ("Samira de Vries", "schulden-2026-11-28.csv"),
        ("Vries 12", "schulden-2026-11-28.csv"),
        ("2026-0117 Samira", "schulden-2026-11-28.csv"),
        ('1"; x="', "schulden-2026-11-28.csv"),
        ("../1", "schulden-2026-11-28.csv"),
        ("２０２６", "schulden-2026-11-28.csv"),
    ],
)
def test_a_file_is_named_after_its_reference_and_day_and_never_after_a_person(reference: str, name: str) -> None:
    assert file_name("schulden", "csv", datetime(2026, 11, 27, 23, 30, tzinfo=UTC), reference) == name


def test_the_document_shows_facts_of_what_is_proven_only() -> None:
    found = evidence()
    outdated = replace(found[1], outcome="verouderd")
    answer = Answer(AS_OF, AS_OF, Shown("nonce", "audience"), (found[0], outdated, found[2]))
    document = result_document(answer, assessed(list(answer.evidence)))
    assert [each["gegevens"] != {} for each in document["bewijzen"]] == [True, False, False]
    assert document["volledig"] is False
    assert document["totalen"]["saldo"] == 123000
    assert "nonce" not in str(document)
