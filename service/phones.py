"""Telephone numbers in a text become links that a telephone calls (RFC 3966).

Only what is written as a Dutch number is taken for one: ten digits from a 0 or +31, a service number, a municipality's
14 and area code, or 112. Days, amounts and references are left alone.
"""

import re
from typing import Final

from markupsafe import Markup, escape

_NUMBER: Final = re.compile(
    r"(?<![\w+.,:/-])(?:"
    r"0[89]0[0-9][ -]?[0-9]{4}(?:[ -]?[0-9]{3})?"  # service numbers
    r"|(?:\+31[ -]?|0)(?![89]0)[1-9](?:[ -]?[0-9]){8}"
    r"|14 0[0-9]{2,3}"
    r"|112"
    r")(?![\w-]|[.,][0-9])"
)
_COUNTRY: Final = "+31"


def phone_uri(number: str) -> str:
    """Return the `tel:` URI of a number as people write it: global where it can be (RFC 3966 section 5.1.4)."""
    digits = "".join(each for each in number if each.isdecimal() or each == "+")
    # Service and short numbers have no international form that holds from everywhere.
    if digits.startswith(("+", "08", "09")) or not digits.startswith("0"):
        return f"tel:{digits}"
    return f"tel:{_COUNTRY}{digits[1:]}"


def first_phone(text: str) -> str:
    """Return the first telephone number in a text, as it stands there; nothing where there is none."""
    found = _NUMBER.search(text)
    return found[0] if found else ""


def with_phone_links(text: str) -> Markup:
    """Return a text as markup in which every telephone number is a link."""
    made, at = Markup(), 0
    for found in _NUMBER.finditer(str(text)):
        made += escape(text[at : found.start()])
        made += Markup('<a class="utrecht-link bk-phone" href="{}">{}</a>').format(phone_uri(found[0]), found[0])
        at = found.end()
    return made + escape(text[at:])
