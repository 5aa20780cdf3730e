"""The number of a bank account (ISO 13616), with its check digits and, for a Dutch one, its structure."""

import re
from typing import Final

from credentials.debts.errors import InvalidField

# The Dutch structure of ISO 13616's registry: four letters of the bank and ten digits.
_IBAN: Final = re.compile(r"(?:NL[0-9]{2}[A-Z]{4}[0-9]{10}|(?!NL)[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30})\Z")


def checked_iban(text: str) -> str:
    """Return an account as machines read it, without its spaces. Raises InvalidField for one that cannot exist."""
    compact = text.replace(" ", "").replace("\u00a0", "")
    if not _IBAN.match(compact) or not check_digits_hold(compact):
        raise InvalidField(reason="not an IBAN with a right check number")
    return compact


def check_digits_hold(code: str) -> bool:
    """Say whether a code in capitals and digits has the right ones after its first two letters (ISO 7064 MOD 97-10)."""
    return int("".join(str(int(each, 36)) for each in code[4:] + code[:4])) % 97 == 1
