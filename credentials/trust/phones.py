"""The telephone number at which a citizen reaches an organisation.

It stands in the trust list and never on a card, for the same reason as the address of an arrangement: a number that a
person in trouble will call is what a swindler wants to place.
"""

import re
from typing import Final

from credentials.errors import MalformedInput

_MIN_DIGITS: Final = 3
_MAX_DIGITS: Final = 15  # ITU-T E.164 section 6.1
_NUMBER: Final = re.compile(r"\+?[0-9]+(?:[ -][0-9]+)*\Z")


def check_phone(number: str) -> str:
    """Return a number as people write it: digits in groups, an international prefix at most. Raises MalformedInput."""
    digits = sum(each.isdecimal() for each in number)
    if not _NUMBER.match(number) or not _MIN_DIGITS <= digits <= _MAX_DIGITS:
        raise MalformedInput("a telephone number is digits in groups, with spaces or hyphens between them")
    return number
