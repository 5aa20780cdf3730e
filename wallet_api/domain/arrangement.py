"""Asking to pay in parts: of one body for one debt, or once for debts at several bodies that take part in one plan.

1. Who collects a debt is asked, not who imposed it: after a debt is handed over, its first agency makes no plans.
2. It is offered where a plan helps: not while collection is paused or money is withheld, and not where there is a plan
   already; who is behind with one calls.
3. Where to ask stands in the trust list. A card names the body, by its number, and never an address.
4. A plan of several bodies is offered when two of them or more collect debts of this citizen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, final

from credentials.debts.unpaid import Consequence, consequence_of
from credentials.trust import JointArrangement, Participant, Role, TrustList
from wallet_api.domain.overview import OUT_OF_DATE, DebtLine, Group

_NOT_ASKED: Final = frozenset(
    {Consequence.NOTHING, Consequence.PAUSED, Consequence.WITHHELD, Consequence.PLAN, Consequence.PLAN_AT_RISK}
)
_BODIES: Final = 2


@final
@dataclass(frozen=True, slots=True)
class Collected:
    """A debt and the body that collects it, as the trust list names it."""

    line: DebtLine
    body: Participant

    @property
    def outdated(self) -> bool:
        """Tell whether the card should be fetched anew before anything is asked by it."""
        return self.line.freshness in OUT_OF_DATE


@final
@dataclass(frozen=True, slots=True)
class JointPlan:
    """A plan of several bodies, and the debts of this citizen that it can be asked for."""

    arrangement: JointArrangement
    debts: tuple[Collected, ...]

    @property
    def bodies(self) -> tuple[str, ...]:
        """The names of the bodies, each once."""
        return tuple(dict.fromkeys(each.body.name for each in self.debts))

    @property
    def balance(self) -> int:
        """What is left to pay of these debts together."""
        return sum(each.line.balance for each in self.debts)

    @property
    def outdated(self) -> tuple[str, ...]:
        """The bodies of which a card should be fetched anew first."""
        return tuple(dict.fromkeys(each.body.name for each in self.debts if each.outdated))

    def holds(self, line: DebtLine) -> bool:
        """Tell whether this debt is among them."""
        return any(each.line.card.id == line.card.id for each in self.debts)


def may_be_asked(line: DebtLine) -> bool:
    """Tell whether a plan may be asked for this debt."""
    return line.group in (Group.NOW, Group.LATER) and consequence_of(line.case) not in _NOT_ASKED


def collector_of(line: DebtLine, listed: TrustList) -> Participant | None:
    """Return the body that collects a debt; None when the list does not have it, or has withdrawn it."""
    agency, oin = line.card.agency, line.case.executed_by.oin
    found = listed.find(agency.identifier) if oin is None or oin == agency.oin else listed.by_oin(oin)
    if found is None or found.withdrawn_at is not None or Role.ISSUER not in found.roles:
        return None
    return found


def where_to_ask(line: DebtLine, listed: TrustList) -> Participant | None:
    """Return who is asked for a plan for this debt, if that is of use and it says where."""
    body = collector_of(line, listed) if may_be_asked(line) else None
    return body if body is not None and body.arrangement is not None else None


def joint_plans(lines: Iterable[DebtLine], listed: TrustList) -> tuple[JointPlan, ...]:
    """Return the plans that several of these debts can be asked for together, in order of the debts."""
    found: dict[JointArrangement, list[Collected]] = {}
    for line in lines:
        body = collector_of(line, listed) if may_be_asked(line) else None
        if body is not None and body.joint_arrangement is not None:
            found.setdefault(body.joint_arrangement, []).append(Collected(line, body))
    return tuple(JointPlan(each, tuple(debts)) for each, debts in _of_several(found).items())


def _of_several(found: Mapping[JointArrangement, list[Collected]]) -> dict[JointArrangement, list[Collected]]:
    return {each: debts for each, debts in found.items() if len({debt.body.identifier for debt in debts}) >= _BODIES}
