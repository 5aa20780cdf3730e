"""The parts of a workbook, XLSX (ECMA-376) or ODS (OpenDocument), unpacked and parsed within limits.

A workbook is a zip of XML files, both of which can be made to grow without end: every part is read in steps up to a
bound of its own, whatever the archive says of its size, and a document type, by which alone XML has entities of its
own, is refused where it begins.

Our own reader, as the libraries that were tried hand over a cell with an error (`#N/B`), or a formula without its
outcome, as one that is empty: a day of payment that is wrong would be a debt without one.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from xml.parsers import expat

MAX_PARTS: Final = 10_000
MAX_SMALL_PART: Final = 16 << 20
MAX_PART: Final = 1 << 30
MAX_TEXT: Final = 1 << 20
MAX_TAG: Final = 1 << 20
_STEP: Final = 1 << 18
_DIGITS: Final = 10
_HEADER_OF_A_PART: Final = b"PK\x01\x02"
# ECMA-376 part 2, annex B, and OpenDocument 1.3 part 2, section 2.2: no other way to pack. The library unpacks some of
# them a whole step at once.
_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

StartElement = Callable[[str, Mapping[str, str]], None]
EndElement = Callable[[str, str], None]
TextBefore = Callable[[str], None]


class MalformedPart(Exception):
    """A part that is not there, not XML, too large, or more than XML. The text says which, never what stood there."""


class Parts:
    """The archive. Raises MalformedPart when it is none."""

    def __init__(self, data: bytes) -> None:
        if data.startswith(b"\xd0\xcf\x11\xe0"):
            raise MalformedPart("a workbook with a password, or in the form of before 2007: save it as .xlsx")
        # Counted before they are read: each becomes an object of some hundred bytes.
        if data.count(_HEADER_OF_A_PART) > MAX_PARTS:
            raise MalformedPart("a workbook of too many parts")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise MalformedPart("not a workbook") from None
        if any(part.compress_type not in _PACKINGS for part in self._archive.filelist):
            raise MalformedPart("a part of the workbook is packed in a way that workbooks are not")
        if len(self._archive.NameToInfo) != len(self._archive.filelist):
            # Which of the two counts, each program decides for itself.
            raise MalformedPart("a part of the workbook is there twice")

    def has(self, name: str) -> bool:
        """Tell whether there is such a part."""
        return name in self._archive.NameToInfo

    def parse(self, name: str, start: StartElement, end: EndElement, *, most: int = MAX_SMALL_PART) -> None:
        """Parse a part: `start` gets the name and attributes of an element, `end` its name and the text since a tag."""
        for _ in self.steps(name, start, end, most=most):
            pass

    def steps(
        self,
        name: str,
        start: StartElement,
        end: EndElement,
        *,
        before: TextBefore | None = None,
        most: int = MAX_PART,
    ) -> Iterator[None]:
        """Parse a part step by step, so that what was found can be taken meanwhile. Raises MalformedPart.

        Where elements stand in a text, `before` gets the text in front of each.
        """
        parser = _parser(start, end, before)
        read = 0
        try:
            with self._archive.open(name) as part:
                while chunk := part.read(_STEP):
                    read += len(chunk)
                    if read > most:
                        raise MalformedPart("a part of the workbook is too large when it is unpacked")
                    parser.Parse(chunk, False)
                    if read - parser.CurrentByteIndex > MAX_TAG + _STEP:
                        # Each step the parser begins anew at where what is not whole yet begins.
                        raise MalformedPart("a tag of the workbook is too large")
                    yield
            parser.Parse(b"", True)
            yield
        except KeyError:
            raise MalformedPart("a part of the workbook is missing") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
            raise MalformedPart("a part of the workbook cannot be unpacked") from None
        except expat.ExpatError:
            raise MalformedPart("a part of the workbook is not well-formed XML") from None


def whole_number(text: str) -> int | None:
    """Return the number that is written in a few digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else None


def _parser(start: StartElement, end: EndElement, before: TextBefore | None) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    texts: list[str] = []
    length = 0

    def doctype(*_: object) -> None:
        raise MalformedPart("a part of the workbook has a document type")

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal length
        if before is not None and texts:
            before("".join(texts))
        texts.clear()
        length = 0
        start(_local(name), attributes)

    def closed(name: str) -> None:
        nonlocal length
        end(_local(name), "".join(texts))
        texts.clear()
        length = 0

    def written(text: str) -> None:
        nonlocal length
        length += len(text)
        if length > MAX_TEXT:
            raise MalformedPart("a text of the workbook is too large")
        texts.append(text)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = written
    return parser


def _local(name: str) -> str:
    # The two editions of the standard (strict and transitional) differ in namespaces alone.
    return name.rpartition(" ")[2]
