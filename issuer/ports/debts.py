"""Where an agency's debts come from: its register, read when it is asked, and files that it imports."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from credentials.debts.agency import Agency
from credentials.debts.case import Case
from credentials.debts.errors import SourceError
from credentials.debts.fcid import FcidDocument
from credentials.debts.person import Person
from issuer.ports.records import Event
from service.processing_log.actions import LogLine


@dataclass(frozen=True, slots=True)
class Known:
    """What a register says of one person: their cases, and until when these are complete."""

    cases: tuple[Case, ...] = field(repr=False)
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """How a register is.

    `readable`: everything in it can be read, so that absence means something. `serving`: questions are answered, be it
    by what was last good, which was so at `good_at`. `faults`: how many were found, at least. `reading`: it is being
    read. `listed`: it says whom it knows, so that it can be gone through.
    """

    readable: bool
    serving: bool
    faults: int = 0
    good_at: datetime | None = None
    reading: bool = False
    listed: bool = True


class DebtSource(Protocol):
    """An agency's own register of debts, read when it is asked and never copied."""

    @property
    def agency(self) -> Agency:
        """Whose debts these are."""
        ...

    def cases_of(self, person: Person, as_of: datetime) -> Known:
        """Return this person's cases as they stand at a moment; none is a fact too. Raises SourceUnavailable."""
        ...

    def people(self) -> Iterable[Person]:
        """Go through everyone that the register knows. Raises SourceUnavailable."""
        ...

    def condition(self, as_of: datetime, *, wait: bool = True) -> Condition:
        """Say how the register is, however long it takes to look; without `wait`, in a moment. Never raises."""
        ...

    def close(self) -> None:
        """Let go of what is held open to ask it."""
        ...


@dataclass(frozen=True, slots=True)
class BegunImport:
    """An import of a file of debts: complete until `as_of`, and of whom something is stored already."""

    id: str
    as_of: datetime
    done: Collection[str] = field(repr=False)
    is_current: bool


class DebtImports(Protocol):
    """The files of debts that were taken in, each under a name."""

    def find(self, name: str, digest: str) -> BegunImport | None:
        """Return the import of this file under this name, done or begun."""
        ...

    def begin(self, name: str, digest: str, as_of: datetime, now: datetime) -> BegunImport:
        """Begin an import; others of this name that were broken off are forgotten."""
        ...

    def people_in(self, name: str) -> int:
        """Count the people of the import of this name that counts now."""
        ...

    def subject(self, person: Person) -> str:
        """Return how a person is known in `BegunImport.done`."""
        ...

    @property
    def keeps_log(self) -> bool:
        """Whether a processing log is kept."""
        ...

    def add(self, import_id: str, documents: Sequence[FcidDocument], lines: Sequence[LogLine] = ()) -> None:
        """Store the debts of some people, which nobody sees yet, and lines of the processing log with them.

        Raises ImportOvertaken, LogFull.
        """
        ...

    def finish(self, import_id: str, now: datetime, event: Event) -> None:
        """Have this import count, and the one before it of the same name no longer. Raises ImportOvertaken.

        The event goes into the audit log with it, or neither does.
        """
        ...

    def abandon(self, import_id: str) -> None:
        """Forget an import that was begun."""
        ...


ReadFile: TypeAlias = Callable[[datetime], tuple[Iterator[FcidDocument], Sequence[SourceError]]]
"""Read a file as of a moment: documents, and faults, to which going through the documents may add."""
