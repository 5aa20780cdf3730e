"""Take a file of debts in: whole or not at all, once however often it comes, and on from where it was broken off."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credentials.clock import Clock
from credentials.debts.errors import SourceError
from credentials.debts.fcid import FcidDocument
from credentials.encoding import JsonObject
from issuer.ports import DebtImports, Event, ReadFile
from issuer.usecases.check_source import fault_as_json
from issuer.usecases.processing import importing

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it: how many people and cases, and of these how many people were there from a run that broke off."""

    people: int = 0
    cases: int = 0
    resumed: int = 0
    was_there: bool = False
    faults: tuple[SourceError, ...] = ()

    def to_dict(self) -> JsonObject:
        """Return it as JSON."""
        return {
            "personen": self.people,
            "zaken": self.cases,
            "hervat": self.resumed,
            "wasIngelezen": self.was_there,
            "gebreken": [fault_as_json(each) for each in self.faults],
        }


@dataclass(frozen=True, slots=True)
class ImportDebts:
    """Import one file under a name; an import of the same name before it is replaced."""

    imports: DebtImports
    clock: Clock

    def __call__(
        self, name: str, digest: str, changed_at: datetime, read: ReadFile, progress: Callable[[int], None]
    ) -> Imported:
        """Import the file that `read` reads. `progress` is told how many people are done.

        With faults nothing is taken in, and what was there before stays. Raises ImportOvertaken when somebody else
        imports under this name meanwhile.
        """
        begun = self.imports.find(name, digest)
        if begun is not None and begun.is_current:
            return Imported(was_there=True)
        documents, faults = read(changed_at if begun is None else begun.as_of)
        if faults:
            return Imported(faults=tuple(faults))
        begun = begun or self.imports.begin(name, digest, changed_at, self.clock.now())
        people = cases = 0
        with importing(self.imports, self.clock) as deed:
            for some in in_steps(documents):
                fresh = (
                    [each for each in some if self.imports.subject(each.person) not in begun.done]
                    if begun.done
                    else some
                )
                # A fault in one case is one in the file: what was stored of it is of no use.
                if faults:
                    break
                if fresh:
                    self.imports.add(begun.id, fresh, deed.lines(fresh))
                people += len(some)
                cases += sum(len(each.cases) for each in some)
                progress(people)
        if faults:
            self.imports.abandon(begun.id)
            return Imported(faults=tuple(faults))
        event = Event("debts.imported", begun.id, f"{people} people {cases} cases")
        self.imports.finish(begun.id, self.clock.now(), event)
        return Imported(people, cases, resumed=len(begun.done))


def in_steps(documents: Iterable[FcidDocument]) -> Iterator[list[FcidDocument]]:
    """Give documents some at a time."""
    some: list[FcidDocument] = []
    for document in documents:
        some.append(document)
        if len(some) == _AT_ONCE:
            yield some
            some = []
    if some:
        yield some
