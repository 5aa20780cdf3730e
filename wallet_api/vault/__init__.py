"""Adapters that keep a citizen's things encrypted: the lock on a wallet, and the shelves inside it."""

from wallet_api.vault.locks import ScryptLocksmith
from wallet_api.vault.shelves import SealedShelf

__all__ = ["ScryptLocksmith", "SealedShelf"]
