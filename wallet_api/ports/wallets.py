"""The wallets themselves, and their locks."""

from datetime import datetime
from typing import Protocol

from credentials.masking import Secret
from wallet_api.domain.wallet import Lock, StoredWallet, WalletNumber


class Wallets(Protocol):
    """The wallets themselves: ids, locks and attempts; nothing about anybody."""

    def add(self, wallet: StoredWallet) -> None:
        """Store a new wallet."""
        ...

    def find(self, tag: bytes) -> StoredWallet | None:
        """Return the wallet with this tag."""
        ...

    def reserve_attempt(self, wallet: StoredWallet, blocked_until: datetime | None, now: datetime) -> bool:
        """Count an attempt as failed before it is made. False when it is blocked or another attempt came between."""
        ...

    def clear_attempts(self, wallet_id: str) -> None:
        """Forget the failures after a right PIN."""
        ...

    def exists(self, wallet_id: str) -> bool:
        """Say whether the wallet is still there."""
        ...

    def delete(self, wallet_id: str) -> None:
        """Delete the wallet and everything in it."""
        ...


class Locksmith(Protocol):
    """Makes and opens locks; slow on purpose."""

    def tag(self, number: WalletNumber) -> bytes:
        """Return the hash by which a wallet is found."""
        ...

    def fit(self, wallet_id: str, key: bytes, number: WalletNumber, pin: Secret) -> Lock:
        """Wrap a wallet's key under its number and PIN."""
        ...

    def open(self, wallet_id: str, lock: Lock, number: WalletNumber, pin: Secret) -> bytes:
        """Return the wallet's key. Raises UnknownWallet."""
        ...

    def pretend(self, number: WalletNumber, pin: Secret) -> None:
        """Take as long as `open` does, for a wallet that does not exist."""
        ...
