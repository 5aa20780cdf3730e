"""What a CSV file may look like: everything that is declared or has one meaning, and nothing else."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from credentials.debts.case import Case
from credentials.debts.errors import InvalidField, MalformedSource, MissingField, SourceError
from credentials.errors import ConfigurationError
from issuer.app.registers import columns_of
from issuer.settings import CsvSource, load_agency
from issuer.sources import Columns, TotalRow
from issuer.sources.csv_table import csv_table
from issuer.sources.rows import MAX_FAULTS, Reading, read_table
from tests.debt_builders import CJIB, SAMIRA
from tests.debt_files import COLUMNS, HEADER, a_demand, a_file, a_payment, a_row, an_obligation
from tests.unit.debts.test_names_that_are_digits import DAMAGED

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
ROWS = (an_obligation("214,50", Tekst="Café"), a_payment("100,00"))


def columns(**more: Any) -> Columns:  # what the mapping takes
    return Columns(COLUMNS.columns, **({"events": COLUMNS.events, "decimal": "comma"} | more))


def reading(data: bytes, mapping: Columns = COLUMNS) -> Reading:
    return read_table(csv_table, data, mapping, file="debts.csv", source_oin=CJIB.oin, at=AT)


def case_in(data: bytes, mapping: Columns = COLUMNS) -> Case:
    found = reading(data, mapping)
    assert found.faults == ()
    (case,) = found.people[SAMIRA].cases_at(CJIB)
    return case


def the_fault(data: bytes, mapping: Columns = COLUMNS) -> SourceError:
    found = reading(data, mapping)
    fault = found.faults[0]
    assert len({each.line for each in found.faults}) == 1
    assert found.people == {}
    assert fault.file == "debts.csv"
    return fault


# Around the rows.


@pytest.mark.parametrize("tail", [b";;;;;;;;;;;\n", b";;;;;;;;;;;\r\n" * 20, b"\n\n", b" ; ;;;;;;;;;;\n", b";\n"])
def test_empty_rows_are_no_rows(tail: bytes) -> None:
    assert case_in(a_file(*ROWS) + tail).balance == 11_450
    assert case_in(a_file(ROWS[0]) + tail + ROWS[1].encode() + b"\n").balance == 11_450


def test_a_row_with_one_thing_in_it_is_a_row() -> None:
    fault = the_fault(a_file(*ROWS, ";;;;;;;;los woord;;;"))
    assert isinstance(fault, MissingField)
    assert (fault.line, fault.field) == (4, "BSN")


@pytest.mark.parametrize("line", [b"sep=;\n", b"sep=;\r\n", b"SEP=;\r\n", b'"sep=;"\r\n', b"\xef\xbb\xbfsep=;\r\n"])
def test_the_line_that_tells_a_spreadsheet_the_delimiter_is_passed_over(line: bytes) -> None:
    assert case_in(line + a_file(*ROWS)).balance == 11_450


def test_lines_are_counted_with_the_one_that_tells_the_delimiter() -> None:
    assert the_fault(b"sep=;\r\n" + a_file(ROWS[0], a_payment("tien"))).line == 4
    assert the_fault(b"sep=;\r\n" + a_file(*ROWS, header=HEADER.replace("BSN", "Nummer"))).line == 2


def test_a_line_that_tells_another_delimiter_than_the_settings_is_refused() -> None:
    fault = the_fault(b"sep=,\r\n" + a_file(*ROWS))
    assert isinstance(fault, MalformedSource)
    assert fault.line == 1


TOTAL = columns(total_row=TotalRow("Dossier", "Totaal"))


def test_a_total_row_that_is_declared_is_passed_over() -> None:
    assert case_in(a_file(*ROWS, ";Totaal;;;;;;314,50;;;;"), TOTAL).balance == 11_450


@pytest.mark.parametrize(
    ("row", "mapping", "column"),
    [
        (";Totaal;;;;;;314,50;;;;", COLUMNS, "BSN"),
        (";Total;;;;;;314,50;;;;", TOTAL, "BSN"),
        (a_payment("9,00", Dossier="Totaal"), TOTAL, "BSN"),
    ],
)
def test_a_total_row_is_not_guessed_and_names_no_citizen(row: str, mapping: Columns, column: str) -> None:
    fault = the_fault(a_file(*ROWS, row), mapping)
    assert (fault.line, fault.field) == (4, column)


def test_a_total_row_is_looked_for_in_a_column_that_is_there() -> None:
    assert isinstance(the_fault(a_file(*ROWS), columns(total_row=TotalRow("Soortje", "Totaal"))), MissingField)


# Encodings.


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf-8-sig", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-16"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
    ],
)
def test_an_encoding_that_is_declared_or_marked_is_read(declared: str, written: str) -> None:
    case = case_in(a_file(*ROWS).decode().encode(written), columns(encoding=declared))
    assert case.events[0].description == "Café"


def test_utf_16_is_read_in_both_orders_of_bytes() -> None:
    text = a_file(*ROWS).decode()
    assert case_in(b"\xfe\xff" + text.encode("utf-16-be")) == case_in(b"\xff\xfe" + text.encode("utf-16-le"))


@pytest.mark.parametrize(
    ("declared", "data", "line"),
    [
        ("utf-8-sig", a_file(*ROWS).decode().encode("cp1252"), 2),
        ("utf-16", a_file(*ROWS).decode().encode("utf-16-le"), 1),
        ("utf-16", a_file(*ROWS), 1),
        ("cp1252", a_file(*ROWS).decode().encode("utf-8-sig"), 1),
        ("cp1252", a_file(*ROWS).decode().encode("utf-16"), 1),
        ("utf-8-sig", a_file(*ROWS).decode().encode("utf-32"), 1),
        ("utf-8-sig", a_file(*ROWS).decode().encode("utf-16")[:-1], 3),
    ],
)
def test_an_encoding_that_is_neither_is_refused(declared: str, data: bytes, line: int) -> None:
    fault = the_fault(data, columns(encoding=declared))
    assert isinstance(fault, MalformedSource)
    assert fault.line == line


def test_utf_8_under_settings_that_say_windows_1252_is_seen() -> None:
    fault = the_fault(a_file(*ROWS), columns(encoding="cp1252"))
    assert (fault.line, fault.field) == (2, "Tekst")
    assert "Windows-1252" in fault.reason


# Cells.


@pytest.mark.parametrize("text", ["214,5", "214,50 €", "€ 214,50", "+214,50", "214,50 EUR"])
def test_an_amount_with_one_meaning_is_read(text: str) -> None:
    assert case_in(a_file(an_obligation(text))).balance == 21_450


@pytest.mark.parametrize("text", ["50,00-", "-50,00", "(50,00)", "- 50,00", "€ -50,00"])
def test_a_minus_in_front_behind_or_as_brackets_is_a_minus(text: str) -> None:
    ids = Columns(
        {**COLUMNS.columns, "gebeurtenis_kenmerk": "Kenmerk", "gecorrigeerde_gebeurtenis_kenmerk": "Naar"},
        events={**COLUMNS.events, "correctie": "FinancieleVerplichtingGecorrigeerd"},
        decimal="comma",
    )
    rows = (an_obligation("100,00", Kenmerk="f1"), a_row("correctie", text, Kenmerk="c1", Naar="f1"))
    assert case_in(a_file(*rows), ids).balance == 5000
    assert isinstance(the_fault(a_file(an_obligation("100,00"), a_payment(text))), InvalidField)


@pytest.mark.parametrize("text", ["1.284", "12.50", "12,505", "veel", "5 USD", "1,284.50", "2,145E+02", "#WAARDE!"])
def test_an_amount_with_another_meaning_is_refused_by_its_column(text: str) -> None:
    fault = the_fault(a_file(an_obligation(text)))
    assert (fault.line, fault.field) == (2, "Bedrag")
    assert text not in str(fault)


def test_thousands_without_decimals_are_read_where_they_are_declared() -> None:
    assert case_in(a_file(an_obligation("1.284")), columns(thousands="point")).balance == 128_400
    assert case_in(a_file(an_obligation("1,284")), columns(decimal="point", thousands="comma")).balance == 128_400


@pytest.mark.parametrize(
    "more",
    [{"thousands": "comma"}, {"decimal": "point", "thousands": "point"}, {"decimal": "cents", "thousands": "point"}],
)
def test_thousands_that_contradict_the_decimals_are_a_fault_of_the_settings(more: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        columns(**more)


@pytest.mark.parametrize(
    ("dates", "text"),
    [
        *(("d-m-y", "30-4-2026"), ("d-m-y", "30-04-2026"), ("d-m-y", "2026-04-30"), ("iso", "2026-04-30")),
        *(("d/m/y", "30/4/2026"), ("d/m/y", "2026-04-30")),
    ],
)
def test_a_day_is_read_in_the_notation_that_is_declared(dates: str, text: str) -> None:
    case = case_in(a_file(an_obligation("10,00"), a_demand("10,00", Vervalt=text)), columns(dates=dates))
    assert case.next_due_date == date(2026, 4, 30)


def test_the_first_number_of_a_dutch_day_is_the_day() -> None:
    case = case_in(a_file(an_obligation("10,00"), a_demand("10,00", Vervalt="4-5-2026")))
    assert case.next_due_date == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("dates", "text"),
    [
        *(("d-m-y", "30/4/2026"), ("d-m-y", "4/30/2026"), ("d-m-y", "30-4-26"), ("d-m-y", "31-4-2026")),
        *(("d-m-y", "4-30-2026"), ("d-m-y", "46142"), ("d-m-y", "30 april 2026"), ("iso", "30-4-2026")),
        *(("d/m/y", "30-4-2026"), ("d/m/y", "4/30/2026"), ("d-m-y", "0-0-2026")),
    ],
)
def test_a_day_in_another_notation_is_refused_by_its_column(dates: str, text: str) -> None:
    fault = the_fault(a_file(an_obligation("10,00"), a_demand("10,00", Vervalt=text)), columns(dates=dates))
    assert (fault.line, fault.field) == (3, "Vervalt")
    assert text not in str(fault)


def test_another_notation_of_the_same_facts_keeps_every_id() -> None:
    one = case_in(a_file(an_obligation("1284,50"), a_demand("1284,50", Vervalt="2026-04-30")))
    other = case_in(a_file(an_obligation("€ 1.284,5"), a_demand("1 284,50", Vervalt="30-4-2026")))
    assert one == other


# Names that are digits, and texts.


@pytest.mark.parametrize("text", DAMAGED)
@pytest.mark.parametrize("column", ["Kenmerk", "Tekst", "Dossier", "BSN"])
def test_what_a_spreadsheet_left_behind_is_refused_by_its_column(text: str, column: str) -> None:
    fault = the_fault(a_file(an_obligation("10,00"), a_demand("10,00", **{column: text})))
    assert isinstance(fault, InvalidField)
    assert (fault.line, fault.field) == (3, column)
    assert text not in str(fault)


def test_check_digits_of_payment_references_are_checked_where_they_are_declared() -> None:
    checked = columns(payment_references="checked")
    right = a_file(an_obligation("10,00"), a_demand("10,00", Kenmerk="5000 0567 8901 2345"))
    payment = case_in(right, checked).payment
    assert payment is not None
    assert payment.reference == "5000056789012345"
    for wrong in ("5000056789012340", "8000000020260001", "500005678901234", "WS-2026-1"):
        data = a_file(an_obligation("10,00"), a_demand("10,00", Kenmerk=wrong))
        fault = the_fault(data, checked)
        assert (fault.line, fault.field) == (3, "Kenmerk")
        assert wrong not in str(fault)
        assert case_in(data, columns(payment_references="free")).payment is not None


def test_a_payment_reference_that_a_spreadsheet_rounded_is_refused_unless_any_will_do() -> None:
    # What LibreOffice makes of 8000000020260001 when it opens a file and saves it.
    data = a_file(an_obligation("10,00"), a_demand("10,00", Kenmerk="8000000020260000"))
    fault = the_fault(data)
    assert (fault.line, fault.field) == (3, "Kenmerk")
    assert case_in(data, columns(payment_references="free")).payment is not None
    assert case_in(a_file(an_obligation("10,00"), a_demand("10,00", Kenmerk="8000000020260001"))).payment is not None


@pytest.mark.parametrize("digits", ["99990007", "9,99990007E+08", "0999990007", "1234567"])
def test_a_citizens_number_that_a_spreadsheet_damaged_is_refused(digits: str) -> None:
    fault = the_fault(a_file(an_obligation("10,00", BSN=digits)))
    assert (fault.line, fault.field) == (2, "BSN")
    assert digits not in str(fault)


@pytest.mark.parametrize("text", ["a\0b", "a\u202eb", "a\ufffdb", "CafÃ©", "a\u200bb", "a\x9bb", "â‚¬ 5"])
@pytest.mark.parametrize("column", ["Tekst", "Dossier", "Kenmerk"])
def test_a_text_that_reads_otherwise_than_it_stands_is_refused_by_its_column(text: str, column: str) -> None:
    fault = the_fault(a_file(an_obligation("10,00"), a_demand("10,00", **{column: text})))
    assert (fault.line, fault.field) == (3, column)


def test_a_description_may_have_lines_and_a_name_may_not() -> None:
    case = case_in(a_file(an_obligation("10,00", Tekst='"Belasting\n2026"')))
    assert case.events[0].description == "Belasting\n2026"
    fault = the_fault(a_file(an_obligation("10,00"), a_demand("10,00", Kenmerk='"8000\n0001"')))
    assert fault.field == "Kenmerk"


def test_constants_keep_the_same_rules() -> None:
    for text in ("a\u202eb", "#N/B"):
        with pytest.raises(ConfigurationError):
            columns(constants={"te_betalen_aan": text})


# All faults at once.


def test_every_row_that_is_wrong_is_told_at_once() -> None:
    rows = [an_obligation("10,00"), a_payment("tien"), a_payment("1,00"), a_payment("1,00", BSN="999990008"), "x;y"]
    found = reading(a_file(*rows))
    assert [(fault.line, fault.field) for fault in found.faults] == [(3, "Bedrag"), (5, "BSN"), (6, "")]
    assert found.people == {}


def test_cases_that_contradict_themselves_are_told_together() -> None:
    rows = [an_obligation("10,00", Dossier=name) for name in ("A", "A", "B", "B")]
    assert [fault.line for fault in reading(a_file(*rows)).faults] == [3, 5]


def test_the_list_of_faults_has_an_end() -> None:
    found = reading(a_file(*[a_payment("tien")] * 1000))
    assert len(found.faults) == MAX_FAULTS + 1
    assert [fault.line for fault in found.faults] == [*range(2, MAX_FAULTS + 2), MAX_FAULTS + 2]
    assert str(MAX_FAULTS) in found.faults[-1].reason


# The worked example of the documentation takes what agencies really send.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (b"214,50", b"214,5"),
        (b"214,50", "214,50 €".encode()),
        (b"2026-04-30", b"30-4-2026"),
        (b"BSN;", b"sep=;\r\nBSN;"),
        (b"8000000020260002\n999990019;WS-2026-002;B", b"8000000020260002\n;;;;;;;;;;;;\n999990019;WS-2026-002;B"),
    ],
)
def test_the_example_agency_reads_it_however_it_was_exported(before: bytes, after: bytes) -> None:
    source = load_agency(EXAMPLES / "agency-csv.toml").source
    assert isinstance(source, CsvSource)
    data = source.file.read_bytes()
    assert before in data
    found = reading(data.replace(before, after) if before else data, columns_of(source))
    assert found.faults == ()
    (case,) = found.people[SAMIRA].cases_at(CJIB)
    assert (case.owed, case.balance) == (22_350, 12_350)
