"""What changed and what does not fit together, in the files that people and other systems take along."""

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

from credentials.debts.case import Case
from tests.debt_builders import a_case, demanded, imposed, paid
from tests.unit.verifier.test_verifier_changes import LATER, answer
from tests.unit.verifier.test_verifier_result import CJIB, DUO, debt, result, statements
from verifier.domain.changes import Changes, Difference, What, changes
from verifier.domain.templates import SNELSCAN
from verifier.exports.changed import CHANGED_COLUMNS, changed_sheet, changes_document
from verifier.exports.files import DESK_FILES, TABLE_FILES, Contents
from verifier.exports.sheets import CONTRADICTIONS, sheets_of
from verifier.exports.table import to_csv


def rows(found: Changes) -> list[dict[str, Any]]:
    sheet = changed_sheet(found)
    names = [name for name, _ in sheet.columns]
    return [
        {name: cell for name, cell in zip(names, row, strict=True) if cell is not None and name != "OIN"}
        for row in sheet.rows
    ]


def moved(number: str = "ZAAK-2") -> Case:
    return a_case(imposed("f1", 2000), demanded("b1", 2000, 1, due=30), paid("p1", 500, 290), reference=number)


def test_each_fact_that_is_another_now_is_a_row_with_its_amounts() -> None:
    found = changes(answer(debt(2000, reference="ZAAK-2")), answer(moved(), at=LATER))
    about = {"Wat": "Veranderd", "Organisatie": CJIB.name, "FactuurnummerSE": "ZAAK-2", "Soort schuld": "Verkeersboete"}
    assert rows(found) == [
        about | {"Gegeven": "Nog te betalen", "Bedrag eerst": 2000, "Bedrag nu": 1500},
        about | {"Gegeven": "Betaald of verrekend", "Bedrag eerst": 0, "Bedrag nu": 500},
        about | {"Gegeven": "Achterstand", "Bedrag eerst": 2000, "Bedrag nu": 1500},
    ]


def test_a_debt_that_came_has_an_amount_now_and_one_that_went_had_one() -> None:
    found = changes(answer(debt(1000)), answer(debt(700, reference="ZAAK-9"), at=LATER))
    new, gone = rows(found)
    assert (new["Wat"], new["Bedrag nu"], "Bedrag eerst" in new) == ("Nieuw", 700, False)
    assert (gone["Wat"], gone["Bedrag eerst"], "Bedrag nu" in gone) == ("Staat er niet meer", 1000, False)


def test_days_are_days_and_what_is_a_word_is_a_word() -> None:
    (change,) = changes(answer(debt(2000, reference="ZAAK-2")), answer(moved(), at=LATER)).debts
    facts = (
        Difference("next_due_date", date(2026, 1, 2), date(2026, 3, 4)),
        Difference("phase", "aanmaning", "dwangbevel"),
        Difference("plan_kept", before=True, now=False),
        Difference("body", "DUO", "CJIB"),
    )
    found = Changes((replace(change, differences=facts),), (), ())
    day, phase, plan, body = rows(found)
    assert (day["Dag eerst"], day["Dag nu"]) == (date(2026, 1, 2), date(2026, 3, 4))
    assert (phase["Eerst"], phase["Nu"]) == ("Aanmaning", "Dwangbevel")
    assert (plan["Eerst"], plan["Nu"]) == ("op tijd betaald", "niet op tijd betaald")
    assert (body["Gegeven"], body["Eerst"], body["Nu"]) == ("Bij", "DUO", "CJIB")
    (told,) = changes_document(found, LATER)["schulden"]  # type: ignore[misc]  # JSON
    assert told["verschillen"] == [  # type: ignore[index, call-overload]  # JSON
        {"gegeven": "uiterlijkBetalenOp", "eerst": "2026-01-02", "nu": "2026-03-04"},
        {"gegeven": "fase", "eerst": "aanmaning", "nu": "dwangbevel"},
        {"gegeven": "regelingOpTijd", "eerst": True, "nu": False},
        {"gegeven": "uitgever", "eerst": "DUO", "nu": "CJIB"},
    ]


def test_totals_and_who_is_silent_have_rows_and_members() -> None:
    before = result(statements(CJIB, debt(1000))[:1] + statements(DUO)[:1], CJIB, DUO, template=SNELSCAN)
    found = changes(before, result(statements(CJIB, debt(1500))[:1], CJIB, DUO, template=SNELSCAN))
    assert [(each["Wat"], each.get("Bedrag eerst"), each.get("Bedrag nu")) for each in rows(found)] == [
        ("Veranderd", 1000, 1500), ("Veranderd", 1000, 1500), ("Bewijst nu niets", None, None),
    ]  # fmt: skip
    document = changes_document(found, LATER)
    assert document["schulden"] == []
    (total,) = document["totalen"]  # type: ignore[misc]  # JSON
    assert total["verschillen"][0] == {"gegeven": "saldo", "eerst": 1000, "nu": 1500}  # type: ignore[index, call-overload]  # JSON
    assert document["bewijzenNuNiets"] == [{"identifier": "https://duo.example", "naam": DUO.name}]


def test_the_desk_has_a_file_of_changes_and_a_system_asks_for_them_between_two_answers() -> None:
    now = answer(debt(700, reference="ZAAK-9"), at=LATER)
    _, _, make = DESK_FILES["veranderd.csv"]
    heading = make(Contents(now)).decode("utf-8-sig").splitlines()
    assert heading == [";".join(f'"{name}"' for name, _ in CHANGED_COLUMNS)]
    told = make(Contents(now, changes=changes(answer(debt(1000)), now))).decode("utf-8-sig")
    assert ';"Nog te betalen";;;;7,00;;' in told
    assert "veranderd.csv" not in TABLE_FILES


def test_what_does_not_fit_is_a_table_with_what_to_do() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))
    overview = replace(found[0], claims=found[0].claims | {"aantal_open_zaken": 1})
    outcome = result([overview, *found[1:]], CJIB)
    (sheet,) = [each for each in sheets_of(outcome) if each.file == CONTRADICTIONS]
    (row,) = csv.DictReader(io.StringIO(to_csv(sheet).decode("utf-8-sig")), delimiter=";")
    (said,) = outcome.contradictions
    assert row == {
        "Soort": "meer_zaken",
        "Organisaties": CJIB.name,
        "Uitleg": said.sentence.replace("\u00a0", " "),
        "Wat nu": said.advice,
    }
    assert [each.rows for each in sheets_of(answer(debt(1000))) if each.file == CONTRADICTIONS] == [()]


def test_every_word_for_what_became_of_a_debt_is_in_a_file() -> None:
    (change,) = changes(answer(debt(2000, reference="ZAAK-2")), answer(moved(), at=LATER)).debts
    words = {rows(Changes((replace(change, what=what),), (), ()))[0]["Wat"] for what in What}
    assert len(words) == len(What)
