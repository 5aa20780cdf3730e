"""ODS workbooks: what a cell says it holds counts, what is alike counts each time it stands there, errors are told."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from credentials.debts.case import Case
from credentials.debts.errors import MalformedSource, SourceError
from issuer.sources import Columns, ods_table, spreadsheet_table
from issuer.sources.rows import Reading, read_table
from tests.conftest import do_without
from tests.debt_builders import CJIB, SAMIRA
from tests.debt_files import COLUMNS, HEADER, MOMENT, a_workbook, an_ods, an_ods_row

AT = datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
TITLES = HEADER.split(";")
OBLIGATION: dict[str, Any] = dict.fromkeys(TITLES) | {
    "BSN": SAMIRA.reveal(),
    "Dossier": "ZAAK-1",
    "Soort": "opgelegd",
    "Geboekt": MOMENT,
    "Opgelegd": MOMENT,
    "Hoofd": True,
    "Code": "cjib_wahv",
    "Bedrag": 10,
}
DEMAND = OBLIGATION | {"Soort": "brief", "Hoofd": None, "Code": "Aanschrijving"}
PAYMENT = OBLIGATION | {"Soort": "betaald", "Hoofd": None, "Code": None, "Opgelegd": None, "Bedrag": 1}

Read = Callable[..., Reading]


def rows_of(*records: dict[str, Any]) -> str:
    return "".join(an_ods_row([each[title] for title in TITLES]) for each in records)


def columns(**more: Any) -> Columns:
    return Columns(COLUMNS.columns, **({"events": COLUMNS.events, "decimal": "comma"} | more))


def reading(data: bytes, mapping: Columns = COLUMNS) -> Reading:
    return read_table(spreadsheet_table, data, mapping, file="debts.ods", source_oin=CJIB.oin, at=AT)


@pytest.fixture
def of_rows(tmp_path: Path) -> Read:
    def read(rows: str, *, mapping: Columns = COLUMNS, **options: Any) -> Reading:
        return reading(an_ods(tmp_path / "debts.ods", ("Blad1", an_ods_row(TITLES) + rows), **options), mapping)

    return read


def the_case(found: Reading) -> Case:
    assert not found.faults
    (case,) = found.people[SAMIRA].cases_at(CJIB)
    return case


def the_fault(found: Reading) -> SourceError:
    (fault,) = found.faults
    assert found.people == {}
    return fault


class TestCells:
    @pytest.mark.parametrize(("amount", "cents"), [(214.5, 21450), (0.1, 10), (1250, 125_000), (1e3, 100_000)])
    def test_a_number_is_an_amount(self, of_rows: Read, amount: float, cents: int) -> None:
        assert the_case(of_rows(rows_of(OBLIGATION | {"Bedrag": amount}))).owed == cents

    def test_an_amount_of_money_says_its_currency(self, of_rows: Read) -> None:
        def cell(currency: str) -> str:
            return f'<table:table-cell office:value-type="currency" {currency} office:value="10.5"/>'

        for currency in ('office:currency="EUR"', ""):
            assert the_case(of_rows(rows_of(OBLIGATION | {"Bedrag": cell(currency)}))).owed == 1050
        fault = the_fault(of_rows(rows_of(OBLIGATION | {"Bedrag": cell('office:currency="USD"')})))
        assert (fault.line, fault.field) == (2, "Bedrag")

    def test_a_day_and_a_moment_are_what_they_are(self, of_rows: Read) -> None:
        at = datetime(2026, 4, 28, 14, 3)  # noqa: DTZ001
        record = OBLIGATION | {"Geboekt": at}
        case = the_case(
            of_rows(rows_of(record, DEMAND | {"Vervalt": date(2026, 11, 28)}), mapping=columns(clock="netherlands"))
        )
        assert case.next_due_date == date(2026, 11, 28)
        assert max(event.registered_at for event in case.events) == datetime(2026, 4, 28, 12, 3, tzinfo=UTC)
        assert the_fault(of_rows(rows_of(record))).field == "Geboekt"

    @pytest.mark.parametrize("day", ["2026-02-30", "-0044-03-15", "28-11-2026", ""])
    def test_a_day_that_is_none_is_refused(self, of_rows: Read, day: str) -> None:
        cell = f'<table:table-cell office:value-type="date" office:date-value="{day}"/>'
        assert the_fault(of_rows(rows_of(OBLIGATION, DEMAND | {"Vervalt": cell}))).field == "Vervalt"

    @pytest.mark.parametrize(
        "cell",
        [
            '<table:table-cell office:value-type="percentage" office:value="0.1"/>',
            '<table:table-cell office:value-type="time" office:time-value="PT10H"/>',
        ],
    )
    def test_what_is_no_amount_is_refused(self, of_rows: Read, cell: str) -> None:
        fault = the_fault(of_rows(rows_of(OBLIGATION | {"Bedrag": cell})))
        assert (fault.line, fault.field) == (2, "Bedrag")

    def test_a_text_has_its_spaces_and_lines_and_nothing_of_a_note(self, of_rows: Read) -> None:
        cell = (
            '<table:table-cell office:value-type="string">'
            "<office:annotation><text:p>van mij</text:p></office:annotation>"
            '<text:p>Boete<text:s text:c="2"/>voor <text:span>te</text:span> hard</text:p><text:p>rijden<text:note>'
            "<text:p>zie brief</text:p></text:note>.</text:p></table:table-cell>"
        )
        (event,) = the_case(of_rows(rows_of(OBLIGATION | {"Tekst": cell}))).events
        assert getattr(event, "description", None) == "Boete  voor te hard\nrijden."

    def test_a_number_for_a_name_needs_its_digits(self, of_rows: Read) -> None:
        record = rows_of(OBLIGATION | {"Dossier": 12345})
        assert the_fault(of_rows(record)).field == "Dossier"
        assert the_case(of_rows(record, mapping=columns(digits={"zaakkenmerk": 8}))).reference == "00012345"

    @pytest.mark.parametrize(
        "cell",
        [
            '<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error"/>',
            '<table:table-cell office:value-type="float" office:value="0"><text:p>Err:502</text:p></table:table-cell>',
            '<table:table-cell office:value-type="string"><text:p>#N/B</text:p></table:table-cell>',
            '<table:table-cell table:formula="of:=TODAY()"/>',
        ],
    )
    def test_an_error_is_no_empty_cell(self, of_rows: Read, cell: str) -> None:
        fault = the_fault(of_rows(rows_of(OBLIGATION, DEMAND | {"Vervalt": cell})))
        assert (fault.line, fault.field) == (3, "Vervalt")


class TestWhatIsAlike:
    def test_rows_that_are_alike_count_as_often_as_they_stand_there(self, of_rows: Read) -> None:
        payments = an_ods_row([PAYMENT[title] for title in TITLES], alike=3)
        assert the_case(of_rows(rows_of(OBLIGATION) + payments)).settled == 300

    def test_a_fault_is_told_by_the_row_where_it_stands(self, of_rows: Read) -> None:
        empty = an_ods_row([None], alike=5)
        assert the_fault(of_rows(rows_of(OBLIGATION) + empty + rows_of(DEMAND | {"Bedrag": "tien"}))).line == 8

    def test_empty_rows_and_cells_up_to_the_edge_are_nothing(self, of_rows: Read) -> None:
        edge = '<table:table-cell table:number-columns-repeated="16384"/>'
        assert the_case(of_rows(rows_of(OBLIGATION) + an_ods_row([edge], alike=1_048_574))).owed == 1000

    def test_rows_without_end_are_refused(self, of_rows: Read) -> None:
        for alike in (1_001, 1_000_000, 0):
            rows = an_ods_row([PAYMENT[title] for title in TITLES], alike=alike)
            assert isinstance(the_fault(of_rows(rows_of(OBLIGATION) + rows)), MalformedSource)

    def test_cells_without_end_are_refused(self, of_rows: Read) -> None:
        cell = (
            '<table:table-cell table:number-columns-repeated="99999999" office:value-type="string"><text:p>x</text:p>'
            "</table:table-cell>"
        )
        assert isinstance(the_fault(of_rows(an_ods_row([cell]))), MalformedSource)

    def test_more_rows_than_a_sheet_has_are_refused(self, of_rows: Read, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ods_table, "MAX_ROWS", 2)
        assert isinstance(the_fault(of_rows(rows_of(OBLIGATION, PAYMENT))), MalformedSource)


class TestWorkbooks:
    def test_of_several_sheets_one_is_named(self, tmp_path: Path) -> None:
        rows = an_ods_row(TITLES) + rows_of(OBLIGATION)
        data = an_ods(tmp_path / "a.ods", ("Uitleg", an_ods_row(["Lees dit"])), ("Vorderingen", rows))
        assert isinstance(the_fault(reading(data)), MalformedSource)
        assert the_case(reading(data, columns(sheet="Vorderingen"))).owed == 1000
        assert isinstance(the_fault(reading(data, columns(sheet="Weg"))), MalformedSource)
        twice = an_ods(tmp_path / "b.ods", ("Vorderingen", rows), ("Vorderingen", rows))
        assert "two sheets" in the_fault(reading(twice, columns(sheet="Vorderingen"))).reason

    def test_what_was_deleted_with_changes_tracked_is_gone(self, of_rows: Read) -> None:
        gone = (
            "<table:tracked-changes><table:deletion><table:deletions><table:cell-content-deletion>"
            '<table:change-track-table-cell office:value-type="float" office:value="7"/>'
            "</table:cell-content-deletion></table:deletions></table:deletion></table:tracked-changes>"
        )
        assert the_case(of_rows(rows_of(OBLIGATION), before=gone)).owed == 1000

    def test_rows_in_a_group_are_rows(self, of_rows: Read) -> None:
        grouped = f"<table:table-row-group>{rows_of(OBLIGATION)}</table:table-row-group>"
        assert the_case(of_rows(grouped)).owed == 1000

    def test_a_table_in_a_table_is_refused(self, of_rows: Read) -> None:
        inside = f'<table:table table:name="Blad1">{rows_of(PAYMENT)}</table:table>'
        for rows in (inside, an_ods_row([f"<table:table-cell>{inside}</table:table-cell>"])):
            assert isinstance(the_fault(of_rows(rows_of(OBLIGATION) + rows)), MalformedSource)

    def test_one_with_a_password_is_refused_with_that_reason(self, of_rows: Read) -> None:
        locked = '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>'
        assert "password" in the_fault(of_rows(rows_of(OBLIGATION), manifest=locked)).reason

    @pytest.mark.parametrize("kind", ["application/vnd.oasis.opendocument.text", ""])
    def test_another_document_is_refused(self, of_rows: Read, kind: str) -> None:
        assert isinstance(the_fault(of_rows(rows_of(OBLIGATION), kind=kind)), MalformedSource)

    @pytest.mark.parametrize(
        "cell",
        [
            '<table:table-cell office:value-type="anders"/>',
            '<table:table-cell office:value-type="float" office:value="tien"/>',
            '<table:table-cell office:value-type="float"/>',
            '<table:table-cell office:value-type="boolean"/>',
        ],
    )
    def test_a_cell_that_no_program_writes_refuses_the_file(self, of_rows: Read, cell: str) -> None:
        assert isinstance(the_fault(of_rows(rows_of(OBLIGATION | {"Bedrag": cell}))), MalformedSource)

    def test_one_of_another_year_of_counting_is_of_no_matter(self, of_rows: Read) -> None:
        assert the_case(of_rows(rows_of(OBLIGATION), mapping=columns(serial_days="1904"))).owed == 1000


@pytest.mark.long
def test_what_libreoffice_makes_of_a_workbook_says_the_same(tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        do_without("no LibreOffice here: install it (Debian: apt-get install libreoffice-calc-nogui)")
    records = [
        OBLIGATION,
        DEMAND | {"Vervalt": date(2026, 11, 28), "Tekst": "twee  spaties\nen een regel"},
        PAYMENT,
        PAYMENT,
    ]
    a_workbook(tmp_path / "debts.xlsx", [TITLES, *([each[title] for title in TITLES] for each in records)])
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    made = [
        program,
        profile,
        "--headless",
        "--convert-to",
        "ods",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "debts.xlsx"),
    ]
    subprocess.run(made, check=True, capture_output=True, timeout=120)
    of_ods, of_xlsx = (the_case(reading((tmp_path / f"debts.{kind}").read_bytes())) for kind in ("ods", "xlsx"))
    assert of_ods == of_xlsx
    assert of_ods.settled == 200
