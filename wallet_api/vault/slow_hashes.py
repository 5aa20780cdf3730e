"""Slow hashes, a few at a time: Argon2id (RFC 9106), and scrypt (RFC 7914) for what was made before it."""

import hashlib
import re
import threading
from dataclasses import dataclass
from typing import Final, Self, final

from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw

from service.errors import SealBroken

# Each takes its memory (64 MiB for a PIN): a crowd at the door must wait, not exhaust it.
AT_ONCE: Final = 4
MAX_MEMORY_KIB: Final = 1 << 20
MAX_PASSES: Final = 64
MAX_LANES: Final = 16
MAX_SCRYPT_COST: Final = 20
_SCRYPT_BLOCK: Final = 8
_ARGON2: Final = re.compile(r"argon2id\$m=([0-9]{1,7}),t=([0-9]{1,2}),p=([0-9]{1,2})")
_SCRYPT: Final = re.compile(r"scrypt\$ln=([0-9]{1,2}),r=8,p=1")


@final
@dataclass(frozen=True, slots=True)
class Argon2:
    """The parameters of Argon2id: memory in KiB, passes over it, and lanes."""

    memory_kib: int
    passes: int
    lanes: int

    @property
    def method(self) -> str:
        """How it is written in a lock."""
        return f"argon2id$m={self.memory_kib},t={self.passes},p={self.lanes}"

    @classmethod
    def parse(cls, method: str) -> Self | None:
        """Read it from a lock; None for another method, and beyond what we would ever spend."""
        found = _ARGON2.fullmatch(method)
        if found is None:
            return None
        made = cls(*(int(each) for each in found.groups()))
        sound = made.memory_kib <= MAX_MEMORY_KIB and 0 < made.passes <= MAX_PASSES and 0 < made.lanes <= MAX_LANES
        return made if sound else None


SECOND_RECOMMENDED: Final = Argon2(memory_kib=1 << 16, passes=3, lanes=4)
"""RFC 9106 section 4, the second recommended option: where memory is dear."""

FOR_FINDING: Final = Argon2(memory_kib=19 * 1024, passes=2, lanes=1)
"""For what is random already (OWASP's least). Never changed: what was found by it would be lost."""


@final
class SlowHashes:
    """The hashes of one process."""

    def __init__(self) -> None:
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def argon2id(self, secret: bytes, salt: bytes, cost: Argon2, length: int = 32) -> bytes:
        """Return the Argon2id hash, version 1.3."""
        with self._room:
            return hash_secret_raw(
                secret,
                salt,
                time_cost=cost.passes,
                memory_cost=cost.memory_kib,
                parallelism=cost.lanes,
                hash_len=length,
                type=Type.ID,
                version=ARGON2_VERSION,
            )

    def scrypt(self, secret: bytes, salt: bytes, cost: int) -> bytes:
        """Return the scrypt hash; `cost` is the binary logarithm of the work factor, for blocks of 8."""
        work = 1 << min(cost, MAX_SCRYPT_COST)
        maximum = work * _SCRYPT_BLOCK * 128 + (1 << 20)
        with self._room:
            return hashlib.scrypt(secret, salt=salt, n=work, r=_SCRYPT_BLOCK, p=1, maxmem=maximum, dklen=32)

    def by(self, method: str, secret: bytes, salt: bytes) -> bytes:
        """Return the hash by a method as a lock names it. Raises SealBroken for one that is not ours."""
        cost = Argon2.parse(method)
        if cost is not None:
            return self.argon2id(secret, salt, cost)
        found = _SCRYPT.fullmatch(method)
        if found is None:
            raise SealBroken("the lock is of a method that this program does not know")
        return self.scrypt(secret, salt, int(found[1]))
