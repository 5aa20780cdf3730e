"""One file with one event per row (CSV, XLSX, JSON), read by a declarative mapping of its columns to the FCID's fields.

A row that does not map refuses the whole file: each fault names file, line and column, never a value. The file is read
anew when it changed. Its time of change says until when its events are complete, unless a column does.

Reading takes a thread of its own, and who asks meanwhile waits a few seconds and no longer: a large file, or a disk
that hangs, makes an agency slow to answer and never deaf. While a file is refused or gone, what was read before is
served only where the settings allow that, for so long, and under the date at which it was last known to be right.
"""

import threading
from collections.abc import Iterable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias, final

from credentials.debts.agency import Agency
from credentials.debts.errors import MalformedSource, SourceError
from credentials.debts.fcid import FcidDocument
from credentials.debts.person import Person
from issuer.domain.errors import SourceUnavailable
from issuer.ports import Condition, Known
from issuer.sources.columns import Columns
from issuer.sources.csv_text import MAX_FILE_BYTES
from issuer.sources.documents import known_from
from issuer.sources.fcid_directory import Refused
from issuer.sources.patience import LONGEST, Patience
from issuer.sources.rows import MAX_FAULTS, read_table
from issuer.sources.table import OpenTable

_Stamp: TypeAlias = tuple[int, int]
_NOTHING_READ: Final = (-1, -1)
_GONE: Final = (-2, -2)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What a state of the file came to; `people` is None when it was refused."""

    stamp: _Stamp
    people: Mapping[Person, FcidDocument] | None
    faults: int = 0


@dataclass(frozen=True, slots=True)
class _Good:
    """The last state that could be read, and when it was last seen to be how things stand."""

    people: Mapping[Person, FcidDocument]
    seen_at: datetime


@final
class TableFileSource:
    """The port `DebtSource` on a file of rows. `open_table` says of which kind."""

    def __init__(
        self,
        agency: Agency,
        file: Path,
        columns: Columns,
        open_table: OpenTable,
        *,
        refused: Refused,
        most_faults: int = MAX_FAULTS,
        keep_last_good: timedelta = timedelta(0),
        patience: timedelta = timedelta(seconds=5),
    ) -> None:
        self._agency = agency
        self._file = file
        self._columns = columns
        self._open_table = open_table
        self._refused = refused
        self._most_faults = most_faults
        self._keep = keep_last_good
        self._patience = Patience(patience)
        self._lock = threading.Lock()
        self._loaded = _Loaded(_NOTHING_READ, None)
        self._reading: tuple[_Stamp, threading.Event] | None = None
        self._good: _Good | None = None

    @property
    def agency(self) -> Agency:
        """Whose debts these are."""
        return self._agency

    def cases_of(self, person: Person, as_of: datetime) -> Known:
        """Return this person's cases. Raises SourceUnavailable."""
        people, known_at = self._people(as_of)
        document = people.get(person)
        return Known((), known_at) if document is None else known_from(document, self._agency, known_at)

    def people(self) -> Iterable[Person]:
        """Go through everyone in the file as it is. Raises SourceUnavailable."""
        loaded = self._now(LONGEST)
        if loaded.people is None:
            raise SourceUnavailable("the file of the register was refused, or is not there")
        return list(loaded.people)

    def condition(self, as_of: datetime, *, wait: bool = True) -> Condition:
        """Say whether the file can be read, and what is served instead where it cannot."""
        try:
            loaded, reading = self._now(LONGEST if wait else timedelta(0)), False
        except SourceUnavailable:
            loaded, reading = _Loaded(_NOTHING_READ, None), True
        if loaded.people is not None:
            self._remember(loaded.people, as_of)
            return Condition(readable=True, serving=True)
        good = self._still_good(as_of)
        return Condition(
            readable=False,
            serving=good is not None,
            faults=loaded.faults,
            good_at=None if good is None else good.seen_at,
            reading=reading,
        )

    def close(self) -> None:
        """Hold nothing open: the file is read whole."""

    def _people(self, as_of: datetime) -> tuple[Mapping[Person, FcidDocument], datetime]:
        """Return the documents, and the moment at which they are known to be how things stand."""
        try:
            people = self._now().people
        except SourceUnavailable:
            people = None
        if people is not None:
            self._remember(people, as_of)
            return people, as_of
        good = self._still_good(as_of)
        if good is None:
            raise SourceUnavailable("the file of the register was refused, is not there, or is still being read")
        return good.people, good.seen_at

    def _remember(self, people: Mapping[Person, FcidDocument], as_of: datetime) -> None:
        if self._keep:
            self._good = _Good(people, as_of)

    def _still_good(self, as_of: datetime) -> _Good | None:
        good = self._good
        return good if good is not None and as_of - good.seen_at <= self._keep else None

    def _now(self, patience: timedelta | None = None) -> _Loaded:
        """Return what the file comes to as it is now. Raises SourceUnavailable while it is being read."""
        try:
            # Outside the lock, which somebody holds who asks only for a moment.
            status = self._patience(self._file.stat, time=patience or None)
        except OSError:
            with self._lock:
                return self._gone()
        with self._lock:
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp == self._loaded.stamp:
                return self._loaded
            if self._reading is None:
                done = threading.Event()
                self._reading = (stamp, done)
                changed_at = datetime.fromtimestamp(status.st_mtime, UTC)
                # As a daemon: a disk that never answers must not keep the service from stopping.
                threading.Thread(
                    target=copy_context().run, args=(self._read, stamp, changed_at, done), daemon=True
                ).start()
            wanted, done = self._reading
        done.wait((self._patience.time if patience is None else patience).total_seconds())
        with self._lock:
            # Who changes a file while it is read gets an answer with the next question.
            if not done.is_set() or self._loaded.stamp != wanted or wanted != stamp:
                raise SourceUnavailable("the file of the register is still being read")
            return self._loaded

    def _gone(self) -> _Loaded:
        if self._loaded.stamp != _GONE:
            self._refused(SourceError(self._file.name, 0, "", "the file is not there, or cannot be read"))
            self._loaded = _Loaded(_GONE, None, faults=1)
        return self._loaded

    def _read(self, stamp: _Stamp, changed_at: datetime, done: threading.Event) -> None:
        loaded = _Loaded(stamp, None, faults=1)
        try:
            loaded = replace(self._load(changed_at), stamp=stamp)
        except Exception as error:  # noqa: BLE001  # a fault of ours, whose text may hold what stood in the file
            self._refused(MalformedSource(self._file.name, 0, "", f"it could not be read: {type(error).__name__}"))
        finally:
            with self._lock:
                self._loaded = loaded
                self._reading = None
                done.set()

    def _load(self, changed_at: datetime) -> _Loaded:
        name = self._file.name
        try:
            with self._file.open("rb") as opened:
                data = opened.read(MAX_FILE_BYTES + 1)
        except OSError:
            self._refused(SourceError(name, 0, "", "the file cannot be read"))
            return _Loaded(_NOTHING_READ, None, faults=1)
        if len(data) > MAX_FILE_BYTES:
            self._refused(MalformedSource(name, 0, "", f"larger than {MAX_FILE_BYTES} bytes"))
            return _Loaded(_NOTHING_READ, None, faults=1)
        reading = read_table(
            self._open_table,
            data,
            self._columns,
            file=name,
            source_oin=self._agency.oin,
            at=changed_at,
            most_faults=self._most_faults,
        )
        for fault in reading.faults:
            self._refused(fault)
        return _Loaded(_NOTHING_READ, None if reading.faults else reading.people, len(reading.faults))
