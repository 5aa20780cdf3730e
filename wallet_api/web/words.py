"""What the screens say: every code of the domain in plain Dutch (B1, "u")."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from credentials.debts.catalogue import CATALOGUE, Dischargeable, Rank
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE
from credentials.debts.disclosed import DisclosedCase
from credentials.debts.phase import Phase
from credentials.debts.unpaid import Consequence, consequence_of
from service.i18n import short_day
from wallet_api.domain.collection import Outcome
from wallet_api.domain.disclosure import Fact
from wallet_api.domain.failures import Failure
from wallet_api.domain.overview import DebtLine, Freshness, Group
from wallet_api.domain.urgency import Signal, Step, next_step, signals

GROUPS: Final[Mapping[Group, str]] = {
    Group.NOW: "Nu betalen",
    Group.LATER: "Later betalen",
    Group.PLAN: "In een regeling",
    Group.DONE: "Klaar",
}

OUTCOMES: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.WAITING: ("neutral", "Nog niet"),
    Outcome.BUSY: ("wait", "Wij halen het op"),
    Outcome.RECEIVING: ("wait", "Komt binnen"),
    Outcome.AWAITED: ("wait", "Nog niet klaar"),
    Outcome.COLLECTED: ("ok", "Opgehaald"),
    Outcome.NO_DEBTS: ("ok", "Geen schulden bekend"),
    Outcome.FAILED: ("warning", "Lukte niet"),
}

FAILURES: Final[Mapping[Failure, str]] = {
    Failure.UNREACHABLE: "De organisatie is nu niet bereikbaar. Dat ligt niet aan u.",
    Failure.WRONG_ANSWER: "De organisatie gaf een antwoord dat wij niet begrijpen. Dat ligt niet aan u.",
    Failure.NOT_PROVEN: "Wij konden niet bewijzen dat het antwoord echt is. Daarom bewaren wij het niet.",
    Failure.DECLINED: "U bent gestopt bij deze organisatie.",
    Failure.SKIPPED: "U hebt deze organisatie overgeslagen.",
    Failure.MIXED_UP: "Het antwoord kwam van een andere plek dan waar wij het vroegen. Daarom bewaren wij het niet.",
    Failure.WALLET_NOT_KNOWN: "Deze organisatie kent deze wallet niet. Dat ligt niet aan u.",
    Failure.NOT_UNDERSTOOD: "De organisatie begrijpt niet wat deze wallet vraagt. Dat ligt niet aan u.",
    Failure.REFUSED: "De organisatie geeft u deze kaartjes niet. Vraag haar waarom.",
    Failure.OVER: "De toestemming is al gebruikt, of de tijd is voorbij. Haal het opnieuw op.",
    Failure.BROKEN: "Bij de organisatie ging iets mis. Dat ligt niet aan u. Probeer het later opnieuw.",
    Failure.BUSY: "De organisatie heeft het nu te druk. Probeer het straks opnieuw.",
    Failure.LATER: "De organisatie heeft nog tijd nodig. Haal het later opnieuw op.",
    Failure.UNKNOWN: "De organisatie gaf een foutmelding die wij niet kennen. Dat ligt niet aan u.",
    Failure.NOTHING: "Deze organisatie heeft nu geen kaartjes voor deze wallet.",
}

FRESHNESS: Final[Mapping[Freshness, tuple[str, str]]] = {
    Freshness.CURRENT: ("ok", "Actueel"),
    Freshness.OLD: ("neutral", "Al wat ouder"),
    Freshness.SUPERSEDED: ("warning", "Verouderd"),
    Freshness.EXPIRED: ("warning", "Verlopen"),
    Freshness.UNCHECKED: ("neutral", "Nu niet te controleren"),
    Freshness.WITHDRAWN: ("warning", "Klopt niet meer"),
}

FRESHNESS_LONG: Final[Mapping[Freshness, str]] = {
    Freshness.CURRENT: "",
    Freshness.OLD: "Deze gegevens zijn meer dan twee weken oud. Haal ze opnieuw op.",
    Freshness.SUPERSEDED: "Er is iets veranderd bij deze organisatie. Het bedrag kan anders zijn. Haal het opnieuw op.",
    Freshness.EXPIRED: "Deze gegevens zijn te oud om nog te gelden. Haal ze opnieuw op.",
    Freshness.UNCHECKED: "Wij kunnen nu niet nakijken of dit nog klopt. Probeer het later opnieuw.",
    Freshness.WITHDRAWN: "De organisatie zegt dat dit niet klopte. Wij tellen het niet mee. Haal het opnieuw op.",
}

PHASES: Final[Mapping[Phase, str]] = {
    Phase.NONE: "",
    Phase.SUSPENDED: "U hoeft nu even niet te betalen",
    Phase.PLAN: "U betaalt in stukjes",
    Phase.NOTICE: "U hebt een rekening gekregen",
    Phase.REMINDER: "U hebt een herinnering gekregen",
    Phase.FINAL_NOTICE: "Laatste waarschuwing",
    Phase.WRIT: "De deurwaarder mag komen",
    Phase.TRANSFERRED: "Een andere organisatie int het geld",
}

PHASE_LOOKS: Final[Mapping[Phase, str]] = {
    Phase.NONE: "neutral",
    Phase.SUSPENDED: "neutral",
    Phase.PLAN: "ok",
    Phase.NOTICE: "neutral",
    Phase.REMINDER: "wait",
    Phase.FINAL_NOTICE: "warning",
    Phase.WRIT: "warning",
    Phase.TRANSFERRED: "neutral",
}

# A second letter is what the phase says already.
SIGNALS: Final[Mapping[Signal, tuple[str, str]]] = {
    Signal.DUE_SOON: ("wait", "Binnen een week"),
    Signal.SECOND_NOTICE: ("", ""),
    Signal.PLAN_SLIPPING: ("warning", "U loopt achter met uw afspraak"),
    Signal.GROWING: ("neutral", "Het bedrag is hoger geworden"),
    Signal.OBJECTION_ENDING: ("wait", "Niet eens? Het kan nog tot en met"),
}

STEPS: Final[Mapping[Step, str]] = {
    Step.GET_HELP: "Bel vandaag. Vraag ook hulp.",
    Step.CALL: "Bel eerst.",
    Step.FETCH: "Haal dit eerst opnieuw op.",
    Step.PAY: "",
    Step.PAY_LATER: "",
    Step.NOTHING: "",
}

CALM: Final[Mapping[Consequence, str]] = {
    Consequence.WRIT: "De deurwaarder mag komen. U houdt altijd genoeg over voor uw vaste kosten.",
    Consequence.AFTER_FINAL_NOTICE: "Vaak is een afspraak mogelijk.",
    Consequence.PLAN_AT_RISK: "Dan blijft uw afspraak vaak bestaan.",
    Consequence.WITHHELD: "Zo betaalt u niet te veel.",
}

IF_NOT_PAID: Final[Mapping[Consequence, str]] = {
    Consequence.NOTHING: "",
    Consequence.PAUSED: "Er gebeurt nu niets. De organisatie schrijft u wanneer u weer moet betalen.",
    Consequence.WITHHELD: "Er wordt al geld ingehouden of verrekend om deze schuld te betalen. Dat gaat door tot "
    "alles is betaald, ook als u niets doet. Houdt u te weinig over om van te leven? Bel dan de organisatie.",
    Consequence.PLAN: "Dan kan de afspraak stoppen. U moet dan het hele bedrag in één keer betalen. Lukt een keer "
    "betalen niet? Bel dan vooraf.",
    Consequence.PLAN_AT_RISK: "U loopt achter met uw afspraak. De organisatie kan de afspraak nu stoppen. U moet dan "
    "het hele bedrag in één keer betalen. Bel vandaag nog.",
    Consequence.REMINDER: "Dan krijgt u een herinnering. Daarna kan het bedrag hoger worden.",
    Consequence.FINE_RISES: "Dan krijgt u een laatste waarschuwing. Het bedrag van de boete wordt dan hoger.",
    Consequence.FINAL_NOTICE_WITH_COSTS: "Dan krijgt u een laatste waarschuwing. Daarvoor betaalt u extra kosten.",
    Consequence.SET_OFF: "Dan kan het bedrag worden ingehouden op uw uitkering of loon, of verrekend met een "
    "toeslag. Bel voor die tijd: vaak is een afspraak mogelijk.",
    Consequence.FINAL_NOTICE: "Dan krijgt u een laatste waarschuwing. Vaak komen er dan kosten bij.",
    Consequence.AFTER_FINAL_NOTICE: "Dan kan de organisatie een deurwaarder sturen of geld inhouden. Er komen dan "
    "kosten bij. Bel voor die tijd: vaak is een afspraak mogelijk.",
    Consequence.WRIT: "De deurwaarder mag geld van uw loon, uitkering of rekening halen. U houdt altijd genoeg over "
    "voor uw vaste kosten. Vraag nu hulp.",
    Consequence.TRANSFERRED: "Dan kunnen er kosten bij komen. Bel de organisatie die het geld int. Vaak is een "
    "afspraak mogelijk.",
}

EVENTS: Final[Mapping[str, str]] = {
    "FinancieleVerplichtingOpgelegd": "Er kwam een bedrag bij",
    "BetalingsverplichtingOpgelegd": "U kreeg bericht om te betalen",
    "BetalingsverplichtingIngetrokken": "Een bericht om te betalen verviel",
    "BetalingVerwerkt": "U hebt betaald",
    "FinancieleVerplichtingKwijtgescholden": "Dit deel hoeft u niet te betalen",
    "FinancieleVerplichtingGecorrigeerd": "Het bedrag is aangepast",
    "VerrekeningVerwerkt": "Verrekend met geld dat u zou krijgen",
    "BetalingIngetrokken": "Een betaling is teruggedraaid",
    "BedragUitbetaald": "U hebt geld teruggekregen",
}

DEMANDS: Final[Mapping[str, str]] = {
    "Aanschrijving": "U kreeg een rekening",
    "Herinnering": "U kreeg een herinnering",
    "Aanmaning": "U kreeg een laatste waarschuwing",
}

REMEDIES: Final[Mapping[str, str]] = {
    "bezwaar": "U kunt bezwaar maken",
    "beroep": "U kunt in beroep gaan",
    "administratief beroep": "U kunt in beroep gaan (dit heet administratief beroep)",
    "verzet": "U kunt verzet doen",
    "hoger beroep": "U kunt in hoger beroep gaan",
    "betwisting": "U kunt zeggen dat u het er niet mee eens bent (dit heet betwisten)",
}

LABELS: Final[Mapping[tuple[str, ...], str]] = {
    ("type",): "Waar het om gaat",
    ("fase",): "Hoe ver het is",
    ("hoogste_aanmaanfase",): "Hoe ver het is",
    ("uitgevoerd_door", "naam"): "Wie het geld ophaalt",
    ("primair_bedrag",): "Het bedrag zelf",
}

RANKS: Final[Mapping[str, str]] = {
    Rank.PREFERENTIAL: "deze schuld gaat voor (preferent)",
    Rank.CONCURRENT: "deze schuld gaat niet voor (concurrent)",
    Rank.SPECIAL: "hiervoor gelden eigen regels",
    Rank.UNKNOWN: "niet bekend",
}

DISCHARGEABLE: Final[Mapping[str, str]] = {
    Dischargeable.YES: "ja",
    Dischargeable.PARTLY: "voor een deel",
    Dischargeable.NO: "nee",
    Dischargeable.UNKNOWN: "niet bekend",
}

WEAK_PIN: Final[Mapping[str, str]] = {
    "short": "Kies een pincode van minstens 6 tekens.",
    "long": "Deze pincode is te lang. Kies er een van hoogstens 128 tekens.",
    "repeated": "In deze pincode komen steeds dezelfde tekens terug. Kies een andere.",
    "sequence": "Deze pincode is een rijtje, zoals 123456. Kies een andere.",
    "number": "Deze pincode staat in uw nummer. Kies een andere.",
    "common": "Deze pincode wordt te vaak gebruikt. Kies een andere.",
    "phrase": "Kies een wachtwoord van minstens 12 tekens, met genoeg verschillende.",
    "unequal": "U hebt twee keer iets anders ingevuld. Vul twee keer dezelfde pincode in.",
}

NOT_OPENED: Final[Mapping[str, str]] = {
    "number": "Dit nummer of deze pincode klopt niet.",
    "code": "Deze herstelcode klopt niet. Kijk goed na wat u hebt ingevuld.",
    "passkey": "Het openen lukte niet. Probeer het opnieuw.",
    "passkey_unknown": "Bij deze passkey hoort hier geen wallet. Misschien is de wallet weggegooid, of hebt "
    "u de passkey hier weggehaald.",
    "passkey_not_made": "De passkey is niet gemaakt. Probeer het opnieuw, of kies een nummer met een pincode.",
}

WAYS_IN: Final[Mapping[str, str]] = {
    "hersteld": "U hebt uw wallet geopend met uw herstelcode.",
    "passkey": "U kunt uw wallet nu ook met deze passkey openen.",
    "pincode": "U kunt uw wallet nu openen met uw nummer en deze pincode.",
    "code": "Uw herstelcode werkt nu.",
    "weg": "Hiermee gaat uw wallet niet meer open.",
    "last": "Dit kunt u niet weghalen. U opent er uw wallet mee. Maak eerst een andere passkey of een nummer met "
    "pincode.",
    "many": "U hebt al te veel passkeys. Haal er eerst een weg.",
    "other_end": "Dit zijn niet de laatste vier tekens. Kijk of u de code goed hebt overgenomen.",
}

MOVING: Final[Mapping[str, str]] = {
    "unequal": "U hebt twee keer iets anders ingevuld. Vul twee keer hetzelfde wachtwoord in.",
    "unreadable": "Dit bestand gaat niet open. Kijk of het wachtwoord klopt, en of het een bestand van een wallet is.",
    "not_empty": "Deze wallet is niet leeg. Maak een nieuwe wallet en zet het bestand daar terug.",
}

REFUSALS: Final[Mapping[str, str]] = {
    "signature": "Het verzoek is niet goed ondertekend. Iemand kan het hebben veranderd.",
    "malformed": "Het verzoek is niet goed gemaakt.",
    "bsn": "Deze organisatie vraagt uw BSN, maar mag dat niet. Daarom sturen wij niets.",
    "unknown": "Deze organisatie staat niet op de lijst van bekende organisaties. Daarom sturen wij niets.",
    "transaction": "Het verzoek vraagt om iets te ondertekenen dat deze wallet niet kent.",
    "unsigned": "Het verzoek is niet ondertekend. Wij weten niet van wie het komt.",
    "response_mode": "Het verzoek vraagt om een antwoord op een manier die wij niet kennen.",
    "encryption": "Wij kunnen het antwoord niet veilig versleutelen zoals het verzoek vraagt.",
    "expired": "Dit verzoek werkt niet meer. Het is al beantwoord, of de tijd is voorbij. Vraag de organisatie om een "
    "nieuwe QR-code.",
}


def debt_title(type: str | None, description: str | None) -> str:
    """Name a debt in a few words: what it is for, or what the agency calls it when its kind is new to us."""
    known = CATALOGUE.get(type or "")
    return known.title if known is not None else description or "Een schuld"


def card_words(type: object) -> str:
    """Say what sort of card it is."""
    return {OVERVIEW_TYPE: "het totaal", CASE_TYPE: "een schuld"}.get(str(type), "een ander kaartje")


def phase_words(value: object) -> str:
    """Say how far collection has come; what we do not know stays as it is."""
    try:
        return PHASES[Phase(str(value))] or "Er loopt nu geen brief"
    except ValueError:
        return str(value)


def told_signals(line: DebtLine, today: date) -> list[tuple[str, str]]:
    """Say what can be seen coming of a debt: looks and texts."""
    told = []
    for signal in signals(line, today):
        look, text = SIGNALS[signal]
        if signal is Signal.OBJECTION_ENDING:
            text = f"{text} {short_day(line.case.remedy_until)}"
        if text:
            told.append((look, text))
    return told


def step_words(line: DebtLine) -> str:
    """Say what to do first; nothing where the page says it already."""
    if consequence_of(line.case) is Consequence.WITHHELD:
        return "Bel eerst: hiervoor wordt al geld ingehouden of verrekend." if line.group is not Group.DONE else ""
    return STEPS[next_step(line)]


def step_reason(line: DebtLine) -> str:
    """Say why a call comes first, and what it can change."""
    return CALM.get(consequence_of(line.case), "")


def is_call(line: DebtLine) -> bool:
    """Say whether the first thing to do is to call."""
    return next_step(line) in (Step.GET_HELP, Step.CALL)


def if_not_paid(case: DisclosedCase) -> str:
    """Say what happens when this debt is not paid; nothing where nothing is known or nothing happens."""
    return IF_NOT_PAID[consequence_of(case)]


def being_withheld(case: DisclosedCase) -> bool:
    """Say whether money is being withheld for this debt already: what is due is due, but a call comes before paying."""
    return consequence_of(case) is Consequence.WITHHELD


def event_words(type: str | None, description: str | None) -> str:  # the word of the source
    """Say what an event was."""
    if type == "BetalingsverplichtingOpgelegd" and description is not None and description in DEMANDS:
        return DEMANDS[description]
    return EVENTS.get(type or "", "Er is iets veranderd")


def event_note(type: str | None, description: str | None) -> str:  # the word of the source
    """Return the agency's own words for an event, where they add something."""
    if description is None or (type == "BetalingsverplichtingOpgelegd" and description in DEMANDS):
        return ""
    return description


def fact_label(fact: Fact) -> str:
    """Name a claim; in plain words where the card's own name for it is a term."""
    return LABELS.get(fact.path, fact.label)


def rank_words(value: object) -> str:
    """Say which place a debt has among others; the term of the law stands behind its meaning."""
    return RANKS.get(str(value), str(value))


def dischargeable_words(value: object) -> str:
    """Say whether the rest can lapse."""
    return DISCHARGEABLE.get(str(value), str(value))


def remedy_words(kind: str) -> str:
    """Say what a citizen can do who does not agree."""
    return REMEDIES.get(kind, f"U kunt er iets tegen doen: {kind}")


def opened_by(*, passkeys: int, pin: bool) -> str:
    """Say with what a citizen opens their wallet day by day."""
    keys = "uw passkey" if passkeys == 1 else f"een van uw {passkeys} passkeys"
    ways = [keys] * (passkeys > 0) + ["uw nummer en pincode"] * pin
    return f"U opent uw wallet met {' of '.join(ways)}."
