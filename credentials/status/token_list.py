"""Token Status List (draft-ietf-oauth-status-list, sections 4, 5 and 8.3).

Entry i stands in byte i*bits/8, counted from the **least significant bit**. The array travels as zlib and base64url in
a JWT of type `statuslist+jwt`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self, final

from credentials.clock import epoch, from_epoch
from credentials.encoding import JsonObject, b64_encode, b64url_decode, b64url_encode
from credentials.errors import LimitExceeded, MalformedInput
from credentials.jose import ClaimError, UnverifiedToken, sign_jwt
from credentials.jose.jwt import numeric_date
from credentials.keys import Signer
from credentials.status.compression import MAX_EXPANDED_BYTES, from_zlib, to_zlib
from credentials.status.errors import StatusIndexOutOfRange, StatusListExpired, StatusListMalformed
from credentials.status.values import Status

TOKEN_TYPE: Final = "statuslist+jwt"  # noqa: S105  # a media type
MEDIA_TYPE: Final = "application/statuslist+jwt"
MIN_ENTRIES: Final = 131_072
BITS: Final = 2
MAX_CHARACTERS: Final = 1_390_000

_WIDTHS: Final = frozenset({1, 2, 4, 8})
_SKEW: Final = timedelta(seconds=60)


@final
class TokenStatusList:
    """An array of statuses of 1, 2, 4 or 8 bits each."""

    __slots__ = ("_array", "bits")

    def __init__(self, size: int, bits: int = BITS) -> None:
        if bits not in _WIDTHS or size <= 0:
            raise ValueError("a list has entries of 1, 2, 4 or 8 bits")
        self.bits = bits
        self._array = bytearray((size * bits + 7) // 8)

    @classmethod
    def of(cls, size: int, statuses: Iterable[tuple[int, Status]]) -> Self:
        """Make a two-bit list with these entries set and all others VALID."""
        made = cls(size)
        for index, status in statuses:
            made[index] = status
        return made

    @classmethod
    def from_bytes(cls, array: bytes, bits: int = BITS) -> Self:
        """Take over an array as `to_bytes` gave it."""
        made = cls(len(array) * 8 // bits, bits)
        made._array[:] = array
        return made

    def to_bytes(self) -> bytes:
        """Return the array, uncompressed."""
        return bytes(self._array)

    def __len__(self) -> int:
        return len(self._array) * 8 // self.bits

    def __getitem__(self, index: int) -> int:
        position, shift = self._place(index)
        return self._array[position] >> shift & ((1 << self.bits) - 1)

    def __setitem__(self, index: int, value: int) -> None:
        if not 0 <= value < 1 << self.bits:
            raise ValueError("the status does not fit in the list's bits")
        position, shift = self._place(index)
        mask = ((1 << self.bits) - 1) << shift
        self._array[position] = self._array[position] & ~mask & 0xFF | value << shift

    def encode(self) -> str:
        """Return `lst`: zlib, then base64url (section 4.2)."""
        return b64url_encode(to_zlib(self.to_bytes()))

    @classmethod
    def decode(cls, lst: str, bits: int, max_bytes: int = MAX_EXPANDED_BYTES) -> Self:
        """Read `lst`. Raises MalformedInput or LimitExceeded."""
        if bits not in _WIDTHS:
            raise MalformedInput("bits is not 1, 2, 4 or 8")
        array = from_zlib(b64url_decode(lst, "lst"), max_bytes)
        if not array:
            raise MalformedInput("the list is empty")
        return cls.from_bytes(array, bits)

    def _place(self, index: int) -> tuple[int, int]:
        # Python would count a negative index from the end.
        if not 0 <= index < len(self):
            raise StatusIndexOutOfRange("the list has no such index")
        return divmod(index * self.bits, 8)


@final
@dataclass(frozen=True, slots=True)
class TokenListClaims:
    """A list whose signature somebody has checked: the statuses, and until when they may be relied on."""

    statuses: TokenStatusList
    issued_at: datetime
    expires_at: datetime | None
    time_to_live: timedelta | None
    aggregation_uri: str | None = None

    @property
    def size(self) -> int:
        """The bytes that the list takes."""
        return len(self.statuses) * self.statuses.bits // 8


def sign_status_list(
    statuses: TokenStatusList,
    signer: Signer,
    *,
    uri: str,
    now: datetime,
    x5c: tuple[bytes, ...] = (),
    lifetime: timedelta = timedelta(hours=24),
    time_to_live: timedelta = timedelta(hours=12),
    aggregation_uri: str | None = None,
    key_id: str | None = None,
) -> str:
    """Publish a list as a signed token (section 5.1). HAIP 1.0 section 6.1 wants `x5c`."""
    header: JsonObject = {}
    if key_id:
        header["kid"] = key_id
    if x5c:
        header["x5c"] = [b64_encode(der) for der in x5c]
    content: JsonObject = {"bits": statuses.bits, "lst": statuses.encode()}
    if aggregation_uri:
        content["aggregation_uri"] = aggregation_uri
    claims: JsonObject = {
        "sub": uri,
        "iat": epoch(now),
        "exp": epoch(now + lifetime),
        "ttl": int(time_to_live.total_seconds()),
        "status_list": content,
    }
    return sign_jwt(TOKEN_TYPE, header, claims, signer)


def parse_token(body: bytes) -> UnverifiedToken:
    """Read the form of a status list token; nothing in it may be believed yet. Raises StatusListMalformed."""
    try:
        token = UnverifiedToken.parse(body.decode("ascii").strip(), max_characters=MAX_CHARACTERS)
        token.require_type(TOKEN_TYPE)
    except (MalformedInput, UnicodeDecodeError) as error:
        raise StatusListMalformed("not a status list token") from error
    return token


def read_claims(payload: JsonObject, uri: str, now: datetime, *, max_age: timedelta | None) -> TokenListClaims:
    """Take a verified payload as the list at `uri` (section 8.3). `max_age` holds for a list without `exp`.

    Raises StatusListMalformed or StatusListExpired.
    """
    if payload.get("sub") != uri:
        raise StatusListMalformed("sub is not the address that the credential names")
    try:
        issued_at, expires_at = numeric_date(payload, "iat"), numeric_date(payload, "exp")
    except ClaimError as error:
        raise StatusListMalformed(f"{error.claim} {error.reason}") from error
    if issued_at is None:
        raise StatusListMalformed("iat is missing")
    _check_age(from_epoch(issued_at), None if expires_at is None else from_epoch(expires_at), now, max_age)
    return TokenListClaims(
        statuses=_statuses(payload),
        issued_at=from_epoch(issued_at),
        expires_at=None if expires_at is None else from_epoch(expires_at),
        time_to_live=_time_to_live(payload),
        aggregation_uri=_aggregation_uri(payload),
    )


def _check_age(issued_at: datetime, expires_at: datetime | None, now: datetime, max_age: timedelta | None) -> None:
    if issued_at > now + _SKEW:
        raise StatusListExpired("the list was issued in the future")
    # No tolerance here: the publisher chose its own margin.
    if expires_at is not None and now >= expires_at:
        raise StatusListExpired("the list has expired")
    if expires_at is None and max_age is not None and now >= issued_at + max_age:
        raise StatusListExpired("the list bears no expiry and is too old")


def _statuses(payload: JsonObject) -> TokenStatusList:
    content = payload.get("status_list")
    if not isinstance(content, dict):
        raise StatusListMalformed("status_list is missing")
    bits, lst = content.get("bits"), content.get("lst")
    if isinstance(bits, bool) or not isinstance(bits, int) or not isinstance(lst, str):
        raise StatusListMalformed("status_list has no bits and lst")
    try:
        return TokenStatusList.decode(lst, bits)
    except (MalformedInput, LimitExceeded) as error:
        raise StatusListMalformed(error.detail) from error


def _time_to_live(payload: JsonObject) -> timedelta | None:
    ttl = payload.get("ttl")
    if ttl is None:
        return None
    if isinstance(ttl, bool) or not isinstance(ttl, int | float) or not 0 < ttl <= 1 << 32:
        raise StatusListMalformed("ttl is not a positive number")
    return timedelta(seconds=int(ttl))


def _aggregation_uri(payload: JsonObject) -> str | None:
    content = payload["status_list"]
    uri = content.get("aggregation_uri") if isinstance(content, dict) else None
    if uri is not None and not isinstance(uri, str):
        raise StatusListMalformed("aggregation_uri is not a text")
    return uri
