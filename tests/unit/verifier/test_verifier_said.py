"""Debts that a client told of: what can be written down, what is refused, and that none of it is ever proven."""

import csv
import io
import zipfile
from dataclasses import replace

import pytest

from tests.debt_builders import AS_OF
from tests.unit.verifier.test_verifier_exports import assessed, evidence
from verifier.domain.errors import BadInput
from verifier.domain.request import Answer, Answered, Binding, Shown, VerificationRequest
from verifier.domain.said import (
    KIND_NAMES,
    MAX_CREDITOR,
    MAX_NOTE,
    SaidDebt,
    SaidKind,
    SaidTotals,
    Written,
    read_written,
    said_totals,
)  # fmt: skip
from verifier.domain.templates import SETTLEMENT
from verifier.exports.document import download, result_document
from verifier.exports.files import DESK_FILES, Contents
from verifier.exports.sheets import said_sheet, sheets_of
from verifier.web.views import typed_amount, unknown_words

RENT = Written("huur", "Woonstichting Zuid", "1.284,50", "3 maanden achter")


def debt(**changes: str) -> SaidDebt:
    return read_written(replace(RENT, **changes), "id-1", AS_OF)


def test_what_is_typed_is_kept_in_cents() -> None:
    assert debt() == SaidDebt("id-1", SaidKind.RENT, "Woonstichting Zuid", 128450, "3 maanden achter", AS_OF)
    assert debt(balance="", note="", creditor=" een   zus ") == SaidDebt(
        "id-1", SaidKind.RENT, "een zus", None, "", AS_OF
    )
    assert debt(balance=typed_amount(128450)) == debt()
    assert typed_amount(None) == ""
    assert set(KIND_NAMES) == set(SaidKind)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("soort", {"kind": "belasting"}),
        ("soort", {"kind": ""}),
        ("schuldeiser", {"creditor": ""}),
        ("schuldeiser", {"creditor": " \t "}),
        ("schuldeiser", {"creditor": "x" * (MAX_CREDITOR + 1)}),
        ("schuldeiser", {"creditor": "a\u202eb"}),
        ("schuldeiser", {"creditor": "a\x00b"}),
        ("schuldeiser", {"creditor": "klant 999990007"}),
        ("opmerking", {"note": "bsn 9999.90.007"}),
        ("opmerking", {"note": "999 990 007."}),
        ("opmerking", {"note": "x" * (MAX_NOTE + 1)}),
        ("opmerking", {"note": "CafÃ©"}),
        ("bedrag", {"balance": "0"}),
        ("bedrag", {"balance": "-5,00"}),
        ("bedrag", {"balance": "12.34"}),
        ("bedrag", {"balance": "1,234"}),
        ("bedrag", {"balance": "$ 5"}),
        ("bedrag", {"balance": "1e9"}),
        ("bedrag", {"balance": "NaN"}),
        ("bedrag", {"balance": "١٢"}),
        ("bedrag", {"balance": "9" * 19}),
        ("bedrag", {"balance": "9" * 5000}),
    ],
)
def test_what_will_not_do_is_refused_by_field_and_never_repeated(field: str, changes: dict[str, str]) -> None:
    with pytest.raises(BadInput) as refused:
        debt(**changes)
    assert refused.value.field == field
    (value,) = changes.values()
    assert not value.strip() or value not in str(refused.value).partition(": ")[2]


@pytest.mark.parametrize("number", ["999990008", "9999900070", "NL91ABNA0417164300", "9000000030000003"])
def test_other_numbers_may_stand_in_a_note(number: str) -> None:
    assert debt(note=number).note == number


def test_an_amount_that_nobody_knows_is_not_zero() -> None:
    debts = [debt(), debt(balance=""), debt(balance="0,50")]
    assert said_totals(debts) == SaidTotals(128500, 3, 1)
    assert said_totals([]) == SaidTotals(0, 0, 0)
    result = assessed(evidence())
    assert unknown_words(result, said_totals(debts)).replace("\u00a0", " ") == "1 schuld zonder bedrag"
    assert unknown_words(result, said_totals([])) == "Niets waarvan wij weten"
    unread = replace(result, list_read=False)
    assert unknown_words(unread, said_totals([])) == "welke organisaties ontbreken"
    missing = unknown_words(assessed([]), said_totals(debts)).replace("\u00a0", " ")
    assert missing == "1 schuld zonder bedrag en 1 organisatie zonder bewijs"


def test_a_row_says_that_it_is_not_proven_and_no_other_table_has_it() -> None:
    said = [debt(creditor="=1+1"), debt(balance="")]
    _, _, make = DESK_FILES["zonder-bewijs.csv"]
    text = make(Contents(assessed(evidence()), said)).decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text), delimiter=";")
    assert {first["Bewijs"], second["Bewijs"]} == {"Niet bewezen: gezegd door de cliënt"}
    assert (first["Genoemd bedrag"], second["Genoemd bedrag"]) == ("1284,50", "")
    assert (first["Schuldeiser"], first["Soort schuld"]) == ("'=1+1", "Huur of hypotheek")
    for name, (_, _, other) in DESK_FILES.items():
        if name not in ("zonder-bewijs.csv", "bestand.xlsx"):
            assert other(Contents(assessed(evidence()), said)) == other(Contents(assessed(evidence())))
    # Not even a name of a column by which the two could be added up.
    names = {name for sheet in sheets_of(assessed(evidence())) for name, _ in sheet.columns}
    assert "Genoemd bedrag" not in names
    assert "Saldo" not in {name for name, _ in said_sheet(said).columns}


def test_a_spreadsheet_has_it_on_a_sheet_of_its_own_and_only_when_there_is_any() -> None:
    _, _, make = DESK_FILES["bestand.xlsx"]

    def part(said: list[SaidDebt], name: str) -> str:
        with zipfile.ZipFile(io.BytesIO(make(Contents(assessed(evidence()), said)))) as file:
            return file.read(name).decode()

    assert "Zonder bewijs" in part([debt()], "xl/workbook.xml")
    assert "<v>1284.5</v>" in part([debt()], "xl/worksheets/sheet5.xml")
    assert "Zonder bewijs" not in part([], "xl/workbook.xml")
    assert "zonder bewijs" in part([debt()], "docProps/core.xml")
    assert "zonder bewijs" not in part([], "docProps/core.xml")
    for sheet in ("sheet1", "sheet2", "sheet3", "sheet4"):
        assert part([debt()], f"xl/worksheets/{sheet}.xml").count("1284.5") == 0


def test_the_document_has_it_apart() -> None:
    found = evidence()
    answer, result = Answer(AS_OF, AS_OF, Shown("n", "a"), tuple(found)), assessed(found)
    request = VerificationRequest(
        "id", "file", "medewerker:anna", "schuldregeling", {}, "direct_post", "x509_hash", Binding("", "", "", ""),
        AS_OF, AS_OF, 0, Answered(answer),
    )  # fmt: skip
    document = download([request], SETTLEMENT, answer, result, said=[debt(), debt(balance="")], now=AS_OF)
    apart = document["zonderBewijs"]
    assert isinstance(apart, dict)
    assert (apart["genoemd"], apart["aantal"], apart["zonderBedrag"]) == (128450, 2, 1)
    assert "bewezen': False" in str(apart["schulden"])
    proven = result_document(answer, result)
    assert {name: document[name] for name in proven} == proven
