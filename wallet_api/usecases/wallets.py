"""Create, open and delete a wallet."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError
from wallet_api.domain.errors import TooManyAttempts, UnknownWallet
from wallet_api.domain.locks import Brought, LockNote
from wallet_api.domain.passkey import PasskeyFacts
from wallet_api.domain.recovery import RecoveryCode
from wallet_api.domain.wallet import Attempts, OpenedWallet, StoredWallet, WalletNumber, check_pin, normal_pin
from wallet_api.ports import Locksmith, Wallets
from wallet_api.usecases.permissions import Permissions

KEY_BYTES: Final = 32


@final
@dataclass(frozen=True, slots=True)
class NewWallet:
    """A wallet that was just made: the number is shown to the citizen and not kept by us."""

    number: WalletNumber
    opened: OpenedWallet = field(repr=False)


@final
class KeepWallets:
    """Make, open and delete wallets. `leaving` is done with one that is about to be deleted; it may fail."""

    def __init__(
        self,
        wallets: Wallets,
        locksmith: Locksmith,
        attempts: Attempts,
        clock: Clock,
        permissions: Permissions,
        *,
        leaving: Callable[[OpenedWallet], object],
    ) -> None:
        self._wallets = wallets
        self._locksmith = locksmith
        self._attempts = attempts
        self._clock = clock
        self._permissions = permissions
        self._leaving = leaving

    def propose_number(self) -> WalletNumber:
        """Draw the number of a wallet that is about to be made."""
        return WalletNumber.new()

    def create(self, pin_text: str, number: WalletNumber | None = None) -> NewWallet:
        """Make a wallet behind a PIN or password. Raises WeakPin."""
        number = number or WalletNumber.new()
        pin = check_pin(pin_text, number)
        return NewWallet(number, self.create_behind(number.with_pin(pin), LockNote(self._clock.now())))

    def create_behind(self, brought: Brought, note: LockNote, facts: PasskeyFacts | None = None) -> OpenedWallet:
        """Make a wallet behind its first lock."""
        wallet = OpenedWallet(secrets.token_hex(16), secrets.token_bytes(KEY_BYTES))
        self._wallets.add(wallet.id, self._locksmith.fit(wallet, brought, note, facts))
        return wallet

    def open(self, number_text: str, pin_text: str) -> OpenedWallet:
        """Open a wallet with its number and PIN. Raises UnknownWallet, TooManyAttempts."""
        return self._open(WalletNumber.parse(number_text).with_pin(normal_pin(pin_text)))

    def recover(self, code_text: str) -> OpenedWallet:
        """Open a wallet with its recovery code. Raises UnknownWallet, TooManyAttempts."""
        return self._open(RecoveryCode.parse(code_text).brought)

    def delete(self, wallet: OpenedWallet) -> None:
        """Delete a wallet and everything in it, for good, and what is asked for it outside.

        Agencies are told that nobody comes again.
        """
        permissions = self._permissions.all(wallet)
        with suppress(BlauweKnopError):
            self._leaving(wallet)
        self._wallets.delete(wallet.id)
        self._permissions.give_back(permissions)

    def _open(self, brought: Brought) -> OpenedWallet:
        found = self._wallets.find(self._locksmith.trace(brought.kind, brought.finder).tag)
        if found is None:
            # A wallet that does not exist must take as long as one that does.
            self._locksmith.pretend(brought)
            raise UnknownWallet
        wallet, lock = found
        self._reserve(wallet)
        opened = OpenedWallet(wallet.id, self._locksmith.open(wallet.id, lock, brought))
        self._wallets.clear_attempts(wallet.id)
        renewed = self._locksmith.renewed(opened, lock, brought)
        if renewed is not None:
            # When another window was first, or changed the lock, theirs stands.
            self._wallets.refit(wallet.id, lock, renewed)
        return opened

    def _reserve(self, wallet: StoredWallet) -> None:
        # The attempt counts before it is made: a hundred guesses at once are a hundred attempts.
        now = self._clock.now()
        if wallet.blocked_until is not None and wallet.blocked_until > now:
            raise TooManyAttempts(wallet.blocked_until - now)
        wait = self._attempts.wait_after(wallet.failures + 1)
        if not self._wallets.reserve_attempt(wallet, now + wait if wait else None, now):
            raise TooManyAttempts(self._attempts.first_wait)
