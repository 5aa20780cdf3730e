"""A document taken apart as text: its *structure*, and the strings that stand in it as values of members.

Two documents with one structure differ in nothing but those strings, the *leaves*. The text is the document's own
compact JSON, so that C does the work. Where nothing is escaped, `":"` is the end of a name and the beginning of a
string, or else stands somewhere odd, such as in an array: `with_slots` finds that out, once per structure.
"""

import re
from typing import Final, NamedTuple

import orjson

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.safety import UnsafeDocument

MAX_BYTES: Final = 1 << 16
"""Longer documents are not taken apart: their structures would be kept, and they are seldom alike."""

# What is under these names decides on the meaning of the rest, and so belongs to the structure.
# It stands behind the look for `":"`, which is what can be searched for quickly.
_VALUE: Final = re.compile(
    rb'":"(?<!"type":")(?<!"@type":")(?<!"@context":")(?<!"@language":")(?<!"@direction":")(?<!"@index":")([^"]*)"'
)
# A text with one of these has a second spelling in JSON or in canonical N-Quads, or may hold no character at all:
# escapes (which every quote, backslash and control character has), DEL, and what begins U+FFFE and U+FFFF.
_SPECIAL: Final = (b"\\", b"\x7f", b"\xef\xbf")

SLOT: Final = "urn:slot:"


class Parts(NamedTuple):
    """`structure` is the text with nothing between the quotes of its `leaves`, which come in the order of the text."""

    structure: bytes
    leaves: list[bytes]


def json_text(document: JsonObject) -> bytes:
    """Return a document's compact JSON. Raises UnsafeDocument for what has none."""
    try:
        return orjson.dumps(document)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise UnsafeDocument("the document is not JSON, or holds half a character") from error


def take_apart(text: bytes) -> Parts | None:
    """Return structure and leaves of a document's compact JSON, None when it must be read with more care."""
    if len(text) > MAX_BYTES:
        return None
    for special in _SPECIAL:
        if special in text:
            return None
    pieces = _VALUE.split(text)
    return Parts(b'":""'.join(pieces[::2]), pieces[1::2])


def with_slots(text: bytes, kept: frozenset[int]) -> JsonObject | None:
    """Return the document of such a text with `urn:slot:N:` as its leaf N, but for those that are `kept`.

    None when the leaves are not what they seem: each must be the whole value of a member, or another value in its place
    could change what is around it. None also for a document that brings definitions of its own.
    """
    pieces = _VALUE.split(text)
    slots = [slot for slot in range(len(pieces) // 2) if slot not in kept]
    for slot in range(len(pieces) // 2):
        value = pieces[2 * slot + 1].decode("utf-8") if slot in kept else sentinel(slot)
        pieces[2 * slot + 1] = f'":"{value}"'.encode()
    try:
        document = orjson.loads(b"".join(pieces))
    except orjson.JSONDecodeError:
        return None
    found: list[str] = []
    if not isinstance(document, dict) or not _collect(document, found):
        return None
    return document if found == [sentinel(slot) for slot in slots] else None


def sentinel(slot: int) -> str:
    """Return what stands in the place of a leaf while its structure is worked out."""
    return f"{SLOT}{slot}:"


def _collect(value: JsonValue, found: list[str]) -> bool:
    """Gather the sentinels that are values of members, in their order; False where one stands elsewhere."""
    if isinstance(value, list):
        return all(SLOT not in item if isinstance(item, str) else _collect(item, found) for item in value)
    if isinstance(value, dict):
        for name, item in value.items():
            if SLOT in name or (name == "@context" and _defines(item)):
                return False
            if isinstance(item, str):
                if SLOT in item:
                    found.append(item)
            elif not _collect(item, found):
                return False
    return True


def _defines(contexts: JsonValue) -> bool:
    return any(isinstance(each, dict) for each in (contexts if isinstance(contexts, list) else [contexts]))
