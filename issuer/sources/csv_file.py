"""One CSV file with one event per row, read by a declarative mapping of its columns to the fields of the FCID.

A row that does not map refuses the whole file: each fault names file, line and column, never a value. The file is read
anew when it changed. Its time of change says until when its events are complete, unless a column does.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import final

from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.errors import SourceError
from credentials.debts.fcid import FcidDocument
from issuer.domain.errors import SourceUnavailable
from issuer.ports import Known
from issuer.sources.csv_mapping import CsvColumns
from issuer.sources.csv_reading import read_csv
from issuer.sources.fcid_directory import Refused


@dataclass(frozen=True, slots=True)
class _Loaded:
    stamp: tuple[int, int]
    people: Mapping[Bsn, FcidDocument] | None


@final
class CsvFileSource:
    """The port `DebtSource` on a CSV file."""

    def __init__(self, agency: Agency, file: Path, columns: CsvColumns, *, refused: Refused) -> None:
        self._agency = agency
        self._file = file
        self._columns = columns
        self._refused = refused
        self._lock = threading.Lock()
        self._loaded = _Loaded((-1, -1), None)

    @property
    def agency(self) -> Agency:
        """Whose debts these are."""
        return self._agency

    def cases_of(self, bsn: Bsn, as_of: datetime) -> Known:
        """Return this person's cases. Raises SourceUnavailable."""
        document = self._people().get(bsn)
        if document is None:
            return Known((), as_of)
        until = min(case.balance_at for case in document.cases)
        return Known(document.cases_at(self._agency, as_of), min(as_of, until))

    def people(self) -> Iterable[Bsn]:
        """Go through everyone in the file. Raises SourceUnavailable."""
        return list(self._people())

    def is_complete(self) -> bool:
        """Say whether the file can be read."""
        try:
            self._people()
        except SourceUnavailable:
            return False
        return True

    def _people(self) -> Mapping[Bsn, FcidDocument]:
        with self._lock:
            try:
                status = self._file.stat()
            except OSError as error:
                raise SourceUnavailable("the file of the register cannot be read") from error
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp != self._loaded.stamp:
                self._loaded = _Loaded(stamp, self._load(datetime.fromtimestamp(status.st_mtime, UTC)))
            if self._loaded.people is None:
                raise SourceUnavailable("the file of the register was refused")
            return self._loaded.people

    def _load(self, changed_at: datetime) -> Mapping[Bsn, FcidDocument] | None:
        try:
            data = self._file.read_bytes()
        except OSError:
            self._refused(SourceError(self._file.name, 0, "", "the file cannot be read"))
            return None
        reading = read_csv(data, self._columns, file=self._file.name, source_oin=self._agency.oin, at=changed_at)
        for fault in reading.faults:
            self._refused(fault)
        return None if reading.faults else reading.people
