"""Files that are sent to the desk: how large, by whom, and one at a time.

A request is read whole before anybody knows who sent it. So that nobody can make the service hold much for nothing, a
large one is taken at an address alone that was given, minutes ago, to somebody who sits at the desk.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import Unavailable
from credentials.openid.errors import InvalidNonce
from credentials.openid.nonce import RANDOM_BYTES, NonceAuthority

MOST_BYTES: Final = 8 << 20
"""How large a request with a file may be: some fifty thousand rows, read in half a minute. The command takes more."""


@final
class Uploads:
    """Tickets for large requests, and the turn of whoever sent one."""

    def __init__(self, tickets: NonceAuthority, clock: Clock) -> None:
        self._tickets = tickets
        self._clock = clock
        self._lock = threading.Lock()

    def ticket(self) -> str:
        """Return what makes an address that a large request may be sent to."""
        return self._tickets.issue(self._clock.now(), secrets.token_bytes(RANDOM_BYTES))

    def check(self, ticket: str) -> None:
        """Demand a ticket that was given not long ago. Raises InvalidNonce."""
        self._tickets.check(ticket, self._clock.now())

    def expected(self, path: str) -> int:
        """Return how large a request to this address may be, beyond what is usual."""
        try:
            self.check(path.rpartition("/")[2])
        except InvalidNonce:
            return 0
        return MOST_BYTES

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Let one file be read in this process. Raises Unavailable while another is."""
        if not self._lock.acquire(blocking=False):
            raise Unavailable("another file is being read")
        try:
            yield
        finally:
            self._lock.release()
