"""From evidence to what the counsellor reads: lines per organisation, totals, completeness, age, what is missing.

1. Only proven evidence counts. Everything else is shown for what it is, under the organisation that made it.
2. An organisation's amounts come from its newest proven overview, because that speaks for all its cases, shown or not.
   Where the overview does not say an amount, or there is none, the sum of the cases that were shown is taken: the
   amount itself when they are all there, and otherwise at least that. What neither says is not known, never nothing.
3. A case belongs to an overview when the overview names its digest: *k of n* counts those. A case whose digest the
   overview does not name is from another moment and counts neither in k nor in the amounts.
4. One debt that two organisations serve is counted once: the amounts of the other copies are taken off the totals of
   their overviews. Where the client rightly kept the numbers hidden that would make it certain, and everything that was
   shown is alike, it is counted once too and named as probable.
5. Complete is: every organisation of the trust list that issues overviews is there with a proven one, and where cases
   were asked each shows n of n, and each says how much is left to pay, and none says that its own data are deficient,
   or hides whether it does. Age is judged apart, by the template's threshold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import final

from credentials.clock import days_between, dutch_day
from credentials.debts.dedup import distinct_debts
from credentials.debts.disclosed import DisclosedOverview, read_case, read_overview
from verifier.domain import words
from verifier.domain.contradictions import Contradiction, contradictions
from verifier.domain.evidence import CASE, OVERVIEW, Body, Evidence, Outcome
from verifier.domain.lines import AgencyLine, CaseLine, Duplicate, Standing, Unproven
from verifier.domain.templates import Template
from verifier.domain.totals import FIELDS, Field, Totals, made, sum_of


@final
@dataclass(frozen=True, slots=True)
class Result:
    """Everything that one answer amounts to. `totals` is of all that is proven."""

    lines: tuple[AgencyLine, ...]
    totals: Totals
    duplicates: tuple[Duplicate, ...]
    contradictions: tuple[Contradiction, ...]
    missing: tuple[Body, ...]
    list_read: bool
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
        good = self.complete and standings == {"goed"} and not self.contradictions
        return "goed" if good else "let_op"

    @property
    def proven_cases(self) -> tuple[CaseLine, ...]:
        """All proven debts, of all organisations, in order."""
        return tuple(case for line in self.lines for case in line.cases)

    @property
    def untold(self) -> tuple[Body, ...]:
        """Organisations that state something here without all of how much is left to pay."""
        return tuple(line.body for line in self.lines if line.states_amounts and not line.totals.is_exact("balance"))


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
    proven = {line.body.identifier for line in lines if line.overview is not None}
    missing = tuple(body for body in asked if body.identifier not in proven)
    dates = [line.as_of for line in lines if line.as_of is not None and line.outcome == "bewezen"]
    return Result(
        lines=tuple(lines),
        totals=sum_of(line.totals for line in lines if line.states_amounts),
        duplicates=duplicates,
        contradictions=contradictions(lines, duplicates),
        missing=missing,
        list_read=bool(asked),
        complete=bool(asked) and not missing and all(line.complete for line in lines if line.body.identifier in order),
        oldest=min(dates, default=None),
        too_old=any(line.too_old for line in lines),
        received_at=received_at,
        checked_at=checked_at,
    )


def _line(
    body: Body, found: Sequence[tuple[int, Evidence]], template: Template, now: datetime, *, cases_asked: bool
) -> AgencyLine:
    """Make a line. Its amounts follow when it is known which debts are counted elsewhere."""
    position, overview = _newest_overview(found)
    cases = _cases(body, found, overview, dutch_day(now))
    unproven = tuple(Unproven(place, each, words.not_counted(each)) for place, each in found if not each.proven)
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
        totals=Totals(),
        overview=overview,
        position=position,
        shown=len(linked),
        stated=stated,
        as_of=as_of,
        age_days=age,
        too_old=age is not None and age > template.max_age.days,
        all_shown=overview is not None and shows,
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


def _totals(line: AgencyLine, elsewhere: Sequence[CaseLine]) -> Totals:
    """Return the amounts of a line; `elsewhere` are its cases that are counted at another organisation."""
    shown = sum_of(case.amounts for case in line.cases if case.counted)
    overview = line.overview
    if overview is None:
        # There may be more cases than were shown.
        return made({field: shown.of(field) for field in FIELDS}, FIELDS)
    stated = _stated(overview)
    whole = line.stated is not None and sum(case.linked for case in line.cases) == line.stated
    values: dict[Field, int | None] = {}
    at_least: set[Field] = set()
    less = stated if not elsewhere else stated.minus(sum_of(case.amounts for case in elsewhere))
    for field in FIELDS:
        if stated.of(field) is not None:
            values[field] = less.of(field)
            continue
        values[field] = shown.of(field)
        # Of closed cases nothing is left to pay, but they count in what was imposed and settled.
        if not whole or not shown.is_exact(field) or field in ("owed", "settled"):
            at_least.add(field)
    return made(values, at_least)


def _stated(overview: DisclosedOverview) -> Totals:
    # Where no case is open nothing is left to pay, whether or not that was shown too.
    nothing = 0 if overview.open_cases == 0 else None
    return Totals(
        nothing if overview.balance is None else overview.balance,
        overview.owed,
        overview.settled,
        nothing if overview.arrears is None else overview.arrears,
        overview.open_cases,
    )


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
    elsewhere: dict[str, list[CaseLine]] = {}
    for debt in distinct_debts([case.case for case in counted]):
        first, *others = (counted[position] for position in debt.positions)
        if not others:
            continue
        bodies = tuple(dict.fromkeys(case.body for case in (first, *others)))
        for case in (first, *others):
            changed[case.position] = replace(
                case, counted=case is first, also_at=tuple(body for body in bodies if body != case.body)
            )
        # A second copy of a case from one organisation is not in its overview twice, so one is taken off for it.
        spoken = {first.body.identifier}
        for case in others:
            if case.body.identifier not in spoken:
                elsewhere.setdefault(case.body.identifier, []).append(case)
            spoken.add(case.body.identifier)
        if len(bodies) > 1:
            duplicates.append(
                Duplicate(changed[first.position], tuple(changed[case.position] for case in others), debt.certain)
            )
    return [_counted(line, changed, elsewhere.get(line.body.identifier, ())) for line in lines], tuple(duplicates)


def _counted(line: AgencyLine, changed: Mapping[int, CaseLine], elsewhere: Sequence[CaseLine]) -> AgencyLine:
    line = replace(line, cases=tuple(changed[case.position] for case in line.cases))
    totals = _totals(line, elsewhere)
    untold = words.untold(totals) if line.overview is not None else ""
    return replace(line, totals=totals, sentence=f"{line.sentence} {untold}".strip())
