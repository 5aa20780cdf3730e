"""JSON as a table: an array of flat objects, such an array in an object, or an object per line (JSON Lines).

Strict where a lenient parser would choose: a member that stands twice refuses its row, and numbers stay as they are
written, never a binary fraction.
"""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, final

from credentials.debts.errors import DuplicateMember, InvalidField, MalformedSource, MissingField, SourceError
from credentials.encoding import JsonValue
from issuer.sources.cells import Cell
from issuer.sources.columns import Columns
from issuer.sources.csv_text import MAX_FILE_BYTES
from issuer.sources.table import Row

_SPACE: Final = re.compile(r"[ \t\n\r]*")


def json_table(data: bytes, columns: Columns, file: str) -> "JsonTable":
    """Open a JSON file; the type `OpenTable`. Raises MalformedSource when it is not UTF-8."""
    if len(data) > MAX_FILE_BYTES:
        raise MalformedSource(file, 0, "", f"larger than {MAX_FILE_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as place:
        raise MalformedSource(file, data.count(b"\n", 0, place.start) + 1, "", "not UTF-8 text") from None
    return JsonTable(text, columns.rows, file)


class _Twice(Exception):
    """A member that an object has twice."""


@final
class JsonTable:
    """The port `Table` on a JSON text."""

    def __init__(self, text: str, member: str | None, file: str) -> None:
        self._text = text
        self._member = member
        self._file = file
        self._at = 0
        self._line = 1
        self._counted = 0
        self._decoder = json.JSONDecoder(parse_float=_number, parse_constant=_no_constant, object_pairs_hook=_object)

    def rows(self, wanted: Sequence[str]) -> Iterator[Row]:
        """Go through the rows. Raises MissingField, MalformedSource."""
        seen: set[str] = set()
        any_row = False
        for line, value in self._values():
            any_row = True
            if isinstance(value, SourceError):
                yield line, value
            elif not isinstance(value, dict):
                yield line, MalformedSource(reason="not an object")
            elif any(each not in (None, "") for each in value.values()):
                seen |= value.keys()
                yield line, [_cell(value.get(column)) for column in wanted]
        missing = [column for column in wanted if column not in seen]
        if any_row and missing:
            raise MissingField(self._file, 1, missing[0], "no object of the file has such a member")

    def _values(self) -> Iterator[tuple[int, JsonValue | SourceError]]:
        opening = self._sign()
        if opening == "{" and self._member is not None:
            yield from self._array_in_object(self._member)
        elif opening == "[" and self._member is None:
            yield from self._array()
        elif opening == "{":
            while self._sign():
                yield self._value()
            return
        else:
            raise self._malformed("neither an array of objects, nor an object with the member in the settings (rows)")
        if self._sign():
            raise self._malformed("more stands behind the end")

    def _array(self) -> Iterator[tuple[int, JsonValue | SourceError]]:
        self._take("[")
        if self._sign() == "]":
            self._take("]")
            return
        while True:
            yield self._value()
            if self._sign() != ",":
                break
            self._take(",")
        self._take("]")

    def _array_in_object(self, member: str) -> Iterator[tuple[int, JsonValue | SourceError]]:
        self._take("{")
        found: set[str] = set()
        while self._sign() == '"':
            _, name = self._value()
            if not isinstance(name, str) or name in found:
                raise DuplicateMember(self._file, self._line, "", "another member of this object has this name")
            found.add(name)
            self._take(":")
            if name == member:
                yield from self._array()
            else:
                self._value()
            if self._sign() != ",":
                break
            self._take(",")
        self._take("}")
        if member not in found:
            raise MissingField(self._file, 1, member, "the file has no such member")

    def _sign(self) -> str:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found is not None else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, sign: str) -> None:
        if self._sign() != sign:
            raise self._malformed("not valid JSON")
        self._at += 1

    def _value(self) -> tuple[int, JsonValue | SourceError]:
        """Read one value, and say on which line it begins."""
        self._sign()
        line = self._line_here()
        try:
            value, self._at = self._decoder.raw_decode(self._text, self._at)
        except _Twice:
            raise DuplicateMember(self._file, line, "", "another member of this object has this name") from None
        except json.JSONDecodeError as place:
            self._at = place.pos
            raise self._malformed("not valid JSON") from None
        except (ValueError, RecursionError):
            raise self._malformed("not valid JSON") from None
        return line, value

    def _line_here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _malformed(self, reason: str) -> MalformedSource:
        return MalformedSource(self._file, self._line_here(), "", reason)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        # An exponent that no number has; the library's message is no ValueError, as its others are.
        raise ValueError from None


def _no_constant(_: str) -> None:
    # NaN and Infinity are Python's, not JSON's (RFC 8259 section 6).
    raise ValueError


def _cell(value: JsonValue | Decimal) -> Cell:
    if isinstance(value, dict | list):
        return InvalidField(reason="a list or an object where a value should stand")
    return Decimal(value) if isinstance(value, float) else value
