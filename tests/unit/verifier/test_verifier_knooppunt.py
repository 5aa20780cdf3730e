"""Proven debts in the columns of the Schuldenknooppunt: places that are kept, and nothing that was not proven."""

import csv
import io
from dataclasses import replace

from credentials.debts.claims import case_claims
from tests.debt_builders import AS_OF, a_case, demanded, imposed, paid
from tests.unit.verifier.test_verifier_exports import BODY, evidence
from verifier.domain.evidence import CASE, Body, Evidence
from verifier.domain.result import Result, assess
from verifier.domain.templates import SETTLEMENT
from verifier.exports.files import TABLE_FILES, Contents
from verifier.exports.knooppunt import COLUMNS, Counsel

US = Counsel("Schuldhulp =1+1", "hulp@gemeente.example", "2026-00117")


def result_of(*found: Evidence) -> Result:
    return assess(found, SETTLEMENT, [BODY], received_at=AS_OF, checked_at=AS_OF, cases_asked=True)


def rows(result: Result, counsel: Counsel = US) -> list[dict[str, str]]:
    _, _, make = TABLE_FILES["schuldenknooppunt.csv"]
    text = make(Contents(result, counsel=counsel)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_a_debt_is_the_answer_that_its_creditor_would_have_given() -> None:
    (debt,) = rows(result_of(*evidence()))
    assert tuple(debt) == tuple(each.name for each in COLUMNS)
    assert {name: value for name, value in debt.items() if value} == {
        "Schuldhulpverlener": US.organisation,
        "ContactSHV": US.contact,
        "KlantnummerSHV": "2026-00117",
        "Datum": "31-10-2026",
        "SoortVordering": "open",
        "FactuurnummerSE": "ZAAK-1",
        "DatumOntstaan": "05-01-2026",
        "OorspronkelijkBedrag": "1234,56",
        "Rente": "0,00",
        "Kosten": "0,00",
        "Betaald": "4,56",
        "ActueelVorderingsbedrag": "1230,00",
        "Preferentie": "concurrent",
        "Schuldeiser": BODY.name,
        "OIN": BODY.oin,
        "Bewijs": "bewezen",
    }


def test_columns_keep_the_places_that_the_public_definition_gives_them() -> None:
    # A, B, C, E, G, L, T, U and V of reference 4.2.
    places = {chr(ord("A") + place): each.name for place, each in enumerate(COLUMNS[:22])}
    assert {letter: places[letter] for letter in "ABCEGLT"} == {
        "A": "ConversatieReferentienummer", "B": "Referentienummer", "C": "Schuldhulpverlener", "E": "KlantnummerSHV",
        "G": "TypeSchuldregeling", "L": "KlantnummerSE", "T": "FactuurnummerSE",
    }  # fmt: skip
    assert (places["U"], places["V"]) == ("DatumOntstaan", "OorspronkelijkBedrag")
    assert len({each.name for each in COLUMNS}) == len(COLUMNS), "a reader by names finds each"


def test_a_debt_that_was_handed_on_names_who_collects_it() -> None:
    other = Body("https://duo.example", "DUO", "00000000900000010000", "duo")
    event = imposed("f1", 18000, type="duo_ov_boete", imposed_by=other.oin, executed_by=BODY.oin)
    names = {other.oin or "": other.name, BODY.oin or "": BODY.name}
    case = a_case(event, demanded("b1", 18000, 1), paid("p1", 500, 2), organisations=names)
    claims = case_claims(case, "digest") | {"fase": "overgedragen"}
    (debt,) = rows(result_of(Evidence("z", "dc+sd-jwt", CASE, BODY, "bewezen", (), claims, "x")))
    assert (debt["Schuldeiser"], debt["OIN"]) == (other.name, other.oin)
    assert debt["SoortVordering"] == "overgedragen"
    assert debt["OvergedragenAan"] == debt["ContactnaamSE"] == BODY.name


def test_what_does_not_count_or_was_not_shown_is_not_there() -> None:
    found = evidence()
    assert rows(result_of(found[0], replace(found[1], outcome="niet_bewezen", claims={}), found[2])) == []
    bare = {name: value for name, value in found[1].claims.items() if name not in ("zaakkenmerk", "preferentie")}
    (debt,) = rows(result_of(found[0], replace(found[1], claims=bare)), Counsel())
    assert debt["FactuurnummerSE"] == debt["Preferentie"] == debt["KlantnummerSHV"] == ""
    assert debt["ActueelVorderingsbedrag"] == "1230,00"
