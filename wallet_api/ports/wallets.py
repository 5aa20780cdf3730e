"""The wallets themselves, and their locks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from wallet_api.domain.locks import Brought, Lock, LockKind, LockNote, Trace
from wallet_api.domain.passkey import PasskeyFacts
from wallet_api.domain.wallet import OpenedWallet, StoredWallet


class Wallets(Protocol):
    """The wallets themselves: ids, locks and attempts; nothing about anybody."""

    def add(self, wallet_id: str, lock: Lock) -> None:
        """Store a new wallet with its first lock. Raises ChangedMeanwhile when another lock has the tag."""
        ...

    def find(self, tag: bytes) -> tuple[StoredWallet, Lock] | None:
        """Return the lock with this tag, and the wallet that it is on."""
        ...

    def locks(self, wallet_id: str) -> Sequence[Lock]:
        """Return all locks of a wallet, in the order in which they were put on."""
        ...

    def put_lock(
        self, wallet_id: str, lock: Lock, *, instead_of: LockKind | None = None, most: int | None = None
    ) -> None:
        """Put on a lock; with `instead_of`, the locks of that kind go in the same transaction.

        Raises NotFound when the wallet is gone, ChangedMeanwhile when another lock has the tag, and TooManyPasskeys
        when there are `most` of the lock's kind already.
        """
        ...

    def refit(self, wallet_id: str, old: Lock, new: Lock) -> bool:
        """Replace a lock by one of the same id. False when it is not (any more) as it was read."""
        ...

    def take_off(self, wallet_id: str, lock_id: str) -> None:
        """Take off a lock. Raises NotFound, and LastWayIn when no lock for every day would be left."""
        ...

    def reserve_attempt(self, wallet: StoredWallet, blocked_until: datetime | None, now: datetime) -> bool:
        """Count an attempt as failed before it is made. False when it is blocked or another attempt came between."""
        ...

    def clear_attempts(self, wallet_id: str) -> None:
        """Forget the failures after a right one."""
        ...

    def exists(self, wallet_id: str) -> bool:
        """Say whether the wallet is still there."""
        ...

    def delete(self, wallet_id: str) -> None:
        """Delete the wallet and everything in it."""
        ...


class Locksmith(Protocol):
    """Makes and opens locks; slow on purpose."""

    def trace(self, kind: LockKind, finder: bytes) -> Trace:
        """Return by what the lock is found that opens with something of this kind."""
        ...

    def fit(self, wallet: OpenedWallet, brought: Brought, note: LockNote, facts: PasskeyFacts | None = None) -> Lock:
        """Wrap a wallet's key under what its citizen brought; with what is known of a passkey."""
        ...

    def open(self, wallet_id: str, lock: Lock, brought: Brought) -> bytes:
        """Return the wallet's key. Raises UnknownWallet."""
        ...

    def pretend(self, brought: Brought) -> None:
        """Take as long as `open` does, for a wallet that does not exist."""
        ...

    def renewed(self, wallet: OpenedWallet, lock: Lock, brought: Brought) -> Lock | None:
        """Return the lock anew, where it was made by an older method than new ones are; None where it was not."""
        ...

    def facts(self, lock: Lock, trace: Trace) -> PasskeyFacts:
        """Return what is known of a passkey. Raises UnknownWallet."""
        ...

    def with_facts(self, lock: Lock, trace: Trace, facts: PasskeyFacts) -> Lock:
        """Return the lock with other facts."""
        ...

    def note(self, wallet: OpenedWallet, lock: Lock) -> LockNote | None:
        """Return what the citizen is told of a lock; None for one that is older than notes."""
        ...
