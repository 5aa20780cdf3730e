"""Disclosures (RFC 9901 section 4.2): one hidden claim each, and the digest that stands for it."""

from binascii import b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson

from credentials.encoding import JsonValue, b64url_decode, json_parse
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


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure as received: never re-serialised, since its digest covers the text itself."""

    encoded: str
    name: str | None
    value: JsonValue


def base64url(data: bytes) -> bytes:
    """Encode without padding, as ASCII bytes."""
    return b2a_base64(data, newline=False).translate(_URLSAFE, b"=")


def digest(encoded: bytes) -> str:
    """Return the digest of an encoded disclosure, base64url (RFC 9901 section 4.2.3)."""
    return b2a_base64(sha256(encoded).digest(), newline=False).translate(_URLSAFE, b"=").decode("ascii")


def encode(salt: str, name: str, value: JsonValue) -> bytes:
    """Make the disclosure of an object member (RFC 9901 section 4.2.1)."""
    return b2a_base64(orjson.dumps((salt, name, value)), newline=False).translate(_URLSAFE, b"=")


def decode(encoded: str) -> Disclosure:
    """Read one disclosure. Raises MalformedCredential."""
    try:
        content = json_parse(b64url_decode(encoded, "disclosure"), "disclosure")
    except LimitExceeded:
        raise
    except MalformedInput as error:
        raise MalformedCredential(error.detail) from error
    if not isinstance(content, list):
        raise MalformedCredential("a disclosure is an array")
    match content:
        case [str(), str(name), value]:
            # RFC 9901 section 7.1, step 3.c.ii.2: these names would smuggle digests past the issuer.
            if name in RESERVED:
                raise MalformedCredential("a disclosure bears a reserved name")
            return Disclosure(encoded, name, value)
        case [str(), value]:
            return Disclosure(encoded, None, value)
        case _:
            raise MalformedCredential("a disclosure holds a salt, a name where it is a member, and a value")


def by_digest(encoded: Iterable[str], limits: Limits) -> dict[str, Disclosure]:
    """Read disclosures and key them by digest. Raises MalformedCredential, also for the same one twice."""
    found: dict[str, Disclosure] = {}
    for each in encoded:
        if len(found) >= limits.max_disclosures:
            raise LimitExceeded(f"more than {limits.max_disclosures} disclosures")
        disclosure = decode(each)
        key = digest(each.encode("ascii"))
        if key in found:
            raise MalformedCredential("one disclosure is given twice")
        found[key] = disclosure
    return found
