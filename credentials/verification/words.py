"""The explanations, in plain Dutch: what was found, and what it means for the one who reads it.

They name the participant as the trust list does and never quote a value of the credential other than its dates.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from credentials.clock import days_between, dutch_day
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


def day(moment: datetime) -> str:
    """Return the day of a moment on the Dutch clock, as Dutch readers write it."""
    dutch = dutch_day(moment)
    return f"{dutch.day} {_MONTHS[dutch.month - 1]} {dutch.year}"


def days(count: int) -> str:
    """Return a number of days."""
    return "1 dag" if count == 1 else f"{count} dagen"
