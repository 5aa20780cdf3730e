"""Show a citizen where to ask to pay in parts. Nothing is sent: the citizen asks, with facts from the cards."""

from dataclasses import dataclass
from typing import final

from credentials.trust import Participant, TrustListExpired
from wallet_api.domain.arrangement import JointPlan, joint_plans, where_to_ask
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

    def joint(self, overview: CitizenOverview) -> tuple[JointPlan, ...]:
        """Return the plans of several bodies that can be asked for."""
        try:
            return joint_plans(overview.debts, self.trust.current())
        except TrustListExpired:
            return ()
