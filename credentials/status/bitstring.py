"""Bitstring Status List 1.0: one bit per credential and purpose, in a list that is itself a credential.

Entry i stands in byte i/8, counted from the **most significant bit** (section 3.3). The bits travel as gzip and
multibase base64url. The list's proof is made and checked by whoever calls this: a format is not known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self, final

from credentials.encoding import JsonObject, JsonValue, b64url_decode, b64url_encode
from credentials.errors import LimitExceeded, MalformedInput
from credentials.status.compression import MAX_EXPANDED_BYTES, from_gzip, to_gzip
from credentials.status.errors import (
    StatusIndexOutOfRange,
    StatusListExpired,
    StatusListMalformed,
    StatusPurposeMismatch,
)
from credentials.status.values import Status

MEDIA_TYPE: Final = "application/vc"
CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
# Section 2.2: a list must be at least 16 KB of bits, so that one entry hides among many.
MIN_ENTRIES: Final = 131_072

MEANINGS: Final = {
    "revocation": Status.INVALID,
    "suspension": Status.SUSPENDED,
    "refresh": Status.SUPERSEDED,
}
"""What a set bit means, by purpose. A purpose that is not here is not understood."""

_SKEW: Final = timedelta(seconds=60)


@final
class Bitstring:
    """An array of bits."""

    __slots__ = ("_array",)

    def __init__(self, size: int = MIN_ENTRIES) -> None:
        if size < MIN_ENTRIES:
            raise ValueError(f"a list has at least {MIN_ENTRIES} entries")
        self._array = bytearray((size + 7) // 8)

    @classmethod
    def of(cls, size: int, indices: Iterable[int]) -> Self:
        """Make a list with these entries set."""
        made = cls(size)
        for index in indices:
            made[index] = True
        return made

    @classmethod
    def from_bytes(cls, array: bytes) -> Self:
        """Take over an array as `to_bytes` gave it."""
        made = cls(len(array) * 8)
        made._array[:] = array
        return made

    def to_bytes(self) -> bytes:
        """Return the array, uncompressed."""
        return bytes(self._array)

    def __len__(self) -> int:
        return len(self._array) * 8

    def __getitem__(self, index: int) -> bool:
        position, mask = self._place(index)
        return bool(self._array[position] & mask)

    def __setitem__(self, index: int, value: bool) -> None:
        position, mask = self._place(index)
        if value:
            self._array[position] |= mask
        else:
            self._array[position] &= ~mask & 0xFF

    def encode(self) -> str:
        """Return `encodedList`: gzip, then multibase base64url (section 3.3)."""
        return "u" + b64url_encode(to_gzip(self.to_bytes()))

    @classmethod
    def decode(cls, encoded: str, max_bytes: int = MAX_EXPANDED_BYTES) -> Self:
        """Read `encodedList`. Raises MalformedInput, also for a list that is too short, or LimitExceeded."""
        if not encoded.startswith("u"):
            raise MalformedInput("encodedList is not multibase base64url")
        array = from_gzip(b64url_decode(encoded[1:], "encodedList"), max_bytes)
        if len(array) * 8 < MIN_ENTRIES:
            raise MalformedInput(f"the list has fewer than {MIN_ENTRIES} entries")
        return cls.from_bytes(array)

    def _place(self, index: int) -> tuple[int, int]:
        if not 0 <= index < len(self):
            raise StatusIndexOutOfRange("the list has no such index")
        return index >> 3, 0x80 >> (index & 7)


@final
@dataclass(frozen=True, slots=True)
class BitstringListClaims:
    """A list whose proof somebody has checked: the bits, their purposes, and until when they may be relied on."""

    bits: Bitstring
    purposes: frozenset[str]
    issued_at: datetime | None
    expires_at: datetime | None
    time_to_live: timedelta | None

    def status(self, index: int, purpose: str) -> Status:
        """Return the status of one entry. Raises StatusPurposeMismatch or StatusIndexOutOfRange."""
        meaning = MEANINGS.get(purpose)
        if meaning is None or purpose not in self.purposes:
            raise StatusPurposeMismatch("the list is for another purpose")
        return meaning if self.bits[index] else Status.VALID


def list_credential(
    bits: Bitstring,
    *,
    uri: str,
    issuer: str,
    purpose: str,
    now: datetime,
    lifetime: timedelta = timedelta(hours=24),
    time_to_live: timedelta = timedelta(hours=12),
) -> JsonObject:
    """Build the list's credential, without its proof (section 2.2). `ttl` is in milliseconds."""
    if purpose not in MEANINGS:
        raise ValueError("not a purpose of ours")
    return {
        "@context": [CONTEXT],
        "id": uri,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": _text(now),
        "validUntil": _text(now + lifetime),
        "credentialSubject": {
            "id": f"{uri}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": bits.encode(),
            "ttl": int(time_to_live.total_seconds()) * 1000,
        },
    }


def read_list_credential(
    document: JsonObject, uri: str, now: datetime, *, max_age: timedelta | None
) -> BitstringListClaims:
    """Take a credential whose proof holds as the list at `uri` (section 3.2).

    `max_age` holds for a list without `validUntil`. Raises StatusListMalformed or StatusListExpired.
    """
    types, subject = document.get("type"), document.get("credentialSubject")
    if document.get("id") != uri:
        raise StatusListMalformed("the list is another than the one that the credential names")
    if not isinstance(types, list) or "BitstringStatusListCredential" not in types:
        raise StatusListMalformed("not a status list credential")
    if not isinstance(subject, dict) or subject.get("type") not in ("BitstringStatusList", ["BitstringStatusList"]):
        raise StatusListMalformed("the credential's subject is not a status list")
    issued_at, expires_at = _moment(document, "validFrom"), _moment(document, "validUntil")
    if issued_at is not None and issued_at > now + _SKEW:
        raise StatusListExpired("the list is not valid yet")
    if expires_at is not None and now >= expires_at:
        raise StatusListExpired("the list has expired")
    if expires_at is None and max_age is not None and (issued_at is None or now >= issued_at + max_age):
        raise StatusListExpired("the list bears no expiry and is too old")
    encoded = subject.get("encodedList")
    if not isinstance(encoded, str):
        raise StatusListMalformed("encodedList is missing")
    try:
        bits = Bitstring.decode(encoded)
    except (MalformedInput, LimitExceeded) as error:
        raise StatusListMalformed(error.detail) from error
    return BitstringListClaims(bits, _purposes(subject), issued_at, expires_at, _time_to_live(subject))


def _purposes(subject: JsonObject) -> frozenset[str]:
    value = subject.get("statusPurpose")
    values: list[JsonValue] = value if isinstance(value, list) else [value]
    purposes = frozenset(each for each in values if isinstance(each, str))
    if not purposes:
        raise StatusListMalformed("statusPurpose is missing")
    return purposes


def _time_to_live(subject: JsonObject) -> timedelta | None:
    ttl = subject.get("ttl")
    if ttl is None:
        return None
    if isinstance(ttl, bool) or not isinstance(ttl, int | float) or not 0 < ttl <= 1 << 42:
        raise StatusListMalformed("ttl is not a positive number")
    return timedelta(milliseconds=int(ttl))


def _moment(document: JsonObject, name: str) -> datetime | None:
    value = document.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise StatusListMalformed(f"{name} is not a date and time")
    return moment.astimezone(UTC)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
