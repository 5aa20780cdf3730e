"""The wallets on the scheme's trust list, which is fetched now and then and works on while it is still valid."""

import threading
import time
from collections.abc import Callable
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError
from credentials.keys import PublicJwk
from credentials.trust.participant import Role
from credentials.trust.trust_list import TrustList
from issuer.domain.clients import ListedWallet, Wallets

REFRESH_SECONDS: Final = 300.0
RETRY_SECONDS: Final = 15.0


@final
class TrustListDirectory:
    """The port `WalletDirectory` on a signed trust list. `read` brings its text."""

    def __init__(self, read: Callable[[], str], root: PublicJwk, clock: Clock) -> None:
        self._read = read
        self._root = root
        self._clock = clock
        self._lock = threading.Lock()
        self._list: TrustList | None = None
        self._next = 0.0

    def wallets(self) -> Wallets:
        """Return the wallets as listed now; none when there is no valid list, so that every wallet is asked about."""
        with self._lock:
            if time.monotonic() >= self._next:
                self._refresh()
            known = self._list
        if known is None:
            return Wallets()
        try:
            known.check_current(self._clock.now())
        except BlauweKnopError:
            return Wallets()
        return Wallets(
            {
                client_id: ListedWallet(participant.name, frozenset(participant.redirect_uris))
                for participant in known.with_role(Role.WALLET)
                for client_id in participant.client_ids
            }
        )

    def _refresh(self) -> None:
        try:
            fresh = TrustList.verify(self._read(), self._root, self._clock.now())
        except (BlauweKnopError, OSError, ValueError):
            self._next = time.monotonic() + RETRY_SECONDS
            return
        self._next = time.monotonic() + REFRESH_SECONDS
        if self._list is None or fresh.sequence >= self._list.sequence:
            self._list = fresh


@final
class NoDirectory:
    """The port `WalletDirectory` of an agency without a trust list: every wallet is asked about."""

    def wallets(self) -> Wallets:
        """Return none."""
        return Wallets()
