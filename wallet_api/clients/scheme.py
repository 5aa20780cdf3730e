"""The scheme's trust list, fetched now and then, kept when fetching fails, and dropped when it has expired."""

import threading
import time
from collections.abc import Callable
from typing import final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError
from credentials.keys import PublicJwk
from credentials.trust import HeldTrustList, TrustList
from service.logging import get_logger

_log = get_logger(__name__)

Fetch = Callable[[str, str], bytes]
_ACCEPT = "application/trust-list+jwt, application/jwt"


@final
class SchemeTrustList:
    """The port `TrustSource`: one list per process, refreshed by whoever first finds it old."""

    def __init__(self, fetch: Fetch, url: str, root: PublicJwk, clock: Clock, *, refresh_seconds: float) -> None:
        self._fetch = fetch
        self._url = url
        self._clock = clock
        self._held = HeldTrustList(root)
        self._refresh_seconds = refresh_seconds
        self._tried: float | None = None
        self._one = threading.Lock()

    def current(self) -> TrustList:
        """Return the last good list. Raises TrustListExpired."""
        with self._one:
            if self._tried is None or time.monotonic() - self._tried >= self._refresh_seconds:
                self._refresh()
        return self._held.current(self._clock.now())

    def refresh(self) -> None:
        """Fetch the list now; on any failure the list held stays."""
        with self._one:
            self._refresh()

    def _refresh(self) -> None:
        try:
            self._held.offer(self._fetch(self._url, _ACCEPT).decode("utf-8", "replace"), self._clock.now())
        except BlauweKnopError as error:
            # A list that cannot be had is tried again soon; meanwhile the last good one holds until it expires.
            _log.warning("trust_list_not_refreshed", code=error.code)
            self._tried = time.monotonic() - self._refresh_seconds + min(5.0, self._refresh_seconds)
        else:
            self._tried = time.monotonic()
