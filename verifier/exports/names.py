"""What a file is called that a counsellor takes along: what is in it, whose file it is, and of which day."""

import re
from datetime import datetime
from typing import Final

from credentials.clock import dutch_day

# A number with what offices put in and before one: `2026-0117`, `SHV/2026.117`. Anything else may be a name.
_NUMBERED: Final = re.compile(r"(?:[A-Za-z]{1,4}[-/. ]?)?[0-9][0-9A-Za-z]{0,11}(?:[-/. ][0-9]{1,8}){0,3}")
_MOST_LETTERS: Final = 5

BUNDLE_NAME: Final = "bewijsbundel"
BUNDLE: Final = f"{BUNDLE_NAME}.zip"
"""The last part of the address of an evidence bundle."""
BUNDLE_TYPE: Final = "application/zip"


def file_name(what: str, kind: str, at: datetime, reference: str = "") -> str:
    """Name a file, as `schulden-2026-0117-2026-11-28.xlsx`: the day is that of the answer.

    The counsellor's own reference is left out where it is more than a number: folders of downloads are shared, and a
    name of a client has no place there.
    """
    parts = [what, _plain(reference), dutch_day(at).isoformat()]
    return f"{'-'.join(part for part in parts if part)}.{kind}"


def _plain(reference: str) -> str:
    letters = sum(character.isalpha() for character in reference)
    if not _NUMBERED.fullmatch(reference) or letters > _MOST_LETTERS:
        return ""
    return re.sub(r"[^0-9A-Za-z]+", "-", reference)
