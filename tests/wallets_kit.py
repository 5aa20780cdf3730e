"""The ports of wallets and of challenges, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.errors import NotFound
from wallet_api.domain.errors import ChangedMeanwhile, LastWayIn, TooManyPasskeys
from wallet_api.domain.locks import Lock, LockKind, may_go
from wallet_api.domain.wallet import StoredWallet


class MemoryWallets:
    """The port `Wallets` in memory."""

    def __init__(self) -> None:
        self.stored: dict[str, StoredWallet] = {}
        self.on: dict[str, list[Lock]] = {}

    def add(self, wallet_id: str, lock: Lock) -> None:
        self._demand_free(lock.tag)
        self.stored[wallet_id], self.on[wallet_id] = StoredWallet(wallet_id), [lock]

    def find(self, tag: bytes) -> tuple[StoredWallet, Lock] | None:
        found = ((id, lock) for id, locks in self.on.items() for lock in locks if lock.tag == tag)
        return next(((self.stored[id], lock) for id, lock in found), None)

    def locks(self, wallet_id: str) -> Sequence[Lock]:
        return list(self.on.get(wallet_id, ()))

    def put_lock(
        self, wallet_id: str, lock: Lock, *, instead_of: LockKind | None = None, most: int | None = None
    ) -> None:
        if wallet_id not in self.stored:
            raise NotFound
        kept = [each for each in self.on[wallet_id] if each.kind is not instead_of]
        if most is not None and sum(each.kind is lock.kind for each in kept) >= most:
            raise TooManyPasskeys
        self.on[wallet_id] = kept
        self._demand_free(lock.tag)
        self.on[wallet_id] = [*kept, lock]

    def refit(self, wallet_id: str, old: Lock, new: Lock) -> bool:
        locks = self.on.get(wallet_id, [])
        if old not in locks:
            return False
        self.on[wallet_id] = [new if each == old else each for each in locks]
        return True

    def take_off(self, wallet_id: str, lock_id: str) -> None:
        locks = self.on.get(wallet_id, [])
        others = [each for each in locks if each.id != lock_id]
        if len(others) == len(locks):
            raise NotFound
        (gone,) = (each for each in locks if each.id == lock_id)
        if not may_go(gone.kind, [each.kind for each in others]):
            raise LastWayIn
        self.on[wallet_id] = others

    def reserve_attempt(self, wallet: StoredWallet, blocked_until: datetime | None, now: datetime) -> bool:
        held = self.stored[wallet.id]
        if held.failures != wallet.failures or (held.blocked_until is not None and held.blocked_until > now):
            return False
        self.stored[wallet.id] = replace(held, failures=held.failures + 1, blocked_until=blocked_until)
        return True

    def clear_attempts(self, wallet_id: str) -> None:
        self.stored[wallet_id] = StoredWallet(wallet_id)

    def exists(self, wallet_id: str) -> bool:
        return wallet_id in self.stored

    def delete(self, wallet_id: str) -> None:
        self.stored.pop(wallet_id, None)
        self.on.pop(wallet_id, None)

    def _demand_free(self, tag: bytes) -> None:
        if self.find(tag) is not None:
            raise ChangedMeanwhile


@dataclass
class MemoryChallenges:
    """The port `Challenges` in memory."""

    given: dict[tuple[bytes, str], datetime] = field(default_factory=dict)

    def give(self, challenge: bytes, purpose: str, expires_at: datetime) -> None:
        self.given[challenge, purpose] = expires_at

    def take(self, challenge: bytes, purpose: str, now: datetime) -> bool:
        until = self.given.get((challenge, purpose))
        if until is None or until <= now:
            return False
        del self.given[challenge, purpose]
        return True

    def purge(self, now: datetime) -> int:
        over = [each for each, until in self.given.items() if until <= now]
        for each in over:
            del self.given[each]
        return len(over)
