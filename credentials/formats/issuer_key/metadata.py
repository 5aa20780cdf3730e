"""Look up issuers' keys on their web sites, for those issuers only for which that was allowed, and kept for a while."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, final

from credentials.clock import Clock
from credentials.consulted import note
from credentials.dids import Fetch
from credentials.encoding import JsonObject, json_object
from credentials.errors import BlauweKnopError, MalformedInput, Unavailable
from credentials.formats.issuer_key.published import (
    KeyNotPublished,
    PublishedKey,
    choose,
    key_set_of,
    metadata_address,
    read_key_set,
)
from credentials.keys import PublicJwk

FRESH: Final = timedelta(minutes=10)
KEPT: Final = timedelta(hours=1)
RETRY: Final = timedelta(minutes=1)
MAX_DOCUMENT_BYTES: Final = 65_536
MAX_ISSUERS: Final = 256
ACCEPT: Final = "application/json"
ACCEPT_KEYS: Final = "application/jwk-set+json, application/json"


@dataclass(slots=True)
class _Entry:
    """What is known of one issuer, and the documents that say it. `problem` is why the last try failed."""

    lock: Lock = field(default_factory=Lock)
    keys: tuple[PublicJwk, ...] = ()
    documents: Mapping[str, bytes] = field(default_factory=dict)
    read_at: datetime | None = None
    tried_at: datetime | None = None
    problem: BlauweKnopError | None = None


@final
class IssuerMetadata:
    """Published keys by JWT VC issuer metadata (SD-JWT VC section 4). Safe for threads.

    `allowed` says for which issuers this way is open; nobody else's site is ever asked, since whoever writes a token
    would otherwise choose where we connect to. `fetch` gets a URL within limits of time and size, and refuses addresses
    of an inner network. Keys are good for `FRESH`; when they cannot be read again they serve until they are `KEPT` old.
    A name that is not there is looked for anew, but no issuer is asked more than once per `RETRY`, whatever tokens say.
    """

    __slots__ = ("_allow_insecure_localhost", "_allowed", "_clock", "_entries", "_fetch", "_lock")

    def __init__(
        self,
        fetch: Fetch,
        clock: Clock,
        *,
        allowed: Callable[[str], bool],
        allow_insecure_localhost: bool = False,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._allowed = allowed
        self._allow_insecure_localhost = allow_insecure_localhost
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = Lock()

    def find(self, issuer: str, kid: str | None) -> PublishedKey:
        """Return the issuer's key of this name, or its only one when the token names none.

        Raises KeyNotPublished; Unavailable, and what `allowed` raises, when it could not be found out.
        """
        if not self._allowed(issuer):
            raise KeyNotPublished("this issuer's keys are not looked up on its web site")
        address = metadata_address(issuer, allow_insecure_localhost=self._allow_insecure_localhost)
        entry = self._entry(issuer)
        with entry.lock:
            now = self._clock.now()
            if entry.read_at is None or now - entry.read_at >= FRESH:
                self._read(entry, issuer, address, now)
            try:
                return PublishedKey(choose(self._usable(entry, now), kid), address)
            except KeyNotPublished:
                # The issuer may have begun with a new key since.
                if not self._read(entry, issuer, address, now):
                    raise
            return PublishedKey(choose(self._usable(entry, now), kid), address)

    def _entry(self, issuer: str) -> _Entry:
        with self._lock:
            entry = self._entries.setdefault(issuer, _Entry())
            self._entries.move_to_end(issuer)
            if len(self._entries) > MAX_ISSUERS:
                self._entries.popitem(last=False)
            return entry

    def _usable(self, entry: _Entry, now: datetime) -> tuple[PublicJwk, ...]:
        if entry.read_at is not None and now - entry.read_at < KEPT:
            for address, document in entry.documents.items():
                note(address, document)
            return entry.keys
        raise entry.problem or Unavailable("the issuer's keys could not be read")

    def _read(self, entry: _Entry, issuer: str, address: str, now: datetime) -> bool:
        """Ask the issuer, unless that was done a moment ago; tell whether its keys were read. A failure is kept too."""
        if entry.tried_at is not None and now - entry.tried_at < RETRY:
            return False
        entry.tried_at = now
        try:
            entry.keys, entry.documents = self._keys(issuer, address)
        except (BlauweKnopError, OSError) as error:
            # What was read before stays: one bad answer must not undo every credential of this issuer.
            entry.problem = _reason(error)
            return False
        entry.read_at, entry.problem = now, None
        return True

    def _keys(self, issuer: str, address: str) -> tuple[tuple[PublicJwk, ...], Mapping[str, bytes]]:
        documents: dict[str, bytes] = {}

        def read(place: str, accept: str, what: str) -> JsonObject:
            documents[place] = self._fetch(place, accept)
            return json_object(documents[place], what, max_bytes=MAX_DOCUMENT_BYTES)

        found = key_set_of(
            read(address, ACCEPT, "issuer metadata"), issuer, allow_insecure_localhost=self._allow_insecure_localhost
        )
        return read_key_set(read(found, ACCEPT_KEYS, "key set") if isinstance(found, str) else found), documents


def _reason(error: BlauweKnopError | OSError) -> BlauweKnopError:
    # An exception that is raised again and again would drag the stack of its first time along.
    if isinstance(error, KeyNotPublished):
        return KeyNotPublished(error.detail)
    if isinstance(error, MalformedInput):
        return KeyNotPublished("the issuer's metadata is malformed")
    return Unavailable("the issuer's keys could not be read")
