"""Disclosures (RFC 9901 section 4.2): one hidden claim each, and the digest that stands for it."""

from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256, sha384, sha512
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import orjson

from credentials import limits
from credentials.encoding import JsonValue, b64url_decode_all, json_parse
from credentials.errors import LimitExceeded, MalformedInput
from credentials.formats.base import MalformedCredential

ARRAY_DIGEST: Final = "..."
OBJECT_DIGESTS: Final = "_sd"
HASH_NAME: Final = "_sd_alg"
RESERVED: Final = frozenset({ARRAY_DIGEST, OBJECT_DIGESTS, HASH_NAME})

SHA_256: Final = "sha-256"
HASHES: Final[Mapping[str, Any]] = MappingProxyType({SHA_256: sha256, "sha-384": sha384, "sha-512": sha512})
"""The hash functions that we take (RFC 9901 section 4.1.1), spelled as IANA does. We issue with the first only."""

# RFC 9901 section 9.3 asks for 128 bits; 144 are 24 whole base64url characters, so that many salts are cut from one
# encoded string.
SALT_BYTES: Final = 18
SALT_CHARACTERS: Final = 24

_URLSAFE: Final = bytes.maketrans(b"+/", b"-_")
# What belongs to the other alphabet, padding included, becomes a character that no alphabet has.
_STANDARD: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
# How the base64url of a text that begins with a bracket begins: six bits, and then two more of eight.
_OPENED: Final = frozenset(f"W{character}" for character in "wxyz0123456789-_")
# What makes whole groups of a text of this length modulo 4: `,` and two spaces, nothing that could be decoded, a new
# line and `,` where four bits are unused, `,` where two are.
_COMMA: Final = ("LCAg", "!", "os", "s")
_ONLY_LISTS: Final = frozenset({list})
_first_two = itemgetter(slice(2))
_last = itemgetter(-1)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an SD-JWT may be before we stop reading it.

    `max_depth` counts levels of the processed payload; disclosures inside disclosures count as the levels they open.
    """

    max_characters: int = limits.SD_JWT_CHARACTERS
    max_disclosures: int = limits.DISCLOSURES
    max_digests: int = 3 * limits.DISCLOSURES
    max_depth: int = 16


Disclosures: TypeAlias = Mapping[str, JsonValue]
"""What disclosures hold, by digest. Whether that is what a disclosure must hold is seen where its digest stands."""


def base64url(data: bytes) -> bytes:
    """Encode without padding, as ASCII bytes."""
    return b2a_base64(data, newline=False).translate(_URLSAFE, b"=")


def digest(encoded: bytes, hash_name: str = SHA_256) -> str:
    """Return the digest of an encoded disclosure, base64url (RFC 9901 section 4.2.3)."""
    return digests((encoded,), hash_name)[0]


def digests(encoded: Iterable[bytes], hash_name: str = SHA_256) -> list[str]:
    """Return the digests of several encoded disclosures. `hash_name` is one of `HASHES`.

    Filled up with zero bytes to whole groups of three, each hash takes whole base64 groups, of which the first
    characters are its own: so all of them are encoded in one go.
    """
    hash_function = HASHES[hash_name]
    hashes = [hash_function(each).digest() for each in encoded]
    if not hashes:
        return []
    size = len(hashes[0])
    filling = -size % 3
    step, kept = (size + filling) // 3 * 4, (size * 8 + 5) // 6
    text = b2a_base64(bytes(filling).join((*hashes, b"")), newline=False).translate(_URLSAFE).decode("ascii")
    return [text[start : start + kept] for start in range(0, step * len(hashes), step)]


def encode_all(salts: str, members: Sequence[tuple[str, JsonValue]]) -> list[bytes]:
    """Make the disclosures of object members (RFC 9901 section 4.2.1), each with its part of the salts' text.

    Raises ValueError for what no JSON can hold.
    """
    size = SALT_CHARACTERS
    try:
        return [
            b2a_base64(orjson.dumps((salts[size * place : size * (place + 1)], name, value)), newline=False).translate(
                _URLSAFE, b"="
            )
            for place, (name, value) in enumerate(members)
        ]
    except orjson.JSONEncodeError as error:
        raise ValueError("a claim cannot be written as JSON") from error


def encode_element(salt: bytes, value: JsonValue) -> bytes:
    """Make the disclosure of an array element (RFC 9901 section 4.2.2). Raises ValueError for what no JSON can hold."""
    return json_base64url((base64url(salt).decode("ascii"), value))


def json_base64url(value: object) -> bytes:
    """Return the JSON of a value, base64url. Raises ValueError for what no JSON can hold."""
    try:
        return base64url(orjson.dumps(value))
    except orjson.JSONEncodeError as error:
        raise ValueError("a claim cannot be written as JSON") from error


def by_digest(encoded: Sequence[str], limits: Limits, hash_name: str = SHA_256) -> dict[str, JsonValue]:
    """Read disclosures and key them by digest, in their order. Raises MalformedCredential, also for one given twice."""
    if len(encoded) > limits.max_disclosures:
        raise LimitExceeded(f"more than {limits.max_disclosures} disclosures")
    try:
        contents = _flat(encoded) or _one_by_one(encoded)
    except LimitExceeded:
        raise
    except MalformedInput as error:
        raise MalformedCredential(error.detail) from error
    # The digest covers the text as it was received: nothing is ever serialised again.
    found = dict(zip(digests(map(str.encode, encoded), hash_name), contents, strict=True))
    if len(found) != len(encoded):
        raise MalformedCredential("one disclosure is given twice")
    return found


def member(content: JsonValue) -> tuple[str, JsonValue]:
    """Return the name and value that a disclosure holds for an object. Raises MalformedCredential."""
    # RFC 9901 section 7.1, step 3.c.ii.1.
    if not isinstance(content, list) or len(content) != 3:
        raise MalformedCredential("what is disclosed as a member is not a salt, a name and a value")
    salt, name, value = content
    # Step 3.c.ii.2: these names would smuggle digests past the issuer.
    if not isinstance(salt, str) or not isinstance(name, str) or name in RESERVED:
        raise MalformedCredential("a disclosure bears a reserved name, or a name or salt that is not a string")
    return name, value


def element(content: JsonValue) -> JsonValue:
    """Return the value that a disclosure holds for an array. Raises MalformedCredential."""
    # RFC 9901 section 7.1, step 3.c.iii.1.
    if not isinstance(content, list) or len(content) != 2:
        raise MalformedCredential("what is disclosed as an array element is not a salt and a value")
    if not isinstance(content[0], str):
        raise MalformedCredential("a salt is not a string")
    return content[1]


def _flat(texts: Sequence[str]) -> Sequence[JsonValue] | None:
    """Decode and parse disclosures that hold nothing but an array of scalars, all at once; None when some hold more.

    Each text is filled up to whole base64 groups with what comes out as the comma between two arrays, after white space
    perhaps. Where a text is not canonical its unused bits turn that into something else, and nothing can be parsed.
    Each begins with a bracket, and there are no others: so the arrays that come out are what each of them held. Without
    objects no member can be there twice, and what orjson takes is then strict JSON, but for numbers that it rounds:
    those come out as floats.
    """
    if not _OPENED.issuperset(map(_first_two, texts)):
        return None
    filled = "".join([text + _COMMA[len(text) % 4] for text in texts])
    try:
        joined = a2b_base64(filled.encode("ascii").translate(_STANDARD), strict_mode=True)
        if b"{" in joined or joined.count(b"[") != len(texts):
            return None
        contents: list[list[JsonValue]] = orjson.loads(b"[%b[null]]" % joined)
    except ValueError:
        return None
    contents.pop()
    # As many arrays as texts and nothing beside them: where a text closes its array early, what follows is no array.
    if len(contents) != len(texts) or not _ONLY_LISTS.issuperset(map(type, contents)):
        return None
    if float in set(map(type, map(_last, filter(None, contents)))):
        return None
    return contents


def _one_by_one(texts: Sequence[str]) -> list[JsonValue]:
    return [json_parse(each, "disclosure") for each in b64url_decode_all(texts, "disclosure")]
