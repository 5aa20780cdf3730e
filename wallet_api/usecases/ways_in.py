"""The ways into an open wallet: see them, put others on, take some off; one for every day always stays."""

from typing import final

from credentials.clock import Clock
from credentials.errors import MalformedInput
from service.errors import SealBroken
from wallet_api.domain.locks import Lock, LockKind, LockNote, WayIn, WaysIn, may_go
from wallet_api.domain.recovery import RecoveryCode
from wallet_api.domain.wallet import OpenedWallet, WalletNumber, check_pin
from wallet_api.ports import Locksmith, Wallets


@final
class KeepWaysIn:
    """What a citizen does with the locks of their open wallet."""

    def __init__(self, wallets: Wallets, locksmith: Locksmith, clock: Clock) -> None:
        self._wallets = wallets
        self._locksmith = locksmith
        self._clock = clock

    def all(self, wallet: OpenedWallet) -> WaysIn:
        """Return all ways in, in the order in which they were made."""
        locks = self._wallets.locks(wallet.id)
        return WaysIn(
            tuple(
                WayIn(
                    lock.id,
                    lock.kind,
                    self._note(wallet, lock),
                    may_go(lock.kind, [each.kind for each in locks if each.id != lock.id]),
                )
                for lock in locks
            )
        )

    def take_off(self, wallet: OpenedWallet, id: str) -> None:
        """Take off a way in. Raises NotFound, LastWayIn."""
        self._wallets.take_off(wallet.id, id)

    def set_pin(self, wallet: OpenedWallet, pin_text: str, number: WalletNumber) -> None:
        """Put on a number with its PIN, instead of the one that was there. Raises WeakPin."""
        brought = number.with_pin(check_pin(pin_text, number))
        lock = self._locksmith.fit(wallet, brought, LockNote(self._clock.now()))
        self._wallets.put_lock(wallet.id, lock, instead_of=LockKind.PIN)

    def draw_code(self) -> RecoveryCode:
        """Draw a recovery code. It opens nothing before it is kept."""
        return RecoveryCode.new()

    def keep_code(self, wallet: OpenedWallet, code: RecoveryCode) -> None:
        """Let a recovery code open this wallet, instead of the one that did."""
        lock = self._locksmith.fit(wallet, code.brought, LockNote(self._clock.now()))
        self._wallets.put_lock(wallet.id, lock, instead_of=LockKind.RECOVERY)

    def _note(self, wallet: OpenedWallet, lock: Lock) -> LockNote | None:
        try:
            return self._locksmith.note(wallet, lock)
        except (SealBroken, MalformedInput):
            # It opens all the same, and can be taken off.
            return None
