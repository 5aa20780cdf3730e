"""Throw away what has expired: offers, pushed requests, codes, tokens, used nonces. Issued copies stay."""

from dataclasses import dataclass

from credentials.clock import Clock
from issuer.ports import Store


@dataclass(frozen=True, slots=True)
class Purge:
    """Delete expired rows."""

    store: Store
    clock: Clock

    def __call__(self) -> int:
        """Delete them and return how many."""
        with self.store.write() as records:
            return records.purge(self.clock.now())
