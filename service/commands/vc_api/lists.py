"""The status lists of the instance that keeps some: real ones, signed anew whenever they change.

A credential gets a place in three lists: revocation, suspension, and one of messages with entries of two bits.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, final

from credentials.encoding import JsonObject, JsonValue, json_compact
from credentials.errors import BlauweKnopError, LimitExceeded, MalformedInput
from credentials.formats.base import BitstringStatus
from credentials.formats.ldp_vc import sign_document
from credentials.formats.vcdm import status_entries
from credentials.status import Bitstring, StatusUnavailable, choose_indices, list_credential
from credentials.status.bitstring import MESSAGE, MIN_ENTRIES
from service.commands.vc_api.engine import Engine
from service.commands.vc_api.instances import Instance

PURPOSES: Final[Mapping[str, int]] = {"revocation": 1, "suspension": 1, MESSAGE: 2}
"""By purpose the bits of an entry."""

MESSAGES: Final = ("in order", "objection received", "payment received", "under review")
MAX_REMEMBERED: Final = 10_000
MAX_ID_CHARACTERS: Final = 2_048
_RESIGN_AFTER: Final = timedelta(hours=1)


class UnknownCredential(BlauweKnopError):
    """A credential whose status is not kept here, or a purpose that has no list."""

    code = "unknown_credential"


@final
class StatusLists:
    """Lists by purpose, and which credential has which place. Safe for threads; gone when the process ends."""

    def __init__(self, address: str, engine: Engine, issuer: Instance, *, whole_messages: bool) -> None:
        self._address = f"{address}/status"
        self._engine = engine
        self._issuer = issuer
        self._whole_messages = whole_messages
        self._lists = {purpose: Bitstring.of_values(MIN_ENTRIES, size, ()) for purpose, size in PURPOSES.items()}
        self._signed: dict[str, tuple[JsonObject, datetime]] = {}
        self._places: dict[str, int] = {}
        self._taken: set[int] = set()
        self._lock = Lock()

    def entries(self, credential_id: str | None) -> list[JsonValue]:
        """Give a credential its place and return the entries that say so. Raises ListFull, LimitExceeded."""
        if credential_id is not None and len(credential_id) > MAX_ID_CHARACTERS:
            # It is remembered, with thousands of others.
            raise LimitExceeded(f"the id of a credential with a status is longer than {MAX_ID_CHARACTERS} characters")
        with self._lock:
            (index,) = choose_indices(1, MIN_ENTRIES, lambda each: each not in self._taken)
            self._taken.add(index)
            if credential_id is not None:
                self._places[credential_id] = index
                while len(self._places) > MAX_REMEMBERED:
                    del self._places[next(iter(self._places))]
        entries = status_entries.write(self._status(purpose, index) for purpose in PURPOSES)
        if not self._whole_messages:
            _one_message_for_each_bit(entries[-1])
        return entries

    def set(self, credential_id: str, purpose: str, value: int) -> None:
        """Change the status of a credential. Raises UnknownCredential, MalformedInput."""
        with self._lock:
            index = self._places.get(credential_id)
            if index is None or purpose not in PURPOSES:
                raise UnknownCredential("there is no such credential, or no list of this purpose")
            if not 0 <= value < 1 << PURPOSES[purpose]:
                raise MalformedInput("the status does not fit in its entry")
            self._lists[purpose].set_value(index, value, PURPOSES[purpose])
            self._signed.pop(purpose, None)

    def credential(self, purpose: str) -> JsonObject:
        """Return the credential of a list. Raises UnknownCredential."""
        with self._lock:
            if purpose not in PURPOSES:
                raise UnknownCredential("there is no list of this purpose")
            now = self._engine.clock.now()
            signed, until = self._signed.get(purpose, ({}, now))
            if now >= until:
                document = list_credential(
                    self._lists[purpose], uri=self._uri(purpose), issuer=self._issuer.did, purpose=purpose, now=now
                )
                signed = sign_document(
                    document,
                    self._issuer.signer,
                    self._issuer.verification_method,
                    canonicaliser=self._engine.canonicaliser,
                    created=now,
                    cryptosuite=self._issuer.cryptosuite,
                )
                self._signed[purpose] = signed, now + _RESIGN_AFTER
            return signed

    def fetch(self, uri: str, accept: str) -> bytes:
        """Return one of these lists as its address would. Raises StatusUnavailable for every other address."""
        del accept
        for purpose in PURPOSES:
            if uri == self._uri(purpose):
                return json_compact(self.credential(purpose))
        raise StatusUnavailable("nothing is fetched: the list is not one of this service")

    def _uri(self, purpose: str) -> str:
        return f"{self._address}/{purpose}"

    def _status(self, purpose: str, index: int) -> BitstringStatus:
        size = PURPOSES[purpose]
        if size == 1:
            return BitstringStatus(self._uri(purpose), index, purpose)
        return BitstringStatus(self._uri(purpose), index, purpose, size, MESSAGES, (f"{self._address}/about",))


def _one_message_for_each_bit(entry: JsonValue) -> None:
    if isinstance(entry, dict) and isinstance(entry["statusMessage"], list) and isinstance(entry["statusSize"], int):
        del entry["statusMessage"][entry["statusSize"] :]
