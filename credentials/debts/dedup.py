"""One debt that two bodies serve is counted once (reference 2.3).

Certain when the cases share a key: who imposed it, with the case reference or the decision number. Where a holder
rightly kept those numbers hidden, two cases of different agencies that agree on who imposed it, who collects it, its
kind, its origin and its amounts are *probably* one debt: shown as such, for a person to decide.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import final

from credentials.debts.disclosed import DisclosedCase


@final
@dataclass(frozen=True, slots=True)
class Debt:
    """One debt: the positions of its cases in the sequence that was given, and whether it is certain they are one."""

    positions: tuple[int, ...]
    certain: bool

    @property
    def counted(self) -> int:
        """The position of the case whose amounts count; the others state the same debt."""
        return self.positions[0]


def distinct_debts(cases: Sequence[DisclosedCase]) -> tuple[Debt, ...]:
    """Group cases that are one debt, in the order in which they were given.

    Of a group, the case with the latest reference date comes first.
    """
    groups: list[_Group] = []
    for position, case in enumerate(cases):
        sure = [group for group in groups if _shares_key(case, group)]
        likely = [] if sure else [group for group in groups if _looks_alike(case, group)][:1]
        one = _Group([*(known for group in sure + likely for known in group.cases), (position, case)])
        one.certain = not likely and all(group.certain for group in sure)
        # A case may tie together groups that had nothing in common until it came.
        groups = [group for group in groups if group not in sure + likely]
        groups.append(one)
    groups.sort(key=lambda group: min(position for position, _ in group.cases))
    return tuple(Debt(tuple(position for position, _ in group.by_recency()), group.certain) for group in groups)


class _Group:
    """Cases that are one debt, while they are being found."""

    def __init__(self, cases: list[tuple[int, DisclosedCase]]) -> None:
        self.cases = cases
        self.certain = True

    def by_recency(self) -> list[tuple[int, DisclosedCase]]:
        return sorted(self.cases, key=lambda known: (-_moment(known[1]), known[0]))


def _moment(case: DisclosedCase) -> float:
    return case.as_of.timestamp() if case.as_of is not None else 0.0


def _shares_key(case: DisclosedCase, group: _Group) -> bool:
    return any(case.dedup_keys & member.dedup_keys for _, member in group.cases)


def _looks_alike(case: DisclosedCase, group: _Group) -> bool:
    alike = _fingerprint(case)
    return alike is not None and all(
        _fingerprint(member) == alike
        and member.source.oin != case.source.oin
        and not (case.dedup_keys and member.dedup_keys)
        for _, member in group.cases
    )


def _fingerprint(case: DisclosedCase) -> tuple[Hashable, ...] | None:
    parts = (case.imposed_by.oin, case.executed_by.oin, case.type, case.origin_date, case.owed, case.balance)
    return None if any(part is None for part in parts) else parts
