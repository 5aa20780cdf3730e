"""What a result says, in plain Dutch: one sentence per organisation, as the counsellor would say it to the client."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from service.i18n import day, plural
from verifier.domain.evidence import Body, Outcome

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


def called(body: Body) -> str:
    """Return an organisation's name as a sentence begins with it."""
    return _CALLED.get(body.abbreviation or "", body.name)


def confirmed(body: Body, open_cases: int | None, as_of: datetime | None, shown: int | None) -> str:
    """Say what an organisation confirms: `Het CJIB bevestigt: 2 openstaande zaken op 3 november 2026. …`."""
    when = f" op {day(as_of)}" if as_of is not None else ""
    if open_cases is None:
        return f"{called(body)} bevestigt deze gegevens{when}."
    if open_cases == 0:
        return f"{called(body)} bevestigt: geen openstaande zaken{when}."
    sentence = f"{called(body)} bevestigt: {plural(open_cases, 'openstaande zaak', 'openstaande zaken')}{when}."
    return sentence if shown is None else f"{sentence} U ziet er {shown} van {open_cases}."


def only_cases(body: Body, shown: int) -> str:
    """Say that separate debts were shown, without the overview that tells how many there are."""
    noun = plural(shown, "zaak", "zaken")
    return f"{called(body)} bevestigt {noun}, maar het overzicht ontbreekt. Er kunnen er meer zijn."


def only_others(body: Body, shown: int) -> str:
    """Say that what was shown is proven, but is of a kind that this service does not add up."""
    noun = plural(shown, "bewijs", "bewijzen")
    return f"{called(body)} bevestigt {noun} van een andere soort. In de bedragen telt dat niet mee."


def not_counted(outcome: Outcome) -> str:
    """Say why evidence does not count."""
    return _WHY_NOT.get(outcome, "")
