"""Where a counsellor puts a debt otherwise than its issuer says, and why.

Preference is a legal judgement (reference 2.2): the issuer states it with its ground, a person may decide otherwise and
says why, and nothing here computes it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, final

from credentials.debts.catalogue import Rank
from verifier.domain.errors import BadInput
from verifier.domain.said import plain_line

MOST: Final = 200
"""How many debts of a file may be put elsewhere."""
MAX_REASON: Final = 200
CHOICES: Final = (Rank.PREFERENTIAL, Rank.CONCURRENT, Rank.SPECIAL)
"""What may be chosen: that it is not known is said by who states nothing."""


@final
@dataclass(frozen=True, slots=True)
class Chosen:
    """What a counsellor decided of one debt of a file; `debt` is its name there (`verifier.domain.ranked`)."""

    debt: str
    rank: Rank
    reason: str = field(repr=False)
    at: datetime


def read_choice(debt: str, rank: str, reason: str, at: datetime) -> Chosen:
    """Read what was typed. Raises BadInput, which names the field and never says what stood in it."""
    if rank not in {str(each) for each in CHOICES}:
        raise BadInput("voorrang", "kies waar de schuld hoort")
    text = plain_line("reden", reason, MAX_REASON)
    if not text:
        raise BadInput("reden", "schrijf waarom u afwijkt van wat de schuldeiser zegt")
    return Chosen(debt, Rank(rank), text, at)
