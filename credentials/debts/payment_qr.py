"""What a payment QR code says, so that a banking app fills in a transfer: EPC069-12 ("SEPA credit transfer QR").

Eleven lines, one element each, in this order (EPC069-12 section 3): service tag, version, character set,
identification, BIC, name, IBAN, amount, purpose, structured reference, text. Version 002, in which a BIC may stay away;
UTF-8.

The sixteen digits of a Dutch betalingskenmerk are no structured reference, which is for ISO 11649 alone: they stand in
the text, where Dutch banks look for them.
"""

import re
from typing import Final

from credentials.debts.errors import InvalidField
from credentials.debts.iban import check_digits_hold, checked_iban
from credentials.plain_text import text_fault

MAX_NAME: Final = 70
MAX_TEXT: Final = 140
MAX_BYTES: Final = 331
MIN_CENTS: Final = 1
MAX_CENTS: Final = 99_999_999_999

_CREDITOR: Final = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}\Z")


def payment_qr(*, iban: str, name: str, cents: int, reference: str | None = None) -> str:
    """Return the text of the code. `cents` are whole euro cents; a name that is too long is cut off, as banks do.

    Raises InvalidField for an account, amount, name or reference that a banking app would not take.
    """
    account = checked_iban(iban)
    if not MIN_CENTS <= cents <= MAX_CENTS:
        raise InvalidField(field="bedrag", reason="a payment code is for 0.01 to 999999999.99 euro")
    told = " ".join(name.split())[:MAX_NAME].rstrip()
    text = " ".join((reference or "").split())
    if not told or text_fault(told):
        raise InvalidField(field="rekeningnummer_tenaamstelling", reason="a payment code names who is paid")
    if len(text) > MAX_TEXT or text_fault(text):
        raise InvalidField(field="betalingskenmerk", reason="not a text of at most 140 characters")
    packed = text.replace(" ", "")
    # A banking app refuses the whole code for one whose check digits are wrong; in the text it is at least told.
    is_structured = _CREDITOR.match(packed) is not None and check_digits_hold(packed)
    structured, free = (packed, "") if is_structured else ("", text)
    code = "\n".join(
        ("BCD", "002", "1", "SCT", "", told, account, f"EUR{cents // 100}.{cents % 100:02}", "", structured, free)
    ).rstrip("\n")
    if len(code.encode("utf-8")) > MAX_BYTES:
        raise InvalidField(field="betalingskenmerk", reason="a payment code holds 331 bytes at most")
    return code


def spaced(text: str) -> str:
    """Write an IBAN or a reference in groups of four, as people read them."""
    compact = "".join(text.split())
    return " ".join(compact[place : place + 4] for place in range(0, len(compact), 4))
