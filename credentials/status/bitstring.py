"""Bitstring Status List 1.0: one status per credential and purpose, in a list that is itself a credential.

Entry i of n bits stands at the bits i*n to i*n+n-1, counted from the **most significant bit** of the first byte
(section 2.2), and the first of these bits weighs most. The bits travel as gzip and multibase base64url. How wide an
entry is says the credential that refers to it, not the list. The list's proof is made and checked by whoever calls
this: a format is not known here.
"""

from collections.abc import Iterable, Sequence
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
    StatusListTooShort,
    StatusPurposeMismatch,
    StatusValueUnknown,
)
from credentials.status.values import Status, StatusResult

MEDIA_TYPE: Final = "application/vc"
CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
# Section 2.2: a list must be at least 16 KB of bits, so that one entry hides among many.
MIN_ENTRIES: Final = 131_072

MEANINGS: Final = {
    "revocation": Status.INVALID,
    "suspension": Status.SUSPENDED,
    "refresh": Status.SUPERSEDED,
}
"""What any value but 0 means, by purpose. A purpose that is not here has no meaning to us."""

MESSAGE: Final = "message"
UNSET_OR_SET: Final = ("unset", "set")
"""The messages of an entry of one bit that has none of its own (section 2.1)."""

_SKEW: Final = timedelta(seconds=60)


@final
class Bitstring:
    """An array of bits. An entry is one bit, unless `size` says that it is more."""

    __slots__ = ("_array",)

    def __init__(self, size: int = MIN_ENTRIES) -> None:
        if size < MIN_ENTRIES:
            raise ValueError(f"a list has at least {MIN_ENTRIES} entries")
        self._array = bytearray((size + 7) // 8)

    @classmethod
    def of(cls, size: int, indices: Iterable[int]) -> Self:
        """Make a list of `size` bits with these set."""
        made = cls(size)
        for index in indices:
            made[index] = True
        return made

    @classmethod
    def of_values(cls, entries: int, size: int, values: Iterable[tuple[int, int]]) -> Self:
        """Make a list of entries of `size` bits with these values, all others 0."""
        if entries < MIN_ENTRIES or size < 1:
            raise ValueError(f"a list has at least {MIN_ENTRIES} entries of one bit or more")
        made = cls(entries * size)
        for index, value in values:
            made.set_value(index, value, size)
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

    def value(self, index: int, size: int = 1) -> int:
        """Return the value of an entry of `size` bits. Raises StatusIndexOutOfRange, StatusListTooShort.

        Section 3.2, step 9: the wider the entries, the fewer there are, and each must still hide among enough.
        """
        entries = len(self) // size
        if entries < MIN_ENTRIES:
            raise StatusListTooShort(f"the list has fewer than {MIN_ENTRIES} entries")
        if not 0 <= index < entries:
            raise StatusIndexOutOfRange("the list has no such index")
        value = 0
        for place in range(index * size, (index + 1) * size):
            value = value << 1 | self[place]
        return value

    def set_value(self, index: int, value: int, size: int = 1) -> None:
        """Set the value of an entry of `size` bits. Raises StatusIndexOutOfRange."""
        if not 0 <= value < 1 << size:
            raise ValueError("the status does not fit in the entry's bits")
        if not 0 <= index < len(self) // size:
            raise StatusIndexOutOfRange("the list has no such index")
        for bit in range(size):
            self[index * size + bit] = bool(value >> (size - 1 - bit) & 1)

    def encode(self) -> str:
        """Return `encodedList`: gzip, then multibase base64url (section 3.3)."""
        return "u" + b64url_encode(to_gzip(self.to_bytes()))

    @classmethod
    def decode(cls, encoded: str, max_bytes: int = MAX_EXPANDED_BYTES) -> Self:
        """Read `encodedList` (section 3.4). Raises MalformedInput, LimitExceeded, or StatusListTooShort."""
        if not encoded.startswith("u"):
            raise MalformedInput("encodedList is not multibase base64url")
        array = from_gzip(b64url_decode(encoded[1:], "encodedList"), max_bytes)
        # Section 2.2: at least 16 KB uncompressed, whatever the width of its entries.
        if len(array) * 8 < MIN_ENTRIES:
            raise StatusListTooShort(f"the list has fewer than {MIN_ENTRIES} bits")
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

    @property
    def size(self) -> int:
        """The bytes that the list takes."""
        return len(self.bits) // 8

    def result(self, index: int, purpose: str, size: int = 1, messages: Sequence[str] = ()) -> StatusResult:
        """Say what the list holds for an entry (section 3.2, steps 5 to 14); `messages` are the entry's, by value.

        Raises StatusPurposeMismatch, StatusListTooShort or StatusIndexOutOfRange.
        """
        if purpose not in self.purposes:
            raise StatusPurposeMismatch("the list is for another purpose")
        value = self.bits.value(index, size)
        if purpose != MESSAGE:
            return StatusResult(value, purpose, value == 0)
        texts = messages or (UNSET_OR_SET if size == 1 else ())
        if len(texts) != 1 << size:
            raise StatusValueUnknown("the credential has no message for each value")
        return StatusResult(value, purpose, value == 0, texts[value])

    def status(self, index: int, purpose: str, size: int = 1, messages: Sequence[str] = ()) -> Status:
        """Return what the value of an entry means. Raises as `result`, and StatusValueUnknown for a message.

        A message says something that only people can weigh; so any but that of value 0 leaves the status unknown.
        """
        result = self.result(index, purpose, size, messages)
        if result.valid and (purpose in MEANINGS or purpose == MESSAGE):
            return Status.VALID
        if purpose == MESSAGE:
            raise StatusValueUnknown("the status is a message that we cannot weigh")
        if purpose not in MEANINGS:
            raise StatusPurposeMismatch("the purpose is not one that we know")
        return MEANINGS[purpose]


def list_credential(
    bits: Bitstring,
    *,
    uri: str,
    issuer: str,
    purpose: str | Sequence[str],
    now: datetime,
    lifetime: timedelta = timedelta(hours=24),
    time_to_live: timedelta = timedelta(hours=12),
) -> JsonObject:
    """Build the list's credential, without its proof (section 2.2). `ttl` is in milliseconds.

    `purpose` is one purpose, or several that one list serves. Raises ValueError for one that section 2.2 does not
    have, or that is there twice.
    """
    purposes = [purpose] if isinstance(purpose, str) else list(purpose)
    if not purposes or len(set(purposes)) < len(purposes) or not {*MEANINGS, MESSAGE}.issuperset(purposes):
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
            "statusPurpose": purposes[0] if len(purposes) == 1 else list(purposes),
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
        # A list that is too short says so by an error of its own, which passes.
        raise StatusListMalformed(error.detail) from error
    return BitstringListClaims(bits, _purposes(subject), issued_at, expires_at, _time_to_live(subject))


def _purposes(subject: JsonObject) -> frozenset[str]:
    value = subject.get("statusPurpose")
    values: list[JsonValue] = value if isinstance(value, list) else [value]
    purposes = frozenset(each for each in values if isinstance(each, str) and each)
    # Section 2.2: one or more strings, and nothing else among them.
    if not purposes or not all(isinstance(each, str) and each for each in values):
        raise StatusListMalformed("statusPurpose is not one or more strings")
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
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise StatusListMalformed(f"{name} is not a date and time")


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
