"""What a counsellor writes beside a file: notes, and that an identity document was compared with who is there.

Nothing in an answer tells whose wallet it is. Who it was is found out by a person, and the file says that, by whom and
when; nothing of the document is kept.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, final

from verifier.domain.errors import BadInput
from verifier.domain.said import plain_line

MOST_NOTES: Final = 100
"""How many a file may hold."""
MAX_NOTE: Final = 1000


@final
@dataclass(frozen=True, slots=True)
class Note:
    """One note: who wrote it, by the pseudonym that files bear, and when."""

    id: str
    text: str = field(repr=False)
    by: str
    at: datetime


@final
@dataclass(frozen=True, slots=True)
class Compared:
    """An identity document was compared with who was there: by whom, and when."""

    by: str
    at: datetime


def read_note(text: str) -> str:
    """Return what was typed, its spaces made one. Raises BadInput, which never says what stood there."""
    line = plain_line("aantekening", text, MAX_NOTE)
    if not line:
        raise BadInput("aantekening", "schrijf iets op")
    return line
