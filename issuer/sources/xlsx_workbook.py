"""What a sheet of an XLSX workbook needs of the others: where it is, the texts, and which numbers are days.

ECMA-376 part 1: 18.2 (workbook), 18.4 (shared strings), 18.8 (styles; 18.8.30 the number formats that are built in).
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from issuer.sources.workbook_parts import MalformedPart, Parts, whole_number

_MAX_TEXTS: Final = 256 << 20
_BUILT_IN_DAYS: Final = frozenset({*range(14, 23), *range(27, 37), *range(50, 59)})
# What of a format is shown as it is, is a colour or a country, or counts hours beyond a day.
_NOT_OF_A_DAY: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED: Final = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_OF_A_DAY: Final = re.compile(r"[ymd]", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


@final
@dataclass(frozen=True, slots=True)
class Workbook:
    """The parts that a sheet refers to. `since` is from when its days are counted: 1900 or 1904."""

    sheets: Mapping[str, str]
    since: str
    texts: Sequence[str]
    day_styles: frozenset[int]


def read_workbook(parts: Parts) -> Workbook:
    """Read all but the sheets. Raises MalformedPart."""
    folder, main = posixpath.split(_main_part(parts))
    targets = _targets(parts, posixpath.join(folder, "_rels", f"{main}.rels"), folder)
    sheets: dict[str, str] = {}
    since = ["1900"]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "workbookPr" and attributes.get("date1904", "0") in {"1", "true"}:
            since[0] = "1904"
        if name == "sheet":
            target = next((targets.get(value) for key, value in attributes.items() if key.endswith(" id")), None)
            if target is not None and target[0] == "worksheet":
                title = attributes.get("name", "")
                if title in sheets:
                    # Which of the two is meant, each program decides for itself.
                    raise MalformedPart("two sheets of the workbook have one name")
                sheets[title] = target[1]

    parts.parse(posixpath.join(folder, main), start, _nothing)
    kinds = dict(targets.values())
    texts = _texts(parts, kinds["sharedStrings"]) if "sharedStrings" in kinds else []
    styles = _day_styles(parts, kinds["styles"]) if "styles" in kinds else frozenset()
    return Workbook(sheets, since[0], texts, styles)


def plain(text: str) -> str:
    """Return a text with the characters that XML cannot hold, which are written `_x000D_` (18.4.12, ST_Xstring)."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def _main_part(parts: Parts) -> str:
    for kind, target in _targets(parts, "_rels/.rels", "").values():
        if kind == "officeDocument":
            return target
    raise MalformedPart("not an XLSX workbook")


def _targets(parts: Parts, name: str, folder: str) -> dict[str, tuple[str, str]]:
    """Return by its id what a part refers to: the last word of its kind, and the part's name."""
    found: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

    if not parts.has(name):
        raise MalformedPart("not an XLSX workbook")
    parts.parse(name, start, _nothing)
    return found


def _texts(parts: Parts, name: str) -> list[str]:
    texts: list[str] = []
    runs: list[str] = []
    skipped, size = [False], [0]

    def start(element: str, _: Mapping[str, str]) -> None:
        if element == "si":
            runs.clear()
        elif element == "rPh":
            # How a text is pronounced is no part of it.
            skipped[0] = True

    def end(element: str, text: str) -> None:
        if element == "t" and not skipped[0]:
            runs.append(text)
        elif element == "rPh":
            skipped[0] = False
        elif element == "si":
            texts.append(plain("".join(runs)))
            size[0] += len(texts[-1])
            if size[0] > _MAX_TEXTS:
                raise MalformedPart("the texts of the workbook are too large")

    parts.parse(name, start, end, most=_MAX_TEXTS)
    return texts


def _day_styles(parts: Parts, name: str) -> frozenset[int]:
    """Return the styles (indices of `cellXfs`) by which a number is shown as a day."""
    own: dict[str, str] = {}
    formats: list[str] = []
    inside = [False]

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "numFmt":
            own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif element == "cellXfs":
            inside[0] = True
        elif element == "xf" and inside[0]:
            formats.append(attributes.get("numFmtId", "0"))

    def end(element: str, _: str) -> None:
        if element == "cellXfs":
            inside[0] = False

    parts.parse(name, start, end)
    return frozenset(index for index, number in enumerate(formats) if _shows_a_day(number, own.get(number)))


def _shows_a_day(number: str, code: str | None) -> bool:
    if code is None:
        return whole_number(number) in _BUILT_IN_DAYS
    first = code.partition(";")[0]
    return not _ELAPSED.search(first) and _OF_A_DAY.search(_NOT_OF_A_DAY.sub("", first)) is not None


def _nothing(*_: object) -> None:
    """Take no notice."""
