"""A link for a client at home: it works once, in the browser that opens it first, and says nothing of the client.

Looking at the page changes nothing, since programs that read mail open links too; only the client's own press does.
From then on that browser alone may ask for a fresh request, which lives as short as every other, until an answer is
taken. The answer is held until its code is read out, for days: a client at home is not on the telephone.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, final

from verifier.domain.errors import BadInput

LIFETIME: Final = timedelta(days=14)

_MAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{7,14}")
_MAX_ADDRESS: Final = 254


class Way(StrEnum):
    """How a link can be sent."""

    MAIL = "mail"
    SMS = "sms"


def read_address(way: Way, typed: str) -> str:
    """Return an address as a gateway takes it: of e-mail, or a number as E.164 has it. Raises BadInput."""
    text = typed.strip()
    if way is Way.MAIL:
        if len(text) > _MAX_ADDRESS or not _MAIL.fullmatch(text):
            raise BadInput("adres", "schrijf een e-mailadres als naam@voorbeeld.nl")
        return text
    number = re.sub(r"[ ()\-]", "", text[:_MAX_ADDRESS])
    number = re.sub(r"^00", "+", number)
    number = re.sub(r"^0", "+31", number)
    if not _PHONE.fullmatch(number):
        raise BadInput("adres", "schrijf een telefoonnummer als 06 12345678")
    return number


def message(link: str, last_day: str) -> str:
    """Return what a message says: whoever else reads it learns of no name and of no debt."""
    return (
        f"U kunt nu gegevens delen met uw hulpverlener. Open deze link: {link}\n\n"
        f"De link werkt één keer, tot {last_day}. Verwacht u dit bericht niet? Open de link dan niet.\n"
    )


@final
@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link leads to. `browser` is the one that opened it, None while nobody did."""

    owner: str
    intake_id: str
    until: datetime
    browser: str | None = field(default=None, repr=False)
    opened_at: datetime | None = None
