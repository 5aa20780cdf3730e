"""Import a file of debts into the agency's own database, and ask what was imported."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Final

from credentials.clock import Clock, SystemClock
from credentials.debts.errors import MalformedSource, SourceError
from credentials.debts.fcid import FcidDocument
from credentials.errors import ConfigurationError, MalformedInput
from issuer.app.auditing import audit_writer
from issuer.app.keys import AgencyKeys, load_keys
from issuer.app.numbering import keep_numbering
from issuer.app.processing_log import log_writer
from issuer.app.registers import agency_of, columns_of
from issuer.domain.facts import Hiding
from issuer.domain.secrets import Derivation
from issuer.settings import AgencySettings, ImportSource
from issuer.sources import Columns, OpenTable, csv_table, json_table, spreadsheet_table
from issuer.sources.csv_text import MAX_FILE_BYTES
from issuer.sources.rows import Rows
from issuer.storage.debts import ImportedDebts, SqlDebtImports
from issuer.storage.sealed import Sealer
from issuer.usecases.import_debts import ImportDebts, Imported
from issuer.usecases.stage_import import StageImport, Upload
from service.database import Database
from service.migrations import migrate
from service.sealing import derive

MOST_FAULTS: Final = 1_000_000

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}\Z")
_TABLES: Final[dict[str, OpenTable]] = {
    ".csv": csv_table, ".txt": csv_table, ".xlsx": spreadsheet_table, ".xlsm": spreadsheet_table,
    ".ods": spreadsheet_table, ".json": json_table, ".jsonl": json_table,
}  # fmt: skip


def imported_debts(settings: AgencySettings, database: Database, keys: AgencyKeys) -> ImportedDebts:
    """Return the register that was imported."""
    return ImportedDebts(agency_of(settings), database, Sealer.from_data_key(keys.data_key), hiding_of(keys))


def hiding_of(keys: AgencyKeys) -> Hiding:
    """Return what hides people and cases in the records."""
    return Hiding(Derivation(derive(keys.data_key, "issuer keyed hashes")))


def import_file(
    settings: AgencySettings, file: Path, *, name: str, check_only: bool, progress: Callable[[str], None]
) -> Imported:
    """Import a file under a name, or only read it; `progress` is told how far it is. Raises ConfigurationError."""
    source = settings.source
    if not isinstance(source, ImportSource):
        raise ConfigurationError(f'{settings.agency.abbreviation}: source.kind is not "import"')
    if not _NAME.match(name):
        raise ConfigurationError("--as: at most 64 letters, digits, spaces and . _ -")
    open_table = _TABLES.get(file.suffix.lower())
    if open_table is None:
        raise ConfigurationError(f"{file.name}: neither .csv, .txt, .xlsx, .xlsm, .ods, .json nor .jsonl")
    try:
        changed_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        with file.open("rb") as opened:
            data = opened.read(MAX_FILE_BYTES + 1)
    except OSError:
        raise ConfigurationError(f"{file.name}: missing or unreadable") from None
    if len(data) > MAX_FILE_BYTES:
        return Imported(faults=(MalformedSource(file.name, 0, "", f"larger than {MAX_FILE_BYTES} bytes"),))
    digest, reading = _opened(
        settings, source, data, open_table, file.name, progress=lambda rows: progress(f"{rows} rows read")
    )
    del data
    if check_only:
        documents, faults = reading(changed_at)
        people = cases = 0
        for document in documents:
            people, cases = people + 1, cases + len(document.cases)
        return Imported(faults=tuple(faults)) if faults else Imported(people, cases)
    clock = SystemClock()
    keys = load_keys(settings, clock.now())
    database = Database(settings.database_url)
    try:
        migrate(database, "issuer")
        keep_numbering(database, agency_of(settings).numbering, settings.agency.abbreviation)
        sealer, audit = Sealer.from_data_key(keys.data_key), audit_writer(settings, clock)
        process = log_writer(settings, keys.data_key)
        imports = SqlDebtImports(database, sealer, hiding_of(keys), audit=audit, process=process)
        return ImportDebts(imports, clock)(
            name, digest, changed_at, reading, lambda people: progress(f"{people} people stored")
        )
    finally:
        database.close()


def staged_imports(settings: AgencySettings, database: Database, keys: AgencyKeys, clock: Clock) -> StageImport | None:
    """Return what takes files in at the desk; None for an agency whose register is another."""
    source = settings.source
    if not isinstance(source, ImportSource):
        return None

    def opened(name: str, content: bytes) -> Upload:
        suffix = PurePath(name).suffix.lower()
        open_table = _TABLES.get(suffix)
        if open_table is None:
            raise MalformedInput("the file is of no kind that is read")
        # What somebody called their file may name a person: the report bears a name of ours.
        called = f"bestand{suffix}"
        digest, reading = _opened(settings, source, content, open_table, called, progress=lambda _rows: None)
        return Upload(called, digest, reading)

    sealer, audit = Sealer.from_data_key(keys.data_key), audit_writer(settings, clock)
    process = log_writer(settings, keys.data_key)
    imports = SqlDebtImports(database, sealer, hiding_of(keys), audit=audit, process=process)
    return StageImport(imports, clock, agency_of(settings), opened)


def _opened(
    settings: AgencySettings,
    source: ImportSource,
    data: bytes,
    open_table: OpenTable,
    name: str,
    *,
    progress: Callable[[int], None],
) -> tuple[str, "_Reading"]:
    """Return what a file is known by, and what reads it."""
    agency = agency_of(settings)
    columns, oin = columns_of(source, agency.numbering), agency.oin
    # By another mapping the same bytes are another file.
    digest = hashlib.sha256(data + f"\0{columns!r}\0{oin}".encode()).hexdigest()
    return digest, _Reading(data, columns, open_table, name, oin, progress=progress)


class _Reading:
    """A file being read, once; the port `ReadFile`."""

    def __init__(
        self, data: bytes, columns: Columns, open_table: OpenTable, name: str, oin: str,
        *, progress: Callable[[int], None],
    ) -> None:  # fmt: skip
        self._data = data
        self._columns = columns
        self._open_table = open_table
        self._name = name
        self._oin = oin
        self._progress = progress

    def __call__(self, as_of: datetime) -> tuple[Iterator[FcidDocument], Sequence[SourceError]]:
        """Read every row, and return the documents that they come to, with the faults: some come with the documents."""
        rows = Rows(self._columns, self._name, as_of, MOST_FAULTS, whole=True)
        try:
            table = self._open_table(self._data, self._columns, self._name)
            self._data = b""
            rows.take_all(table, self._progress)
        except SourceError as error:
            rows.faults.append(error)
        return (iter(()) if rows.faults else rows.each_document(self._oin)), rows.faults
