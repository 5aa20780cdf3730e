"""Files of debts that an agency imports: whole or not at all, once, on from where it was broken off, and sealed."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from credentials.clock import FixedClock
from credentials.debts.bsn import Bsn
from credentials.debts.errors import EventAfterBalanceDate, InconsistentCase
from credentials.debts.fcid import parse_document
from credentials.debts.person import CustomerNumber, Numbering
from issuer.app.importing import _Reading
from issuer.domain.errors import ImportOvertaken, SourceUnavailable
from issuer.domain.facts import Hiding
from issuer.domain.processing import Operation
from issuer.domain.secrets import Derivation
from issuer.ports import Condition, Event
from issuer.sources import Columns, csv_table
from issuer.storage.debts import ImportedDebts, SqlDebtImports
from issuer.storage.sealed import Sealer
from issuer.storage.tables import log_line
from issuer.usecases import import_debts
from issuer.usecases.import_debts import ImportDebts, Imported
from service.database import Database
from service.migrations import migrate
from service.processing_log.outbox import LineWriter, SqlLines
from service.processing_log.spans import Pseudonyms, Register
from tests.debt_builders import CJIB, SAMIRA
from tests.debt_files import COLUMNS, HEADER, a_demand, a_file, a_payment, an_obligation

pytestmark = pytest.mark.long

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AS_OF = datetime(2026, 11, 22, 6, tzinfo=UTC)
JOHAN = Bsn("999990019")
ROWS = (an_obligation("10,00"), a_demand("10,00"))
OTHERS = (an_obligation("7,00", BSN=JOHAN.reveal(), Dossier="ZAAK-2"),)


class Agency:
    """An agency's database, with hands to import files."""

    def __init__(self, database: Database) -> None:
        migrate(database, "issuer")
        self.database = database
        sealer, hiding = Sealer.from_data_key(b"k" * 32), Hiding(Derivation(b"d" * 32))
        self.events: list[Event] = []
        self.imports = SqlDebtImports(database, sealer, hiding, audit=lambda _, event: self.events.append(event))
        self.source = ImportedDebts(CJIB, database, sealer, hiding)
        self.take = ImportDebts(self.imports, FixedClock(NOW))

    def bring(
        self,
        *rows: str,
        name: str = "all",
        progress: Callable[[int], None] = lambda _: None,
        at: datetime = AS_OF,
        header: str = HEADER,
        columns: Columns = COLUMNS,
        rows_read: Callable[[int], None] = lambda _: None,
    ) -> Imported:
        data = a_file(*rows, header=header)
        reading = _Reading(data, columns, csv_table, "debts.csv", CJIB.oin, progress=rows_read)
        return self.take(name, hashlib.sha256(data).hexdigest(), at, reading, progress)

    def balance(self, bsn: Bsn = SAMIRA) -> int:
        return sum(case.balance for case in self.source.cases_of(bsn, NOW).cases)


@pytest.fixture
def agency(database: Database) -> Agency:
    return Agency(database)


def test_who_is_in_a_file_has_their_debts_and_who_is_not_has_none(agency: Agency) -> None:
    assert agency.bring(*ROWS) == Imported(people=1, cases=1)
    known = agency.source.cases_of(SAMIRA, NOW)
    assert (known.as_of, [case.balance for case in known.cases]) == (AS_OF, [1000])
    assert agency.source.cases_of(JOHAN, NOW).cases == ()
    assert agency.source.cases_of(JOHAN, NOW).as_of == AS_OF
    assert list(agency.source.people()) == [SAMIRA]


def test_before_anything_was_imported_nothing_is_known_not_even_zero(agency: Agency) -> None:
    assert not agency.source.condition(NOW).readable
    with pytest.raises(SourceUnavailable):
        agency.source.cases_of(SAMIRA, NOW)
    agency.bring(*ROWS)
    assert agency.source.condition(NOW) == Condition(readable=True, serving=True)


def test_the_same_file_again_changes_nothing(agency: Agency) -> None:
    agency.bring(*ROWS)
    assert agency.bring(*ROWS).was_there
    assert agency.balance() == 1000


def test_a_new_file_takes_the_place_of_the_one_before(agency: Agency) -> None:
    agency.bring(*ROWS, *OTHERS)
    agency.bring(*ROWS, a_payment("4,00"))
    assert (agency.balance(), agency.balance(JOHAN)) == (600, 0)
    assert list(agency.source.people()) == [SAMIRA]


def test_parts_of_a_register_stand_beside_each_other(agency: Agency) -> None:
    agency.bring(*ROWS, name="fines")
    agency.bring(*OTHERS, an_obligation("1,00", Dossier="ZAAK-9"), name="taxes", at=AS_OF - timedelta(days=1))
    assert (agency.balance(), agency.balance(JOHAN)) == (1100, 700)
    assert agency.source.cases_of(SAMIRA, NOW).as_of == AS_OF - timedelta(days=1)
    agency.bring(*OTHERS, name="taxes")
    assert agency.balance() == 1000


def test_two_parts_that_state_one_case_are_no_answer(agency: Agency) -> None:
    agency.bring(*ROWS, name="fines")
    agency.bring(*ROWS, a_payment("1,00"), name="taxes")
    with pytest.raises(SourceUnavailable):
        agency.source.cases_of(SAMIRA, NOW)


def test_with_one_wrong_row_nothing_is_taken_in_and_what_was_there_stays(agency: Agency) -> None:
    agency.bring(*ROWS)
    done = agency.bring(*ROWS, *OTHERS, a_payment("tien"))
    (fault,) = done.faults
    assert (fault.file, fault.line, fault.field) == ("debts.csv", 5, "Bedrag")
    assert (agency.balance(), agency.balance(JOHAN)) == (1000, 0)
    assert [event.outcome for event in agency.events] == ["1 people 1 cases"]


def test_an_import_is_a_line_of_the_audit_log_in_its_own_transaction(agency: Agency) -> None:
    agency.bring(*ROWS, *OTHERS)
    agency.bring(*ROWS, *OTHERS)
    assert [(event.action, event.outcome) for event in agency.events] == [("debts.imported", "2 people 2 cases")]
    begun = agency.imports.find("all", hashlib.sha256(a_file(*ROWS, *OTHERS)).hexdigest())
    assert begun is not None
    assert agency.events[0].object == begun.id

    def full(_connection: Connection, _event: Event) -> None:
        raise BrokenOff

    agency.imports._audit = full
    with pytest.raises(BrokenOff):
        agency.bring(*ROWS)
    assert agency.balance(JOHAN) == 700


def test_each_person_of_a_file_has_a_line_of_the_processing_log_under_that_of_the_file(agency: Agency) -> None:
    names = {each.value: each.value for each in Operation}
    agency.imports._process = LineWriter(log_line, Register(names, names, "x", Pseudonyms(b"k" * 32)), most=1_000)
    agency.bring(*ROWS, *OTHERS)
    spans = [json.loads(each.span) for each in SqlLines(agency.database, log_line).waiting(10)]
    of_file, *of_people = spans
    told = [{each["key"]: each["value"]["stringValue"] for each in span["attributes"]} for span in spans]
    assert "dpl.core.data_subject_id" not in told[0]
    assert len({each["dpl.core.data_subject_id"] for each in told[1:]}) == 2
    assert {each["parentSpanId"] for each in of_people} == {of_file["spanId"]}
    assert {each["traceId"] for each in spans} == {of_file["traceId"]}
    # The same file again: nothing is done with anybody's data.
    agency.bring(*ROWS, *OTHERS)
    assert len(SqlLines(agency.database, log_line).waiting(10)) == 3


def test_a_case_that_contradicts_itself_refuses_the_file_though_others_were_stored(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_debts, "_AT_ONCE", 1)
    agency.bring(*ROWS)
    twice = an_obligation("7,00", BSN=JOHAN.reveal(), Dossier="ZAAK-2")
    done = agency.bring(*ROWS, a_payment("1,00"), twice, twice)
    assert isinstance(done.faults[0], InconsistentCase)
    assert done.faults[0].line > 4
    assert agency.balance() == 1000


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (an_obligation("7,00", Dossier="ZAAK-3", Hoofd="nee"), InconsistentCase),
        (an_obligation("7,00", Dossier="ZAAK-3", Geboekt="2027-01-01T00:00:00+01:00"), EventAfterBalanceDate),
    ],
)
def test_what_could_not_be_read_again_is_not_taken_in(agency: Agency, row: str, kind: type[Exception]) -> None:
    (fault,) = agency.bring(*ROWS, row).faults
    assert isinstance(fault, kind)
    assert fault.line == 4


def test_events_that_are_numbered_per_case_are_read_again(agency: Agency) -> None:
    numbered = replace(COLUMNS, columns={**COLUMNS.columns, "gebeurtenis_kenmerk": "Nr"})
    rows = (an_obligation("10,00") + ";1", an_obligation("7,00", Dossier="ZAAK-2") + ";1")
    assert agency.bring(*rows, header=f"{HEADER};Nr", columns=numbered).cases == 2
    assert agency.balance() == 1700


def test_debts_of_one_person_that_are_larger_than_a_document_may_be_are_read_again(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(parse_document.__kwdefaults__ or {}, "max_bytes", 100)
    agency.bring(*ROWS)
    assert agency.balance() == 1000


def test_whoever_waits_hears_how_many_rows_were_read_before_anything_is_stored(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issuer.sources.rows._TOLD_EVERY", 2)
    told: list[str] = []
    agency.bring(
        *ROWS, *OTHERS, a_payment("1,00"),
        rows_read=lambda count: told.append(f"{count} rows"), progress=lambda people: told.append(f"{people} people"),
    )  # fmt: skip
    assert told == ["2 rows", "4 rows", "2 people"]


class BrokenOff(Exception):
    """Somebody pulled the plug."""


def test_an_import_that_was_broken_off_is_not_seen_and_goes_on(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_debts, "_AT_ONCE", 1)
    agency.bring(*ROWS)
    later = (*ROWS, a_payment("4,00"), *OTHERS)

    def stop(people: int) -> None:
        raise BrokenOff(people)

    with pytest.raises(BrokenOff):
        agency.bring(*later, progress=stop)
    assert (agency.balance(), agency.balance(JOHAN)) == (1000, 0)
    assert list(agency.source.people()) == [SAMIRA]
    seen: list[int] = []
    done = agency.bring(*later, progress=seen.append, at=AS_OF + timedelta(hours=3))
    assert (done.people, done.resumed, seen) == (2, 1, [1, 2])
    assert (agency.balance(), agency.balance(JOHAN)) == (600, 700)
    # The moment of both halves is that of the first.
    assert agency.source.cases_of(JOHAN, NOW).as_of == AS_OF


def test_another_file_forgets_what_was_broken_off(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_debts, "_AT_ONCE", 1)
    first = agency.imports.begin("all", "one", AS_OF, NOW)
    agency.bring(*ROWS)
    with pytest.raises(ImportOvertaken):
        agency.imports.add(first.id, [])
    with pytest.raises(ImportOvertaken):
        agency.imports.finish(first.id, NOW, Event("debts.imported", first.id, ""))
    assert agency.balance() == 1000


def test_nothing_of_a_person_can_be_read_in_the_file(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'issuer.db'}")
    agency = Agency(database)
    agency.bring(*ROWS)
    database.close()
    with sqlite3.connect(tmp_path / "issuer.db") as opened:
        rows = opened.execute("SELECT subject_hash, sealed FROM issuer_debts").fetchall()
    opened.close()
    assert len(rows) == 1
    for secret in (SAMIRA.reveal().encode(), b"ZAAK-1", b"cjib_wahv"):
        assert secret not in rows[0][0].encode() + rows[0][1]


def test_customers_of_a_private_creditor_are_kept_beside_nobody(database: Database) -> None:
    agency = Agency(database)
    named = {"klantnummer": "BSN", **{name: each for name, each in COLUMNS.columns.items() if name != "bsn"}}
    columns = replace(COLUMNS, columns=named, numbering=Numbering.CUSTOMER_NUMBER)
    numbers = ("ZW-402311", SAMIRA.reveal(), "1")
    rows = [
        row
        for place, number in enumerate(numbers)
        for row in (
            an_obligation("10,00", BSN=number, Dossier=f"ZAAK-{place}", Code="priv_energielevering"),
            a_demand("10,00", BSN=number, Dossier=f"ZAAK-{place}"),
        )
    ]
    agency.bring(*rows, columns=columns)
    sealer, hiding = Sealer.from_data_key(b"k" * 32), Hiding(Derivation(b"d" * 32))
    source = ImportedDebts(replace(CJIB, coverage=(), private=True), database, sealer, hiding)
    assert {person.reveal() for person in source.people()} == set(numbers)
    for number in numbers:
        (case,) = source.cases_of(CustomerNumber(number), NOW).cases
        assert case.balance == 1000
    assert source.cases_of(SAMIRA, NOW).cases == (), "a customer number is never taken for a BSN of the same digits"


def test_another_key_opens_nothing(database: Database) -> None:
    agency = Agency(database)
    agency.bring(*ROWS)
    other = ImportedDebts(CJIB, database, Sealer.from_data_key(b"x" * 32), Hiding(Derivation(b"d" * 32)))
    with pytest.raises(SourceUnavailable):
        other.cases_of(SAMIRA, NOW)
    with pytest.raises(SourceUnavailable):
        other.people()
