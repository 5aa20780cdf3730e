"""Publish the status lists: built from our records, signed, and kept as they are served.

What was published stays when building or signing fails: an old list that is still valid beats none. A list whose
content is the same is signed anew only when its time runs out, or when another key signs now.

Several processes publish. A list that was built before somebody else published may lack what theirs has (a withdrawal
that was promised to be seen), so it counts only in the place of the one that was read before it was built.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from credentials.clock import Clock
from credentials.encoding import json_compact
from credentials.formats.base import IssuerKey
from credentials.status.bitstring import MEDIA_TYPE as BITSTRING_MEDIA_TYPE
from credentials.status.bitstring import Bitstring, list_credential
from credentials.status.token_list import MEDIA_TYPE as TOKEN_MEDIA_TYPE
from credentials.status.token_list import TokenStatusList, sign_status_list
from issuer.domain.errors import StatusListNotFound
from issuer.domain.issuance import Status
from issuer.domain.places import REFRESH, REVOCATION, TOKEN, StatusAddresses
from issuer.domain.webhooks import Happening
from issuer.ports import Publication, SignDocument, Store
from service.webhooks.messages import Announcement

_MEANINGS: Final = {REVOCATION: Status.INVALID, REFRESH: Status.SUPERSEDED}
_Statuses: TypeAlias = Mapping[int, Status]
_Build: TypeAlias = Callable[[str], tuple[bytes, str]]

KINDS: Final = (TOKEN, REVOCATION, REFRESH)


@dataclass(frozen=True, slots=True)
class PublishStatus:
    """Bring the published status lists up to date."""

    store: Store
    clock: Clock
    addresses: StatusAddresses
    token_key: Callable[[], IssuerKey]
    document_key: Callable[[], IssuerKey]
    sign_document: SignDocument
    issuer_did: str
    entries: int
    lifetime: timedelta
    time_to_live: timedelta
    at_once: bool = False

    def __call__(self) -> int:
        """Publish every list that changed or is about to expire; return how many.

        What was superseded is in them as far as `ShowChanges` let it be shown; all of it when it is shown `at_once`.
        """
        if self.at_once:
            with self.store.write() as records:
                records.issuances.show_all(self.clock.now())
        with self.store.read() as records:
            numbers = records.issuances.list_numbers()
        return sum(self._publish(kind, number) for number in numbers for kind in KINDS)

    def _publish(self, kind: str, number: int) -> bool:
        while (published := self._try(kind, number)) is None:
            pass  # somebody else published meanwhile: build it again, from what is so now
        return published

    def _try(self, kind: str, number: int) -> bool | None:
        """Publish one list if it changed; None when another was published since we looked."""
        with self.store.read() as records:
            # The list first: then the records are of that moment or later, also where each statement sees the newest.
            last = records.publications.latest(kind, number)
            statuses = records.issuances.statuses(number)
            entries = records.issuances.entries_of(number)
        if kind == TOKEN:
            key = self.token_key()
            array, build = self._token(key, statuses, entries)
        else:
            key = self.document_key()
            array, build = self._bitstring(key, kind, statuses, entries)
        now = self.clock.now()
        # With the key: a list by one that signs no more is replaced by one of the key that does.
        fingerprint = hashlib.sha256(array + key.signer.public_jwk.thumbprint.encode("ascii")).hexdigest()
        # Renewed at half of its life, so that whoever fetched it just before has time left.
        if last is not None and last.fingerprint == fingerprint and now < last.expires_at - self.lifetime / 2:
            return False
        body, media_type = build(self.addresses.of(kind, number))
        publication = Publication(kind, number, body, media_type, now, now + self.lifetime, fingerprint)
        with self.store.write() as records:
            published = records.publications.publish(publication, instead_of=last)
            if published:
                told: dict[str, str | int] = {"soort": kind, "nummer": number}
                records.announce(Announcement(Happening.LIST_PUBLISHED, now, told))
        return published or None

    def _token(self, key: IssuerKey, statuses: _Statuses, entries: int) -> tuple[bytes, _Build]:
        array = TokenStatusList.of(entries, statuses.items())

        def build(uri: str) -> tuple[bytes, str]:
            token = sign_status_list(
                array,
                key.signer,
                uri=uri,
                now=self.clock.now(),
                x5c=key.x5c,
                lifetime=self.lifetime,
                time_to_live=self.time_to_live,
                aggregation_uri=self.addresses.aggregation,
            )
            return token.encode("ascii"), TOKEN_MEDIA_TYPE

        return array.to_bytes(), build

    def _bitstring(self, key: IssuerKey, purpose: str, statuses: _Statuses, entries: int) -> tuple[bytes, _Build]:
        bits = Bitstring.of(entries, [index for index, status in statuses.items() if status is _MEANINGS[purpose]])

        def build(uri: str) -> tuple[bytes, str]:
            document = list_credential(
                bits,
                uri=uri,
                issuer=self.issuer_did,
                purpose=purpose,
                now=self.clock.now().replace(microsecond=0),
                lifetime=self.lifetime,
                time_to_live=self.time_to_live,
            )
            return json_compact(self.sign_document(document, key, self.clock.now())), BITSTRING_MEDIA_TYPE

        return bits.to_bytes(), build


@dataclass(frozen=True, slots=True)
class ReadStatusList:
    """Serve what is published."""

    store: Store

    def __call__(self, kind: str, number: int) -> Publication:
        """Return the last good list. Raises StatusListNotFound."""
        with self.store.read() as records:
            publication = records.publications.latest(kind, number)
        if publication is None:
            raise StatusListNotFound
        return publication

    def numbers(self) -> list[int]:
        """Return the numbers of the lists in use."""
        with self.store.read() as records:
            return list(records.issuances.list_numbers())
