"""Read a person's debts from the agency's own register, at this moment."""

from dataclasses import dataclass

from credentials.clock import Clock, dutch_day
from credentials.debts.notice import Notice
from credentials.debts.person import Person
from issuer.domain.facts import Facts, Hiding
from issuer.domain.notices import standing
from issuer.domain.processing import Operation
from issuer.ports import DebtSource, Store
from issuer.usecases.processing import doing


@dataclass(frozen=True, slots=True)
class ReadDebts:
    """The only way to a citizen's debts: nothing of them waits in a session or a table.

    What the agency says of its data at this moment is read with them.
    """

    source: DebtSource
    clock: Clock
    store: Store

    def __call__(self, person: Person) -> Facts:
        """Return what the agency knows now; no cases is a fact too. Raises SourceUnavailable."""
        known = self.source.cases_of(person, self.clock.now())
        return Facts.of(self.source.agency, known.cases, known.as_of, self.notices())

    def nothing(self) -> Facts:
        """Return what is known of somebody who is not in the register."""
        return Facts.of(self.source.agency, (), self.clock.now(), self.notices())

    def notices(self) -> tuple[Notice, ...]:
        """Return the notices that stand now."""
        with self.store.read() as records:
            return standing(records.notices.not_ended(), dutch_day(self.clock.now())).notices


@dataclass(frozen=True, slots=True)
class ShowDebts:
    """Read a citizen's debts to show them to whoever is logged in."""

    read_debts: ReadDebts
    hiding: Hiding

    def __call__(self, person: Person) -> Facts:
        """Return what the agency knows now. Raises SourceUnavailable."""
        with doing(self.read_debts.store, self.read_debts.clock, Operation.VIEW, self.hiding.subject(person)) as deed:
            facts = self.read_debts(person)
            # On record before it is on a screen.
            deed.tell()
        return facts
