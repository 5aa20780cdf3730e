"""The Dutch payment reference (NL-betalingskenmerk) and the creditor reference, with their check digits.

Betaalvereniging Nederland, "De specificaties van het Nederlandse betalingskenmerk": 7 digits have no check; 9 to 14
have a check digit and then a length code (how many digits follow, without its tens); 16 have a check digit only. 8, 15
and more than 16 do not exist. ISO 11649 is the international one: `RF`, two check digits, up to 21 letters and digits.
"""

import re
from typing import Final

from credentials.debts.errors import InvalidField

_DIGITS: Final = re.compile(r"[0-9]+\Z")
_CREDITOR: Final = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}\Z")
_WEIGHTS: Final = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
_WITHOUT_CHECK: Final = 7
_WITH_LENGTH: Final = range(9, 15)
_LENGTHS: Final = (_WITHOUT_CHECK, *_WITH_LENGTH, 16)


# IEEE 754: a spreadsheet keeps fifteen digits of a number and writes zeros for the others, without a word.
_ROUNDED: Final = re.compile(r"[1-9][0-9]{14}0+\Z")


def check_digit(digits: str) -> str:
    """Return the digit that goes before these: weighted from the right, modulo 11; ten becomes 1, eleven 0."""
    total = sum(int(digit) * _WEIGHTS[place % 10] for place, digit in enumerate(reversed(digits)))
    found = 11 - total % 11
    return {10: "1", 11: "0"}.get(found, str(found))


def checked_reference(text: str) -> str:
    """Return a payment reference without its spaces. Raises InvalidField for any that no bank would take."""
    compact = text.replace(" ", "").replace("\u00a0", "")
    if _CREDITOR.match(compact):
        if int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 != 1:
            raise InvalidField(reason="the check digits of this creditor reference (ISO 11649) are not right")
        return compact
    if not _DIGITS.match(compact):
        raise InvalidField(reason="neither a payment reference of digits nor a creditor reference (RF)")
    length = len(compact)
    if length not in _LENGTHS:
        # 15 and 8 are also what is left when a spreadsheet drops a zero; which of the two it was, nobody can tell.
        raise InvalidField(reason="a payment reference has 7, 9 to 14 or 16 digits")
    if length in _WITH_LENGTH and int(compact[1]) != (length - 2) % 10:
        raise InvalidField(reason="the length code of this payment reference is not right")
    if length != _WITHOUT_CHECK and compact[0] != check_digit(compact[1:]):
        raise InvalidField(reason="the check digit of this payment reference is not right")
    return compact


def unrounded_reference(text: str) -> str:
    """Return a reference of any kind, unless it looks rounded and has no check digit to say that it is not.

    Raises InvalidField.
    """
    compact = text.replace(" ", "").replace("\u00a0", "")
    if _ROUNDED.match(compact):
        try:
            checked_reference(text)
        except InvalidField:
            reason = "zeros behind the fifteenth digit, as a spreadsheet rounds, and no check digit that is right"
            raise InvalidField(reason=reason) from None
    return text
