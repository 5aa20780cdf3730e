"""Adapters that keep a citizen's things encrypted: a wallet's lock, the shelves in it, and what waits outside."""

from wallet_api.vault.errands import SealedErrands
from wallet_api.vault.locks import ScryptLocksmith
from wallet_api.vault.shelves import SealedShelf

__all__ = ["ScryptLocksmith", "SealedErrands", "SealedShelf"]
