"""Adapters that keep a citizen's things encrypted: a wallet's locks, the shelves in it, and what waits outside."""

from wallet_api.vault.errands import SealedErrands
from wallet_api.vault.exports import SealedExports
from wallet_api.vault.locks import SlowLocksmith
from wallet_api.vault.shelves import SealedShelf

__all__ = ["SealedErrands", "SealedExports", "SealedShelf", "SlowLocksmith"]
