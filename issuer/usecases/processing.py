"""Account for what is done with a citizen's data: a line of the processing log with each action.

The line goes with what the action writes, in the same transaction. An action that fails, or writes nothing, has one as
well, in a transaction of its own: what was read was read. Where no log is kept all this is nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import final

from credentials.clock import Clock
from credentials.debts.fcid import FcidDocument
from credentials.errors import BlauweKnopError
from issuer.domain.processing import Operation
from issuer.ports import DebtImports, Records, Store
from service.processing_log.actions import Action, LogLine, Status, acting, ended_by


@final
class Doing:
    """An action under way, on data of people as our records know them."""

    def __init__(self, store: Store, clock: Clock, action: Action | None, subjects: tuple[str, ...]) -> None:
        self._store = store
        self._clock = clock
        self._action = action
        self._subjects = subjects
        self._is_told = action is None

    @contextmanager
    def write(self, *, failed: Exception | None = None) -> Iterator[Records]:
        """Open a transaction that writes what the action comes to, and its line."""
        with self._store.write() as records:
            yield records
            if self._action is not None:
                for line in self._lines(self._action, failed):
                    records.process(line)
        self._is_told = True

    def tell(self, *, failed: Exception | None = None) -> None:
        """Write the line alone, of an action that comes to nothing else."""
        if not self._is_told:
            with self.write(failed=failed):
                pass

    def _lines(self, action: Action, failed: Exception | None) -> Iterator[LogLine]:
        now = self._clock.now()
        status, fault = (Status.UNSET, None) if failed is None else ended_by(failed)
        if len(self._subjects) < 2:
            yield LogLine(action, self._subjects[0] if self._subjects else None, now, status, fault)
            return
        # LDV 1.0.0 section 3.3.1.1: of several people each has a line of their own, under that of the action.
        yield LogLine(action, None, now, status, fault)
        for each in self._subjects:
            yield LogLine(action.child(action.operation, action.started_at), each, now, status, fault)


@contextmanager
def doing(store: Store, clock: Clock, operation: Operation, *subjects: str) -> Iterator[Doing]:
    """Begin an action. Its line is written by `write` or `tell`, or here where an error ends it before."""
    if not store.keeps_log:
        yield Doing(store, clock, None, subjects)
        return
    with acting(operation, clock.now()) as action:
        deed = Doing(store, clock, action, subjects)
        try:
            yield deed
        except Exception as error:
            # Where nothing can be written the error that brought us here says more.
            with suppress(BlauweKnopError):
                deed.tell(failed=error)
            raise


@final
class Importing:
    """An import of a file under way: a line for each person whose debts are stored, under one of the import itself."""

    def __init__(self, imports: DebtImports, clock: Clock, action: Action | None) -> None:
        self._imports = imports
        self._clock = clock
        self._action = action
        self._begun = False

    def lines(self, documents: Sequence[FcidDocument]) -> list[LogLine]:
        """Return the lines that go with these documents."""
        if self._action is None or not documents:
            return []
        now = self._clock.now()
        own = [] if self._begun else [LogLine(self._action, None, now)]
        self._begun = True
        return own + [
            LogLine(self._action.child(Operation.IMPORT, now), self._imports.subject(each.person), now)
            for each in documents
        ]


@contextmanager
def importing(imports: DebtImports, clock: Clock) -> Iterator[Importing]:
    """Begin an import. Its own line goes with the first people."""
    if not imports.keeps_log:
        yield Importing(imports, clock, None)
        return
    with acting(Operation.IMPORT, clock.now()) as action:
        yield Importing(imports, clock, action)
