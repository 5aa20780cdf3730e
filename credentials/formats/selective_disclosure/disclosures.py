"""Disclosures (RFC 9901 section 4.2): one hidden claim each, and the digest that stands for it."""

from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

import orjson

from credentials.encoding import JsonValue, b64url_decode_all, json_parse
from credentials.errors import LimitExceeded, MalformedInput
from credentials.formats.base import MalformedCredential

ARRAY_DIGEST: Final = "..."
OBJECT_DIGESTS: Final = "_sd"
HASH_NAME: Final = "_sd_alg"
RESERVED: Final = frozenset({ARRAY_DIGEST, OBJECT_DIGESTS, HASH_NAME})

# RFC 9901 section 9.3 asks for 128 bits; 144 are 24 whole base64url characters, so that many salts are cut from one
# encoded string.
SALT_BYTES: Final = 18
SALT_CHARACTERS: Final = 24

_URLSAFE: Final = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an SD-JWT may be before we stop reading it.

    `max_depth` counts levels of the processed payload; disclosures inside disclosures count as the levels they open.
    """

    max_characters: int = 512_000
    max_disclosures: int = 1_000
    max_digests: int = 5_000
    max_depth: int = 16


class Disclosure(NamedTuple):
    """One disclosure as received: never re-serialised, since its digest covers the text itself."""

    encoded: str
    name: str | None
    value: JsonValue

    def __repr__(self) -> str:
        return "Disclosure(***)"


def base64url(data: bytes) -> bytes:
    """Encode without padding, as ASCII bytes."""
    return b2a_base64(data, newline=False).translate(_URLSAFE, b"=")


def digest(encoded: bytes) -> str:
    """Return the digest of an encoded disclosure, base64url (RFC 9901 section 4.2.3)."""
    return digests((encoded,))[0]


def digests(encoded: Iterable[bytes]) -> list[str]:
    """Return the digests of several encoded disclosures.

    A zero byte after each 32-byte hash makes 33, which are 44 base64 characters of which the first 43 are the hash's
    own: so all of them are encoded in one go.
    """
    hashes = [sha256(each).digest() for each in encoded]
    text = b2a_base64(b"\0".join((*hashes, b"")), newline=False).translate(_URLSAFE).decode("ascii")
    return [text[start : start + 43] for start in range(0, 44 * len(hashes), 44)]


def encode_all(salts: str, members: Sequence[tuple[str, JsonValue]]) -> list[bytes]:
    """Make the disclosures of object members (RFC 9901 section 4.2.1), each with its part of the salts' text."""
    size = SALT_CHARACTERS
    return [
        b2a_base64(orjson.dumps((salts[size * place : size * (place + 1)], name, value)), newline=False).translate(
            _URLSAFE, b"="
        )
        for place, (name, value) in enumerate(members)
    ]


def by_digest(encoded: Sequence[str], limits: Limits) -> dict[str, Disclosure]:
    """Read disclosures and key them by digest. Raises MalformedCredential, also for the same one twice."""
    if len(encoded) > limits.max_disclosures:
        raise LimitExceeded(f"more than {limits.max_disclosures} disclosures")
    try:
        raw = b64url_decode_all(encoded, "disclosure")
        contents = _flat(raw) or [json_parse(each, "disclosure") for each in raw]
    except LimitExceeded:
        raise
    except MalformedInput as error:
        raise MalformedCredential(error.detail) from error
    keys = digests([each.encode("ascii") for each in encoded])
    found = dict(zip(keys, map(_disclosure, encoded, contents), strict=True))
    if len(found) != len(encoded):
        raise MalformedCredential("one disclosure is given twice")
    return found


def _flat(raw: list[bytes]) -> list[JsonValue] | None:
    """Parse disclosures that hold nothing but an array of scalars, all at once; None when some hold more.

    Each begins with the one bracket that it opens and ends with the one that it closes, so what stands between the
    commas that join them is what each of them held. Without objects no member can be there twice, and what orjson takes
    is then strict JSON, but for numbers that it rounds: those come out as floats.
    """
    joined = b",".join(raw)
    if b"{" in joined or joined.count(b"[") != len(raw):
        return None
    if not all(each[:1] == b"[" and each[-1:] == b"]" for each in raw):
        return None
    try:
        contents: list[JsonValue] = orjson.loads(b"[%b]" % joined)
    except orjson.JSONDecodeError:
        return None
    if any(isinstance(content, list) and content and isinstance(content[-1], float) for content in contents):
        return None
    return contents if len(contents) == len(raw) else None


def _disclosure(encoded: str, content: JsonValue) -> Disclosure:
    if not isinstance(content, list) or not 2 <= len(content) <= 3:
        raise MalformedCredential("a disclosure holds a salt, a name where it is a member, and a value")
    if not isinstance(content[0], str):
        raise MalformedCredential("a salt is not a string")
    if len(content) == 2:
        return Disclosure(encoded, None, content[1])
    name = content[1]
    # RFC 9901 section 7.1, step 3.c.ii.2: these names would smuggle digests past the issuer.
    if not isinstance(name, str) or name in RESERVED:
        raise MalformedCredential("a disclosure bears a reserved name, or one that is not a string")
    return Disclosure(encoded, name, content[2])
