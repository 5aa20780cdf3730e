"""What the what-if page asks and shows: each claim, what its issuer says of preference, and the counsellor's choice.

1. Every claim is put somewhere by the counsellor; none is put anywhere beforehand.
2. Who puts a claim elsewhere than where its issuer states it says why. Where the issuer states nothing that decides it
   (nothing, unknown, a special rank), any choice is the counsellor's own and needs no reason.
3. A field of the form is called after the claim itself, not after its row: had the file changed meanwhile, a choice
   would otherwise be taken for another claim.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from credentials.debts.catalogue import Rank
from credentials.debts.errors import ForeignCurrency, InvalidField
from credentials.debts.money import parse_euro
from credentials.plain_text import text_fault
from service.i18n import euro, plural
from service.web.input import Form
from verifier.domain.distribution import Claim, Distribution, Place, distribute
from verifier.domain.lines import CaseLine
from verifier.domain.result import Result
from verifier.domain.said import KIND_NAMES, SaidDebt, said_totals
from verifier.domain.words import RANKS, amount, debt_title
from verifier.web.debts import creditor_of

MOST: Final = 150
"""Of how many claims a form can be filled in and sent; for more, a spreadsheet is the better place."""
MAX_REASON: Final = 200
MAX_AMOUNT: Final = 20
PLACES: Final = (
    (Place.PREFERENTIAL.value, "Met voorrang"),
    (Place.ORDINARY.value, "Zonder voorrang"),
    (Place.OUTSIDE.value, "Doet niet mee"),
)
_STATED: Final = {Rank.PREFERENTIAL: Place.PREFERENTIAL, Rank.CONCURRENT: Place.ORDINARY}
_PLACE_NAMES: Final = dict(PLACES)


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim that may take part. `stated` is where its issuer puts it, None when the issuer does not decide it."""

    key: str
    creditor: str
    title: str
    balance: int
    proven: bool
    says: str
    stated: Place | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the counsellor puts a claim, and why, as typed."""

    line: ClaimLine
    place: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was filled in; `cents` is the amount when it can be read."""

    amount: str
    cents: int
    choices: tuple[Choice, ...]
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What a claim would get, in words."""

    line: ClaimLine
    place: str
    reason: str
    cents: int | None
    rate: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the page shows of a distribution."""

    found: Distribution
    rows: tuple[ShareRow, ...]
    creditors: tuple[tuple[str, int], ...]
    preferential_rate: str
    ordinary_rate: str


def lines_of(result: Result, said: Iterable[SaidDebt]) -> tuple[ClaimLine, ...]:
    """Return the claims that have an amount above zero: proven ones that count, then those that the client told of."""
    proven = [
        ClaimLine(
            key=_key(line),
            creditor=creditor_of(line),
            title=debt_title(line.case),
            balance=line.case.balance,
            proven=True,
            says=_says(line),
            stated=_STATED.get(line.rank) if line.rank else None,
        )
        for line in result.proven_cases
        if line.counted and line.case.balance is not None and line.case.balance > 0
    ]
    told = [
        ClaimLine(debt.id, debt.creditor, KIND_NAMES[debt.kind], debt.balance, proven=False, says="")
        for debt in said
        if debt.balance is not None
    ]
    return (*proven, *told)


def left_out(result: Result, said: Iterable[SaidDebt]) -> list[str]:
    """Say which debts cannot take part: those that no amount is known of, and those that were not shown one by one."""
    found: list[str] = []
    counted = [line.case.balance for line in result.proven_cases if line.counted]
    shown = sum(balance for balance in counted if balance is not None)
    proven = result.totals.balance
    if proven is None or shown != proven or not result.totals.is_exact("balance"):
        found.append(
            f"Bewezen is samen {amount(result.totals, 'balance')}, maar apart getoond is {euro(shown)}. "
            "Wat niet apart is getoond, doet hier niet mee."
        )
    hidden = counted.count(None)
    if hidden:
        noun = plural(hidden, "bewezen schuld", "bewezen schulden")
        found.append(
            f"Van {noun} is het bedrag niet gedeeld: {'die doet' if hidden == 1 else 'die doen'} hier niet mee."
        )
    unknown = said_totals(said).unknown
    if unknown:
        noun = plural(unknown, "genoemde schuld", "genoemde schulden")
        found.append(
            f"Er is van {noun} geen bedrag bekend: {'die doet' if unknown == 1 else 'die doen'} hier niet mee."
        )
    return found


def blank(lines: Sequence[ClaimLine]) -> Asked:
    """Return the form before anybody chose."""
    return Asked("", 0, tuple(Choice(line) for line in lines))


def read(form: Form, lines: Sequence[ClaimLine]) -> Asked:
    """Read the form: what is wrong is said by field, and what was wrong is not written back."""
    errors: list[tuple[str, str]] = []
    amount = form.text("bedrag")
    cents = _cents(amount)
    if not cents:
        amount = ""
        errors.append(("bedrag", "Schrijf een bedrag boven nul, zoals 900 of 1.284,50."))
    choices: list[Choice] = []
    for line in lines:
        place, reason = form.text(f"plaats-{line.key}"), " ".join(form.text(f"reden-{line.key}").split())
        if place not in _PLACE_NAMES:
            place = ""
            errors.append((f"plaats-{line.key}", f"Kies voor {line.creditor}, {line.title}."))
        if not reason.isprintable() or text_fault(reason) is not None or len(reason) > MAX_REASON:
            reason = ""
            errors.append((f"reden-{line.key}", f"Gebruik gewone letters, niet meer dan {MAX_REASON}."))
        elif place and not reason and line.stated is not None and place not in (line.stated, Place.OUTSIDE):
            errors.append((f"reden-{line.key}", f"Schrijf waarom u afwijkt van wat bij {line.creditor} staat."))
        choices.append(Choice(line, place, reason))
    return Asked(amount, cents, tuple(choices), tuple(errors))


def outcome(asked: Asked) -> Outcome:
    """Compute what each would get. Only for a form without errors."""
    found = distribute(asked.cents, [Claim(each.line.balance, Place(each.place)) for each in asked.choices])
    rows = tuple(
        ShareRow(
            line=choice.line,
            place=_PLACE_NAMES[choice.place],
            reason=choice.reason,
            cents=share.cents,
            rate="" if share.rate is None else percentage(share.rate),
        )
        for choice, share in zip(asked.choices, found.shares, strict=True)
    )
    creditors: dict[str, int] = {}
    for row in rows:
        if row.cents is not None:
            # What is proven and what was said stay apart, also when the names are alike.
            name = row.line.creditor + ("" if row.line.proven else " (niet bewezen)")
            creditors[name] = creditors.get(name, 0) + row.cents
    return Outcome(
        found, rows, tuple(creditors.items()), percentage(found.preferential_rate), percentage(found.ordinary_rate)
    )


def percentage(part: Fraction) -> str:
    """Write a part as a percentage with two decimals, half a hundredth up."""
    hundredths = (part.numerator * 20_000 + part.denominator) // (2 * part.denominator)
    return f"{hundredths // 100},{hundredths % 100:02d}\u00a0%"


def _key(line: CaseLine) -> str:
    # A presentation names one card; two copies of one are one debt, of which one counts.
    text = f"{line.body.identifier}|{line.case.digest}|{line.position}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _says(line: CaseLine) -> str:
    rank, ground = line.case.preference, line.case.preference_ground
    stated = "" if rank is None else RANKS[rank] + (f" ({ground})" if ground else "")
    if line.chosen is None:
        return stated
    return f"{stated or 'niets over voorrang'}. U koos: {RANKS[line.chosen.rank]}, want: {line.chosen.reason}"


def _cents(text: str) -> int:
    try:
        return max(parse_euro(text), 0) if len(text) <= MAX_AMOUNT else 0
    except (InvalidField, ForeignCurrency):
        return 0
