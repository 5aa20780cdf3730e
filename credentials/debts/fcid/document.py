"""A financial claims information document as it was read: one organisation, one citizen, their cases as events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self, final

from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.case import NO_STATEMENTS, Case, Statements, fold
from credentials.debts.errors import EmptyCase, InconsistentCase
from credentials.debts.events import Event
from credentials.debts.overview import Overview, overview_of
from credentials.debts.person import Person


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCase:
    """One case of a document: its events, and the moment up to which they are complete."""

    reference: str
    balance_at: datetime
    events: tuple[Event, ...] = field(repr=False)
    statements: Statements = NO_STATEMENTS


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FcidDocument:
    """One document. `organisations` are names by OIN, for the bodies that its cases name."""

    version: str
    source_oin: str
    created_at: datetime
    person: Person
    cases: tuple[DocumentCase, ...]
    organisations: Mapping[str, str] = field(default_factory=dict)

    def cases_at(self, agency: Agency, as_of: datetime | None = None) -> tuple[Case, ...]:
        """Fold every case at `as_of`, but never later than the document knows; without `as_of`, at that moment.

        A case that had not begun at `as_of` is left out.
        """
        cases: list[Case] = []
        for case in self.cases:
            at = case.balance_at if as_of is None else min(as_of, case.balance_at)
            try:
                cases.append(
                    fold(
                        case.events,
                        at,
                        reference=case.reference,
                        source=agency,
                        statements=case.statements,
                        organisations=self.organisations,
                        fcid_version=self.version,
                    )
                )
            except EmptyCase:
                continue
        return tuple(cases)

    def overview(self, agency: Agency, as_of: datetime | None = None, *, with_bsn: bool = False) -> Overview:
        """Gather the cases at `as_of`. The overview's date is the earliest of its cases': for all of them it holds."""
        known = min((case.balance_at for case in self.cases), default=self.created_at)
        return overview_of(
            agency,
            self.cases_at(agency, as_of),
            known if as_of is None else min(known, as_of),
            fcid_version=self.version,
            bsn=self.person if with_bsn and isinstance(self.person, Bsn) else None,
        )

    def restated(self, at: datetime) -> Self:
        """Return the document as the agency would state it at a later moment at which nothing has changed.

        Raises InconsistentCase when `at` lies before what the document already states.
        """
        if any(at < case.balance_at for case in self.cases):
            raise InconsistentCase(reason="a document is not restated for an earlier moment")
        cases = tuple(
            replace(case, balance_at=at, statements=replace(case.statements, stated_at=at)) for case in self.cases
        )
        return replace(self, created_at=max(at, self.created_at), cases=cases)

    def with_event(self, reference: str, event: Event) -> Self:
        """Return the document after one more event in a case, restated at the moment of that event.

        Raises InconsistentCase when there is no such case or the event is older than the document.
        """
        if all(case.reference != reference for case in self.cases):
            raise InconsistentCase(field="zaakkenmerk", reason="there is no such case")
        later = self.restated(event.registered_at)
        return replace(
            later,
            cases=tuple(
                replace(case, events=(*case.events, event)) if case.reference == reference else case
                for case in later.cases
            ),
        )
