"""A directory with one FCID document (JSON) per person.

Which file is whose stands in the files, so the directory is gone through once and again when a name in it appears or
disappears; a person's own file is read anew whenever it changed. Nothing of a document is kept, but for the moment in
which a wallet asks card after card (`recent`): reading hundreds of cases anew for each would take it many minutes.

A file that cannot be read says nothing, not even zero: its person is told to come back, and so is everybody who is not
in the directory when it is unknown whose the file is. Who asks waits a few seconds and no longer, also
for a file system that does not answer.
"""

import os
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias, final

from credentials.clock import epoch
from credentials.debts.agency import Agency
from credentials.debts.errors import InvalidPerson, SourceError
from credentials.debts.fcid import MAX_DOCUMENT_BYTES, FcidDocument, parse_document
from credentials.debts.person import Person
from credentials.encoding import json_object
from credentials.errors import MalformedInput
from issuer.domain.errors import SourceUnavailable
from issuer.ports import Condition, Known
from issuer.sources.patience import LONGEST, Patience
from issuer.sources.recent import Read, Recent, Stamp

# Told of each file that is refused: its name, line and field, never a value.
Refused: TypeAlias = Callable[[SourceError], None]

_SETTLED: Final = timedelta(seconds=2)

_DIGITS: Final = re.compile(r"\d{9}")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was when its person was looked up; `person` is None when nobody knows whose it is."""

    stamp: tuple[int, int]
    person: Person | None
    readable: bool


@final
class FcidDirectorySource:
    """The port `DebtSource` on a directory."""

    def __init__(
        self,
        agency: Agency,
        directory: Path,
        *,
        refused: Refused,
        checked_references: bool = False,
        patience: timedelta = timedelta(seconds=5),
    ) -> None:
        self._agency = agency
        self._checked_references = checked_references
        self._directory = directory
        self._refused = refused
        self._lock = threading.Lock()
        self._files: dict[str, _Seen] = {}
        self._by_person: dict[Person, list[str]] = {}
        self._directory_stamp = -1
        self._recent = Recent()
        self._patience = Patience(patience)

    @property
    def agency(self) -> Agency:
        """Whose debts these are."""
        return self._agency

    def cases_of(self, person: Person, as_of: datetime) -> Known:
        """Return this person's cases. Raises SourceUnavailable."""
        return self._patience(lambda: self._cases_of(person, as_of))

    def people(self) -> Iterable[Person]:
        """Go through everyone who has a file. Raises SourceUnavailable."""
        return self._patience(self._people, time=LONGEST)

    def condition(self, as_of: datetime, *, wait: bool = True) -> Condition:
        """Say whether every file can be read; who has another file is served all the same."""
        del as_of
        try:
            return self._patience(self._condition, time=LONGEST if wait else None)
        except SourceUnavailable:
            return Condition(readable=False, serving=False, faults=1, reading=True)

    def close(self) -> None:
        """Hold nothing open: each question opens the file."""

    def _cases_of(self, person: Person, as_of: datetime) -> Known:
        with self._lock:
            self._look_around()
            name = self._file_of(person)
            if name is None:
                # Somebody else may have just been given a file, or an unreadable one may be this person's.
                self._look_around(again=True)
                name = self._file_of(person)
        if name is None:
            if not self._all_known():
                raise SourceUnavailable("a file cannot be read, and it may be this person's")
            return Known((), as_of)
        stamp = self._stamp_of(name)
        recent = self._recent.of(person, stamp, as_of)
        if recent is not None:
            return Known(recent.cases, recent.until)
        document = self._read(name)
        if document is None or document.person != person:
            raise SourceUnavailable("the file of this person cannot be read")
        cases = document.cases_at(self._agency, as_of)
        until = min((case.balance_at for case in document.cases), default=document.created_at)
        newest = max((case.balance_at for case in document.cases), default=document.created_at)
        if stamp is not None and as_of >= newest and _has_settled(stamp, as_of):
            self._recent.keep(person, Read(stamp, cases, until, as_of))
        return Known(cases, min(as_of, until))

    def _stamp_of(self, name: str) -> Stamp | None:
        try:
            found = (self._directory / name).stat()
        except OSError:
            return None
        return Stamp(name, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def _people(self) -> list[Person]:
        with self._lock:
            self._look_around(again=True)
            return list(self._by_person)

    def _condition(self) -> Condition:
        with self._lock:
            try:
                self._look_around(again=True)
            except SourceUnavailable:
                return Condition(readable=False, serving=False, faults=1)
            faults = sum(not seen.readable for seen in self._files.values())
            return Condition(readable=not faults, serving=True, faults=faults)

    def _all_known(self) -> bool:
        return all(seen.person is not None for seen in self._files.values())

    def _file_of(self, person: Person) -> str | None:
        names = self._by_person.get(person, [])
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
        self._by_person = {}
        for name, seen in self._files.items():
            if seen.person is not None:
                self._by_person.setdefault(seen.person, []).append(name)
        self._directory_stamp = stamp

    def _look_into(self, name: str, stamp: tuple[int, int]) -> _Seen:
        document = self._read(name)
        if document is not None:
            return _Seen(stamp, document.person, readable=True)
        return _Seen(stamp, self._person_in(name), readable=False)

    def _read(self, name: str) -> FcidDocument | None:
        # A name that holds a citizen's number must not reach a log.
        shown = _DIGITS.sub("#########", name)
        try:
            data = self._bytes_of(name)
            return parse_document(data, file=shown, agency=self._agency, checked_references=self._checked_references)
        except SourceError as error:
            self._refused(error)
        except OSError:
            self._refused(SourceError(shown, 0, "", "the file cannot be read"))
        return None

    def _bytes_of(self, name: str) -> bytes:
        with (self._directory / name).open("rb") as opened:
            # One byte more than may be, and it is refused.
            return opened.read(MAX_DOCUMENT_BYTES + 1)

    def _person_in(self, name: str) -> Person | None:
        """Find out whose a refused file is, if it says so in so many words."""
        try:
            data = self._bytes_of(name)
            body = json_object(data, "the document", max_bytes=MAX_DOCUMENT_BYTES).get("body")
            numbering = self._agency.numbering
            number = body.get(numbering.value) if isinstance(body, dict) else None
            return numbering.read(number) if isinstance(number, str) else None
        except (OSError, MalformedInput, InvalidPerson):
            return None


def _has_settled(stamp: Stamp, now: datetime) -> bool:
    # Two changes within one tick of the file system's clock, two seconds at most, may look the same.
    return max(stamp.changed_ns, stamp.entry_changed_ns) < epoch(now - _SETTLED) * 1_000_000_000
