"""The words of the desk for what has a code: causes of failures, steps, jobs, reasons, statuses."""

from collections.abc import Mapping
from typing import Final

from issuer.domain.issuance import CopyState, Status
from issuer.domain.reasons import Reason
from issuer.domain.running import Step

STEPS: Final[Mapping[Step, str]] = {
    Step.LOGIN: "Inloggen van een burger",
    Step.REQUEST: "Vraag van een wallet",
    Step.TOKEN: "Toegang voor een wallet",
    Step.CREDENTIAL: "Kaartje ophalen",
    Step.PAGE: "Pagina van de burger",
}
CAUSES: Final[Mapping[str, str]] = {
    "assurance_too_low": "De burger logde niet sterk genoeg in.",
    "authorisation_ended": "De burger deed er te lang over.",
    "bad_source_data": "De bron is niet te lezen.",
    "invalid_client": "De wallet maakte zich niet goed bekend.",
    "invalid_grant": "De code was verlopen of al gebruikt.",
    "invalid_proof": "De wallet bewees haar sleutel niet goed.",
    "login_cancelled": "De burger stopte bij het inloggen.",
    "login_refused": "Het inloggen klopte niet.",
    "login_unavailable": "De inlogdienst gaf geen antwoord.",
    "malformed_input": "Het bericht was niet te lezen.",
    "not_written": "De schijf is vol of stuk.",
    "offer_not_found": "Het aanbod was verlopen.",
    "other_browser": "De wallet kwam terug in een andere browser.",
    "overloaded": "Het was te druk, of de schijf te langzaam.",
    "pid_refused": "Het persoonsbewijs werd niet aangenomen.",
    "printing_failed": "De PDF kon niet worden gemaakt.",
    "somebody_else": "Het aanbod was voor iemand anders.",
    "source_unavailable": "De bron is niet te lezen of gaf geen antwoord.",
    "status_lists_full": "Er is geen plaats meer in een statuslijst.",
    "stamp_unavailable": "De tijdstempeldienst gaf geen antwoord.",
    "too_many_credential_requests": "De wallet vroeg te vaak.",
    "unattested_wallet": "De wallet is hier niet bekend.",
    "wallet_login_over": "De burger deed er te lang over.",
    "wrong_tx_code": "De extra code klopte niet.",
}
OF_THE_SOURCE: Final = frozenset({"bad_source_data", "source_unavailable"})
JOBS: Final[Mapping[str, str]] = {
    "refresh": "Kijken wat er in de bron is veranderd",
    "daily batch": "De wijzigingen van de dag in de statuslijsten laten zien",
    "publish": "Statuslijsten ondertekenen",
    "notices": "Kijken of een melding begint of eindigt",
    "purge": "Verlopen gegevens weggooien",
    "purge-sessions": "Verlopen sessies weggooien",
    "purge-api-answers": "Oude antwoorden aan programma’s weggooien",
    "purge-api-tokens": "Verlopen toegang van programma’s weggooien",
    "rotate keys": "Kijken of een sleutel vervangen moet worden",
    "end of certificate": "Kijken of een certificaat afloopt",
}
STATES: Final[Mapping[CopyState, str]] = {
    CopyState.RESERVED: "Uitgegeven",
    CopyState.ISSUED: "Uitgegeven",
    CopyState.ACCEPTED: "Bewaard in de wallet",
    CopyState.FAILED: "Mislukt in de wallet",
    CopyState.DELETED: "Niet bewaard",
}
STATUSES: Final[Mapping[Status, tuple[str, str]]] = {
    Status.VALID: ("ok", "Geldig"),
    Status.SUPERSEDED: ("warning", "Verouderd"),
    Status.INVALID: ("error", "Ingetrokken"),
}
REASONS: Final[Mapping[Reason, str]] = {
    Reason.DECISION_ANNULLED: "Het besluit is vernietigd of ingetrokken",
    Reason.WRONG_PERSON: "Het gaat over een andere persoon",
    Reason.WRONG_DATA: "Er stond een fout in de gegevens",
    Reason.DATA_CHANGED: "De gegevens zijn veranderd",
    Reason.ON_REQUEST: "De burger vroeg erom",
    Reason.OTHER: "Iets anders",
}
_BY_ITSELF: Final[Mapping[str, str]] = {
    "gewijzigd": "De bron is veranderd",
    "melding": "Er kwam of verviel een melding",
}


def reason(code: str) -> str:
    """Return why a copy was marked: by somebody, or by the service itself. What a program wrote stays as it is."""
    return _BY_ITSELF.get(code) or next((text for each, text in REASONS.items() if each.value == code), code)


def cause(code: str) -> str:
    """Return what an error's code means, in a sentence."""
    return CAUSES.get(code, "Een andere fout.")
