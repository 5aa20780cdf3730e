"""Cells that are more than text: what spreadsheets, JSON and databases say stands there, and what programs lost."""

import json
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from credentials.debts.case import Case
from credentials.debts.errors import DuplicateMember, MalformedSource, MissingField, SourceError
from issuer.sources import Columns, json_table, spreadsheet_table, workbook_parts
from issuer.sources.csv_table import csv_table
from issuer.sources.rows import Reading, read_table
from tests.debt_builders import CJIB, SAMIRA
from tests.debt_files import COLUMNS, HEADER, MOMENT, a_file, a_workbook, an_obligation

AT = datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
OBLIGATION = {
    "BSN": SAMIRA.reveal(),
    "Dossier": "ZAAK-1",
    "Soort": "opgelegd",
    "Geboekt": MOMENT,
    "Opgelegd": MOMENT,
    "Hoofd": True,
    "Code": "cjib_wahv",
    "Bedrag": 10,
    "Tekst": None,
    "Vervalt": None,
    "Kenmerk": None,
    "Naar": None,
}
DEMAND = OBLIGATION | {"Soort": "brief", "Hoofd": None, "Code": "Aanschrijving"}


def columns(**more: Any) -> Columns:
    return Columns(COLUMNS.columns, **({"events": COLUMNS.events, "decimal": "comma"} | more))


def of_json(*records: dict[str, Any], mapping: Columns = COLUMNS) -> Reading:
    data = json.dumps(records).encode()
    return read_table(json_table, data, mapping, file="debts.json", source_oin=CJIB.oin, at=AT)


def of_csv(*rows: str, mapping: Columns) -> Reading:
    return read_table(csv_table, a_file(*rows), mapping, file="debts.csv", source_oin=CJIB.oin, at=AT)


@pytest.fixture
def of_xlsx(tmp_path: Path) -> Callable[..., Reading]:
    def read(*records: dict[str, Any], mapping: Columns = COLUMNS, **options: Any) -> Reading:
        titles = HEADER.split(";")
        a_workbook(
            tmp_path / "debts.xlsx", [titles, *([each[title] for title in titles] for each in records)], **options
        )
        data = (tmp_path / "debts.xlsx").read_bytes()
        return read_table(spreadsheet_table, data, mapping, file="debts.xlsx", source_oin=CJIB.oin, at=AT)

    return read


def the_case(reading: Reading) -> Case:
    assert not reading.faults
    (case,) = reading.people[SAMIRA].cases_at(CJIB)
    return case


def the_fault(reading: Reading) -> SourceError:
    (fault,) = reading.faults
    assert reading.people == {}
    return fault


class TestAmounts:
    @pytest.mark.parametrize(("amount", "cents"), [(12.5, 1250), (12, 1200), (0.1 + 0.2, 30), (1284.50, 128_450)])
    def test_a_number_is_an_amount_in_euros_whatever_notation_texts_have(
        self, of_xlsx: Callable[..., Reading], amount: float, cents: int
    ) -> None:
        record = OBLIGATION | {"Bedrag": amount}
        assert the_case(of_xlsx(record)).owed == cents
        assert (
            the_case(
                of_json(OBLIGATION, DEMAND | {"Vervalt": "2026-02-01", "Kenmerk": "K", "Naar": "", "Tekst": "t"})
            ).owed
            == 1000
        )
        assert the_case(of_xlsx(record, mapping=columns(decimal="point"))).owed == cents

    @pytest.mark.parametrize("amount", [12.345, 0.001])
    def test_more_than_two_decimals_are_no_amount(self, of_xlsx: Callable[..., Reading], amount: float) -> None:
        fault = the_fault(of_xlsx(OBLIGATION | {"Bedrag": amount}))
        assert (fault.line, fault.field) == (2, "Bedrag")

    def test_whole_cents_are_whole(self, of_xlsx: Callable[..., Reading]) -> None:
        assert the_case(of_xlsx(OBLIGATION | {"Bedrag": 1250}, mapping=columns(decimal="cents"))).owed == 1250
        assert the_fault(of_xlsx(OBLIGATION | {"Bedrag": 12.5}, mapping=columns(decimal="cents"))).field == "Bedrag"


class TestDays:
    def test_a_day_in_a_cell_of_a_day_is_that_day(self, of_xlsx: Callable[..., Reading]) -> None:
        for options in ({}, {"date_1904": True}):
            case = the_case(of_xlsx(OBLIGATION, DEMAND | {"Vervalt": date(2026, 11, 28)}, **options))
            assert case.next_due_date == date(2026, 11, 28)

    def test_a_number_for_a_day_is_taken_only_where_that_is_declared(self, of_xlsx: Callable[..., Reading]) -> None:
        records = (OBLIGATION, DEMAND | {"Vervalt": 46354})
        assert the_case(of_xlsx(*records, mapping=columns(serial_days="1900"))).next_due_date == date(2026, 11, 28)
        fault = the_fault(of_xlsx(*records))
        assert (fault.line, fault.field) == (3, "Vervalt")
        assert "serial_days" in fault.reason

    def test_a_number_for_a_day_in_a_csv_file_likewise(self) -> None:
        rows = (
            an_obligation("10,00"),
            an_obligation("1,00", Soort="brief", Code="Aanschrijving", Vervalt="46354", Hoofd=""),
        )
        assert the_case(of_csv(*rows, mapping=columns(serial_days="1900"))).next_due_date == date(2026, 11, 28)
        assert the_case(of_csv(*rows, mapping=columns(serial_days="1904"))).next_due_date == date(2030, 11, 29)
        assert the_fault(of_csv(*rows, mapping=columns())).field == "Vervalt"

    def test_a_workbook_that_counts_from_another_year_than_declared_is_refused(
        self, of_xlsx: Callable[..., Reading]
    ) -> None:
        assert isinstance(the_fault(of_xlsx(OBLIGATION, mapping=columns(serial_days="1904"))), MalformedSource)

    @pytest.mark.parametrize("number", [0, 5, 999_999, -3])
    def test_a_number_that_counts_no_day_of_our_time_is_refused(
        self, of_xlsx: Callable[..., Reading], number: int
    ) -> None:
        mapping = columns(serial_days="1900")
        assert the_fault(of_xlsx(OBLIGATION, DEMAND | {"Vervalt": number}, mapping=mapping)).field == "Vervalt"

    @pytest.mark.parametrize("text", ["2026-11-28 00:00:00", "2026-11-28T00:00", "28-11-2026 0:00"])
    def test_midnight_behind_a_day_is_that_day(self, text: str) -> None:
        records = (OBLIGATION, DEMAND | {"Vervalt": text, "Kenmerk": "K", "Naar": "", "Tekst": ""})
        rows = [";".join({True: "ja", None: ""}.get(v, str(v)) for v in each.values()) for each in records]
        assert the_case(of_csv(*rows, mapping=columns())).next_due_date == date(2026, 11, 28)


class TestMoments:
    NETHERLANDS = columns(clock="netherlands")

    @pytest.mark.parametrize(
        ("written", "moment"),
        [
            ("28-4-2026", "2026-04-28T00:00:00+02:00"),
            ("2026-01-28", "2026-01-28T00:00:00+01:00"),
            ("28-4-2026 9:05", "2026-04-28T09:05:00+02:00"),
            ("2026-04-28 14:03:07", "2026-04-28T14:03:07+02:00"),
            ("2026-04-28T14:03:07+00:00", "2026-04-28T14:03:07+00:00"),
        ],
    )
    def test_a_moment_on_dutch_clocks_is_one_where_that_is_declared(self, written: str, moment: str) -> None:
        row = an_obligation("10,00", Geboekt=written)
        case = the_case(of_csv(row, mapping=self.NETHERLANDS))
        assert case.events[0].registered_at == datetime.fromisoformat(moment)
        if not written.endswith("+00:00"):
            fault = the_fault(of_csv(row, mapping=columns()))
            assert (fault.line, fault.field) == (2, "Geboekt")

    @pytest.mark.parametrize("written", ["2026-10-25 02:30", "2026-03-29 02:30", "28-4-2026 25:00", "31-2-2026 9:00"])
    def test_an_hour_that_clocks_say_twice_or_never_is_refused(self, written: str) -> None:
        fault = the_fault(of_csv(an_obligation("10,00", Geboekt=written), mapping=self.NETHERLANDS))
        assert fault.field == "Geboekt"
        assert written not in str(fault)

    def test_a_cell_of_a_moment_hangs_on_a_dutch_wall(self, of_xlsx: Callable[..., Reading]) -> None:
        record = OBLIGATION | {"Geboekt": datetime(2026, 4, 28, 14, 3)}  # noqa: DTZ001
        case = the_case(of_xlsx(record, mapping=self.NETHERLANDS))
        assert case.events[0].registered_at == datetime(2026, 4, 28, 12, 3, tzinfo=UTC)
        assert the_fault(of_xlsx(record)).field == "Geboekt"


class TestNames:
    def test_a_name_that_is_a_number_in_a_spreadsheet_needs_its_digits(self, of_xlsx: Callable[..., Reading]) -> None:
        record = OBLIGATION | {"Dossier": 12345}
        fault = the_fault(of_xlsx(record))
        assert (fault.field, "digits" in fault.reason) == ("Dossier", True)
        assert the_case(of_xlsx(record, mapping=columns(digits={"zaakkenmerk": 8}))).reference == "00012345"
        assert the_case(of_xlsx(record, mapping=columns(digits={"zaakkenmerk": 0}))).reference == "12345"
        assert the_fault(of_xlsx(record, mapping=columns(digits={"zaakkenmerk": 4}))).field == "Dossier"

    def test_a_citizens_number_that_is_a_number_gets_its_zero_back(self, of_xlsx: Callable[..., Reading]) -> None:
        reading = of_xlsx(OBLIGATION | {"BSN": 12345672})
        assert [each.reveal() for each in reading.people] == ["012345672"]

    def test_more_digits_than_a_spreadsheet_keeps_are_refused(self, of_xlsx: Callable[..., Reading]) -> None:
        record = DEMAND | {"Kenmerk": 8000000020260002}
        mapping = columns(digits={"betalingskenmerk": 16})
        assert the_fault(of_xlsx(OBLIGATION, record, mapping=mapping)).field == "Kenmerk"

    @pytest.mark.parametrize("written", ["20260001.0", "20260001,0"])
    def test_a_name_that_became_a_number_with_decimals_needs_its_digits(self, written: str) -> None:
        row = an_obligation("10,00", Dossier=written)
        fault = the_fault(of_csv(row, mapping=columns()))
        assert (fault.line, fault.field) == (2, "Dossier")
        assert the_case(of_csv(row, mapping=columns(digits={"zaakkenmerk": 9}))).reference == "020260001"

    def test_zeros_that_were_lost_in_a_csv_file_are_put_back_where_their_number_is_declared(self) -> None:
        mapping = columns(digits={"zaakkenmerk": 6})
        assert the_case(of_csv(an_obligation("1,00", Dossier="123"), mapping=mapping)).reference == "000123"
        assert the_fault(of_csv(an_obligation("1,00", Dossier="ZAAK"), mapping=mapping)).field == "Dossier"

    def test_whole_numbers_of_json_are_what_they_are(self) -> None:
        reading = of_json(OBLIGATION | {"Dossier": 12345, "Tekst": "t", "Vervalt": "", "Kenmerk": "", "Naar": ""})
        assert the_case(reading).reference == "12345"

    def test_only_names_have_digits(self) -> None:
        from credentials.errors import ConfigurationError

        with pytest.raises(ConfigurationError):
            columns(digits={"bedrag": 3})


class TestDamage:
    @pytest.mark.parametrize("cell", ["=1/0 -> #DIV/0!", "=NA() -> #N/A", "=X1 -> #REF!"])
    def test_an_error_is_no_empty_cell(self, of_xlsx: Callable[..., Reading], cell: str) -> None:
        fault = the_fault(of_xlsx(OBLIGATION, DEMAND | {"Vervalt": cell}))
        assert (fault.line, fault.field) == (3, "Vervalt")

    def test_a_formula_without_its_outcome_is_no_empty_cell(
        self, of_xlsx: Callable[..., Reading], tmp_path: Path
    ) -> None:
        of_xlsx(OBLIGATION, DEMAND | {"Vervalt": "=1+1 -> 46354"})
        data = rewritten(
            tmp_path / "debts.xlsx", "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>46354</v>", b"")
        )
        fault = the_fault(read_table(spreadsheet_table, data, COLUMNS, file="x.xlsx", source_oin=CJIB.oin, at=AT))
        assert (fault.line, fault.field) == (3, "Vervalt")

    def test_of_several_sheets_one_is_named(self, of_xlsx: Callable[..., Reading]) -> None:
        sheets = ("Uitleg", "Vorderingen")
        assert isinstance(the_fault(of_xlsx(OBLIGATION, sheets=sheets)), MalformedSource)
        assert the_case(of_xlsx(OBLIGATION, sheets=sheets, mapping=columns(sheet="Vorderingen"))).owed == 1000
        assert isinstance(the_fault(of_xlsx(OBLIGATION, sheets=sheets, mapping=columns(sheet="Weg"))), MalformedSource)

    def test_a_column_that_is_not_there_is_named(self) -> None:
        fault = the_fault(of_json({key: value for key, value in OBLIGATION.items() if key != "Tekst"}))
        assert isinstance(fault, MissingField)
        assert fault.field == "Tekst"


class TestJson:
    FULL = OBLIGATION | {"Tekst": "t", "Vervalt": "", "Kenmerk": "", "Naar": ""}

    def read(self, text: str, mapping: Columns = COLUMNS) -> Reading:
        return read_table(json_table, text.encode(), mapping, file="d.json", source_oin=CJIB.oin, at=AT)

    def test_an_object_per_line_and_an_array_in_an_object_are_tables_too(self) -> None:
        row = json.dumps(self.FULL)
        assert the_case(self.read(row + "\n" + json.dumps(DEMAND) + "\n")).owed == 1000
        inside = f'{{"totaal": 1, "regels": [{row}], "eind": null}}'
        assert the_case(self.read(inside, columns(rows="regels"))).owed == 1000
        assert isinstance(the_fault(self.read(inside, columns(rows="weg"))), MissingField)

    def test_a_fault_is_on_the_line_where_its_object_begins(self) -> None:
        text = json.dumps([self.FULL, self.FULL | {"Bedrag": "tien"}], indent=1)
        fault = the_fault(self.read(text))
        assert fault.line == text[: text.rindex("{")].count("\n") + 1
        assert fault.field == "Bedrag"

    def test_a_member_that_stands_twice_is_refused(self) -> None:
        assert isinstance(the_fault(self.read('[{"BSN": "1", "BSN": "2"}]')), DuplicateMember)

    @pytest.mark.parametrize(
        "text",
        ["", "[", "{}x", "[1]", "[{]", '"x"', "[" * 100_000, '[{"BSN": NaN}]', '[{"BSN": 1e400}]', "[{}] x"],
    )
    def test_what_is_no_table_is_refused(self, text: str) -> None:
        assert self.read(text).people == {}
        assert self.read(text).faults or text == "{}x"

    @pytest.mark.parametrize("power", ["e" + "9" * 30, "e-" + "9" * 30])
    def test_a_number_of_no_size_is_refused_in_every_column(self, power: str) -> None:
        for column in self.FULL:
            text = json.dumps(self.FULL | {column: "@"}).replace('"@"', f"1{power}")
            assert self.read(text).faults

    def test_a_list_in_a_cell_is_refused(self) -> None:
        assert the_fault(self.read(json.dumps([self.FULL | {"Tekst": ["a"]}]))).field == "Tekst"


def rewritten(file: Path, part: str, change: Callable[[bytes], bytes], *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the workbook with one part changed."""
    target = file.with_name("changed.xlsx")
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(target, "w", packing) as after:
        for each in before.infolist():
            data = before.read(each)
            after.writestr(each.filename, change(data) if each.filename == part else data)
    return target.read_bytes()


class TestHostileWorkbooks:
    def refused(self, data: bytes) -> SourceError:
        return the_fault(read_table(spreadsheet_table, data, COLUMNS, file="x.xlsx", source_oin=CJIB.oin, at=AT))

    def changed(
        self, of_xlsx: Callable[..., Reading], folder: Path, change: Callable[[bytes], bytes], part: str
    ) -> bytes:
        of_xlsx(OBLIGATION)
        return rewritten(folder / "debts.xlsx", part, change)

    SHEET = "xl/worksheets/sheet1.xml"

    @pytest.fixture
    def workbook(self, of_xlsx: Callable[..., Reading], tmp_path: Path) -> Callable[[bytes, bytes], bytes]:
        return lambda before, after: self.changed(
            of_xlsx, tmp_path, lambda xml: xml.replace(before, after, 1), self.SHEET
        )

    def test_a_document_type_is_refused_in_every_encoding(
        self, of_xlsx: Callable[..., Reading], tmp_path: Path
    ) -> None:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'

        def with_type(xml: bytes, encoding: str) -> bytes:
            text = xml.decode().partition("?>")[2]
            return f'<?xml version="1.0" encoding="{encoding}"?>{bomb}{text}'.encode(encoding)

        for encoding in ("utf-8", "utf-16"):
            data = self.changed(of_xlsx, tmp_path, lambda xml, e=encoding: with_type(xml, e), self.SHEET)  # type: ignore[misc]
            assert "document type" in self.refused(data).reason

    def test_a_part_that_unpacks_without_end_is_stopped(
        self, of_xlsx: Callable[..., Reading], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workbook_parts.Parts.steps, "__kwdefaults__", {"before": None, "most": 1 << 20})
        data = self.changed(
            of_xlsx, tmp_path, lambda xml: xml.replace(b"<sheetData>", b" " * (4 << 20) + b"<sheetData>"), self.SHEET
        )
        assert len(data) < 1 << 16
        assert "too large" in self.refused(data).reason

    def test_a_part_that_is_packed_as_workbooks_are_not_is_refused(
        self, of_xlsx: Callable[..., Reading], tmp_path: Path
    ) -> None:
        of_xlsx(OBLIGATION)
        for packing, is_taken in ((zipfile.ZIP_STORED, True), (zipfile.ZIP_BZIP2, False), (zipfile.ZIP_LZMA, False)):
            data = rewritten(tmp_path / "debts.xlsx", self.SHEET, lambda xml: xml, packing=packing)
            reading = read_table(spreadsheet_table, data, COLUMNS, file="x.xlsx", source_oin=CJIB.oin, at=AT)
            assert bool(reading.people) is is_taken
            assert is_taken or "packed" in the_fault(reading).reason

    def test_a_workbook_of_too_many_parts_is_refused_before_they_are_listed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workbook_parts, "MAX_PARTS", 3)
        assert "too many parts" in self.refused(b"PK\x01\x02" * 4).reason

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (b"<v>10</v>", b"<v>" + b"1" * 3_000 + b"</v>"),
            (b'<row r="2"', b'<row x="' + b"1" * 9_000 + b'" r="2"'),
        ],
    )
    def test_a_text_and_a_tag_have_their_bounds_too(
        self, workbook: Callable[[bytes, bytes], bytes], monkeypatch: pytest.MonkeyPatch, before: bytes, after: bytes
    ) -> None:
        for name in ("MAX_TEXT", "MAX_TAG", "_STEP"):
            monkeypatch.setattr(workbook_parts, name, 2_000)
        assert "too large" in self.refused(workbook(before, after)).reason

    def test_two_sheets_of_one_name_are_refused(self, of_xlsx: Callable[..., Reading], tmp_path: Path) -> None:
        second = b'<sheet name="Blad1" sheetId="2" r:id="rId1"/></sheets>'
        data = self.changed(of_xlsx, tmp_path, lambda xml: xml.replace(b"</sheets>", second), "xl/workbook.xml")
        assert "one name" in self.refused(data).reason

    def test_digits_of_another_script_are_no_number_of_a_style(
        self, of_xlsx: Callable[..., Reading], tmp_path: Path
    ) -> None:
        data = self.changed(
            of_xlsx, tmp_path, lambda xml: xml.replace(b'numFmtId="0"', 'numFmtId="\u00b2"'.encode()), "xl/styles.xml"
        )
        assert the_case(read_table(spreadsheet_table, data, COLUMNS, file="x", source_oin=CJIB.oin, at=AT)).owed == 1000

    def test_an_archive_that_lies_about_sizes_is_read_by_its_bytes(
        self, of_xlsx: Callable[..., Reading], tmp_path: Path
    ) -> None:
        data = self.changed(of_xlsx, tmp_path, lambda xml: xml, self.SHEET)
        name = self.SHEET.encode()
        at = data.rindex(b"PK\x01\x02", 0, data.rindex(name))
        lying = data[: at + 24] + struct.pack("<I", 5) + data[at + 28 :]
        assert self.refused(lying).reason

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (b'<row r="2"', b'<row r="1"'),
            (b'<row r="2"', b'<row r="99999999"'),
            (b'r="B2"', b'r="A2"'),
            (b'r="B2"', b'r="B7"'),
            (b'r="B2"', b'r="ZZZ2"'),
            (b'r="B2"', b'r="@"'),
            (b"<v>0</v>", b"<v>4000000</v>"),
            (b"<v>0</v>", b"<v>-1</v>"),
            (b"<v>10</v>", b"<v>ten</v>"),
            (b"</sheetData>", b"</sheetDatum>"),
        ],
    )
    def test_a_sheet_that_contradicts_itself_is_refused(
        self, of_xlsx: Callable[..., Reading], tmp_path: Path, before: bytes, after: bytes
    ) -> None:
        def change(xml: bytes) -> bytes:
            assert before in xml
            return xml.replace(before, after, 1)

        assert isinstance(self.refused(self.changed(of_xlsx, tmp_path, change, self.SHEET)), MalformedSource)

    @pytest.mark.parametrize("data", [b"", b"PK", b"\xd0\xcf\x11\xe0" + b"x" * 512, b"BSN;Zaak\n"])
    def test_what_is_no_workbook_is_refused(self, data: bytes) -> None:
        assert isinstance(self.refused(data), MalformedSource)

    @pytest.mark.parametrize(
        "part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml"]
    )
    def test_a_part_that_is_not_xml_is_refused(
        self, of_xlsx: Callable[..., Reading], tmp_path: Path, part: str
    ) -> None:
        assert isinstance(self.refused(self.changed(of_xlsx, tmp_path, lambda _: b"<", part)), MalformedSource)
