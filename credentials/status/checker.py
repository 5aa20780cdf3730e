"""Reading a credential's status, and never guessing it.

Whatever goes wrong (unreachable, expired, malformed, wrong signer, another list than the one named, wrong purpose,
index out of range) raises a StatusError; only a list that passed every check yields a Status. A list is fetched once
and kept for as long as its `ttl` and its expiry let it be, which also keeps issuers from seeing each check.

Who may sign a list is handed in per check, because trust is not known here; `authority` names who it was checked
against, and a list kept for one authority is never used for another.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, TypeAlias, final

from credentials.clock import Clock
from credentials.consulted import note
from credentials.dids import Fetch
from credentials.encoding import JsonObject, json_object
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.jose import UnverifiedToken
from credentials.keys import PublicJwk
from credentials.status import bitstring, token_list, token_list_cwt
from credentials.status.bitstring import BitstringListClaims
from credentials.status.errors import (
    StatusListMalformed,
    StatusListUntrusted,
    StatusUnavailable,
    StatusValueUnknown,
)
from credentials.status.lists import KeptLists, Limits, ReadList
from credentials.status.token_list import TokenListClaims
from credentials.status.values import Status, StatusResult

TokenSigner: TypeAlias = Callable[[UnverifiedToken], PublicJwk]
"""Return the key that a list token must be signed with, after checking that it is the issuer's; or raise."""

ListProof: TypeAlias = Callable[[JsonObject], None]
"""Check the proof of a list credential, and that it is the issuer's; or raise."""

ListOpener: TypeAlias = Callable[[str], JsonObject]
"""Check the signature of a list credential that came as a token (`vc+jwt`), and that it is the issuer's; return the
credential, or raise."""

ACCEPT: Final = f"{token_list.MEDIA_TYPE}, {token_list_cwt.MEDIA_TYPE};q=0.5"
"""Either form of a Token Status List (section 8.1), in text rather than in CBOR."""

ACCEPT_CREDENTIAL: Final = f"{bitstring.MEDIA_TYPE}, application/vc+jwt;q=0.5"
"""Either form of a Bitstring Status List, where a token can be opened."""

MAX_BODY_BYTES: Final = 1_390_000
OUR_MEANINGS: Final[Mapping[int, Status]] = {status.value: status for status in Status}
"""What the values of a Token Status List mean: those of section 7.1, and 3 as this project uses it."""

# The base64url of `{"`, with which the header of a token begins and no JSON text.
_TOKEN_BEGINS: Final = b"ey"
_NOT_THE_ISSUERS: Final = "the list is not signed by the issuer of the credential"


@final
class StatusChecker:
    """Look up statuses in fetched lists, with a bounded cache. Safe for threads.

    `meanings` says what the values of a Token Status List mean, where issuers have agreed on application-specific
    ones; any other value is an error, never a guess.
    """

    __slots__ = ("_bitstrings", "_clock", "_fetch", "_limits", "_meanings", "_token_lists")

    def __init__(
        self,
        fetch: Fetch,
        clock: Clock,
        limits: Limits | None = None,
        *,
        meanings: Mapping[int, Status] = OUR_MEANINGS,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._limits = limits or Limits()
        self._meanings = meanings
        self._token_lists: KeptLists[ReadList[TokenListClaims]] = KeptLists(clock, self._limits)
        self._bitstrings: KeptLists[ReadList[BitstringListClaims]] = KeptLists(clock, self._limits)

    def token_value(self, uri: str, index: int, *, authority: str, signer: TokenSigner) -> int:
        """Return the value at a place in a Token Status List (section 8.3). Raises a StatusError."""

        def read() -> ReadList[TokenListClaims]:
            body = self._get(uri, ACCEPT)
            token = token_list_cwt.parse_cwt(body) if token_list_cwt.is_cwt(body) else token_list.parse_token(body)
            try:
                payload = token.verify(signer(token)).payload
            except BlauweKnopError as error:
                raise StatusListUntrusted(_NOT_THE_ISSUERS) from error
            claims = token_list.read_claims(payload, uri, self._clock.now(), max_age=self._limits.max_age)
            return ReadList(claims, body)

        found = self._token_lists.get((token_list.TOKEN_TYPE, authority, uri), read)
        note(uri, found.body)
        return found.claims.statuses[index]

    def token_status(self, uri: str, index: int, *, authority: str, signer: TokenSigner) -> Status:
        """Return the status at a place in a Token Status List. Raises a StatusError."""
        status = self._meanings.get(self.token_value(uri, index, authority=authority, signer=signer))
        if status is None:
            # Section 7.1: other values mean something that we have not agreed on.
            raise StatusValueUnknown("the status has no meaning that we know")
        return status

    def bitstring_result(
        self,
        uri: str,
        index: int,
        purpose: str,
        *,
        authority: str,
        proof: ListProof,
        opener: ListOpener | None = None,
        size: int = 1,
        messages: Sequence[str] = (),
    ) -> StatusResult:
        """Return what a Bitstring Status List says of an entry (section 3.2). Raises a StatusError.

        `size` and `messages` are the `statusSize` and, by value, the `statusMessage` of the credential's entry. Without
        `opener`, a list that comes as a token is refused.
        """
        return self._bitstring(uri, authority, proof, opener).result(index, purpose, size, messages)

    def bitstring_status(
        self,
        uri: str,
        index: int,
        purpose: str,
        *,
        authority: str,
        proof: ListProof,
        opener: ListOpener | None = None,
        size: int = 1,
        messages: Sequence[str] = (),
    ) -> Status:
        """Return what that means. Raises a StatusError, also for a message, which only people can weigh."""
        return self._bitstring(uri, authority, proof, opener).status(index, purpose, size, messages)

    def batch(self) -> AbstractContextManager[None]:
        """While this lasts, fetch each list once at most: for a check of many credentials at one moment."""
        # One context serves both kinds of list.
        return self._token_lists.batch()

    def forget(self) -> None:
        """Drop every list, so that the next check fetches anew."""
        self._token_lists.forget()
        self._bitstrings.forget()

    def _bitstring(self, uri: str, authority: str, proof: ListProof, opener: ListOpener | None) -> BitstringListClaims:
        def read() -> ReadList[BitstringListClaims]:
            body = self._get(uri, bitstring.MEDIA_TYPE if opener is None else ACCEPT_CREDENTIAL)
            document = _opened(body, opener) if opener and body.startswith(_TOKEN_BEGINS) else _proven(body, proof)
            claims = bitstring.read_list_credential(document, uri, self._clock.now(), max_age=self._limits.max_age)
            return ReadList(claims, body)

        found = self._bitstrings.get((bitstring.MEDIA_TYPE, authority, uri), read)
        note(uri, found.body)
        return found.claims

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


def _proven(body: bytes, proof: ListProof) -> JsonObject:
    try:
        document = json_object(body, "status list", max_bytes=MAX_BODY_BYTES)
    except MalformedInput as error:
        raise StatusListMalformed("not a status list credential") from error
    try:
        proof(document)
    except BlauweKnopError as error:
        raise StatusListUntrusted(_NOT_THE_ISSUERS) from error
    return document


def _opened(body: bytes, opener: ListOpener) -> JsonObject:
    try:
        return opener(body.decode("ascii").strip())
    except UnicodeDecodeError as error:
        raise StatusListMalformed("not a status list credential") from error
    except BlauweKnopError as error:
        raise StatusListUntrusted(_NOT_THE_ISSUERS) from error
