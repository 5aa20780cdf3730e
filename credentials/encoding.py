"""Strict decoding and one canonical encoding.

Two parsers that read the same bytes differently are two truths; so text that can be read in two ways is refused here,
before any library sees it: non-canonical base64url, duplicate JSON members, NaN, lone surrogates, floats that are not
integers where we forbid them, too deep, too long.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, TypeAlias

import orjson
import rfc8785

from credentials.errors import LimitExceeded, MalformedInput

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
JsonObject: TypeAlias = dict[str, JsonValue]

MAX_JSON_BYTES: Final = 1 << 20
MAX_JSON_DEPTH: Final = 64
MAX_INTEGER_DIGITS: Final = 20

_URLSAFE: Final = bytes.maketrans(b"+/", b"-_")
# What belongs to the other alphabet, padding included, becomes a character that no alphabet has.
_STANDARD: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
# The last characters whose unused bits are zero, by the length of the text modulo 4; no text has a length of 1.
_LAST_CHARACTERS: Final = ("", "", "AQgw", "AEIMQUYcgkosw048")
_PADDING: Final = (b"", b"", b"==", b"=")
_FILLING: Final = ("", "AAA", "AA", "A")
# A backslash stands in strings only: where it stands elsewhere, no parser reads on.
_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
# Possessive, and an unterminated string runs to the end: no input is read twice.
_STRING: Final = re.compile(rb'"[^"]*+"?')
_ONE_KIND: Final = bytes.maketrans(b"{}", b"[]")
_OPENS: Final = ord("[")
_NO_STRUCTURE: Final = bytes(set(range(256)) - set(b'[]{}"'))
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_PAIRS: Final = tuple(high + low for high in _BASE58 for low in _BASE58)
_BASE58_PAIR_VALUES: Final = {pair: value for value, pair in enumerate(_BASE58_PAIRS)}
_BASE58_GROUP: Final = 58**10
_MAX_BASE58_CHARACTERS: Final = 512
_JCS_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
# A character beyond U+FFFF, a number that is no integer, or `null`, as which orjson writes a float that is no number.
_NOT_QUICK_JCS: Final = re.compile(rb"[\xf0-\xf4]|[:,\[]-?[0-9]+[.eE]|[:,\[]null")
_NOT_QUICK: Final[JsonValue] = "\0 no JSON text begins with this"


def b64url_encode(data: bytes) -> str:
    """Encode as base64url without padding (RFC 7515 section 2)."""
    return binascii.b2a_base64(data, newline=False).translate(_URLSAFE, b"=").decode("ascii")


def b64url_decode(text: str, what: str = "base64url") -> bytes:
    """Decode canonical base64url without padding.

    Raises MalformedInput for padding, foreign characters and unused bits that are not zero (RFC 4648 section 3.5):
    otherwise one value would have several spellings.
    """
    rest = len(text) % 4
    if rest and text[-1] not in _LAST_CHARACTERS[rest]:
        raise MalformedInput(f"{what} is not canonical base64url")
    try:
        return binascii.a2b_base64(text.encode("ascii").translate(_STANDARD) + _PADDING[rest], strict_mode=True)
    except ValueError as error:
        raise MalformedInput(f"{what} is not base64url") from error


def b64url_decode_all(texts: Sequence[str], what: str = "base64url") -> list[bytes]:
    """Decode several values as `b64url_decode` does, for less than it costs to decode them one by one.

    Each is filled up with `A`, which stands for six zero bits, to whole groups of four; what the filling and the
    unused bits add to a value is then zero bytes, or the value was not canonical.
    """
    filled = "".join([text + _FILLING[len(text) % 4] for text in texts])
    try:
        data = binascii.a2b_base64(filled.encode("ascii").translate(_STANDARD), strict_mode=True)
    except ValueError as error:
        raise MalformedInput(f"{what} is not base64url") from error
    values: list[bytes] = []
    end = 0
    for text in texts:
        start, size = end, len(text)
        end = start + (size + 3) // 4 * 3
        rest = size % 4
        if rest:
            # Three bytes for the last group, of which it fills none, one or two.
            kept = end - 4 + rest
            if rest == 1 or data[kept:end].strip(b"\0"):
                raise MalformedInput(f"{what} is not canonical base64url")
            values.append(data[start:kept])
        else:
            values.append(data[start:end])
    return values


def b64_decode(text: str, what: str = "base64") -> bytes:
    """Decode standard base64 with padding, as in `x5c` (RFC 7515 section 4.1.6). Raises MalformedInput."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedInput(f"{what} is not base64") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise MalformedInput(f"{what} is not canonical base64")
    return data


def b64_encode(data: bytes) -> str:
    """Encode as standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def base58_encode(data: bytes) -> str:
    """Encode as base58btc (Controlled Identifiers 1.0 section 2.4)."""
    number = int.from_bytes(data)
    pairs, groups = _BASE58_PAIRS, []
    # Ten digits at a time, and those two by two: dividing a long number is what takes the time.
    while number:
        number, group = divmod(number, _BASE58_GROUP)
        group, fifth = divmod(group, 3364)
        group, fourth = divmod(group, 3364)
        group, third = divmod(group, 3364)
        first, second = divmod(group, 3364)
        groups.append(f"{pairs[first]}{pairs[second]}{pairs[third]}{pairs[fourth]}{pairs[fifth]}")
    groups.reverse()
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(groups).lstrip("1")


def base58_decode(text: str, what: str = "base58") -> bytes:
    """Decode base58btc. Raises MalformedInput; LimitExceeded over 512 characters."""
    if len(text) > _MAX_BASE58_CHARACTERS:
        raise LimitExceeded(f"{what} is too long")
    number = 0
    even = text if len(text) % 2 == 0 else f"1{text}"
    for start in range(0, len(even), 2):
        pair = _BASE58_PAIR_VALUES.get(even[start : start + 2])
        if pair is None:
            raise MalformedInput(f"{what} is not base58btc")
        number = number * 3364 + pair
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def multibase_decode(text: str, what: str = "multibase") -> bytes:
    """Decode a multibase string: `z` base58btc or `u` base64url (Controlled Identifiers 1.0 section 2.4)."""
    match text[:1]:
        case "z":
            return base58_decode(text[1:], what)
        case "u":
            return b64url_decode(text[1:], what)
        case _:
            raise MalformedInput(f"{what} has an unknown multibase prefix")


def json_parse(data: bytes | str, what: str = "JSON", *, max_bytes: int = MAX_JSON_BYTES) -> JsonValue:
    """Parse strict JSON (RFC 8259).

    Raises MalformedInput for duplicate members, NaN and infinities, lone surrogates, invalid UTF-8, a byte order mark
    and trailing text; LimitExceeded above `max_bytes`, 64 levels or integers of more than 20 digits.
    """
    try:
        raw = data.encode("utf-8") if isinstance(data, str) else data
        if len(raw) > max_bytes:
            raise LimitExceeded(f"{what} is larger than {max_bytes} bytes")
        _check_depth(raw, what)
        quick = _quick(raw)
        if quick is not _NOT_QUICK:
            return quick
        text = raw.decode("utf-8")
        return _checked(json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_refuse, parse_int=_integer))
    except MalformedInput as error:
        raise type(error)(error.detail or f"{what} is malformed") from error
    except (UnicodeError, ValueError, RecursionError, OverflowError) as error:
        # The library's message quotes the input, so it must not travel on.
        raise MalformedInput(f"{what} is not valid JSON") from error


def json_object(data: bytes | str, what: str = "JSON", *, max_bytes: int = MAX_JSON_BYTES) -> JsonObject:
    """Parse strict JSON whose top level is an object. Raises as `json_parse`."""
    value = json_parse(data, what, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise MalformedInput(f"{what} is not an object")
    return value


def json_compact(value: object) -> bytes:
    """Serialise JSON without white space, UTF-8, members in their given order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def jcs(value: object) -> bytes:
    """Serialise by the JSON Canonicalization Scheme (RFC 8785). Raises MalformedInput for values outside I-JSON."""
    quick = _quick_jcs(value)
    if quick is not None:
        return quick
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # it checks the value itself and raises
    except (rfc8785.CanonicalizationError, UnicodeError, RecursionError) as error:
        raise MalformedInput("the document has no canonical JSON form") from error


def _quick_jcs(value: object) -> bytes | None:
    # orjson writes what section 3.2 asks but for two things: it sorts by code points, which is not the order of UTF-16
    # where one is beyond U+FFFF; and its floats have another notation. What may hold either is left to the library.
    try:
        written = orjson.dumps(value, option=_JCS_OPTIONS)
    except orjson.JSONEncodeError:
        return None
    return None if written[:1] not in (b"{", b"[") or _NOT_QUICK_JCS.search(written) else written


def _quick(raw: bytes) -> JsonValue:
    # What orjson writes back byte for byte had no duplicate member, no number that it rounds and no second spelling of
    # anything: the strict walk below would find nothing. All else is left to that walk, errors included.
    try:
        value: JsonValue = orjson.loads(raw)
        return value if orjson.dumps(value) == raw else _NOT_QUICK
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return _NOT_QUICK


def _check_depth(raw: bytes, what: str) -> None:
    # Counted on the raw bytes, before any parser recurses. Brackets inside strings do not count.
    if raw.count(b"[") + raw.count(b"{") <= MAX_JSON_DEPTH:
        return
    unescaped = _ESCAPED.sub(b"", raw) if b"\\" in raw else raw
    brackets = _STRING.sub(b"", unescaped.translate(_ONE_KIND, _NO_STRUCTURE))
    # Pairs with nothing in between go away from the inside out: as often as the text is deep, and all at once.
    left, before = brackets, b""
    for _ in range(MAX_JSON_DEPTH):
        if left == before:
            break
        before, left = left, left.replace(b"[]", b"")
    if left and max(accumulate(1 if each == _OPENS else -1 for each in brackets)) > MAX_JSON_DEPTH:
        raise LimitExceeded(f"{what} is nested deeper than {MAX_JSON_DEPTH} levels")


def _no_duplicates(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedInput("a JSON object has two members of one name")
    return members


def _refuse(_constant: str) -> float:
    raise MalformedInput("NaN and infinities are not JSON")


def _integer(text: str) -> int:
    if len(text.removeprefix("-")) > MAX_INTEGER_DIGITS:
        raise LimitExceeded(f"a JSON integer has more than {MAX_INTEGER_DIGITS} digits")
    return int(text)


def _checked(value: JsonValue) -> JsonValue:
    # json.loads accepts "\ud800", which no UTF-8 encoder takes afterwards, and 1e400, which becomes infinite.
    match value:
        case str():
            _check_text(value)
        case float():
            if not math.isfinite(value):
                raise MalformedInput("a JSON number is out of range")
        case list():
            for item in value:
                _checked(item)
        case dict():
            for name, item in value.items():
                _check_text(name)
                _checked(item)
        case _:
            pass
    return value


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise MalformedInput("a JSON string holds a lone surrogate") from error
