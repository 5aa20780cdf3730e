"""Results as pages show them: words and figures made ready, so that templates only lay out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from credentials.debts.disclosed import DisclosedCase, read_overview
from credentials.debts.due import Due
from service.i18n import day, euro, moment, plural
from verifier.domain import read_back
from verifier.domain.evidence import OVERVIEW, Evidence
from verifier.domain.lines import AgencyLine, CaseLine
from verifier.domain.request import Declined, Intake, Standing, VerificationRequest
from verifier.domain.result import Result
from verifier.domain.said import SaidTotals
from verifier.domain.templates import TEMPLATES
from verifier.domain.words import NOTICES_HIDDEN, OUTCOME_WORDS, PHASES, RANKS, noticed
from verifier.usecases.results import Outcome

BADGES: Final = {
    "bewezen": "ok",
    "verouderd": "warning",
    "onbekend": "warning",
    "ingetrokken": "error",
    "niet_bewezen": "error",
}
CHECK_BADGES: Final = {
    "geslaagd": ("ok", "Klopt"),
    "mislukt": ("error", "Klopt niet"),
    "niet_uitgevoerd": ("neutral", "Niet gecontroleerd"),
    "waarschuwing": ("warning", "Let op"),
}
CHECK_NAMES: Final = {
    "handtekening": "Is het echt en onveranderd?",
    "houder": "Is het van deze cliënt, voor ons?",
    "uitgever": "Mag deze organisatie dit bewijzen?",
    "geldigheid": "Is het nog geldig?",
    "status": "Is het ingetrokken of vervangen?",
    "inhoud": "Is de inhoud te lezen?",
    "tweede_mening": "Komt andere software op hetzelfde uit?",
}
EVENTS: Final = {
    "FinancieleVerplichtingOpgelegd": "Bedrag opgelegd",
    "BetalingsverplichtingOpgelegd": "Brief: u moet betalen",
    "BetalingsverplichtingIngetrokken": "Brief vervangen",
    "BetalingVerwerkt": "Betaling",
    "FinancieleVerplichtingKwijtgescholden": "Kwijtgescholden",
    "FinancieleVerplichtingGecorrigeerd": "Bedrag gecorrigeerd",
    "VerrekeningVerwerkt": "Verrekend",
    "BetalingIngetrokken": "Betaling teruggedraaid",
    "BedragUitbetaald": "Terugbetaald aan de cliënt",
}


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file on the page of today."""

    intake: Intake
    template: str
    badge: str
    state: str
    when: datetime
    giver: str


def file_row(intake: Intake, standing: Standing | None, givers: Mapping[str, str]) -> FileRow:
    """Say where a file stands, and who gave it, of those with a name in `givers`."""
    badge, state = _standing(standing)
    when = standing.since if standing is not None else intake.opened_at
    giver = givers.get(intake.received_from or "", "")
    return FileRow(intake, template_name(intake.template), badge, state, when, giver)


def template_name(key: str) -> str:
    """Return a template's name."""
    return TEMPLATES[key].name if key in TEMPLATES else "Eigen vraag"


def _standing(standing: Standing | None) -> tuple[str, str]:
    if standing is None:
        return "neutral", "Nog niets gevraagd"
    match standing.status:
        case "beantwoord":
            return "ok", "Ontvangen"
        case "geweigerd":
            return "neutral", _no(standing.decline_code)
        case "code":
            return "warning", "Wacht op de cijfers"
        case "open" if standing.part > 1:
            return "wait", f"Deel {standing.part - 1} van {standing.parts} is binnen"
        case "open":
            return "wait", "Wacht op de cliënt"
        case _ if standing.part > 1:
            return "warning", "Niet alle delen ontvangen"
        case _:
            return "neutral", "Tijd voorbij"


def declined_words(request: VerificationRequest) -> str:
    """Say what a wallet's no means."""
    return _no(request.state.code if isinstance(request.state, Declined) else "")


def _no(code: str) -> str:
    match code:
        case "access_denied":
            return "De cliënt heeft niet gedeeld"
        case read_back.WRONG_CODE:
            return "De cijfers klopten niet"
        case _:
            return "De wallet kon niet antwoorden"


def part_words(request: VerificationRequest) -> str:
    """Say how far an answer in parts is, of which this asks for the next."""
    return f"Deel {request.part - 1} van {request.parts} is binnen. De wallet stuurt de rest vanzelf."


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One organisation in the table of a result."""

    line: AgencyLine
    badge: str
    word: str
    shown: str
    age: str
    before: str
    notices: tuple[str, ...] = ()

    @property
    def nothing_open(self) -> bool:
        """Whether there is no more to say than that nothing is open here, proven and fresh."""
        return self.line.standing == "goed" and self.line.stated == 0 and self.line.totals.balance == 0


def agency_row(line: AgencyLine, today: date, *, cases_asked: bool) -> AgencyRow:
    """Say of an organisation what is proven, how complete and how old, and what it says of its own data."""
    age = "" if line.as_of is None else f"{day(line.as_of)} ({_days(line.age_days)})"
    shown = ""
    if cases_asked and line.stated is not None:
        shown = f"{line.shown} van {line.stated}" if line.stated else "Niets open"
    elif line.stated is not None:
        shown = str(line.stated) if line.stated else "Niets open"
    word = OUTCOME_WORDS[line.outcome]
    notices = (NOTICES_HIDDEN,) if line.notices_hidden else noticed(line.notices, today)
    if line.outcome == "bewezen" and line.overview is None:
        word = "Deels bewezen"
    elif line.outcome == "bewezen" and line.too_old:
        word = "Bewezen, maar te oud"
    elif line.outcome == "bewezen" and notices:
        word = "Bewezen, met een melding"
    badge = {"goed": "ok", "let_op": "warning", "fout": "error"}[line.standing]
    return AgencyRow(line, badge, word, shown, age, _said_before(line), notices)


def _said_before(line: AgencyLine) -> str:
    """Say what an outdated overview stated, where nothing newer is proven."""
    if line.overview is not None or line.cases:
        return ""
    for unproven in line.unproven:
        evidence = unproven.evidence
        if evidence.outcome == "verouderd" and evidence.type == OVERVIEW and evidence.claims:
            overview = read_overview(evidence.claims)
            if overview.balance is not None:
                return f"Op {day(overview.as_of)} stond er {euro(overview.balance)} open."
    return ""


def _days(days: int | None) -> str:
    if not days:
        return "vandaag"
    return f"{plural(days, 'dag', 'dagen')} oud"


def reasons(outcome: Outcome, *, cases_asked: bool, waiting: bool) -> list[str]:
    """Say, one sentence each, why a result is not simply good."""
    result, template = outcome.result, outcome.template
    found: list[str] = []
    if outcome.received < outcome.announced:
        found.append(_parts_in(outcome, waiting=waiting))
    found += _uncounted(result)
    if result.contradictions:
        found.append(f"{plural(len(result.contradictions), 'tegenspraak', 'tegenspraken')} in wat is gedeeld.")
    if result.missing:
        found.append(f"Van {plural(len(result.missing), 'organisatie', 'organisaties')} is geen overzicht bewezen.")
    found += reasons_of_amounts(result)
    found += _deficient(result)
    if not result.lines or not result.list_read:
        found.append("De lijst van organisaties is nu niet te lezen. Of dit alles is, kunnen wij niet zeggen.")
    if cases_asked:
        partly = [line.body.name for line in result.lines if line.overview is not None and not line.all_shown]
        if partly:
            found.append(f"Niet alle zaken zijn getoond bij: {', '.join(partly)}.")
    if result.too_old:
        limit = plural(template.max_age.days, "dag", "dagen")
        found.append(f"Sommige gegevens zijn ouder dan {limit}, het meeste dat bij {template.name} past.")
    return found


def _uncounted(result: Result) -> Iterator[str]:
    """Say how many proofs do not count, and how many of these by what others say or by their age."""
    unproven = [each.evidence for line in result.lines for each in line.unproven]
    outdated = sum(each.outcome == "verouderd" for each in unproven)
    wrong, disputed = len(unproven) - outdated, sum(each.disputed for each in unproven)
    if wrong:
        yield f"{plural(wrong, 'bewijs telt', 'bewijzen tellen')} niet mee. Hieronder staat waarom."
    if disputed:
        yield (
            f"Andere software komt bij {plural(disputed, 'bewijs', 'bewijzen')} op iets anders uit. "
            "Dat wordt uitgezocht; de bedragen zijn zonder."
        )
    if outdated:
        yield f"{plural(outdated, 'bewijs is', 'bewijzen zijn')} verouderd. Vraag de cliënt om nieuwe gegevens."


def reasons_of_amounts(result: Result) -> list[str]:
    """Say of which organisations the amounts are not known, or not wholly."""
    if not result.untold:
        return []
    who = names([body.name for body in result.untold])
    return [f"Hoeveel er nog te betalen is, is niet of niet helemaal bekend bij: {who}. Vraag opnieuw."]


def _deficient(result: Result) -> Iterator[str]:
    """Say which organisations say of their own data that they are deficient, and of which that was not shown."""
    who = [line.body.name for line in result.lines if line.notices]
    if who:
        yield f"{names(who)} {'meldt' if len(who) == 1 else 'melden'} zelf dat gegevens niet helemaal kloppen."
    hidden = [line.body.name for line in result.lines if line.notices_hidden]
    if hidden:
        yield f"Niet getoond is of er een melding over de gegevens is van: {', '.join(hidden)}."


def _parts_in(outcome: Outcome, *, waiting: bool) -> str:
    so_far = f"Er {'is' if outcome.received == 1 else 'zijn'} er {outcome.received} van de {outcome.announced} binnen."
    return (
        f"De cliënt deelt in delen. {so_far} {'De rest komt nog.' if waiting else 'De rest kwam niet. Vraag opnieuw.'}"
    )


def debt_facts(line: CaseLine) -> list[tuple[str, str]]:
    """Return everything known of a debt, each with its label; what was not shared is left out."""
    case = line.case
    pairs: list[tuple[str, str | None]] = [
        ("Nog te betalen", _euro(case.balance)),
        *_due(line.due),
        ("Opgelegd in totaal", _euro(case.owed)),
        ("Betaald of verrekend", _euro(case.settled)),
        ("Oorspronkelijk bedrag", _euro(case.principal)),
        ("Verhogingen", _euro(case.increases)),
        ("Administratiekosten", _euro(case.administration_costs)),
        ("Rente", _euro(case.interest)),
        ("Andere kosten", _euro(case.other_costs)),
        ("Fase", PHASES.get(str(case.phase), "") if case.phase else None),
        ("Betalingsregeling", plan_words(case)),
        ("Opgelegd door", case.imposed_by.name),
        ("Uitgevoerd door", case.executed_by.name),
        ("Kenmerk", case.reference),
        ("Nummer van het besluit", case.decision_number),
        ("Ontstaan op", _day(case.origin_date)),
        (
            "Laatste verandering",
            _day(case.last_event_date or max((each.at for each in case.events if each.at), default=None)),
        ),
        ("Stand op", moment(at) if (at := case.balance_at or case.as_of) else None),
        ("Wet", case.legal_ground),
        (
            "Voorrang volgens de schuldeiser" if line.chosen else "Voorrang",
            _joined(RANKS[case.preference] if case.preference else None, case.preference_ground),
        ),
        ("Voorrang, door de hulpverlener gewijzigd", chosen_rank(line)),
        ("Rest kan vervallen na een schuldregeling", case.dischargeable),
        ("Niet eens met het besluit", remedy_words(case)),
        ("Betalen op rekening", _joined(case.iban, case.iban_holder)),
        ("Betalingskenmerk", case.payment_reference),
    ]
    return [(label, str(value)) for label, value in pairs if value]


def chosen_rank(line: CaseLine) -> str | None:
    """Say what the counsellor decided of preference, and why; None where nothing was."""
    if line.chosen is None:
        return None
    return f"{RANKS[line.chosen.rank]}. Reden: {line.chosen.reason} ({day(line.chosen.at)})"


def chosen_words(line: CaseLine) -> str:
    """Say that the counsellor decided otherwise than the creditor says, and why; empty where that is not so."""
    if line.chosen is None:
        return ""
    stated = RANKS[line.case.preference].lower() if line.case.preference else "niets"
    return f"Gewijzigd: {line.chosen.reason}. De schuldeiser zegt: {stated}"


def _due(due: Due | None) -> list[tuple[str, str | None]]:
    if due is None:
        return []
    return [
        ("Nu te betalen", _euro(due.now)),
        ("Daarvan te laat", _euro(due.late or None)),
        ("Te laat sinds", _day(due.late_since)),
        ("Uiterlijk betalen op", _day(due.next_day if due.next_day or due.late_since else due.pay_by)),
        ("Dan te betalen", _euro(due.next_amount or None)),
    ]


def history(case: DisclosedCase) -> list[tuple[str, str, str]]:
    """Return the events of a debt for a timeline, newest first."""
    events = sorted(case.events, key=lambda event: event.at.timestamp() if event.at else 0.0, reverse=True)
    return [
        (
            day(event.at),
            EVENTS.get(event.type or "", event.type or "Gebeurtenis")
            + (f": {euro(event.amount)}" if event.amount is not None else ""),
            event.description or "",
        )
        for event in events
    ]


def evidence_title(evidence: Evidence) -> str:
    """Name a piece of evidence."""
    kind = "Overzicht" if evidence.type == OVERVIEW else "Zaak"
    return f"{kind} van {evidence.issuer.name}"


def cases_words(result: Result) -> str:
    """Say how many open cases the proven total is of, and of how many organisations."""
    count, exact = result.totals.open_cases, result.totals.is_exact("open_cases")
    if count is None:
        return ""
    bodies = sum(1 for line in result.lines if line.totals.open_cases)
    before = "" if exact else "ten minste "
    cases = plural(count, "openstaande zaak", "openstaande zaken")
    return f"{before}{cases} bij {plural(bodies, 'organisatie', 'organisaties')}"


def unknown_words(result: Result, said: SaidTotals) -> str:
    """Say of what nobody knows the amount: debts told of without one, organisations without proof or amount."""
    found = []
    if said.unknown:
        found.append(f"{plural(said.unknown, 'schuld', 'schulden')} zonder bedrag")
    if result.missing:
        found.append(plural(len(result.missing), "organisatie", "organisaties") + " zonder bewijs")
    if result.untold:
        found.append(plural(len(result.untold), "organisatie", "organisaties") + " zonder heel het bedrag")
    if not result.list_read:
        found.append("welke organisaties ontbreken")
    return names(found) if found else "Niets waarvan wij weten"


def typed_amount(cents: int | None) -> str:
    """Write an amount as one types it in a field; nothing where it is not known."""
    return "" if cents is None else euro(cents).removeprefix("€").strip()


def names(values: Sequence[str]) -> str:
    """Join names as a sentence does."""
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} en {values[-1]}"


def _euro(cents: int | None) -> str | None:
    return None if cents is None else euro(cents)


def _day(value: object) -> str | None:
    return None if value is None else day(value)  # type: ignore[arg-type]  # dates and moments alike


def _joined(first: object, second: object) -> str | None:
    parts = [str(part) for part in (first, second) if part]
    return ", ".join(parts) or None


def plan_words(case: DisclosedCase) -> str | None:
    """Say how a debt is paid in instalments; None when nothing of it was shared."""
    if case.plan_instalment is None:
        return None
    text = f"{euro(case.plan_instalment)} per termijn"
    if case.plan_instalments is not None:
        text += f", {plural(case.plan_instalments, 'termijn', 'termijnen')}"
    return text + (
        "" if case.plan_kept is None else ", op tijd betaald" if case.plan_kept else ", niet op tijd betaald"
    )


def remedy_words(case: DisclosedCase) -> str | None:
    """Say how, where and until when one can disagree; None when nothing of it was shared."""
    if case.remedy is None:
        return None
    text = case.remedy + (f" bij {case.remedy_body}" if case.remedy_body else "")
    return text + (f", tot en met {day(case.remedy_until)}" if case.remedy_until else "")
