"""What a page says of a file or text that somebody brought: whether it holds, and each proof in it in one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from credentials.clock import days_between, dutch_day
from credentials.debts.disclosed import read_overview
from credentials.errors import MalformedInput
from credentials.verification import LooseReport, Report, SealedReport
from credentials.verification import words as verified
from credentials.verification.evidence_bundle import AnswerReport, EvidenceReport
from verifier.domain.evidence import OVERVIEW
from verifier.domain.words import OUTCOME_WORDS, noticed
from verifier.usecases.check_file import Found
from verifier.web import views

PROVES_NOTHING: Final = "Dit bestand bewijst niets"
_NO_NAME: Final = "Het bestand noemt geen naam. Het bewijst wat deze organisatie heeft gesteld, niet wie uw cliënt is."
_NO_NAMES: Final = (
    "Het bestand noemt geen naam. Elke regel bewijst wat die organisatie heeft gesteld, niet wie uw cliënt is."
)
_NOT_WHOSE: Final = (
    "Dit zegt niet van wie het bewijs is: wie het heeft, kan het laten zien. Wilt u dat wel weten? Vraag de gegevens "
    "dan met een intake."
)
_UNREADABLE: Final = "Een deel van dit overzicht is niet te lezen. Vraag uw cliënt om een nieuw overzicht."

Badge = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Line:
    """One proof. `balance` is in euro cents, None where it is not proven or says none."""

    what: str
    who: str
    reference: str
    balance: int | None
    badge: str
    word: str
    why: str


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs together: a sealed document, one answer in a bundle, or all that came loose."""

    lines: tuple[Line, ...]
    heading: str = ""
    about: tuple[str, ...] = ()
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The whole of it. `aged` is how many days old what is proven is, where that is another day than today."""

    badge: Badge
    title: str
    text: str
    parts: tuple[Part, ...] = ()
    as_of: datetime | None = None
    aged: int = 0
    notices: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    closing: str = ""


def checked(found: Found, now: datetime) -> Checked:
    """Say what was found."""
    match found:
        case SealedReport():
            return _sealed(found, now)
        case EvidenceReport():
            return _bundle(found, now)
        case LooseReport():
            return _loose(found, now)


def _sealed(found: SealedReport, now: datetime) -> Checked:
    if found.examined_at is None:
        return Checked("error", PROVES_NOTHING, found.seal.explanation)
    # A citizen's overview of many agencies has none: each line is its own agency's.
    sealed = found.seal.holds
    return Checked(
        "ok" if sealed else "warning",
        "Het zegel klopt" if sealed else "Dit bestand heeft geen zegel",
        found.seal.explanation,
        (Part(_lines(found.reports)),),
        as_of=found.examined_at,
        aged=days_between(found.examined_at, now),
        notices=_notices(found.reports, dutch_day(now)),
        closing=_NO_NAME if sealed else _NO_NAMES,
    )


def _bundle(found: EvidenceReport, now: datetime) -> Checked:
    if not found.holds or found.made_at is None:
        return Checked("error", PROVES_NOTHING, found.explanation)
    title = "De bewijsbundel is heel"
    return Checked(
        "ok" if found.proven else "warning",
        title if found.proven else f"{title}, maar niet alles erin is bewezen",
        found.explanation,
        tuple(_answer(each) for each in found.answers),
        as_of=found.made_at,
        aged=days_between(found.made_at, now),
        notices=_notices(found.reports, dutch_day(now)),
        unknown=verified.BUNDLE_UNKNOWN,
        closing=verified.fingerprint_of(found.fingerprint),
    )


def _answer(found: AnswerReport) -> Part:
    kept = found.answer
    other = [f"Bewijs {each.position + 1}. {verified.then_otherwise(each.then)}" for each in found.unlike]
    return Part(
        _lines(found.reports),
        f"Antwoord van {verified.day(kept.received_at)}",
        (verified.asked_for(kept.purpose, kept.legal_ground), *other),
        kept.checked_at,
    )


def _loose(found: LooseReport, now: datetime) -> Checked:
    if not found.reports:
        return Checked("error", "Dit bewijst niets", found.explanation)
    count, proven = len(found.reports), sum(each.proven for each in found.reports)
    badge: Badge = "ok" if proven == count else ("warning" if proven else "error")
    title = f"{proven} van {count} zijn bewezen"
    if count == 1:
        title = "Bewezen" if proven else "Niet bewezen"
    return Checked(
        badge,
        title,
        "Gecontroleerd naar de stand van nu: of het echt is, nog geldt en niet is ingetrokken.",
        (Part(_lines(found.reports)),),
        notices=_notices(found.reports, dutch_day(now)),
        closing=_NOT_WHOSE,
    )


def _lines(reports: Sequence[Report]) -> tuple[Line, ...]:
    return tuple(_line(each) for each in reports)


def _line(report: Report) -> Line:
    claims = report.claims if report.proven and report.claims is not None else {}
    reference, balance = claims.get("zaakkenmerk"), claims.get("saldo", claims.get("saldo_totaal"))
    decisive = report.decisive
    return Line(
        what=str(claims.get("omschrijving") or reference or ("Overzicht" if claims else "Bewijs")),
        who="" if report.issuer is None else report.issuer.name,
        reference=str(reference or "–"),
        balance=balance if isinstance(balance, int) else None,
        badge=views.BADGES[report.outcome.value],
        word=OUTCOME_WORDS[report.outcome.value],
        why="" if decisive is None else decisive.explanation,
    )


def _notices(reports: Sequence[Report], today: date) -> tuple[str, ...]:
    """Say what the organisations said of their own data, in what is proven."""
    found: list[str] = []
    for report in reports:
        if report.proven and report.claims is not None and report.type == OVERVIEW:
            try:
                found += noticed(read_overview(report.claims).notices, today)
            except MalformedInput:
                found.append(_UNREADABLE)
    return tuple(found)
