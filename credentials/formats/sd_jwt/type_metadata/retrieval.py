"""Where type metadata comes from: from our own bundle, from what was read before, or by a fetch that is handed in."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, final

from credentials.clock import Clock
from credentials.dids import Fetch
from credentials.errors import BlauweKnopError, Unavailable
from credentials.formats.sd_jwt.type_metadata.document import MAX_DOCUMENT_BYTES, TypeMetadata
from credentials.formats.sd_jwt.type_metadata.extending import EffectiveType, extended
from credentials.formats.sd_jwt.type_metadata.integrity import check_integrity
from credentials.formats.sd_jwt.type_metadata.members import MalformedTypeMetadata

MAX_EXTENDS: Final = 8
FRESH: Final = timedelta(minutes=5)
RETRY: Final = timedelta(minutes=1)
MAX_KEPT: Final = 256
MAX_KEPT_BYTES: Final = 8 << 20
ACCEPT: Final = "application/json"

_MAX_URL_CHARACTERS: Final = 2_048


class TypeMetadataUnavailable(Unavailable):
    """The metadata of a type is not known here and could not be fetched."""

    code = "type_metadata_unavailable"


@final
class TypeMetadataSource:
    """Type metadata by `vct`. Safe for threads.

    `bundled` holds documents by their type, byte for byte as published; they are never fetched. Without `fetch` there
    is nothing else, and nobody learns which types are looked at. `fetch` gets a URL within limits of time and size, and
    refuses addresses of an inner network. A document of which the integrity is known is kept for good, others for
    `FRESH`; a failure is remembered for `RETRY`.
    """

    __slots__ = ("_bundled", "_clock", "_failed", "_fetch", "_kept", "_lock")

    def __init__(self, clock: Clock, *, fetch: Fetch | None = None, bundled: Mapping[str, bytes] | None = None) -> None:
        self._clock = clock
        self._fetch = fetch
        self._bundled = dict(bundled or {})
        self._kept: OrderedDict[tuple[str, str | None], tuple[bytes, datetime]] = OrderedDict()
        self._failed: OrderedDict[str, datetime] = OrderedDict()
        self._lock = Lock()

    def effective(self, vct: str, integrity: str | None = None) -> EffectiveType:
        """Return what holds of a type, with all that it extends. `integrity` is the credential's `vct#integrity`.

        Raises MalformedTypeMetadata, IntegrityMismatch, LimitExceeded, or TypeMetadataUnavailable.
        """
        chain: list[TypeMetadata] = []
        wanted: str | None = vct
        while wanted is not None:
            if any(wanted == each.vct for each in chain):
                raise MalformedTypeMetadata("a type extends itself")
            if len(chain) > MAX_EXTENDS:
                raise MalformedTypeMetadata(f"a type extends more than {MAX_EXTENDS} others")
            document = TypeMetadata.parse(self._document(wanted, integrity))
            # Section 5.3: a document speaks of the type that it was asked for, and of no other.
            if document.vct != wanted:
                raise MalformedTypeMetadata("the metadata is that of another type")
            chain.append(document)
            wanted, integrity = document.extends, document.extends_integrity
        return extended(chain)

    def _document(self, vct: str, integrity: str | None) -> bytes:
        body = self._bundled.get(vct) or self._remembered(vct, integrity)
        if body is not None:
            if integrity is not None:
                check_integrity(body, integrity)
            return body
        body = self._fetched(vct)
        # Section 6: before anything of it is read.
        if integrity is not None:
            check_integrity(body, integrity)
        with self._lock:
            self._kept[vct, integrity] = (body, self._clock.now())
            self._kept.move_to_end((vct, integrity))
            # Strangers choose what is read here, and how large it is.
            while len(self._kept) > MAX_KEPT or sum(len(kept) for kept, _ in self._kept.values()) > MAX_KEPT_BYTES:
                self._kept.popitem(last=False)
        return body

    def _remembered(self, vct: str, integrity: str | None) -> bytes | None:
        with self._lock:
            body, read_at = self._kept.get((vct, integrity), (None, None))
        # Section 5.3.4: with its integrity a document is known for good; without, it may have changed.
        if integrity is None and read_at is not None and self._clock.now() - read_at >= FRESH:
            return None
        return body

    def _fetched(self, vct: str) -> bytes:
        # A URN names a type and no place; nor is anything fetched in the clear.
        if self._fetch is None or not vct.startswith("https://") or len(vct) > _MAX_URL_CHARACTERS or "#" in vct:
            raise TypeMetadataUnavailable("the metadata of this type is not known here")
        now = self._clock.now()
        with self._lock:
            failed_at = self._failed.get(vct)
        if failed_at is not None and now - failed_at < RETRY:
            raise TypeMetadataUnavailable("the metadata could not be fetched a moment ago")
        try:
            body = self._fetch(vct, ACCEPT)
        except (BlauweKnopError, OSError) as error:
            with self._lock:
                self._failed[vct] = now
                if len(self._failed) > MAX_KEPT:
                    self._failed.popitem(last=False)
            raise TypeMetadataUnavailable("the metadata could not be fetched") from error
        if len(body) > MAX_DOCUMENT_BYTES:
            raise MalformedTypeMetadata(f"the metadata is larger than {MAX_DOCUMENT_BYTES} bytes")
        return body
