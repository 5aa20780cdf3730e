"""Where the seal stands in a file: found by its byte range, which must leave out exactly that and nothing else."""

import re
from typing import Final

from credentials.sealed_pdf.errors import AddedAfterSeal, SealBroken, SealMissing

_RANGES: Final = re.compile(rb"/ByteRange ?\[ ?([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10}) ([0-9]{1,10}) ?\]")
_HEX: Final = re.compile(rb"<(?:[0-9a-f]{2})*+>\Z")


def has_place(document: bytes) -> bool:
    """Say whether a document has any byte range, and so says that it is sealed."""
    return _RANGES.search(document) is not None


def place_of(document: bytes) -> tuple[int, int]:
    """Return where the seal begins and ends, with its angle brackets.

    Raises SealMissing where there is no byte range, or more than one; AddedAfterSeal where the file goes on behind it;
    SealBroken where it leaves out anything but one string of bytes in hexadecimal digits.
    """
    found = _RANGES.findall(document)
    if not found:
        raise SealMissing("the document has no seal")
    begin, before, ends, after = (int(each) for each in found[0])
    if ends + after < len(document):
        raise AddedAfterSeal("something was added behind what was sealed")
    if len(found) > 1:
        raise SealMissing("the document has more than one seal")
    if begin != 0 or ends + after != len(document) or not before < ends <= len(document):
        raise SealBroken("the seal is not of the whole file")
    if not _HEX.match(document[before:ends]):
        raise SealBroken("the seal leaves out more than itself")
    return before, ends
