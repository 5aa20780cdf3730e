"""Reading CBOR (RFC 8949) strictly, as far as COSE headers need it.

A reader of our own: the library keeps the last of two members of one name, builds objects from tags that the sender
chose, and takes several spellings of one value. Here every item has one spelling (section 4.2.1: shortest heads,
definite lengths) and one meaning; what is not needed is refused. Map members may come in any order, since no two of
them can have one name. Writing is left to the library.
"""

import struct
from dataclasses import dataclass
from typing import Final, TypeAlias

import cbor2

from credentials.errors import LimitExceeded, MalformedInput

MAX_DEPTH: Final = 8
MAX_ITEMS: Final = 1_000

CborValue: TypeAlias = "bool | int | float | str | bytes | list[CborValue] | dict[int | str, CborValue] | Tagged | None"

_FLOATS: Final = {25: (">e", 2), 26: (">f", 4), 27: (">d", 8)}
_SIMPLE: Final = {20: False, 21: True, 22: None}


class MalformedCbor(MalformedInput):
    """Bytes that are not CBOR, or CBOR outside our narrower profile of it."""

    code = "malformed_cbor"


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value with a tag (section 3.4), which is not interpreted."""

    tag: int
    value: CborValue


def cbor_parse(data: bytes, *, max_items: int = MAX_ITEMS) -> CborValue:
    """Read exactly one item. Raises MalformedCbor; LimitExceeded below 8 levels or beyond `max_items` items."""
    reader = _Reader(data, max_items)
    value = reader.item(0)
    if reader.position != len(data):
        raise MalformedCbor("something follows the CBOR item")
    return value


def cbor_bytes(value: CborValue) -> bytes:
    """Write one item in deterministic encoding (section 4.2.1)."""
    written: bytes = cbor2.dumps(value, canonical=True, default=_encode_tagged)
    return written


def _encode_tagged(encoder: cbor2.CBOREncoder, value: object) -> None:
    if not isinstance(value, Tagged):
        raise TypeError(f"a {type(value).__name__} has no CBOR form here")
    encoder.encode(cbor2.CBORTag(value.tag, value.value))


@dataclass(slots=True, repr=False)
class _Reader:
    data: bytes
    max_items: int
    position: int = 0
    items: int = 0

    def item(self, depth: int) -> CborValue:
        self.items += 1
        if depth > MAX_DEPTH or self.items > self.max_items:
            raise LimitExceeded("the CBOR item is nested too deeply or holds too much")
        first = self._take(1)[0]
        major, information = first >> 5, first & 0x1F
        if major == 7:
            return self._simple(information)
        number = self._number(information)
        match major:
            case 0:
                return number
            case 1:
                return -1 - number
            case 2:
                return self._take(number)
            case 3:
                return self._text(number)
            case 4:
                self._expect(number)
                return [self.item(depth + 1) for _ in range(number)]
            case 5:
                self._expect(2 * number)
                return self._map(number, depth)
            case _:
                return Tagged(number, self.item(depth + 1))

    def _map(self, size: int, depth: int) -> dict[int | str, CborValue]:
        members: dict[int | str, CborValue] = {}
        for _ in range(size):
            name = self.item(depth + 1)
            # RFC 9052 section 1.5: labels are whole numbers and text.
            if isinstance(name, bool) or not isinstance(name, int | str):
                raise MalformedCbor("a map has a member whose name is neither a number nor text")
            if name in members:
                raise MalformedCbor("a map has two members of one name")
            members[name] = self.item(depth + 1)
        return members

    def _number(self, information: int) -> int:
        if information < 24:
            return information
        # 28 to 30 are not assigned; 31 is an indefinite length.
        if information > 27:
            raise MalformedCbor("a length is indefinite or not assigned")
        size = 1 << (information - 24)
        number = int.from_bytes(self._take(size))
        if number < (24 if size == 1 else 1 << (4 * size)):
            raise MalformedCbor("a number is not in its shortest form")
        return number

    def _simple(self, information: int) -> CborValue:
        if information in _SIMPLE:
            return _SIMPLE[information]
        if information in _FLOATS:
            layout, size = _FLOATS[information]
            value: float = struct.unpack(layout, self._take(size))[0]
            return value
        raise MalformedCbor("a simple value is not assigned")

    def _text(self, size: int) -> str:
        try:
            return self._take(size).decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedCbor("a text is not UTF-8") from error

    def _take(self, size: int) -> bytes:
        self._expect(size)
        start = self.position
        self.position += size
        return self.data[start : self.position]

    def _expect(self, size: int) -> None:
        # Every item is a byte or more, so a length beyond the end is a lie before anything is made of it.
        if size > len(self.data) - self.position:
            raise MalformedCbor("the CBOR item ends too early")
