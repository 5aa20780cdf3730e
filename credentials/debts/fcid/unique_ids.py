"""One id, one event, in the whole of a document: the FCID's rule, where a register numbers events per case.

An id that stands in several cases becomes one that follows from its case and itself, the same on every reading, and so
do the references to it. Ids that stand in one case only stay as they are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from credentials.debts.events import (
    DemandWithdrawn,
    Event,
    ObligationCorrected,
    ObligationRemitted,
    PaymentDemanded,
    PaymentReversed,
    stable_event_id,
)
from credentials.debts.fcid.document import DocumentCase

_REFERRING: Final[Mapping[type[Event], str]] = {
    DemandWithdrawn: "demand",
    ObligationCorrected: "corrects",
    ObligationRemitted: "obligation",
    PaymentDemanded: "obligations",
    PaymentReversed: "payment",
}


def with_unique_ids(cases: Iterable[DocumentCase]) -> tuple[DocumentCase, ...]:
    """Return the cases, no two of which have an id in common."""
    told = tuple(cases)
    times = Counter(id_ for case in told for id_ in {event.id for event in case.events})
    shared = {id_ for id_, count in times.items() if count > 1}
    return tuple(_Renaming(case.reference, shared).of(case) for case in told) if shared else told


@dataclass(frozen=True, slots=True)
class _Renaming:
    reference: str
    shared: set[str]

    def of(self, case: DocumentCase) -> DocumentCase:
        statements = replace(case.statements, arrears=frozenset(map(self._id, case.statements.arrears)))
        return replace(case, events=tuple(map(self._event, case.events)), statements=statements)

    def _event(self, event: Event) -> Event:
        changed: dict[str, Any] = {"id": self._id(event.id)}
        member = _REFERRING.get(type(event))
        if member is not None:
            named = getattr(event, member)
            if isinstance(named, str):
                changed[member] = self._id(named)
            elif named is not None:
                changed[member] = tuple(map(self._id, named))
        return replace(event, **changed)

    def _id(self, id_: str) -> str:
        if id_ not in self.shared:
            return id_
        return stable_event_id({"zaakkenmerk": self.reference, "gebeurtenis_kenmerk": id_})
