"""The lock on a wallet: scrypt over number and PIN (RFC 7914) gives a key that wraps the wallet's own random key.

The number is part of the secret. It is found again by a slow hash of its own, so that a copy of the database leaves two
unknowns to guess: 15 random digits and the PIN.
"""

import hashlib
import secrets
import threading
from typing import Final, final

from credentials.masking import Secret
from service.errors import SealBroken
from service.sealing import seal, unseal
from wallet_api.domain.errors import UnknownWallet
from wallet_api.domain.wallet import Lock, WalletNumber

DEFAULT_COST: Final = 15
MAX_COST: Final = 20
_BLOCK: Final = 8
_TAG_SALT: Final = b"blauweknop wallet number 1"
# Each derivation takes 1024 * 2^cost bytes: a crowd at the door must wait, not exhaust the memory.
_AT_ONCE: Final = 4


@final
class ScryptLocksmith:
    """Locks by number and PIN. `cost` is the binary logarithm of the work factor for new locks."""

    def __init__(self, cost: int = DEFAULT_COST) -> None:
        self._cost = cost
        self._room = threading.BoundedSemaphore(_AT_ONCE)

    def tag(self, number: WalletNumber) -> bytes:
        """Return the hash by which a wallet is found."""
        return self._scrypt(number.digits.encode(), _TAG_SALT, self._cost - 1)

    def fit(self, wallet_id: str, key: bytes, number: WalletNumber, pin: Secret) -> Lock:
        """Wrap a wallet's key under its number and PIN."""
        salt = secrets.token_bytes(16)
        wrapping = self._scrypt(_secret(number, pin), salt, self._cost)
        return Lock("pin", salt, self._cost, seal(wrapping, key, _place(wallet_id)))

    def open(self, wallet_id: str, lock: Lock, number: WalletNumber, pin: Secret) -> bytes:
        """Return the wallet's key. Raises UnknownWallet."""
        wrapping = self._scrypt(_secret(number, pin), lock.salt, lock.cost)
        try:
            return unseal(wrapping, lock.wrapped, _place(wallet_id))
        except SealBroken as error:
            raise UnknownWallet from error

    def pretend(self, number: WalletNumber, pin: Secret) -> None:
        """Take as long as `open` does, for a wallet that does not exist."""
        self._scrypt(_secret(number, pin), bytes(16), self._cost)

    def _scrypt(self, secret: bytes, salt: bytes, cost: int) -> bytes:
        work = 1 << min(cost, MAX_COST)
        with self._room:
            return hashlib.scrypt(
                secret, salt=salt, n=work, r=_BLOCK, p=1, maxmem=work * _BLOCK * 128 + (1 << 20), dklen=32
            )


def _secret(number: WalletNumber, pin: Secret) -> bytes:
    return f"{number.digits}|{pin.reveal()}".encode()


def _place(wallet_id: str) -> bytes:
    return f"wallet_lock.wrapped|{wallet_id}".encode()
