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


def encode(salt: str, name: str, value: JsonValue) -> bytes:
    """Make the disclosure of an object member (RFC 9901 section 4.2.1)."""
    return b2a_base64(orjson.dumps((salt, name, value)), newline=False).translate(_URLSAFE, b"=")


def by_digest(encoded: Sequence[str], limits: Limits) -> dict[str, Disclosure]:
    """Read disclosures and key them by digest. Raises MalformedCredential, also for the same one twice."""
    if len(encoded) > limits.max_disclosures:
        raise LimitExceeded(f"more than {limits.max_disclosures} disclosures")
    try:
        contents = b64url_decode_all(encoded, "disclosure")
        found = dict(
            zip(
                digests([each.encode("ascii") for each in encoded]),
                [_read(*each) for each in zip(encoded, contents, strict=True)],
                strict=True,
            )
        )
    except LimitExceeded:
        raise
    except MalformedInput as error:
        raise MalformedCredential(error.detail) from error
    if len(found) != len(encoded):
        raise MalformedCredential("one disclosure is given twice")
    return found


def _read(encoded: str, raw: bytes) -> Disclosure:
    content = json_parse(raw, "disclosure")
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
