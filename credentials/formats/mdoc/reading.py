"""Reading CBOR structures member by member, with the error of this format."""

from datetime import UTC, datetime
from re import compile as pattern
from typing import Final

from credentials.encoding import b64url_decode
from credentials.errors import LimitExceeded, MalformedInput
from credentials.formats.base import Credential, MalformedCredential
from credentials.jose.cbor import CborValue, Tagged, cbor_parse

MAX_BYTES: Final = 512_000
MAX_ITEMS: Final = 10_000
"""Of CBOR in one element: an overview names hundreds of cases."""
ENCODED_CBOR: Final = 24
"""The tag of bytes that are themselves CBOR (RFC 8949 section 3.4.5.1)."""
TDATE: Final = 0
"""The tag of a date and time (RFC 8949 section 3.4.1)."""

# 7.2.1: no fraction of a second, and no offset but Z.
_TDATE: Final = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")


def decoded(text: Credential) -> CborValue:
    """Read the CBOR of a base64url text. Raises MalformedCredential, LimitExceeded."""
    if not isinstance(text, str) or not text:
        raise MalformedCredential("an mdoc travels as text")
    if len(text) > MAX_BYTES * 4 // 3 + 4:
        raise LimitExceeded(f"the mdoc is larger than {MAX_BYTES} bytes")
    try:
        data = b64url_decode(text, "the mdoc")
    except MalformedInput as error:
        raise MalformedCredential(error.detail) from error
    return parsed(data)


def parsed(data: bytes) -> CborValue:
    """Read one CBOR item. Raises MalformedCredential, LimitExceeded."""
    try:
        return cbor_parse(data, max_items=MAX_ITEMS)
    except LimitExceeded:
        raise
    except MalformedInput as error:
        raise MalformedCredential(error.detail) from error


def mapping(value: CborValue, what: str) -> dict[str, CborValue]:
    """Take a map whose members all have names. Raises MalformedCredential."""
    if not isinstance(value, dict):
        raise MalformedCredential(f"{what} is not a map")
    named = {name: item for name, item in value.items() if isinstance(name, str)}
    if len(named) != len(value):
        raise MalformedCredential(f"{what} has a member whose name is no text")
    return named


def required(members: dict[str, CborValue], name: str) -> CborValue:
    """Return a member that must be there. Raises MalformedCredential."""
    if name not in members:
        raise MalformedCredential(f"{name} is missing")
    return members[name]


def text(value: CborValue, what: str) -> str:
    """Take a text that says something. Raises MalformedCredential."""
    if not isinstance(value, str) or not value:
        raise MalformedCredential(f"{what} is not a text")
    return value


def number(value: CborValue, what: str) -> int:
    """Take a whole number that is not negative. Raises MalformedCredential."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MalformedCredential(f"{what} is not an unsigned whole number")
    return value


def embedded(value: CborValue, what: str) -> bytes:
    """Take the bytes of `#6.24(bstr .cbor …)`. Raises MalformedCredential."""
    if not isinstance(value, Tagged) or value.tag != ENCODED_CBOR or not isinstance(value.value, bytes):
        raise MalformedCredential(f"{what} is not embedded CBOR")
    return value.value


def moment(value: CborValue, what: str) -> datetime:
    """Take a `tdate` (7.2.1). Raises MalformedCredential."""
    if isinstance(value, Tagged) and value.tag == TDATE and isinstance(value.value, str) and _TDATE.match(value.value):
        try:
            return datetime.fromisoformat(value.value)
        except ValueError:
            pass
    raise MalformedCredential(f"{what} is not a date and time in UTC, to the second")


def tdate(at: datetime) -> Tagged:
    """Write a moment as `tdate`, to the second."""
    return Tagged(TDATE, at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z"))
