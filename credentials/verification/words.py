"""The explanations, in plain Dutch: what was found, and what it means for the one who reads it.

They name the participant as the trust list does and never quote a value of the credential other than its dates.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from credentials.clock import days_between, dutch_day
from credentials.debts.catalogue import describe
from credentials.debts.notice import Notice
from credentials.errors import BlauweKnopError

_MONTHS: Final = (
    "januari februari maart april mei juni juli augustus september oktober november december".split()  # noqa: SIM905
)

NOT_REACHED: Final = "Niet gecontroleerd, omdat een eerdere controle niet goed ging."

SIGNATURE_PASSED: Final = "De handtekening klopt. Er is niets veranderd sinds de uitgever het bewijs afgaf."
SIGNATURE_NO_KEY: Final = (
    "Niet gecontroleerd: van wie niet op de lijst van deelnemers staat, halen wij geen sleutel op."
)
HOLDER_PASSED: Final = "Getoond door degene aan wie het bewijs is afgegeven, als antwoord op deze vraag."
HOLDER_ON_FILE: Final = (
    "Ondertekend door degene aan wie het bewijs is afgegeven. "
    "Voor wie en wanneer het is getoond, is hier niet vergeleken."
)
HOLDER_NOT_ASKED: Final = "Niet gecontroleerd: dit is het bewijs zelf, zonder handtekening van degene die het toont."
HOLDER_OF_RESPONSE: Final = (
    "Niet gecontroleerd: dit bestand is aan geen wallet gebonden. Wie het heeft, kan het laten zien."
)
STATUS_OF_RESPONSE: Final = (
    "Dit bestand is als een brief: het klopte op zijn datum. "
    "Of er sindsdien iets is veranderd, is hieraan niet te zien."
)
STATUS_NONE: Final = (
    "De uitgever houdt voor dit bewijs geen statuslijst bij. "
    "Of het sindsdien is vervangen of ingetrokken, is niet te zien."
)
STATUS_NONE_UNBOUNDED: Final = (
    "Dit bewijs verloopt niet en de uitgever houdt er geen statuslijst voor bij. Niet te zien is of het nog klopt."
)

SIGNATURE: Final[Mapping[str, str]] = {
    "invalid_signature": "De handtekening klopt niet. Er is iets veranderd, of het bewijs is niet echt.",
    "unknown_format": "Dit soort bewijs kennen wij niet.",
    "unresolvable_did": "De sleutel van de uitgever is niet te vinden. De handtekening is niet gecontroleerd.",
    "unsupported_key": "De sleutel van de uitgever is van een soort die wij niet aannemen.",
    "unavailable": "De sleutel van de uitgever is nu niet op te halen. Probeer het later opnieuw.",
    "limit_exceeded": "Het bewijs is te groot om te controleren.",
}
SIGNATURE_OTHERWISE: Final = "Het bewijs is beschadigd of niet goed gemaakt, en is niet te controleren."

HOLDER: Final[Mapping[str, str]] = {
    "wrong_nonce": "Dit is een antwoord op een andere vraag dan de onze. Misschien is het een kopie.",
    "wrong_audience": "Dit bewijs is getoond aan een ander, niet aan ons.",
    "stale_holder_proof": "Dit bewijs is te lang geleden getoond. Vraag het opnieuw.",
    "wrong_session": "Dit is geen antwoord van de houder op onze vraag. Misschien is het een kopie, of van een ander.",
    "unknown_session": "Wij weten niet op welke vraag dit een antwoord is. Zo is niet te zien of de houder het toont.",
    "holder_binding_missing": "Niet bewezen is dat degene die dit toont, ook degene is aan wie het is afgegeven.",
}
HOLDER_OTHERWISE: Final = "Degene die dit bewijs toont, is niet degene aan wie het is afgegeven."

ISSUER: Final[Mapping[str, str]] = {
    "unknown_issuer": "De uitgever staat niet op de lijst van deelnemers. Wij weten niet van wie dit bewijs komt.",
    "issuer_not_allowed": "Deze deelnemer mag dit soort bewijs niet afgeven, of mocht dat toen niet.",
    "issuer_withdrawn": "Deze deelnemer is van de lijst gehaald. Dit bewijs telt daarom niet meer.",
    "certificate_expired": "Het certificaat van de uitgever is nu niet geldig.",
    "invalid_certificate_chain": "Het certificaat van de uitgever klopt niet.",
    "trust_list_expired": "Er is geen geldige lijst van deelnemers. Wie de uitgever is, kon niet worden gecontroleerd.",
    "other_source_organisation": "Het bewijs noemt een andere organisatie dan de deelnemer die het heeft ondertekend.",
}
ISSUER_OTHERWISE: Final = "De uitgever kon niet worden vastgesteld."

STATUS: Final[Mapping[str, str]] = {
    "status_unavailable": "De statuslijst van de uitgever is niet te bereiken. De status is onbekend.",
    "status_list_expired": "De statuslijst is verlopen. De status is onbekend.",
    "status_list_untrusted": "De statuslijst is niet van de uitgever van dit bewijs. De status is onbekend.",
    "status_list_malformed": "De statuslijst klopt niet, of is een andere dan het bewijs noemt. De status is onbekend.",
    "status_index_out_of_range": "Dit bewijs staat niet op de statuslijst. De status is onbekend.",
}
STATUS_OTHERWISE: Final = "De status van dit bewijs is onbekend."

SEAL: Final[Mapping[str, str]] = {
    "malformed_pdf": "Dit bestand is beschadigd of veranderd, of geen overzicht van ons.",
    "document_not_sealed": "Dit bestand heeft geen zegel, of meer dan een.",
    "document_changed": "Het zegel klopt niet. Er is iets veranderd sinds het bestand werd verzegeld.",
    "added_after_seal": "Er is iets aan het bestand toegevoegd nadat het werd verzegeld.",
    "limit_exceeded": "Het bestand is te groot om te controleren.",
    "too_costly": "Het bestand kost te veel tijd om te controleren.",
    "unavailable": "Het zegel kon nu niet worden gecontroleerd. Probeer het later opnieuw.",
    "unknown_issuer": "Het zegel is niet van een organisatie op de lijst van deelnemers.",
    "issuer_not_allowed": "Deze deelnemer mocht toen geen bewijzen afgeven.",
    "issuer_withdrawn": "Deze deelnemer is van de lijst gehaald. Dit bestand telt daarom niet meer.",
    "certificate_expired": "Het certificaat van het zegel was op die dag niet geldig.",
    "invalid_certificate_chain": "Het certificaat van het zegel klopt niet.",
    "trust_list_expired": "Er is geen geldige lijst van deelnemers. Van wie het zegel is, is niet gecontroleerd.",
    "sealed_in_future": "Het zegel is van een moment dat nog komt.",
    "made_in_future": "Het bestand zegt dat het is gemaakt op een moment dat nog komt.",
    "malformed_bundle": "In het bestand zitten geen bewijzen die wij kunnen lezen.",
}
SEAL_OTHERWISE: Final = "Het zegel kon niet worden gecontroleerd."
NO_SEAL: Final = (
    "Dit bestand heeft geen zegel. Wat op de bladzijden staat, bewijst niemand, ook niet van wanneer het is. "
    "Alleen de bewijzen die erin zitten, tellen."
)
BUNDLE: Final[Mapping[str, str]] = {
    "trust_root_missing": "Er is geen sleutel van het stelsel gegeven. Van wie deze bundel is, is niet nagegaan.",
    "malformed_archive": (
        "Dit bestand is beschadigd of veranderd, of geen bewijsbundel van ons. Misschien is het uitgepakt en weer "
        "ingepakt."
    ),
    "archive_entry_changed": "Er is iets veranderd in een van de bestanden in de bundel.",
    "evidence_bundle_changed": "Er is iets veranderd, toegevoegd of weggehaald sinds de bundel werd gemaakt.",
    "malformed_evidence_bundle": "Dit bestand is geen bewijsbundel die wij kunnen lezen.",
    "invalid_signature": "Het zegel van de bundel klopt niet. Er is iets veranderd sinds de bundel werd gemaakt.",
    "limit_exceeded": "Het bestand is te groot om te controleren.",
    "unknown_verifier": "Het zegel is niet van een organisatie die volgens de lijst van deelnemers mag vragen.",
    "issuer_not_allowed": "De organisatie die deze bundel maakte, was toen geen deelnemer.",
    "issuer_withdrawn": "De organisatie die deze bundel maakte, was toen van de lijst gehaald.",
    "maker_withdrawn": (
        "De organisatie die deze bundel maakte, is van de lijst gehaald omdat haar sleutel is gelekt. "
        "Iedereen kan deze bundel hebben gemaakt."
    ),
    "certificate_expired": "Het certificaat van het zegel was op die dag niet geldig.",
    "invalid_certificate_chain": "Het certificaat van het zegel klopt niet.",
    "trust_list_rejected": "De lijst van deelnemers in de bundel is niet van dit stelsel.",
    "trust_list_expired": "De lijst van deelnemers in de bundel was op die dag niet meer geldig.",
    "bundled_in_future": "De bundel is van een moment dat nog komt.",
}
BUNDLE_OTHERWISE: Final = "De bundel kon niet worden gecontroleerd."
BUNDLE_UNKNOWN: Final = (
    "Of er sindsdien iets is betaald, veranderd of ingetrokken.",
    "Of er nog andere schulden waren dan die zijn getoond.",
    "Hoe degene heet die de bewijzen liet zien: een wallet bewijst een sleutel, geen naam.",
)
"""What nobody can see from a bundle, however sound."""
LOOSE: Final = {
    "limit_exceeded": "Dit is groter dan wij lezen.",
    "malformed_bundle": "Dit overzicht is niet van een soort die wij lezen, of het is beschadigd.",
}
LOOSE_OTHERWISE: Final = "Hier zit geen bewijs in dat wij kunnen lezen."
NOT_THE_SEALERS: Final = "Dit bewijs is van een andere organisatie dan het zegel van het bestand."


def seal_passed(name: str, at: datetime, *, stamped: bool) -> str:
    """Say whose seal it is, since when, and by whose word."""
    by = "volgens een tijdstempel" if stamped else f"volgens {name} zelf"
    return f"Verzegeld door {name} op {day(at)}, {by}. Er is niets veranderd sindsdien."


def bundle_passed(name: str, at: datetime) -> str:
    """Say who made the bundle and when, by whose word."""
    return f"Gemaakt door {name} op {day(at)}, volgens {name} zelf. Er is niets veranderd sindsdien."


def examined_as_of(at: datetime) -> str:
    """Say of which moment the checks speak."""
    return f"Gecontroleerd naar de stand van {day(at)}, {at:%H:%M} UTC."


def asked_for(purpose: str, legal_ground: str) -> str:
    """Say for what an answer was asked, and on what ground."""
    return f"Gevraagd voor: {purpose.rstrip('.')}. Grondslag: {legal_ground.rstrip('.')}."


def fingerprint_of(name: str) -> str:
    """Say by what name a check goes, in groups that people can compare."""
    return f"Vingerafdruk van de controle: {' '.join(name[at : at + 8] for at in range(0, len(name), 8))}."


def then_otherwise(outcome: str) -> str:
    """Say that the maker of a bundle noted another outcome than is found."""
    return f"Wie de bundel maakte, noteerde toen: {outcome}."


def of(table: Mapping[str, str], error: BlauweKnopError, otherwise: str) -> str:
    """Return the words for an error by its code."""
    return table.get(error.code, otherwise)


def issuer_passed(name: str) -> str:
    """Say that the issuer was recognised and may issue this."""
    return f"Afgegeven door {name}. Deze deelnemer staat op de lijst en mag dit soort bewijs afgeven."


def validity_passed(issued_at: datetime | None, until: datetime | None, as_of: datetime | None, now: datetime) -> str:
    """Say since and until when it holds, and how old the facts are."""
    parts = []
    if issued_at is not None:
        parts.append(f"Afgegeven op {day(issued_at)}")
    parts.append("verloopt niet" if until is None else f"geldig tot {day(until)}")
    text = ", ".join(parts)
    facts = f" De gegevens zijn van {day(as_of)}, {days(days_between(as_of, now))} oud." if as_of is not None else ""
    return f"{text[:1].upper()}{text[1:]}.{facts}"


def not_yet_valid(begins: datetime) -> str:
    """Say that the credential is from the future."""
    return f"Dit bewijs geldt pas vanaf {day(begins)}."


def expired(ended: datetime) -> str:
    """Say that the credential's time has passed."""
    return f"Dit bewijs is verlopen op {day(ended)}. Vraag een nieuw bewijs."


def status_valid(name: str) -> str:
    """Say that it was neither revoked nor replaced."""
    return f"Niet ingetrokken en niet vervangen, volgens de statuslijst van {name}."


def status_superseded(name: str) -> str:
    """Say that it was true once and is no longer current."""
    replaced = f"Verouderd: {name} heeft dit bewijs vervangen door een nieuwer."
    return f"{replaced} Het klopte op de peildatum. Vraag een nieuw bewijs."


def status_suspended(name: str) -> str:
    """Say that the issuer has put it on hold."""
    return f"{name} heeft dit bewijs tijdelijk opgeschort."


def status_revoked(name: str) -> str:
    """Say that the issuer has taken the statement back."""
    return f"Ingetrokken: {name} zegt dat dit bewijs niet klopt. Gebruik het niet."


def noticed(notice: Notice, today: date) -> str:
    """Say what an organisation says of its own data, in its own words and ours."""
    if notice.last_day is None:
        period = f"vanaf {day(notice.first_day)}"
    else:
        period = f"van {day(notice.first_day)} tot en met {day(notice.last_day)}"
    kinds = ", ".join(dict.fromkeys(describe(each).title for each in notice.kinds))
    only = f" Het gaat alleen om: {kinds}." if kinds else ""
    if notice.expected_end is None:
        end = "Wanneer het weer klopt, is niet bekend."
    elif notice.overdue(today):
        end = f"Op {day(notice.expected_end)} zou het weer kloppen. Misschien zijn er al nieuwe gegevens."
    else:
        end = f"Naar verwachting klopt het weer op {day(notice.expected_end)}."
    text = notice.what if notice.what.endswith((".", "!", "?")) else f"{notice.what}."
    return f"Gegevens {period} kloppen niet helemaal. {text}{only} {end}"


def day(moment: datetime | date) -> str:
    """Return a day, or that of a moment on the Dutch clock, as Dutch readers write it."""
    dutch = dutch_day(moment) if isinstance(moment, datetime) else moment
    return f"{dutch.day} {_MONTHS[dutch.month - 1]} {dutch.year}"


def days(count: int) -> str:
    """Return a number of days."""
    return "1 dag" if count == 1 else f"{count} dagen"
