"""What a counsellor takes along, opened by LibreOffice: every reference, amount and day as it was."""

import csv
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from credentials.debts.claims import case_claims, overview_claims
from credentials.debts.overview import overview_of
from tests.conftest import do_without
from tests.debt_builders import AS_OF, CJIB, a_case, demanded, imposed, paid
from verifier.domain.changes import Change, Changes, Difference, What
from verifier.domain.evidence import CASE, OVERVIEW, Body, Evidence
from verifier.domain.result import Result, assess
from verifier.domain.templates import SETTLEMENT
from verifier.exports.files import TABLE_FILES, XLSX, Contents

REFERENCE = "8000000020260001"
LEADING = "0000123456789012"
OIN = "00000000900000001000"
PLACE = Body("https://cjib.example", "=1+1 & Zonen", OIN, "cjib")

# LibreOffice's options of a CSV file to read: separator ";", quote, UTF-8, from line 1, no formats by column, language
# 1043 (Dutch); then whether a quoted field is text, and whether special numbers (days) are recognised.
READ = "59,34,76,1,,1043,true,true"
UNQUOTED = "59,34,76,1,,1043,false,true"
# To write: separator ",", quote, UTF-8, from line 1, no formats, language 1033 (English), not all texts in quotes, and
# cells not as shown but as they are; then sheet -1: every sheet to a file of its own. What was read as a day is so
# written the English way, month first; what was read as text stays as it was.
WRITE = "44,34,76,1,,1033,false,false,false,false,false,-1"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        do_without("no LibreOffice here: install it (Debian: apt-get install libreoffice-calc-nogui)")
    return program, tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def result() -> Result:
    case = a_case(
        imposed("f1", 123456, decision_number=LEADING),
        demanded("b1", 123456, 1, due=30, payment_reference=REFERENCE),
        paid("p1", 456, 3),
        reference="2026-03-04",
    )
    claims = case_claims(case, "digest") | {"omschrijving": '=HYPERLINK("http://x";"y")'}
    overview = overview_claims(overview_of(CJIB, [case], AS_OF), ["digest"])
    evidence = [
        Evidence("o", "dc+sd-jwt", OVERVIEW, PLACE, "bewezen", (), overview, "x"),
        Evidence("z", "dc+sd-jwt", CASE, PLACE, "bewezen", (), claims, "x"),
    ]
    return assess(evidence, SETTLEMENT, [PLACE], received_at=AS_OF, checked_at=AS_OF, cases_asked=True)


def opened(office: tuple[str, Path], file: str, content: bytes, read: str = "") -> Mapping[str, list[dict[str, str]]]:
    """Open a file as a person does, and give what each sheet then holds, by its name."""
    program, folder = office
    (folder / file).write_bytes(content)
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    options = [f"--infilter=CSV:{read}"] if read else []
    subprocess.run(  # a program of this machine, with our own arguments
        [
            program, "--headless", "--norestore", f"-env:UserInstallation=file://{folder / 'profile'}", *options,
            "--convert-to", f"csv:Text - txt - csv (StarCalc):{WRITE}", "--outdir", str(out), str(folder / file),
        ],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    found: dict[str, list[dict[str, str]]] = {}
    for each in sorted(out.glob("*.csv")):
        with each.open(encoding="utf-8", newline="") as text:
            found[each.stem.removeprefix(file.rpartition(".")[0]).lstrip("-")] = list(csv.DictReader(text))
    return found


def check(row: dict[str, str], *, guard: str = "") -> None:
    assert row["Betaalreferentie"] == REFERENCE
    assert row["Beschikkingsnummer"] == LEADING
    assert row["FactuurnummerSE"] == "2026-03-04"
    assert row["OIN schuldeiser"] == CJIB.oin
    assert row["OIN schuldeiser"].startswith("0")
    assert row["Soort schuld"] == f'{guard}=HYPERLINK("http://x";"y")'
    assert (row["Saldo"], row["Nu te betalen"]) == ("1230", "1230")
    assert row["Oorspronkelijk bedrag"] == "1234.56"
    assert row["Te laat sinds"] == "02/04/2026"


def test_a_spreadsheet_keeps_what_the_xlsx_file_says(office: tuple[str, Path], result: Result) -> None:
    _, _, make = TABLE_FILES[XLSX]
    sheets = opened(office, "schulden.xlsx", make(Contents(result)))
    assert sheets.keys() == {"Schulden", "Organisaties", "Niet geteld", "Tegenspraken"}
    (debt,) = sheets["Schulden"]
    check(debt)
    (body,) = sheets["Organisaties"]
    assert (body["Organisatie"], body["OIN"], body["Saldo"]) == ("=1+1 & Zonen", OIN, "1230")


def test_what_changed_has_its_amounts_and_days_and_references_too(office: tuple[str, Path], result: Result) -> None:
    (line,) = result.proven_cases
    numbered = replace(line, case=replace(line.case, reference=REFERENCE))
    facts = (Difference("balance", 123456, 123000), Difference("next_due_date", date(2026, 2, 1), date(2026, 3, 4)))
    _, _, make = TABLE_FILES[XLSX]
    content = make(Contents(result, changes=Changes((Change(What.CHANGED, numbered, line, facts),), (), ())))
    balance, day = opened(office, "veranderd.xlsx", content)["Veranderd"]
    assert balance["FactuurnummerSE"] == day["FactuurnummerSE"] == REFERENCE
    assert balance["OIN"] == OIN
    assert (balance["Bedrag eerst"], balance["Bedrag nu"]) == ("1234.56", "1230")
    assert (day["Dag eerst"], day["Dag nu"]) == ("02/01/2026", "03/04/2026")


def test_a_reader_that_heeds_quotes_keeps_what_the_csv_file_says(office: tuple[str, Path], result: Result) -> None:
    _, _, make = TABLE_FILES["schulden.csv"]
    (debt,) = next(iter(opened(office, "tabel.csv", make(Contents(result)), READ).values()))
    check(debt, guard="'")


def test_a_reader_that_does_not_is_what_the_xlsx_file_is_for(office: tuple[str, Path], result: Result) -> None:
    _, _, make = TABLE_FILES["schulden.csv"]
    (debt,) = next(iter(opened(office, "tabel.csv", make(Contents(result)), UNQUOTED).values()))
    assert debt["Betaalreferentie"] != REFERENCE or debt["Beschikkingsnummer"] == LEADING.lstrip("0")
