"""Throw away what has expired: offers, pushed requests, codes, tokens, used nonces. Issued copies stay."""

from dataclasses import dataclass

from credentials.clock import Clock
from issuer.ports import Store
from issuer.usecases.notification import first_counted


@dataclass(frozen=True, slots=True)
class Purge:
    """Delete expired rows, and fold the counts of what was issued."""

    store: Store
    clock: Clock

    def __call__(self) -> int:
        """Do so, and return how many rows had expired."""
        now = self.clock.now()
        more = True
        while more:
            with self.store.write() as records:
                more = records.issuances.fold_counts(first_counted(now))
        with self.store.write() as records:
            records.failures.fold(first_counted(now))
        return self.store.purge(now)
