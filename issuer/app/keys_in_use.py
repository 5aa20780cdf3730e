"""The signing keys as the state folder says now: a step in a key's life counts in every running process at once.

The index is looked at each time that a key is wanted, which costs some microseconds. Where it says another thing
than before, the keys are read anew. Where they then cannot be had, nothing is signed: the key of before may be one that
signs no more.
"""

import threading
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import ConfigurationError
from issuer.app.secured import key_set_of
from issuer.app.signing_keys import SigningKeys, load_signing_keys
from issuer.domain.errors import KeysUnavailable
from issuer.settings import AgencySettings
from issuer.storage.key_index import KeyIndexFile
from issuer.usecases.sign import KeySet
from service.logging import get_logger

_log: Final = get_logger(__name__)


@final
class KeysInUse:
    """One agency's keys in one process, beginning with those that were loaded at its start."""

    def __init__(self, settings: AgencySettings, loaded: SigningKeys, clock: Clock) -> None:
        self._settings = settings
        self._index = KeyIndexFile(settings.state)
        self._clock = clock
        self._held = loaded, key_set_of(settings.did, loaded)
        self._lock = threading.Lock()
        self._told = ""

    def signing(self) -> SigningKeys:
        """Return the keys of now. Raises KeysUnavailable."""
        return self._now()[0]

    def __call__(self) -> KeySet:
        """Return how they serve. Raises KeysUnavailable."""
        return self._now()[1]

    def _now(self) -> tuple[SigningKeys, KeySet]:
        held = self._held
        try:
            if self._index.stamp() == held[0].stamp:
                return held
            with self._lock:
                return self._read_anew()
        except ConfigurationError as error:
            # Once per reason: each request that wants a key comes by here.
            if self._told != error.detail:
                self._told = error.detail
                _log.error("keys_not_taken_up", code=error.code, reason=error.detail)
            raise KeysUnavailable("the signing keys cannot be read") from error

    def _read_anew(self) -> tuple[SigningKeys, KeySet]:
        if self._index.stamp() == self._held[0].stamp:
            return self._held
        loaded = load_signing_keys(self._settings, self._held[0].keeper, self._clock.now())
        self._held = loaded, key_set_of(self._settings.did, loaded)
        self._told = ""
        _log.info(
            "keys_taken_up",
            active=[ring.active.key.name for ring in loaded.rings.values()],
            published=len(loaded.published),
        )
        return self._held
