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
    groups: list[list[int]] = []
    certain: list[bool] = []
    for position, case in enumerate(cases):
        sure = next((g for g, members in enumerate(groups) if _shares_key(case, cases, members)), None)
        likely = next((g for g, members in enumerate(groups) if _looks_alike(case, cases, members)), None)
        group = sure if sure is not None else likely
        if group is None:
            groups.append([position])
            certain.append(True)
        else:
            groups[group].append(position)
            certain[group] = certain[group] and sure is not None
    return tuple(
        Debt(tuple(sorted(members, key=lambda position: _recency(cases[position], position))), sure)
        for members, sure in zip(groups, certain, strict=True)
    )


def _shares_key(case: DisclosedCase, cases: Sequence[DisclosedCase], members: Sequence[int]) -> bool:
    return any(case.dedup_keys & cases[member].dedup_keys for member in members)


def _looks_alike(case: DisclosedCase, cases: Sequence[DisclosedCase], members: Sequence[int]) -> bool:
    print_ = _fingerprint(case)
    return print_ is not None and any(
        _fingerprint(cases[member]) == print_
        and cases[member].source.oin != case.source.oin
        and not (case.dedup_keys and cases[member].dedup_keys)
        for member in members
    )


def _fingerprint(case: DisclosedCase) -> tuple[Hashable, ...] | None:
    parts = (case.imposed_by.oin, case.executed_by.oin, case.type, case.origin_date, case.owed, case.balance)
    return None if any(part is None for part in parts) else parts


def _recency(case: DisclosedCase, position: int) -> tuple[float, int]:
    return -(case.as_of.timestamp() if case.as_of is not None else 0.0), position
