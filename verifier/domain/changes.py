"""What changed between two answers about one client: said of each debt where that can be told, and nothing guessed.

1. Debts are told to be one by their card, by their number, by the number of their decision, or, where the client
   rightly hid those, by what never changes of them: kind, day of origin and first amount, when no other has the same.
2. A debt that is there no more is gone only where the organisation has now shown all that it has open, and *paid off*
   only where it also says that so much more was settled. A debt that was not there before is new only where all was
   shown then, or it came into being since. Otherwise it is said that nobody can tell.
3. Where no debts were shown one by one, an organisation's own totals are compared.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias, final

from credentials.clock import dutch_day
from credentials.debts.disclosed import DisclosedCase
from verifier.domain.evidence import Body
from verifier.domain.lines import AgencyLine, CaseLine
from verifier.domain.result import Result
from verifier.domain.totals import Field, Totals

COMPARED: Final = (
    "balance", "owed", "settled", "arrears", "phase", "plan_instalment", "plan_kept", "preference", "next_due_date",
)  # fmt: skip
"""The facts of a case that are compared, by their names."""
COMPARED_TOTALS: Final[tuple[Field, ...]] = ("balance", "arrears", "open_cases")


class What(StrEnum):
    """What became of a debt."""

    NEW = "nieuw"
    FIRST_SHOWN = "nu_getoond"
    CHANGED = "veranderd"
    PAID = "voldaan"
    GONE = "weg"
    NOT_SHOWN = "niet_getoond"


@final
@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is another now. Both are known: what was not shown then or now is not compared."""

    field: str
    before: object
    now: object


@final
@dataclass(frozen=True, slots=True)
class Change:
    """What became of one debt: `line` is what was said of it last, `before` what was said first, where both are."""

    what: What
    line: CaseLine
    before: CaseLine | None = None
    differences: tuple[Difference, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class TotalChange:
    """What became of the totals of an organisation that showed no debts one by one."""

    body: Body
    differences: tuple[Difference, ...]


@final
@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that is another now; `silent` proved something before and prove nothing now."""

    debts: tuple[Change, ...]
    totals: tuple[TotalChange, ...]
    silent: tuple[Body, ...]

    @property
    def any(self) -> bool:
        """Tell whether anything is."""
        return bool(self.debts or self.totals or self.silent)


_Pairs: TypeAlias = list[tuple[CaseLine, CaseLine]]


def changes(before: Result, now: Result) -> Changes:
    """Compare two results about one client, the older one first."""
    then, latest = _by_body(before), _by_body(now)
    pairs, gone, come = _matched(_cases(before), _cases(now))
    debts = [Change(What.CHANGED, new, old, found) for old, new in pairs if (found := _differences(old, new))]
    debts += [Change(_come(case, then.get(case.body.identifier)), case) for case in come]
    for name in dict.fromkeys(case.body.identifier for case in gone):
        here = [case for case in gone if case.body.identifier == name and case.case.balance != 0]
        what = _gone(
            here, [pair for pair in pairs if pair[1].body.identifier == name], then.get(name), latest.get(name)
        )
        debts += [Change(what, case) for case in here]
    order = list(What)
    debts.sort(key=lambda change: (order.index(change.what), change.line.body.name, change.line.position))
    return Changes(
        debts=tuple(debts),
        totals=tuple(
            TotalChange(line.body, found)
            for name, line in latest.items()
            if name in then and not line.cases and not then[name].cases
            if (found := _total_differences(then[name].totals, line.totals))
        ),
        silent=tuple(line.body for name, line in then.items() if name not in latest),
    )


def _by_body(result: Result) -> dict[str, AgencyLine]:
    return {line.body.identifier: line for line in result.lines if line.states_amounts}


def _cases(result: Result) -> list[CaseLine]:
    # A case of another moment than its overview says nothing of this one.
    return [case for case in result.proven_cases if case.counted or case.linked or case.also_at]


def _matched(before: Iterable[CaseLine], now: Iterable[CaseLine]) -> tuple[_Pairs, list[CaseLine], list[CaseLine]]:
    gone, come, pairs = list(before), list(now), []
    for key in _KEYS:
        known, found = _unique(gone, key), _unique(come, key)
        same = [(known[each], found[each]) for each in known if each in found and _may_be(known[each], found[each])]
        pairs += same
        gone = [case for case in gone if all(case is not one for one, _ in same)]
        come = [case for case in come if all(case is not other for _, other in same)]
    return pairs, gone, come


def _unique(cases: Sequence[CaseLine], key: Callable[[CaseLine], Hashable | None]) -> dict[Hashable, CaseLine]:
    found: dict[Hashable, list[CaseLine]] = {}
    for case in cases:
        if (value := key(case)) is not None:
            found.setdefault(value, []).append(case)
    return {value: each[0] for value, each in found.items() if len(each) == 1}


def _may_be(before: CaseLine, now: CaseLine) -> bool:
    """Refuse to call two debts one whose numbers were shown and are not the same."""
    numbers = (before.case.reference, now.case.reference)
    return None in numbers or numbers[0] == numbers[1] or before.body != now.body


def _by(name: str) -> Callable[[CaseLine], Hashable | None]:
    def key(line: CaseLine) -> Hashable | None:
        value = getattr(line.case, name)
        return None if value is None else (line.body.identifier, value)

    return key


def _by_kind(line: CaseLine) -> Hashable | None:
    case = line.case
    kind = case.type or case.description
    parts = (line.body.identifier, kind, case.origin_date, case.principal)
    return None if kind is None or case.origin_date is None else parts


def _anywhere(name: str) -> Callable[[CaseLine], Hashable | None]:
    """Find a debt that another organisation has taken over, by who imposed it and its number there."""

    def key(line: CaseLine) -> Hashable | None:
        return next((each for each in line.case.dedup_keys if each[1] == name), None)

    return key


_KEYS: Final = (
    _by("digest"), _by("reference"), _by("decision_number"), _by_kind,
    _anywhere("zaakkenmerk"), _anywhere("beschikkingsnummer"),
)  # fmt: skip


def _differences(before: CaseLine, now: CaseLine) -> tuple[Difference, ...]:
    found = [_difference(field, before.case, now.case) for field in COMPARED]
    if before.body != now.body:
        found.insert(0, Difference("body", before.body.name, now.body.name))
    return tuple(each for each in found if each is not None)


def _difference(field: str, before: DisclosedCase | Totals, now: DisclosedCase | Totals) -> Difference | None:
    values = getattr(before, field), getattr(now, field)
    return None if None in values or values[0] == values[1] else Difference(field, *values)


def _total_differences(before: Totals, now: Totals) -> tuple[Difference, ...]:
    exact = [field for field in COMPARED_TOTALS if before.is_exact(field) and now.is_exact(field)]
    return tuple(each for field in exact if (each := _difference(field, before, now)) is not None)


def _come(case: CaseLine, then: AgencyLine | None) -> What:
    if then is None or then.as_of is None:
        return What.FIRST_SHOWN
    since = case.case.origin_date is not None and case.case.origin_date > dutch_day(then.as_of)
    return What.NEW if since or _showed_all(then) else What.FIRST_SHOWN


def _gone(cases: Sequence[CaseLine], pairs: _Pairs, then: AgencyLine | None, now: AgencyLine | None) -> What:
    """Say what became of the debts of one organisation that it does not show any more."""
    if then is None or now is None or not _showed_all(now):
        return What.NOT_SHOWN
    owed, settled = (_more(field, then.totals, now.totals) for field in _SETTLING)
    balances = [case.case.balance for case in cases]
    elsewhere = [_settled_more(*pair) for pair in pairs]
    if owed is None or settled is None or None in balances or None in elsewhere:
        return What.GONE
    left = sum(each for each in (*balances, *elsewhere) if each is not None)
    return What.PAID if owed >= 0 and settled >= left > 0 else What.GONE


def _settled_more(before: CaseLine, now: CaseLine) -> int | None:
    return _more("settled", before.amounts, now.amounts)


def _more(field: Field, before: Totals, now: Totals) -> int | None:
    values = before.of(field), now.of(field)
    return values[1] - values[0] if values[0] is not None and values[1] is not None else None


_SETTLING: Final[tuple[Field, Field]] = ("owed", "settled")


def _showed_all(line: AgencyLine) -> bool:
    return line.stated is not None and line.shown == line.stated
