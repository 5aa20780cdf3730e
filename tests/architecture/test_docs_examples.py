"""The worked example of `docs/agency.md` works: settings that load, a file that maps, debts to the cent."""

from datetime import UTC, datetime
from pathlib import Path

from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.errors import SourceError
from credentials.debts.phase import Phase
from issuer.app.registers import columns_of
from issuer.settings import CsvSource, load_agency, require_source
from issuer.sources import TableFileSource, csv_table

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_example_agency_has_its_debts_to_the_cent() -> None:
    settings = load_agency(EXAMPLES / "agency-csv.toml")
    require_source(settings)
    section, source = settings.agency, settings.source
    assert isinstance(source, CsvSource)
    refused: list[SourceError] = []
    columns = columns_of(source)
    agency = Agency(section.oin, section.name, section.abbreviation, section.coverage)
    register = TableFileSource(agency, source.file, columns, csv_table, refused=refused.append)

    (open_case,) = register.cases_of(Bsn("999990007"), NOW).cases
    assert (open_case.owed, open_case.settled, open_case.balance) == (22_350, 10_000, 12_350)
    assert (open_case.principal, open_case.administration_costs) == (21_450, 900)
    assert open_case.phase is Phase.FINAL_NOTICE
    assert open_case.imposed_by.name == section.name

    (paid,) = register.cases_of(Bsn("999990019"), NOW).cases
    assert paid.balance == 0
    assert not refused
