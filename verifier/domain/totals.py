"""Sums that do not count an unknown as nothing: what is not known stays so, and what is known in part says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, final

Field: TypeAlias = Literal["balance", "owed", "settled", "arrears", "open_cases"]
FIELDS: Final[tuple[Field, ...]] = ("balance", "owed", "settled", "arrears", "open_cases")


@final
@dataclass(frozen=True, slots=True)
class Totals:
    """Amounts in whole cents, and the number of open cases.

    None is not known, never nothing. Of a field in `at_least` a part is known: there is this much, and there may be
    more.
    """

    balance: int | None = None
    owed: int | None = None
    settled: int | None = None
    arrears: int | None = None
    open_cases: int | None = None
    at_least: frozenset[Field] = frozenset()

    def of(self, field: Field) -> int | None:
        """Return one of them."""
        value: int | None = getattr(self, field)
        return value

    def is_exact(self, field: Field) -> bool:
        """Tell whether one of them is known, and wholly."""
        return self.of(field) is not None and field not in self.at_least

    def minus(self, other: "Totals") -> "Totals":
        """Take off. What cannot be taken off because it is not known leaves what is left unknown too."""
        return made({field: _less(self.of(field), other.of(field)) for field in FIELDS}, self.at_least | other.at_least)


def made(values: dict[Field, int | None], at_least: Iterable[Field] = ()) -> Totals:
    """Make totals; `at_least` names fields known in part, and those of them that are not known at all are left out."""
    return Totals(**values, at_least=frozenset(each for each in at_least if values[each] is not None))


def sum_of(parts: Iterable[Totals]) -> Totals:
    """Add up. Of a field that some parts do not know, the sum is of the others, and at least that; of none: unknown."""
    every = tuple(parts)
    sums: dict[Field, int | None] = {}
    at_least: set[Field] = set()
    for field in FIELDS:
        known = [value for part in every if (value := part.of(field)) is not None]
        sums[field] = sum(known) if known else None
        if not all(part.is_exact(field) for part in every):
            at_least.add(field)
    return made(sums, at_least)


def _less(value: int | None, off: int | None) -> int | None:
    return None if value is None or off is None else value - off
