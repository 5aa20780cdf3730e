"""The debts of a result with what a counsellor decided of their preference.

A decision must outlive the answer that it was made on: the client shares anew, and cards get other digests. So a debt
is named, within its file, by its organisation with its number or that of its decision, or, where the client hid those,
by what never changes of it; where two have that in common, by its card, and only as long as that card is shown.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from credentials.debts.disclosed import DisclosedCase
from verifier.domain.lines import CaseLine
from verifier.domain.preference import Chosen
from verifier.domain.result import Result


def debt_names(intake_id: str, result: Result) -> Mapping[str, CaseLine]:
    """Return the debts of a result by their names in a file: hexadecimal, and in no other file the same."""
    lasting = {line.position: _lasting(line) for line in result.proven_cases}
    times = Counter(lasting.values())
    names: dict[str, CaseLine] = {}
    for line in result.proven_cases:
        name = lasting[line.position]
        told = name if times[name] == 1 else f"{name}|{line.case.digest}|{line.position}"
        names[hashlib.sha256(f"{intake_id}|{told}".encode()).hexdigest()[:32]] = line
    return names


def with_chosen(intake_id: str, result: Result, chosen: Iterable[Chosen]) -> Result:
    """Return a result whose debts bear what was decided of them."""
    decided = {each.debt: each for each in chosen}
    if not decided:
        return result
    known = debt_names(intake_id, result)
    of_line = {line.position: decided[name] for name, line in known.items() if name in decided}
    lines = tuple(
        replace(line, cases=tuple(replace(case, chosen=of_line.get(case.position)) for case in line.cases))
        for line in result.lines
    )
    return replace(result, lines=lines)


def _lasting(line: CaseLine) -> str:
    return f"{line.body.identifier}|{_told_by(line.case)}"


def _told_by(case: DisclosedCase) -> str:
    if case.reference is not None:
        return f"zaak {case.reference}"
    if case.decision_number is not None:
        return f"besluit {case.decision_number}"
    return f"soort {case.type or case.description} {case.origin_date} {case.principal}"
