"""One contract for every kind of register: what a source of debts promises, whatever the debts are kept in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.debts.bsn import Bsn
from credentials.debts.errors import SourceError
from credentials.debts.fcid import FcidDocument, parse_document, write_document
from credentials.errors import ConfigurationError
from issuer.domain.errors import SourceUnavailable
from issuer.ports import DebtSource
from issuer.sources import CsvColumns, CsvFileSource, FcidDirectorySource, fcid_directory
from tests.debt_builders import AS_OF, CJIB, SAMIRA, demanded, imposed, paid

NOBODY = Bsn("111222333")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

HEADER = "BSN;Zaak;Soort;Nummer;Datum;Opgelegd;Bedrag;Hoofd;Vordering;Vervalt;Fase;Stand"
COLUMNS = CsvColumns(
    {
        "bsn": "BSN",
        "zaakkenmerk": "Zaak",
        "gebeurtenis_type": "Soort",
        "gebeurtenis_kenmerk": "Nummer",
        "datumtijd_gebeurtenis": "Datum",
        "datumtijd_opgelegd": "Opgelegd",
        "bedrag": "Bedrag",
        "primaire_verplichting": "Hoofd",
        "type": "Vordering",
        "vervaldatum": "Vervalt",
        "saldo_datumtijd": "Stand",
    },
    events={
        "opgelegd": "FinancieleVerplichtingOpgelegd",
        "brief": "BetalingsverplichtingOpgelegd",
        "betaald": "BetalingVerwerkt",
    },
    decimal="comma",
)


@dataclass(slots=True)
class Register:
    """A register under test, with hands to fill and to spoil it."""

    source: DebtSource
    fill: Callable[[], None]
    pay: Callable[[], None]
    spoil: Callable[[], None]
    hide: Callable[[], None]
    refused: list[SourceError] = field(default_factory=list)


def fcid(folder: Path) -> Register:
    from credentials.debts.fcid import DocumentCase

    refused: list[SourceError] = []
    directory = folder / "debts"
    directory.mkdir()
    file = directory / "samira.json"
    events = (imposed("f1", 1000, primary=True, type="cjib_wahv"), demanded("b1", 1000, 1, due=30))
    document = FcidDocument(
        version="4.1.0",
        source_oin=CJIB.oin,
        created_at=AS_OF,
        bsn=SAMIRA,
        cases=(DocumentCase(reference="ZAAK-1", balance_at=AS_OF, events=events),),
    )
    later = document.with_event("ZAAK-1", paid("p1", 400, registered_at=AS_OF))
    return Register(
        FcidDirectorySource(CJIB, directory, refused=refused.append),
        fill=lambda: _void(file.write_bytes(write_document(document))),
        pay=lambda: _void(file.write_bytes(write_document(later))),
        spoil=lambda: _void(
            file.write_bytes(write_document(document).replace(b'"bedrag": 1000', b'"bedrag": 1001', 1))
        ),
        hide=lambda: _void(directory.rename(folder / "gone")),
        refused=refused,
    )


def csv(folder: Path) -> Register:
    refused: list[SourceError] = []
    file = folder / "debts.csv"
    moment, stand = "2026-01-05T09:00:00+01:00", "2026-10-31T23:59:59+01:00"
    rows = [
        HEADER,
        f"{SAMIRA.reveal()};ZAAK-1;opgelegd;f1;{moment};{moment};10,00;ja;cjib_wahv;;;{stand}",
        f"{SAMIRA.reveal()};ZAAK-1;brief;b1;{moment};{moment};10,00;;Aanschrijving;2026-02-04;;{stand}",
    ]
    paid_row = f"{SAMIRA.reveal()};ZAAK-1;betaald;p1;2026-03-01T09:00:00+01:00;;4,00;;;;;{stand}"
    file.write_text(HEADER + "\n")

    def write(*lines: str) -> None:
        file.write_text("\n".join(lines) + "\n")

    return Register(
        CsvFileSource(CJIB, file, COLUMNS, refused=refused.append),
        fill=lambda: write(*rows),
        pay=lambda: write(*rows, paid_row),
        spoil=lambda: write(*rows[:2], rows[2].replace("10,00", "10.00")),
        hide=lambda: _void(file.rename(folder / "gone")),
        refused=refused,
    )


def _void(_result: object) -> None:
    return None


def _noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the name of each document that is read from here on."""
    read: list[str] = []

    def noted(data: bytes, **more: Any) -> FcidDocument:
        read.append(more["file"])
        return parse_document(data, **more)

    monkeypatch.setattr(fcid_directory, "parse_document", noted)
    return read


def _written_at(folder: Path) -> datetime:
    return datetime.fromtimestamp((folder / "debts" / "samira.json").stat().st_ctime, UTC)


@pytest.fixture(params=[fcid, csv], ids=["fcid", "csv"])
def register(request: pytest.FixtureRequest, tmp_path: Path) -> Register:
    made: Register = request.param(tmp_path)
    return made


class TestEveryRegister:
    def test_a_person_has_their_cases(self, register: Register) -> None:
        register.fill()
        known = register.source.cases_of(SAMIRA, NOW)
        (case,) = known.cases
        assert (case.reference, case.balance, case.source) == ("ZAAK-1", 1000, CJIB)
        assert case.type == "cjib_wahv"
        assert case.next_due_amount == 1000
        assert known.as_of <= NOW

    def test_who_is_not_in_it_has_no_debts_here(self, register: Register) -> None:
        register.fill()
        known = register.source.cases_of(NOBODY, NOW)
        assert (known.cases, known.as_of) == ((), NOW)

    def test_what_changed_is_seen_at_once(self, register: Register) -> None:
        register.fill()
        register.source.cases_of(SAMIRA, NOW)
        register.pay()
        (case,) = register.source.cases_of(SAMIRA, NOW).cases
        assert case.balance == 600

    def test_who_is_added_is_seen_at_once(self, register: Register) -> None:
        assert register.source.cases_of(SAMIRA, NOW).cases == ()
        register.fill()
        assert len(register.source.cases_of(SAMIRA, NOW).cases) == 1

    def test_it_can_be_gone_through(self, register: Register) -> None:
        register.fill()
        assert list(register.source.people()) == [SAMIRA]
        assert register.source.is_complete()

    def test_a_fault_says_nothing_about_the_person_not_even_zero(self, register: Register) -> None:
        register.spoil()
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        assert not register.source.is_complete()

    def test_a_fault_is_told_by_file_line_and_field_and_never_by_value(self, register: Register) -> None:
        register.spoil()
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        fault = register.refused[0]
        assert fault.file
        assert fault.line > 1
        assert fault.field
        assert "10.00" not in str(fault)
        assert SAMIRA.reveal() not in str(fault)

    def test_it_works_again_when_the_fault_is_mended(self, register: Register) -> None:
        register.spoil()
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        register.fill()
        assert len(register.source.cases_of(SAMIRA, NOW).cases) == 1

    def test_a_register_that_is_gone_is_no_zero(self, register: Register) -> None:
        register.fill()
        register.hide()
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(NOBODY, NOW)


class TestFcidDirectory:
    def test_a_file_of_nobody_knows_whom_makes_absence_mean_nothing(self, tmp_path: Path) -> None:
        register = fcid(tmp_path)
        register.fill()
        (tmp_path / "debts" / "broken.json").write_text("{")
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(NOBODY, NOW)
        assert len(register.source.cases_of(SAMIRA, NOW).cases) == 1

    def test_a_spoiled_file_hides_its_own_person_only(self, tmp_path: Path) -> None:
        register = fcid(tmp_path)
        register.spoil()
        assert register.source.cases_of(NOBODY, NOW).cases == ()

    def test_two_files_about_one_person_are_one_too_many(self, tmp_path: Path) -> None:
        register = fcid(tmp_path)
        register.fill()
        debts = tmp_path / "debts"
        (debts / "copy.json").write_bytes((debts / "samira.json").read_bytes())
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)

    def test_a_document_is_read_once_while_its_file_is_as_it_was(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        register, read = fcid(tmp_path), _noted(monkeypatch)
        register.fill()
        later = _written_at(tmp_path) + timedelta(seconds=4)
        first = register.source.cases_of(SAMIRA, later)
        read.clear()
        assert register.source.cases_of(SAMIRA, later) == first
        assert read == []
        register.pay()
        (case,) = register.source.cases_of(SAMIRA, later).cases
        assert (case.balance, len(read)) == (600, 1)

    def test_a_file_that_changed_just_now_is_read_each_time(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Its next change may bear the same time.
        register, read = fcid(tmp_path), _noted(monkeypatch)
        register.fill()
        now = _written_at(tmp_path) + timedelta(seconds=1)
        register.source.cases_of(SAMIRA, now)
        read.clear()
        register.source.cases_of(SAMIRA, now)
        assert read == ["samira.json"]

    def test_a_citizens_number_in_a_files_name_stays_out_of_the_fault(self, tmp_path: Path) -> None:
        register = fcid(tmp_path)
        (tmp_path / "debts" / f"{SAMIRA.reveal()}.json").write_text("{")
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        assert SAMIRA.reveal() not in register.refused[0].file


ROW = "999990007;ZAAK-1;opgelegd;f1;2026-01-05T09:00:00+01:00;2026-01-05T09:00:00+01:00;10,00;ja;cjib_wahv;;;"
DEMAND = "999990007;ZAAK-1;brief;b1;2026-01-06T09:00:00+01:00;2026-01-06T09:00:00+01:00;10,00;;Aanschrijving;{due};;"


class TestCsvFile:
    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (ROW.replace("999990007", "999990008"), "BSN"),
            (ROW.replace("opgelegd;", "vreemd;", 1), "Soort"),
            (ROW.replace("ZAAK-1", ""), "Zaak"),
            (ROW.replace("10,00", "tien"), "Bedrag"),
            (ROW.replace("10,00", ""), "Bedrag"),
            (ROW.replace(";ja;", ";misschien;"), "Hoofd"),
            (ROW.replace("2026-01-05T09", "gisteren", 1), "Datum"),
            (ROW.replace("cjib_wahv", "Boete!"), "Vordering"),
            (ROW + "2026-13-01", "Stand"),
        ],
    )
    def test_a_cell_that_does_not_map_is_named_by_its_column(self, tmp_path: Path, row: str, column: str) -> None:
        register = csv(tmp_path)
        (tmp_path / "debts.csv").write_text(f"{HEADER}\n{ROW}\n{row}\n")
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)
        (fault,) = register.refused
        assert (fault.file, fault.line, fault.field) == ("debts.csv", 3, column)

    @pytest.mark.parametrize(
        "text", ["BSN;Zaak\n", f"{HEADER}\n{ROW};te;veel\n", f'{HEADER}\n"{ROW}\n', f"{HEADER}\n\xff"]
    )
    def test_a_file_of_another_shape_is_refused(self, tmp_path: Path, text: str) -> None:
        register = csv(tmp_path)
        (tmp_path / "debts.csv").write_bytes(text.encode("latin-1"))
        with pytest.raises(SourceUnavailable):
            register.source.cases_of(SAMIRA, NOW)

    def test_a_lost_leading_zero_is_put_back(self, tmp_path: Path) -> None:
        register = csv(tmp_path)
        (tmp_path / "debts.csv").write_text(f"{HEADER}\n{ROW.replace('999990007', '12345672')}\n")
        assert len(register.source.cases_of(Bsn("012345672"), NOW).cases) == 1

    @pytest.mark.parametrize(
        ("written", "day"),
        [
            ("2026-11-28", date(2026, 11, 28)),
            ("2026-11-27T23:00:00Z", date(2026, 11, 28)),
            ("2026-12-31T23:00:00Z", date(2027, 1, 1)),
            ("2026-06-30T22:00:00+00:00", date(2026, 7, 1)),
        ],
    )
    def test_a_day_written_as_a_moment_is_the_day_in_the_netherlands(
        self, tmp_path: Path, written: str, day: date
    ) -> None:
        register = csv(tmp_path)
        demand = DEMAND.format(due=written)
        (tmp_path / "debts.csv").write_text(f"{HEADER}\n{ROW}\n{demand}\n")
        (case,) = register.source.cases_of(SAMIRA, NOW).cases
        assert case.next_due_date == day

    def test_commas_points_and_constants_are_declared(self, tmp_path: Path) -> None:
        file = tmp_path / "debts.csv"
        file.write_text("bsn,zaak,bedrag,op\n999990007,Z,12.50,2026-01-05T09:00:00Z\n")
        columns = CsvColumns(
            {
                "bsn": "bsn",
                "zaakkenmerk": "zaak",
                "bedrag": "bedrag",
                "datumtijd_gebeurtenis": "op",
                "datumtijd_opgelegd": "op",
            },
            constants={
                "gebeurtenis_type": "FinancieleVerplichtingOpgelegd",
                "type": "cjib_wahv",
                "primaire_verplichting": "ja",
            },
            delimiter=",",
            decimal="point",
        )
        (case,) = CsvFileSource(CJIB, file, columns, refused=lambda _: None).cases_of(SAMIRA, NOW).cases
        assert case.balance == 1250

    @pytest.mark.parametrize(
        "mapping",
        [
            {"columns": {"bsn": "b"}},
            {"columns": {**COLUMNS.columns, "kleur": "Kleur"}},
            {"columns": COLUMNS.columns, "events": {"x": "Iets"}},
        ],
    )
    def test_a_mapping_to_nowhere_is_a_fault_of_the_settings(self, mapping: dict[str, Any]) -> None:
        with pytest.raises(ConfigurationError):
            CsvColumns(**mapping)
