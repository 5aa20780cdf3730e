"""Whether somebody typed a citizen service number where none may be: in a reference, a note, a reason.

One in eleven numbers of nine digits passes the eleven test by chance, and `2026-00117` is one of them. So only what is
written as people write a BSN is taken for one: nine digits together, or in one of the usual groupings with one mark
between, and no digit beside it.
"""

import re
import unicodedata
from typing import Final

from credentials.debts.bsn import Bsn
from credentials.debts.errors import InvalidBsn

_GROUPINGS: Final = ((3, 3, 3), (4, 2, 3), (2, 2, 2, 3))
_MARK: Final = r"[ .\-/]"


def _grouped(name: str, first: int, *others: int) -> str:
    second, *rest = others
    further = "".join(rf"(?P={name})\d{{{each}}}" for each in rest)
    return rf"\d{{{first}}}(?P<{name}>{_MARK})\d{{{second}}}{further}"


_GROUPED: Final = "|".join(_grouped(f"mark_{place}", *each) for place, each in enumerate(_GROUPINGS))
_LIKE: Final = re.compile(rf"(?<!\d)(?:\d{{9}}|(?<!\d{_MARK})(?:{_GROUPED})(?!{_MARK}\d))(?!\d)")


def holds_bsn(text: str) -> bool:
    """Tell whether a citizen service number stands in a text, as people write one."""
    found = _LIKE.finditer(unicodedata.normalize("NFKC", text))
    return any(_is_bsn("".join(str(int(each)) for each in one[0] if each.isdecimal())) for one in found)


def _is_bsn(digits: str) -> bool:
    try:
        Bsn(digits)
    except InvalidBsn:
        return False
    return True
