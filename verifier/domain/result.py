"""From evidence to what the counsellor reads: lines per organisation, totals, completeness, age, what is missing.

1. Only proven evidence counts. Everything else is shown for what it is, under the organisation that made it.
2. An organisation's amounts come from its newest proven overview, because that speaks for all its cases, shown or not.
   Without a proven overview the sum of its proven cases is taken, and the line says that there may be more.
3. A case belongs to an overview when the overview names its digest: *k of n* counts those. A case whose digest the
   overview does not name is from another moment and counts neither in k nor in the amounts.
4. One debt that two organisations serve is counted once: the amounts of the other copies are taken off the totals of
   their overviews. Where the client rightly kept the numbers hidden that would make it certain, and everything that was
   shown is alike, it is counted once too and named as probable.
5. Complete is: every organisation of the trust list that issues overviews is there with a proven one, and where cases
   were asked each shows n of n. Age is judged apart, by the template's threshold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, TypeAlias

from credentials.clock import days_between, dutch_day
from credentials.debts.dedup import distinct_debts
from credentials.debts.disclosed import DisclosedCase, DisclosedOverview, read_case, read_overview
from credentials.debts.due import Due
from verifier.domain import words
from verifier.domain.evidence import CASE, OVERVIEW, Body, Evidence, Outcome
from verifier.domain.templates import Template

Standing: TypeAlias = Literal["goed", "let_op", "fout"]


@dataclass(frozen=True, slots=True)
class Totals:
    """Proven amounts in cents, and the number of open cases."""

    balance: int = 0
    owed: int = 0
    settled: int = 0
    arrears: int = 0
    open_cases: int = 0

    def plus(self, other: "Totals") -> "Totals":
        """Add."""
        return Totals(
            self.balance + other.balance,
            self.owed + other.owed,
            self.settled + other.settled,
            self.arrears + other.arrears,
            self.open_cases + other.open_cases,
        )

    def minus(self, other: "Totals") -> "Totals":
        """Take off."""
        return Totals(
            self.balance - other.balance,
            self.owed - other.owed,
            self.settled - other.settled,
            self.arrears - other.arrears,
            self.open_cases - other.open_cases,
        )


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One debt as one organisation states it. `position` is its place in the answer's evidence.

    `due` is what was due of it on the day of checking; None when what was shown does not tell.
    """

    position: int
    body: Body
    case: DisclosedCase
    evidence: Evidence
    linked: bool
    counted: bool = True
    also_at: tuple[Body, ...] = ()
    due: Due | None = None

    @property
    def amounts(self) -> Totals:
        """The case's own amounts; what was not shown counts as zero."""
        case = self.case
        is_open = 1 if (case.balance or 0) != 0 else 0
        return Totals(case.balance or 0, case.owed or 0, case.settled or 0, case.arrears or 0, is_open)


@dataclass(frozen=True, slots=True)
class Unproven:
    """Evidence that does not count, and why."""

    position: int
    evidence: Evidence
    why: str


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One organisation: what it confirms, or why it confirms nothing."""

    body: Body
    outcome: Outcome
    sentence: str
    totals: Totals
    overview: DisclosedOverview | None
    position: int | None
    shown: int
    stated: int | None
    as_of: datetime | None
    age_days: int | None
    too_old: bool
    complete: bool
    cases: tuple[CaseLine, ...]
    unproven: tuple[Unproven, ...]

    @property
    def standing(self) -> Standing:
        """Good, a warning, or wrong; always shown with words, never by colour alone."""
        if any(each.evidence.outcome in ("niet_bewezen", "ingetrokken") for each in self.unproven):
            return "fout"
        if self.outcome != "bewezen" or not self.complete or self.too_old or self.unproven:
            return "let_op"
        return "goed"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """One debt that several organisations serve, counted once."""

    counted: CaseLine
    others: tuple[CaseLine, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that one answer amounts to."""

    lines: tuple[AgencyLine, ...]
    totals: Totals
    duplicates: tuple[Duplicate, ...]
    missing: tuple[Body, ...]
    complete: bool
    oldest: datetime | None
    too_old: bool
    received_at: datetime
    checked_at: datetime

    @property
    def standing(self) -> Standing:
        """Wrong when something is forged or withdrawn, a warning when anything is lacking, good only if all is."""
        standings = {line.standing for line in self.lines}
        if "fout" in standings:
            return "fout"
        return "goed" if self.complete and standings == {"goed"} else "let_op"

    @property
    def proven_cases(self) -> tuple[CaseLine, ...]:
        """All proven debts, of all organisations, in order."""
        return tuple(case for line in self.lines for case in line.cases)


def assess(
    evidence: Sequence[Evidence],
    template: Template,
    expected: Iterable[Body],
    *,
    received_at: datetime,
    checked_at: datetime,
    cases_asked: bool,
) -> Result:
    """Turn checked evidence into a result. `expected` are the organisations that a complete answer covers."""
    asked = tuple(expected)
    groups: dict[str, list[tuple[int, Evidence]]] = {}
    for position, each in enumerate(evidence):
        groups.setdefault(each.issuer.identifier, []).append((position, each))
    lines = [
        _line(found[0][1].issuer, found, template, checked_at, cases_asked=cases_asked) for found in groups.values()
    ]
    lines, duplicates = _count_once(lines)
    order = {body.identifier: place for place, body in enumerate(asked)}
    lines.sort(key=lambda line: (order.get(line.body.identifier, len(order)), line.body.name))
    totals = Totals()
    for line in lines:
        totals = totals.plus(line.totals)
    proven = {line.body.identifier for line in lines if line.overview is not None}
    missing = tuple(body for body in asked if body.identifier not in proven)
    dates = [line.as_of for line in lines if line.as_of is not None and line.outcome == "bewezen"]
    return Result(
        lines=tuple(lines),
        totals=totals,
        duplicates=duplicates,
        missing=missing,
        complete=bool(asked) and not missing and all(line.complete for line in lines if line.body.identifier in order),
        oldest=min(dates, default=None),
        too_old=any(line.too_old for line in lines),
        received_at=received_at,
        checked_at=checked_at,
    )


def _line(
    body: Body, found: Sequence[tuple[int, Evidence]], template: Template, now: datetime, *, cases_asked: bool
) -> AgencyLine:
    position, overview = _newest_overview(found)
    cases = _cases(body, found, overview, dutch_day(now))
    unproven = tuple(Unproven(place, each, words.not_counted(each.outcome)) for place, each in found if not each.proven)
    linked = [case for case in cases if case.linked]
    as_of = overview.as_of if overview is not None else _oldest(cases)
    age = None if as_of is None else days_between(as_of, now)
    stated = overview.open_cases if overview is not None else None
    others = sum(1 for _, each in found if each.proven and each.type not in (OVERVIEW, CASE))
    outcome: Outcome = "bewezen" if overview is not None or cases or others else unproven[0].evidence.outcome
    shows = stated is not None and (not cases_asked or len(linked) == stated)
    return AgencyLine(
        body=body,
        outcome=outcome,
        sentence=_sentence(body, overview, cases, unproven, others, shown=len(linked) if cases_asked else None),
        totals=_totals(overview, cases),
        overview=overview,
        position=position,
        shown=len(linked),
        stated=stated,
        as_of=as_of,
        age_days=age,
        too_old=age is not None and age > template.max_age.days,
        complete=overview is not None and shows,
        cases=cases,
        unproven=unproven,
    )


def _newest_overview(found: Sequence[tuple[int, Evidence]]) -> tuple[int | None, DisclosedOverview | None]:
    proven = [
        (position, read_overview(each.claims)) for position, each in found if each.proven and each.type == OVERVIEW
    ]
    if not proven:
        return None, None
    return max(proven, key=lambda item: (item[1].as_of.timestamp() if item[1].as_of else 0.0, -item[0]))


def _cases(
    body: Body, found: Sequence[tuple[int, Evidence]], overview: DisclosedOverview | None, today: date
) -> tuple[CaseLine, ...]:
    digests = overview.digests if overview is not None else frozenset()
    seen: set[str] = set()
    lines: list[CaseLine] = []
    for position, each in found:
        if not each.proven or each.type != CASE:
            continue
        case = read_case(each.claims)
        if case.digest is not None and case.digest in seen:
            continue
        seen |= {case.digest} if case.digest is not None else set()
        linked = case.digest is not None and case.digest in digests
        # Without an overview, or with one that kept its digests hidden, there is nothing that a case could contradict.
        counted = linked or not digests
        lines.append(CaseLine(position, body, case, each, linked=linked, counted=counted, due=case.due_on(today)))
    return tuple(lines)


def _totals(overview: DisclosedOverview | None, cases: Sequence[CaseLine]) -> Totals:
    if overview is not None:
        return Totals(
            overview.balance or 0,
            overview.owed or 0,
            overview.settled or 0,
            overview.arrears or 0,
            overview.open_cases or 0,
        )
    totals = Totals()
    for case in cases:
        totals = totals.plus(case.amounts)
    return totals


def _sentence(
    body: Body,
    overview: DisclosedOverview | None,
    cases: Sequence[CaseLine],
    unproven: Sequence[Unproven],
    others: int,
    *,
    shown: int | None,
) -> str:
    if overview is not None:
        return words.confirmed(body, overview.open_cases, overview.as_of, shown)
    if cases:
        return words.only_cases(body, len(cases))
    if others:
        return words.only_others(body, others)
    return unproven[0].why if unproven else ""


def _oldest(cases: Sequence[CaseLine]) -> datetime | None:
    return min((case.case.as_of for case in cases if case.case.as_of is not None), default=None)


def _count_once(lines: list[AgencyLine]) -> tuple[list[AgencyLine], tuple[Duplicate, ...]]:
    counted = [case for line in lines for case in line.cases if case.counted]
    duplicates: list[Duplicate] = []
    changed: dict[int, CaseLine] = {case.position: case for line in lines for case in line.cases}
    taken_off: dict[str, Totals] = {}
    with_overview = {line.body.identifier for line in lines if line.overview is not None}
    for debt in distinct_debts([case.case for case in counted]):
        first, *others = (counted[position] for position in debt.positions)
        if not others:
            continue
        bodies = tuple(dict.fromkeys(case.body for case in (first, *others)))
        for case in (first, *others):
            changed[case.position] = replace(
                case, counted=case is first, also_at=tuple(body for body in bodies if body != case.body)
            )
        # A second copy of a case from one organisation is not in its overview twice, so nothing is taken off for it.
        spoken = {first.body.identifier}
        for case in others:
            name = case.body.identifier
            if name not in spoken or name not in with_overview:
                taken_off[name] = taken_off.get(name, Totals()).plus(case.amounts)
            spoken.add(name)
        if len(bodies) > 1:
            duplicates.append(
                Duplicate(changed[first.position], tuple(changed[case.position] for case in others), debt.certain)
            )
    return [_less(line, changed, taken_off) for line in lines], tuple(duplicates)


def _less(line: AgencyLine, changed: Mapping[int, CaseLine], taken_off: Mapping[str, Totals]) -> AgencyLine:
    return replace(
        line,
        cases=tuple(changed[case.position] for case in line.cases),
        totals=line.totals.minus(taken_off.get(line.body.identifier, Totals())),
    )
