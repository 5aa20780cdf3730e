"""What an agency does with people's data, as its processing log has it (Logboek Dataverwerkingen)."""

from enum import StrEnum
from typing import Final


class Operation(StrEnum):
    """A kind of action; the settings say to which processing activity of the agency's register it belongs."""

    VIEW = "view"
    OFFER = "offer"
    TOKEN = "token"  # noqa: S105  # the name of a step
    ISSUE = "issue"
    FILE = "file"
    WITHDRAW = "withdraw"
    COMPARE = "compare"
    IMPORT = "import"
    LOOK_UP = "look_up"


NAMES: Final = {
    Operation.VIEW: "Schulden laten zien aan wie is ingelogd",
    Operation.OFFER: "Bewijzen aanbieden",
    Operation.TOKEN: "Uitgifte van bewijzen voorbereiden",
    Operation.ISSUE: "Bewijzen uitgeven aan een wallet",
    Operation.FILE: "Schulden meegeven in een ondertekend bestand",
    Operation.WITHDRAW: "Bewijzen intrekken",
    Operation.COMPARE: "Uitgegeven bewijzen vergelijken met de schulden van nu",
    Operation.IMPORT: "Schulden inlezen uit een bestand",
    Operation.LOOK_UP: "Uitgegeven bewijzen opzoeken",
}
"""What each is called (LDV 1.0.0 section 3.2.2, `name`: for people, not for machines)."""
