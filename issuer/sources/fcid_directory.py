"""A directory with one FCID document (JSON) per person.

Which file is whose stands in the files, so the directory is gone through once and again when a name in it appears or
disappears; a person's own file is read anew whenever it changed. Nothing of a document is kept, but for a few seconds
in which a wallet asks card after card: reading hundreds of cases anew for each would take it many minutes.

A file that cannot be read says nothing, not even zero: its person is told to come back, and so is everybody who is not
in the directory when it is unknown whose the file is.
"""

import os
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias, final

from credentials.clock import epoch
from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.case import Case
from credentials.debts.errors import InvalidBsn, SourceError
from credentials.debts.fcid import MAX_DOCUMENT_BYTES, FcidDocument, parse_document
from credentials.encoding import json_object
from credentials.errors import MalformedInput
from issuer.domain.errors import SourceUnavailable
from issuer.ports import Known

# Told of each file that is refused: its name, line and field, never a value.
Refused: TypeAlias = Callable[[SourceError], None]

_HELD: Final = timedelta(seconds=30)
_MOST_HELD: Final = 16
_SETTLED: Final = timedelta(seconds=2)

_DIGITS: Final = re.compile(r"\d{9}")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was when its person was looked up; `bsn` is None when nobody knows whose it is."""

    stamp: tuple[int, int]
    bsn: Bsn | None
    readable: bool


@dataclass(frozen=True, slots=True, repr=False)
class _Held:
    """What was read a moment ago, of a file that has not been touched since.

    A document says nothing of later moments than its own, so that its cases are the same for each of them.
    """

    stamp: "_Stamp"
    cases: tuple[Case, ...]
    until: datetime
    read_at: datetime

    def serves(self, as_of: datetime) -> bool:
        """Say whether this may still be held, and says all that is known at this moment."""
        return timedelta(0) <= as_of - self.read_at < _HELD


class _Stamp(NamedTuple):
    """What tells one state of a file from another."""

    name: str
    inode: int
    size: int
    changed_ns: int
    entry_changed_ns: int


@final
class FcidDirectorySource:
    """The port `DebtSource` on a directory."""

    def __init__(self, agency: Agency, directory: Path, *, refused: Refused, checked_references: bool = False) -> None:
        self._agency = agency
        self._checked_references = checked_references
        self._directory = directory
        self._refused = refused
        self._lock = threading.Lock()
        self._files: dict[str, _Seen] = {}
        self._by_bsn: dict[Bsn, list[str]] = {}
        self._directory_stamp = -1
        self._held: dict[Bsn, _Held] = {}

    @property
    def agency(self) -> Agency:
        """Whose debts these are."""
        return self._agency

    def cases_of(self, bsn: Bsn, as_of: datetime) -> Known:
        """Return this person's cases. Raises SourceUnavailable."""
        with self._lock:
            self._look_around()
            name = self._file_of(bsn)
            if name is None:
                # Somebody else may have just been given a file, or an unreadable one may be this person's.
                self._look_around(again=True)
                name = self._file_of(bsn)
        if name is None:
            if not self._all_known():
                raise SourceUnavailable("a file cannot be read, and it may be this person's")
            return Known((), as_of)
        stamp = self._stamp_of(name)
        held = self._held.get(bsn)
        if held is not None and held.stamp == stamp and held.serves(as_of):
            return Known(held.cases, held.until)
        document = self._read(name)
        if document is None or document.bsn != bsn:
            raise SourceUnavailable("the file of this person cannot be read")
        cases = document.cases_at(self._agency, as_of)
        until = min((case.balance_at for case in document.cases), default=document.created_at)
        newest = max((case.balance_at for case in document.cases), default=document.created_at)
        if stamp is not None and as_of >= newest and _has_settled(stamp, as_of):
            self._hold(bsn, _Held(stamp, cases, until, as_of))
        return Known(cases, min(as_of, until))

    def _hold(self, bsn: Bsn, read: _Held) -> None:
        with self._lock:
            left = [(each, held) for each, held in self._held.items() if each != bsn and held.serves(read.read_at)]
            self._held = dict([*left[1 - _MOST_HELD :], (bsn, read)])

    def _stamp_of(self, name: str) -> _Stamp | None:
        try:
            found = (self._directory / name).stat()
        except OSError:
            return None
        return _Stamp(name, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def people(self) -> Iterable[Bsn]:
        """Go through everyone who has a file. Raises SourceUnavailable."""
        with self._lock:
            self._look_around(again=True)
            return list(self._by_bsn)

    def is_complete(self) -> bool:
        """Say whether every file can be read."""
        with self._lock:
            self._look_around(again=True)
            return all(seen.readable for seen in self._files.values())

    def _all_known(self) -> bool:
        return all(seen.bsn is not None for seen in self._files.values())

    def _file_of(self, bsn: Bsn) -> str | None:
        names = self._by_bsn.get(bsn, [])
        if len(names) > 1:
            raise SourceUnavailable("two files are about this person")
        return names[0] if names else None

    def _look_around(self, *, again: bool = False) -> None:
        try:
            stamp = self._directory.stat().st_mtime_ns
            if not again and stamp == self._directory_stamp:
                return
            with os.scandir(self._directory) as entries:
                found = {
                    entry.name: (entry.stat().st_mtime_ns, entry.stat().st_size)
                    for entry in entries
                    if entry.name.endswith(".json") and entry.is_file()
                }
        except OSError as error:
            raise SourceUnavailable("the directory of the register cannot be read") from error
        self._files = {
            name: seen
            if (seen := self._files.get(name)) is not None and seen.stamp == stamp_of
            else self._look_into(name, stamp_of)
            for name, stamp_of in found.items()
        }
        self._by_bsn = {}
        for name, seen in self._files.items():
            if seen.bsn is not None:
                self._by_bsn.setdefault(seen.bsn, []).append(name)
        self._directory_stamp = stamp

    def _look_into(self, name: str, stamp: tuple[int, int]) -> _Seen:
        document = self._read(name)
        if document is not None:
            return _Seen(stamp, document.bsn, readable=True)
        return _Seen(stamp, self._person_in(name), readable=False)

    def _read(self, name: str) -> FcidDocument | None:
        # A name that holds a citizen's number must not reach a log.
        shown = _DIGITS.sub("#########", name)
        try:
            data = (self._directory / name).read_bytes()
            return parse_document(data, file=shown, agency=self._agency, checked_references=self._checked_references)
        except SourceError as error:
            self._refused(error)
        except OSError:
            self._refused(SourceError(shown, 0, "", "the file cannot be read"))
        return None

    def _person_in(self, name: str) -> Bsn | None:
        """Find out whose a refused file is, if it says so in so many words."""
        try:
            data = (self._directory / name).read_bytes()
            body = json_object(data, "the document", max_bytes=MAX_DOCUMENT_BYTES).get("body")
            digits = body.get("bsn") if isinstance(body, dict) else None
            return Bsn(digits) if isinstance(digits, str) else None
        except (OSError, MalformedInput, InvalidBsn):
            return None


def _has_settled(stamp: _Stamp, now: datetime) -> bool:
    # Two changes within one tick of the file system's clock, two seconds at most, may look the same.
    return max(stamp.changed_ns, stamp.entry_changed_ns) < epoch(now - _SETTLED) * 1_000_000_000
