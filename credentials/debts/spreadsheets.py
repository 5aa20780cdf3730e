"""What a spreadsheet leaves behind where a text or a number that is a name should stand.

A spreadsheet takes what looks like a number for a number: of sixteen digits it keeps fifteen (IEEE 754), shows them as
`8,00000002026E+15`, drops zeros in front, and writes the name of an error where a formula failed. What was there cannot
be found again, so such a cell is refused wherever it stands.
"""

import re
from typing import Final

# Excel and LibreOffice, in Dutch and English and by their shape in other languages: #N/B, #REF!, #WAARDE!, #NAAM?,
# #DEEL/0!, #####, #GETTING_DATA, Err:502, Fout:502.
_ERROR: Final = re.compile(
    r"#(?:N/[A-Z]{1,3}|[^\W\d_]+(?:[/_][^\W\d_]+)*(?:/0)?[!?]|GETTING_DATA|#+)\Z|(?:Err|Fout|Fehler|Erreur):[0-9]{3}\Z"
)
# Behind an E stands a sign, or before it a decimal: `5E12` alone may be somebody's reference.
_EXPONENT: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+[Ee][+-]?|[Ee][+-])[0-9]{1,3}\Z")


def spreadsheet_fault(text: str) -> str | None:
    """Say what a spreadsheet did to this text, or None."""
    if _ERROR.match(text):
        return "an error of a spreadsheet stands here"
    if _EXPONENT.match(text):
        return "a number that a spreadsheet shortened (E notation): export this column as text"
    return None
