"""Where an answer contradicts itself: said in plain words, with what to do, so that nothing is summed twice in silence.

1. One debt at two organisations that do not say the same of it: another amount, or, where nothing makes it certain that
   it is one debt, only a number that both give it. The first is counted once, the second twice, and either is said.
2. An overview and its cases that differ: more cases than it says there are, a sum that is not its total, a case with
   another amount than it says, a case that it does not know.
3. Two cases of one organisation about one decision: its list counts one of them, its overview both.

Nothing here changes an amount: which of the two is right, only the organisations can tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final

from credentials.debts.disclosed import DisclosedCase
from service.i18n import euro, plural
from verifier.domain.evidence import Body
from verifier.domain.lines import AgencyLine, CaseLine, Duplicate
from verifier.domain.words import called, debt_title

_SHORTEST: Final = 6
"""Organisations may well give a number as short as this to different debts."""


class Kind(StrEnum):
    """What does not fit."""

    SAME_NUMBER = "zelfde_nummer"
    OTHER_AMOUNT = "ander_bedrag"
    MORE_CASES = "meer_zaken"
    OTHER_SUM = "andere_optelling"
    OTHER_CASE = "andere_zaak"
    UNKNOWN_CASE = "onbekende_zaak"
    SAME_DECISION = "zelfde_besluit"


@final
@dataclass(frozen=True, slots=True)
class Contradiction:
    """What does not fit, at whom, and what a counsellor can do. `positions` are those of the evidence."""

    kind: Kind
    bodies: tuple[Body, ...]
    positions: tuple[int, ...]
    sentence: str
    advice: str


def contradictions(lines: Sequence[AgencyLine], duplicates: Sequence[Duplicate]) -> tuple[Contradiction, ...]:
    """Find them, in the lines of a result after what is one debt was counted once."""
    return (
        *(found for each in duplicates for found in _other_amount(each)),
        *_same_number([case for line in lines for case in line.cases if case.counted]),
        *(found for line in lines for found in _within(line)),
    )


def _other_amount(duplicate: Duplicate) -> Iterator[Contradiction]:
    counted = duplicate.counted
    others = [each for each in duplicate.others if each.case.balance is not None and each.body != counted.body]
    if counted.case.balance is None or all(each.case.balance == counted.case.balance for each in others):
        return
    every = (counted, *others)
    said = ", ".join(f"{called(each.body)} {euro(each.case.balance)}" for each in every)
    yield _of(
        Kind.OTHER_AMOUNT,
        every,
        f"Van dezelfde schuld ({debt_title(counted.case)}) zeggen organisaties een ander bedrag: {said}. "
        f"Wij tellen {euro(counted.case.balance)}, het nieuwste.",
        "Vraag de organisaties welk bedrag klopt.",
    )


def _same_number(cases: Sequence[CaseLine]) -> Iterator[Contradiction]:
    found: dict[str, list[CaseLine]] = {}
    for case in cases:
        for number in _numbers(case.case):
            found.setdefault(number, []).append(case)
    said: set[tuple[int, ...]] = set()
    for number, every in found.items():
        positions = tuple(case.position for case in every)
        if len({case.body for case in every}) < 2 or positions in said:
            continue
        said.add(positions)
        known = [case.case.balance for case in every if case.case.balance is not None]
        less = sum(known) - max(known, default=0)
        yield _of(
            Kind.SAME_NUMBER,
            every,
            f"Nummer {_numbers(every[0].case)[number]} staat bij meer organisaties: "
            f"{', en '.join(_shown(case) for case in every)}. "
            "Zij zeggen niet dat het dezelfde schuld is. Wij tellen ze daarom apart.",
            "Vraag een van de organisaties of het dezelfde schuld is."
            + (f" Dan is het totaal {euro(less)} lager." if len(known) == len(every) and less > 0 else ""),
        )


def _within(line: AgencyLine) -> Iterator[Contradiction]:
    yield from _same_decision(line)
    overview, linked, name = line.overview, [case for case in line.cases if case.linked], line.body.name
    if overview is None:
        return
    again = f"Laat de cliënt de gegevens van {name} opnieuw ophalen en in één keer delen. Blijft het zo, bel dan."
    known = max(len(overview.digests), len(linked))
    if line.stated is not None and known > line.stated:
        noun = plural(line.stated, "openstaande zaak", "openstaande zaken")
        sentence = f"{called(line.body)} zegt {noun} te hebben, maar het overzicht noemt er {known}."
        yield _at(line, Kind.MORE_CASES, sentence, again)
    balances = [case.case.balance for case in linked if case.case.balance is not None]
    total, all_known = sum(balances), len(balances) == len(linked) == line.stated
    if all_known and overview.balance is not None and total != overview.balance:
        sentence = (
            f"Alle zaken van {name} zijn samen {euro(total)}, maar het overzicht zegt {euro(overview.balance)}. "
            "Wij tellen wat het overzicht zegt."
        )
        yield _at(line, Kind.OTHER_SUM, sentence, again)
    stated = {slot.digest: slot.balance for slot in overview.slots if slot.balance is not None}
    for case in line.cases:
        balance, said = case.case.balance, stated.get(case.case.digest)
        if said is not None and balance is not None and said != balance:
            title = debt_title(case.case)
            sentence = f"{title}: de zaak zegt {euro(balance)}, maar het overzicht van {name} zegt {euro(said)}."
            yield _of(Kind.OTHER_CASE, [case], sentence, again)
        if overview.digests and not case.linked:
            sentence = (
                f"{_shown(case)} staat niet in het overzicht dat is gedeeld. "
                "De zaak is van een ander moment. Wij tellen hem niet mee."
            )
            yield _of(Kind.UNKNOWN_CASE, [case], sentence, again)


def _same_decision(line: AgencyLine) -> Iterator[Contradiction]:
    counted = {key: case for case in line.cases if case.counted and case.linked for key in case.case.dedup_keys}
    for case in line.cases:
        others = [counted[key] for key in sorted(case.case.dedup_keys) if key in counted]
        if case.counted or not case.linked or not others:
            continue
        other = others[0]
        sentence = (
            f"Twee zaken gaan over hetzelfde besluit: {_shown(other)} en {_shown(case)}. In de lijst telt alleen de "
            "eerste, in het totaal van de organisatie tellen ze allebei."
        )
        yield _of(Kind.SAME_DECISION, [other, case], sentence, f"Vraag {line.body.name} of het één schuld is.")


def _numbers(case: DisclosedCase) -> dict[str, str]:
    """Return the numbers that a debt is known by, as written; their keys are without what people write between."""
    numbers = (case.reference, case.decision_number, case.payment_reference)
    bare = {"".join(filter(str.isalnum, number)).casefold(): number for number in numbers if number is not None}
    return {key: number for key, number in bare.items() if len(key) > _SHORTEST}


def _shown(line: CaseLine) -> str:
    balance = line.case.balance
    return f"{debt_title(line.case)} van {line.body.name}" + ("" if balance is None else f" ({euro(balance)})")


def _of(kind: Kind, cases: Sequence[CaseLine], sentence: str, advice: str) -> Contradiction:
    bodies = tuple(dict.fromkeys(case.body for case in cases))
    return Contradiction(kind, bodies, tuple(case.position for case in cases), sentence, advice)


def _at(line: AgencyLine, kind: Kind, sentence: str, advice: str) -> Contradiction:
    positions = () if line.position is None else (line.position,)
    return Contradiction(kind, (line.body,), positions, sentence, advice)
