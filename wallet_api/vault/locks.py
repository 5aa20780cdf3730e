"""The locks on a wallet: what its citizen brings gives a key that wraps the wallet's own random key.

1. *Found.* A lock is found by a slow hash of the wallet's number, of the first signs of the recovery code, or of the
   passkey's credential id. So a copy of the database leaves two unknowns to guess of a wallet with a PIN (15 random
   digits, and the PIN), and does not say which passkey opens what.
2. *Opened.* Number and PIN, and the recovery code, by Argon2id over all of it. A passkey by HKDF-SHA256 (RFC 5869) over
   the 32 bytes that its PRF gives, which are random already.
3. *Beside it.* What must be known of a passkey before the wallet is open is sealed under the rest of the hash that it
   is found by; what the citizen is told of a lock, under the wallet's key.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Final, final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from credentials.encoding import json_compact
from credentials.errors import MalformedInput
from service.errors import SealBroken
from service.sealing import KEY_BYTES, derive, seal, unseal
from wallet_api.domain.errors import UnknownWallet
from wallet_api.domain.locks import Brought, Lock, LockKind, LockNote, Trace
from wallet_api.domain.passkey import PasskeyFacts
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.vault.codec import from_json, to_json
from wallet_api.vault.padding import pad, unpad
from wallet_api.vault.slow_hashes import FOR_FINDING, SECOND_RECOMMENDED, Argon2, SlowHashes

BY_PASSKEY: Final = "hkdf-sha256"
_NUMBER_COST: Final = 14
# Notes and facts of all locks are alike in size.
_PADDED: Final = 512
_NUMBER_SALT: Final = b"blauweknop wallet number 1"
_FINDER_SALTS: Final = {
    LockKind.PASSKEY: b"blauweknop wallet passkey 1",
    LockKind.RECOVERY: b"blauweknop wallet recovery 1",
}


@final
@dataclass(frozen=True, slots=True)
class Hardness:
    """How slow the hashes are: that of new locks, and those by which locks are found.

    The latter must stay what they were when a lock was made; `number` is the binary logarithm of scrypt's work factor.
    """

    lock: Argon2 = SECOND_RECOMMENDED
    finding: Argon2 = FOR_FINDING
    number: int = _NUMBER_COST


@final
class SlowLocksmith:
    """The port `Locksmith`."""

    def __init__(self, hardness: Hardness | None = None) -> None:
        self._hardness = hardness or Hardness()
        self._hashes = self.hashes = SlowHashes()

    @property
    def cost(self) -> Argon2:
        """How slow new locks are."""
        return self._hardness.lock

    def trace(self, kind: LockKind, finder: bytes) -> Trace:
        """Return by what the lock is found that opens with something of this kind."""
        if kind is LockKind.PIN:
            # As it was before there were other locks: wallets of then are found again.
            return Trace(self._hashes.scrypt(finder, _NUMBER_SALT, self._hardness.number), b"")
        made = self._hashes.argon2id(finder, _FINDER_SALTS[kind], self._hardness.finding, 2 * KEY_BYTES)
        return Trace(made[:KEY_BYTES], made[KEY_BYTES:])

    def fit(self, wallet: OpenedWallet, brought: Brought, note: LockNote, facts: PasskeyFacts | None = None) -> Lock:
        """Wrap a wallet's key under what its citizen brought; with what is known of a passkey."""
        trace, id, salt = self.trace(brought.kind, brought.finder), secrets.token_hex(16), secrets.token_bytes(16)
        method = BY_PASSKEY if brought.kind is LockKind.PASSKEY else self._hardness.lock.method
        wrapping = self._wrapping(wallet.id, method, salt, brought)
        fitted = Lock(
            id,
            brought.kind,
            trace.tag,
            salt,
            method,
            seal(wrapping, wallet.key, _place(wallet.id)),
            note=seal(_note_key(wallet), _filled(to_json(note)), _note_place(wallet.id, id)),
        )
        return fitted if facts is None else self.with_facts(fitted, trace, facts)

    def open(self, wallet_id: str, lock: Lock, brought: Brought) -> bytes:
        """Return the wallet's key. Raises UnknownWallet."""
        try:
            wrapping = self._wrapping(wallet_id, lock.method, lock.salt, brought)
            return unseal(wrapping, lock.wrapped, _place(wallet_id))
        except SealBroken as error:
            raise UnknownWallet from error

    def pretend(self, brought: Brought) -> None:
        """Take as long as `open` does, for a wallet that does not exist."""
        self._wrapping("", self._hardness.lock.method, bytes(16), brought)

    def renewed(self, wallet: OpenedWallet, lock: Lock, brought: Brought) -> Lock | None:
        """Return the lock anew, where it was made by an older method than new ones are; None where it was not."""
        if lock.kind is LockKind.PASSKEY or lock.method == self._hardness.lock.method:
            return None
        salt, method = secrets.token_bytes(16), self._hardness.lock.method
        wrapping = self._wrapping(wallet.id, method, salt, brought)
        wrapped = seal(wrapping, wallet.key, _place(wallet.id))
        return Lock(lock.id, lock.kind, lock.tag, salt, method, wrapped, lock.facts, lock.note)

    def facts(self, lock: Lock, trace: Trace) -> PasskeyFacts:
        """Return what is known of a passkey. Raises UnknownWallet."""
        try:
            return from_json(PasskeyFacts, json.loads(unpad(unseal(trace.key, lock.facts, _facts_place(lock.id)))))
        except (SealBroken, MalformedInput) as error:
            raise UnknownWallet from error

    def with_facts(self, lock: Lock, trace: Trace, facts: PasskeyFacts) -> Lock:
        """Return the lock with other facts."""
        sealed = seal(trace.key, _filled(to_json(facts)), _facts_place(lock.id))
        return Lock(lock.id, lock.kind, lock.tag, lock.salt, lock.method, lock.wrapped, sealed, lock.note)

    def note(self, wallet: OpenedWallet, lock: Lock) -> LockNote | None:
        """Return what the citizen is told of a lock; None for one that is older than notes."""
        if not lock.note:
            return None
        plain = unseal(_note_key(wallet), lock.note, _note_place(wallet.id, lock.id))
        return from_json(LockNote, json.loads(unpad(plain)))

    def _wrapping(self, wallet_id: str, method: str, salt: bytes, brought: Brought) -> bytes:
        if brought.kind is not LockKind.PASSKEY:
            return self._hashes.by(method, brought.secret, salt)
        if method != BY_PASSKEY:
            raise SealBroken("a passkey opens no other lock")
        info = f"blauweknop wallet passkey lock 1|{wallet_id}".encode()
        return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(brought.secret)


def _filled(value: object) -> bytes:
    return pad(json_compact(value), smallest=_PADDED)


def _note_key(wallet: OpenedWallet) -> bytes:
    return derive(wallet.key, "lock notes")


def _place(wallet_id: str) -> bytes:
    return f"wallet_lock.wrapped|{wallet_id}".encode()


def _facts_place(lock_id: str) -> bytes:
    return f"wallet_lock.facts|{lock_id}".encode()


def _note_place(wallet_id: str, lock_id: str) -> bytes:
    return f"wallet_lock.note|{wallet_id}|{lock_id}".encode()
