"""What a verifier does with clients' data, as its processing log has it (Logboek Dataverwerkingen)."""

from enum import StrEnum
from typing import Final


class Operation(StrEnum):
    """A kind of action; the settings say to which processing activity of the organisation's register it belongs."""

    ASK = "ask"
    RECEIVE = "receive"
    CHECK_AGAIN = "check_again"
    VIEW = "view"
    DELETE = "delete"


NAMES: Final = {
    Operation.ASK: "Bewezen schulden opvragen bij een cliënt",
    Operation.RECEIVE: "Gedeelde schulden ontvangen en nakijken",
    Operation.CHECK_AGAIN: "Ontvangen schulden opnieuw nakijken",
    Operation.VIEW: "Ontvangen schulden bekijken",
    Operation.DELETE: "Dossier verwijderen",
}
"""What each is called (LDV 1.0.0 section 3.2.2, `name`: for people, not for machines)."""
