"""Take a file of debts in at the desk in two steps: read it and store what is in it unseen, then have it count.

In between somebody reads what it comes to. What is not confirmed counts for nothing, and goes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from credentials.clock import Clock
from credentials.debts.agency import Agency
from credentials.debts.errors import SourceError
from credentials.debts.fcid import FcidDocument
from credentials.errors import BlauweKnopError
from issuer.domain.facts import Facts
from issuer.ports import DebtImports, Event, ReadFile
from issuer.usecases.check_source import Preview
from issuer.usecases.import_debts import in_steps
from issuer.usecases.processing import importing


@dataclass(frozen=True, slots=True)
class Staged:
    """What a file comes to: without faults it waits under this id to be confirmed, unless it counts already.

    `before` are the people of the import of this name that counts now.
    """

    preview: Preview
    faults: Sequence[SourceError] = ()
    id: str = ""
    was_there: bool = False
    before: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file somebody sent: what it is known by, and how it is read."""

    name: str
    digest: str
    read: ReadFile = field(repr=False)


@dataclass(frozen=True, slots=True)
class StageImport:
    """The two steps. `open` knows how a file of this name is written; it raises MalformedInput for another kind."""

    imports: DebtImports
    clock: Clock
    agency: Agency
    open: Callable[[str, bytes], Upload]

    def stage(self, part: str, file: str, content: bytes, as_of: datetime) -> Staged:
        """Read a file, which is complete until `as_of`, as part of the register; with faults nothing of it is stored.

        Raises MalformedInput for a file that is of no kind that is read, ImportOvertaken when somebody else imports
        under this name meanwhile.
        """
        upload = self.open(file, content)
        before = self.imports.people_in(part)
        known = self.imports.find(part, upload.digest)
        if known is not None and known.is_current:
            return Staged(Preview(), was_there=True, before=before)
        documents, faults = upload.read(as_of)
        if faults:
            return Staged(Preview(), tuple(faults), before=before)
        begun, preview = self.imports.begin(part, upload.digest, as_of, self.clock.now()), Preview()
        try:
            with importing(self.imports, self.clock) as deed:
                for some in in_steps(self._counted(documents, preview, as_of)):
                    if faults:
                        break
                    self.imports.add(begun.id, some, deed.lines(some))
        except BlauweKnopError:
            self.imports.abandon(begun.id)
            raise
        if faults:
            # A fault in one case is one in the file.
            self.imports.abandon(begun.id)
            return Staged(Preview(), tuple(faults), before=before)
        return Staged(preview, id=begun.id, before=before)

    def confirm(self, import_id: str, people: int, cases: int, actor: str) -> None:
        """Have what was staged count from now on. Raises ImportOvertaken when it is not there any more."""
        event = Event("debts.imported", import_id, f"{people} people {cases} cases", actor=actor)
        self.imports.finish(import_id, self.clock.now(), event)

    def drop(self, import_id: str) -> None:
        """Forget what was staged."""
        self.imports.abandon(import_id)

    def _counted(self, documents: Iterator[FcidDocument], preview: Preview, as_of: datetime) -> Iterable[FcidDocument]:
        for document in documents:
            cases = document.cases_at(self.agency, as_of)
            preview.add(Facts.of(self.agency, cases, as_of), cases)
            yield document
