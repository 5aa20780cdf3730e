"""The register that an agency's settings name, ready to be asked."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from credentials.debts.agency import Agency
from credentials.debts.errors import SourceError
from credentials.debts.person import Numbering
from credentials.errors import ConfigurationError
from credentials.masking import Secret
from issuer.app.keys import read_private
from issuer.ports import Condition, DebtSource
from issuer.settings import (
    AgencySettings,
    CsvSource,
    FcidSource,
    HttpSource,
    ImportSource,
    JsonSource,
    RowsSource,
    SpreadsheetSource,
    SqlSource,
    TableSource,
)
from issuer.sources import (
    Columns,
    Endpoint,
    FcidDirectorySource,
    HttpFcidSource,
    OpenTable,
    Refused,
    SqlDatabaseSource,
    SqlQueries,
    TableFileSource,
    TotalRow,
    csv_table,
    json_table,
    spreadsheet_table,
)
from issuer.sources.columns import required
from issuer.sources.rows import MAX_FAULTS
from service.http import OutboundClient, OutboundPolicy
from service.logging import get_logger
from service.web.assemble import OK

_TABLES: Final[Mapping[str, OpenTable]] = {"csv": csv_table, "json": json_table, "spreadsheet": spreadsheet_table}

PASSWORD: Final = "source-password"  # noqa: S105  # the name of a file
TOKEN: Final = "source-token"  # noqa: S105  # the name of a file
CERTIFICATE: Final = "source-certificate.pem"
KEY: Final = "source-key.pem"

_log: Final = get_logger(__name__)


def agency_of(settings: AgencySettings) -> Agency:
    """Return whose debts these are."""
    section = settings.agency
    return Agency(section.oin, section.name, section.abbreviation, section.coverage, private=section.private)


def debt_source(
    settings: AgencySettings,
    refused: Refused,
    *,
    imported: Callable[[], DebtSource],
    most_faults: int = MAX_FAULTS,
) -> DebtSource:
    """Return the agency's register; `refused` is told of faults, `most_faults` at once. Raises ConfigurationError.

    `imported` gives what was imported, for an agency whose settings say so.
    """
    agency, source = agency_of(settings), settings.source
    if isinstance(source, FcidSource):
        checked = source.payment_references == "checked"
        patience = timedelta(seconds=source.patience_seconds)
        return FcidDirectorySource(
            agency, source.directory, refused=refused, checked_references=checked, patience=patience
        )
    if isinstance(source, ImportSource):
        return imported()
    if isinstance(source, SqlSource):
        return _sql(settings, source, agency, refused)
    if isinstance(source, HttpSource):
        return _http(settings, source, agency, refused)
    return TableFileSource(
        agency,
        source.file,
        columns_of(source, agency.numbering),
        _TABLES[source.kind],
        refused=refused,
        most_faults=most_faults,
        keep_last_good=timedelta(hours=source.keep_last_good_hours),
        patience=timedelta(seconds=source.patience_seconds),
    )


def _sql(settings: AgencySettings, source: SqlSource, agency: Agency, refused: Refused) -> DebtSource:
    password = settings.state / PASSWORD
    queries = SqlQueries(
        of_person=source.queries,
        people=source.people,
        fields=source.fields,
        person=source.person,
        most_rows=source.most_rows,
    )
    return SqlDatabaseSource(
        agency,
        source.url,
        queries,
        columns_of(source, agency.numbering),
        refused=refused,
        patience=timedelta(seconds=source.patience_seconds),
        password=_secret(password) if password.exists() else None,
    )


def _http(settings: AgencySettings, source: HttpSource, agency: Agency, refused: Refused) -> DebtSource:
    addresses = [urlsplit(url) for url in (source.url, source.people_url) if url is not None]
    hosts = frozenset(each.hostname or "" for each in addresses)
    by_certificate, by_token = source.authentication == "certificate", source.authentication == "bearer"
    if by_certificate:
        read_private(settings.state / KEY)
    client = OutboundClient(
        OutboundPolicy(
            allow_insecure_localhost=settings.insecure_localhost,
            allowed_hosts=hosts,
            allowed_ports=frozenset(each.port or 443 for each in addresses),
            private_hosts=hosts if source.own_network else frozenset(),
            ca_file=settings.ca_file,
            certificate=(settings.state / CERTIFICATE, settings.state / KEY) if by_certificate else None,
            total_seconds=float(source.patience_seconds),
        )
    )
    endpoint = Endpoint(
        url=source.url,
        body=source.body,
        headers=source.headers,
        token=_secret(settings.state / TOKEN) if by_token else None,
        people_url=source.people_url,
        unknown_is_nothing=source.unknown_is_nothing,
        checked_references=source.payment_references == "checked",
    )
    return HttpFcidSource(agency, endpoint, client, refused=refused)


def _secret(file: Path) -> Secret:
    try:
        return Secret(read_private(file).decode("ascii").strip())
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file.name}: not one line of ASCII") from None


def log_refused(error: SourceError) -> None:
    """Write a fault of a register to the log: where it is and why, never what stood there."""
    place = {"file": error.file, "line": error.line, "field": error.field}
    _log.error("source_refused", code=error.code, reason=error.reason, **place)


def columns_of(source: RowsSource, numbering: Numbering = Numbering.BSN) -> Columns:
    """Return how an agency's rows are written. Raises ConfigurationError for a field that the FCID does not have."""
    columns = dict(source.columns)
    if isinstance(source, SqlSource):
        # A column of a result is the field of its name, unless something else is said of it.
        columns = {name: name for name in required(numbering) if name not in source.constants} | columns
    total = source.total_row if isinstance(source, TableSource | ImportSource) else None
    csv = source if isinstance(source, CsvSource | ImportSource) else None
    return Columns(
        columns,
        source.constants,
        source.events,
        csv.delimiter if csv is not None else ";",
        csv.encoding if csv is not None else "utf-8-sig",
        source.decimal,
        source.thousands,
        source.dates,
        source.payment_references,
        None if total is None else TotalRow(total.column, total.text),
        source.digits,
        source.clock,
        source.serial_days,
        source.sheet if isinstance(source, SpreadsheetSource | ImportSource) else None,
        source.rows if isinstance(source, JsonSource | ImportSource) else None,
        numbering,
    )


def words_for(condition: Condition) -> str:
    """Say in a few words how a register is, for `/health/ready`."""
    if condition.readable:
        return OK
    if condition.reading:
        return "being read"
    if not condition.serving:
        return "unreadable"
    return "partly unreadable" if condition.good_at is None else "unreadable, the last good state is served"
