"""What a result says, in plain Dutch: one sentence per organisation, as the counsellor would say it to the client."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from credentials.debts.catalogue import Rank, describe
from credentials.debts.disclosed import DisclosedCase
from credentials.debts.notice import Notice
from credentials.verification.words import noticed as notice_words
from service.i18n import day, euro, plural
from verifier.domain.evidence import Body, Evidence, Outcome
from verifier.domain.totals import Field, Totals

_CALLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cjib": "Het CJIB",
        "cak": "Het CAK",
        "uwv": "Het UWV",
        "svb": "De SVB",
        "bd": "De Belastingdienst",
        "duo": "DUO",
        "rvo": "RVO",
    }
)

OUTCOME_WORDS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        "bewezen": "Bewezen",
        "verouderd": "Verouderd",
        "ingetrokken": "Ingetrokken",
        "niet_bewezen": "Niet bewezen",
        "onbekend": "Nog niet te controleren",
    }
)

_WHY_NOT: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        "verouderd": "Deze gegevens zijn niet meer de laatste. Vraag de cliënt om ze opnieuw op te halen en te delen.",
        "ingetrokken": "De organisatie heeft deze gegevens ingetrokken. Ze tellen niet mee.",
        "niet_bewezen": "Deze gegevens zijn niet bewezen. Ze tellen niet mee.",
        "onbekend": "Wij kunnen nu niet nagaan of dit nog geldt. Het telt niet mee. Controleer later opnieuw.",
    }
)


RANKS: Final[Mapping[Rank, str]] = MappingProxyType(
    {
        Rank.PREFERENTIAL: "Voorrang",
        Rank.CONCURRENT: "Geen voorrang",
        Rank.SPECIAL: "Bijzondere voorrang",
        Rank.UNKNOWN: "Weet de schuldeiser niet",
    }
)

PHASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "geen": "Nog niets gestuurd",
        "opgeschort": "Uitstel",
        "regeling": "Betalingsregeling",
        "aanschrijving": "Eerste brief",
        "herinnering": "Herinnering",
        "aanmaning": "Aanmaning",
        "dwangbevel": "Dwangbevel",
        "overgedragen": "Overgedragen",
    }
)

NOT_KNOWN: Final = "niet bekend"

_DISPUTED: Final = (
    "Andere software komt bij dit bewijs op iets anders uit. Het telt niet mee tot is uitgezocht waarom. "
    "De beheerder is gewaarschuwd."
)

NOT_PROVEN: Final = "Niet bewezen: gezegd door de cliënt"

NOTICES_HIDDEN: Final = "Of de organisatie iets meldt over haar eigen gegevens, is niet getoond. Vraag opnieuw."


def called(body: Body) -> str:
    """Return an organisation's name as a sentence begins with it."""
    return _CALLED.get(body.abbreviation or "", body.name)


def debt_title(case: DisclosedCase) -> str:
    """Name a debt in a few words."""
    if case.type is not None:
        return describe(case.type).title
    return case.description or "Schuld zonder omschrijving"


def confirmed(body: Body, open_cases: int | None, as_of: datetime | None, shown: int | None) -> str:
    """Say what an organisation confirms: `Het CJIB bevestigt: 2 openstaande zaken op 3 november 2026. …`."""
    when = f" op {day(as_of)}" if as_of is not None else ""
    if open_cases is None:
        return f"{called(body)} bevestigt deze gegevens{when}."
    if open_cases == 0:
        return f"{called(body)} bevestigt: geen openstaande zaken{when}."
    sentence = f"{called(body)} bevestigt: {plural(open_cases, 'openstaande zaak', 'openstaande zaken')}{when}."
    return sentence if shown is None else f"{sentence} U ziet er {shown} van {open_cases}."


def noticed(notices: Sequence[Notice], today: date) -> tuple[str, ...]:
    """Say what an organisation says of its own data, a sentence or some for each notice."""
    return tuple(notice_words(each, today) for each in notices)


def only_cases(body: Body, shown: int) -> str:
    """Say that separate debts were shown, without the overview that tells how many there are."""
    noun = plural(shown, "zaak", "zaken")
    return f"{called(body)} bevestigt {noun}, maar het overzicht ontbreekt. Er kunnen er meer zijn."


def only_others(body: Body, shown: int) -> str:
    """Say that what was shown is proven, but is of a kind that this service does not add up."""
    noun = plural(shown, "bewijs", "bewijzen")
    return f"{called(body)} bevestigt {noun} van een andere soort. In de bedragen telt dat niet mee."


def amount(totals: Totals, field: Field) -> str:
    """Write an amount of a total: that it is not known, or known in part, is said with it."""
    cents = totals.of(field)
    if cents is None:
        return NOT_KNOWN
    return euro(cents) if totals.is_exact(field) else f"ten minste {euro(cents)}"


def untold(totals: Totals) -> str:
    """Say that an overview does not tell how much is left to pay, where it does not; otherwise nothing."""
    if totals.is_exact("balance"):
        return ""
    if totals.balance is None:
        return "Hoeveel er nog te betalen is, weten wij niet: dat is niet gedeeld."
    return f"Het totaal is niet gedeeld. Nog te betalen is {amount(totals, 'balance')}."


def not_counted(evidence: Evidence) -> str:
    """Say why evidence does not count."""
    return _DISPUTED if evidence.disputed else _WHY_NOT.get(evidence.outcome, "")
