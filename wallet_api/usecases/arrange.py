"""Show a citizen where to ask to pay in parts. Nothing is sent: the citizen asks, with facts from the cards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import final

from credentials.trust import Participant, TrustListExpired
from wallet_api.domain.arrangement import JointPlan, collector_of, joint_plans, where_to_ask
from wallet_api.domain.card import Agency
from wallet_api.domain.overview import CitizenOverview, DebtLine
from wallet_api.ports import TrustSource


@final
@dataclass(frozen=True, slots=True)
class ShowArrangements:
    """Look up, in the trust list of now, who is asked where."""

    trust: TrustSource

    def where(self, line: DebtLine) -> Participant | None:
        """Return who is asked for a plan for one debt; None where it is of no use, or no address can be trusted."""
        try:
            return where_to_ask(line, self.trust.current())
        except TrustListExpired:
            return None

    def phones(self, lines: Iterable[DebtLine]) -> Mapping[str, str]:
        """Return where whoever collects these debts can be called, by card, as far as the list says it."""
        try:
            listed = self.trust.current()
        except TrustListExpired:
            return {}
        bodies = {line.card.id: collector_of(line, listed) for line in lines}
        return {id: body.phone for id, body in bodies.items() if body is not None and body.phone is not None}

    def phone_of(self, agency: Agency) -> str | None:
        """Return where an agency itself can be called, if the list says it."""
        try:
            found = self.trust.current().find(agency.identifier)
        except TrustListExpired:
            return None
        return found.phone if found is not None and found.withdrawn_at is None else None

    def joint(self, overview: CitizenOverview) -> tuple[JointPlan, ...]:
        """Return the plans of several bodies that can be asked for."""
        try:
            return joint_plans(overview.debts, self.trust.current())
        except TrustListExpired:
            return ()
