"""Reading a credential's status, and never guessing it.

Whatever goes wrong (unreachable, expired, malformed, wrong signer, another list than the one named, wrong purpose,
index out of range) raises a StatusError; only a list that passed every check yields a Status. A list is fetched once
and kept for as long as its `ttl` and its expiry let it be, which also keeps issuers from seeing each check.

Who may sign a list is handed in per check, because trust is not known here; `authority` names who it was checked
against, and a list kept for one authority is never used for another.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, TypeAlias, final

from credentials.clock import Clock
from credentials.dids import Fetch
from credentials.encoding import JsonObject, json_object
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.jose import UnverifiedToken
from credentials.keys import InvalidSignature, PublicJwk
from credentials.status import bitstring, token_list
from credentials.status.bitstring import BitstringListClaims
from credentials.status.errors import (
    StatusError,
    StatusListMalformed,
    StatusListUntrusted,
    StatusUnavailable,
)
from credentials.status.token_list import TokenListClaims
from credentials.status.values import Status

TokenSigner: TypeAlias = Callable[[UnverifiedToken], PublicJwk]
"""Return the key that a list token must be signed with, after checking that it is the issuer's; or raise."""

ListProof: TypeAlias = Callable[[JsonObject], None]
"""Check the proof of a list credential, and that it is the issuer's; or raise."""

MAX_BODY_BYTES: Final = 1_390_000
_Claims: TypeAlias = TokenListClaims | BitstringListClaims


@final
@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much a checker keeps.

    `max_age` is for lists that bear no expiry; None leaves it to their publishers, whose list was just fetched from
    their own address. Where lists come from files, set it: nothing else says how old a copy is. `default_ttl` is for
    lists that state no `ttl`; `max_ttl` bounds what they state, so that a revocation is seen within that time.
    """

    max_age: timedelta | None = None
    default_ttl: timedelta = timedelta(minutes=5)
    max_ttl: timedelta = timedelta(hours=12)
    max_lists: int = 64
    max_bytes: int = 64 << 20


@final
@dataclass(frozen=True, slots=True)
class _Kept:
    claims: _Claims
    until: datetime
    size: int


@final
class StatusChecker:
    """Look up statuses in fetched lists, with a bounded cache. Safe for threads."""

    __slots__ = ("_clock", "_fetch", "_kept", "_kept_bytes", "_limits", "_lock")

    def __init__(self, fetch: Fetch, clock: Clock, limits: Limits | None = None) -> None:
        self._fetch = fetch
        self._clock = clock
        self._limits = limits or Limits()
        self._kept: OrderedDict[tuple[str, str, str], _Kept] = OrderedDict()
        self._kept_bytes = 0
        self._lock = Lock()

    def token_status(self, uri: str, index: int, *, authority: str, signer: TokenSigner) -> Status:
        """Return the status at a place in a Token Status List (section 8.3). Raises a StatusError."""
        key = (token_list.TOKEN_TYPE, authority, uri)
        claims = self._held(key)
        if not isinstance(claims, TokenListClaims):
            token = token_list.parse_token(self._get(uri, token_list.MEDIA_TYPE))
            try:
                payload = token.verify(signer(token)).payload
            except (InvalidSignature, BlauweKnopError) as error:
                raise StatusListUntrusted("the list is not signed by the issuer of the credential") from error
            claims = token_list.read_claims(payload, uri, self._clock.now(), max_age=self._limits.max_age)
            self._keep(key, claims, len(claims.statuses) * claims.statuses.bits // 8)
        value = claims.statuses[index]
        if value not in Status.__members__.values():
            # Section 7.1: other values mean something that we have not agreed on.
            raise StatusError("the status has no meaning that we know")
        return Status(value)

    def bitstring_status(self, uri: str, index: int, purpose: str, *, authority: str, proof: ListProof) -> Status:
        """Return the status at a place in a Bitstring Status List (section 3.2). Raises a StatusError."""
        key = (bitstring.MEDIA_TYPE, authority, uri)
        claims = self._held(key)
        if not isinstance(claims, BitstringListClaims):
            body = self._get(uri, bitstring.MEDIA_TYPE)
            try:
                document = json_object(body, "status list", max_bytes=MAX_BODY_BYTES)
            except MalformedInput as error:
                raise StatusListMalformed("not a status list credential") from error
            try:
                proof(document)
            except (InvalidSignature, BlauweKnopError) as error:
                raise StatusListUntrusted("the list is not signed by the issuer of the credential") from error
            claims = bitstring.read_list_credential(document, uri, self._clock.now(), max_age=self._limits.max_age)
            self._keep(key, claims, len(claims.bits) // 8)
        return claims.status(index, purpose)

    def forget(self) -> None:
        """Drop every list, so that the next check fetches anew."""
        with self._lock:
            self._kept.clear()
            self._kept_bytes = 0

    def _get(self, uri: str, accept: str) -> bytes:
        if not uri.startswith(("https://", "http://")):
            raise StatusUnavailable("the list has no web address")
        try:
            body = self._fetch(uri, accept)
        except (BlauweKnopError, OSError) as error:
            raise StatusUnavailable("the list could not be fetched") from error
        if len(body) > MAX_BODY_BYTES:
            raise StatusListMalformed(f"the list is larger than {MAX_BODY_BYTES} bytes")
        return body

    def _held(self, key: tuple[str, str, str]) -> _Claims | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or self._clock.now() >= kept.until:
                return None
            self._kept.move_to_end(key)
            return kept.claims

    def _keep(self, key: tuple[str, str, str], claims: _Claims, size: int) -> None:
        # Section 8.3: `exp` and `ttl` decide, not HTTP's headers; `ttl` counts from the fetch.
        ttl = claims.time_to_live
        until = self._clock.now() + (self._limits.default_ttl if ttl is None else min(ttl, self._limits.max_ttl))
        if claims.expires_at is not None:
            until = min(until, claims.expires_at)
        with self._lock:
            self._drop(key)
            self._kept[key] = _Kept(claims, until, size)
            self._kept_bytes += size
            while len(self._kept) > self._limits.max_lists or self._kept_bytes > self._limits.max_bytes:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, str, str]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._kept_bytes -= dropped.size
