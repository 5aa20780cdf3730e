"""Why something that was issued is taken back."""

from enum import StrEnum


class Reason(StrEnum):
    """Why something is withdrawn or replaced; a closed list, so that nobody writes a name into the records."""

    DECISION_ANNULLED = "besluit-vernietigd"
    WRONG_PERSON = "verkeerde-persoon"
    WRONG_DATA = "fout-in-gegevens"
    DATA_CHANGED = "gegevens-gewijzigd"
    ON_REQUEST = "op-verzoek"
    OTHER = "anders"
