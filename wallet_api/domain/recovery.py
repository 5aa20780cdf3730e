"""The recovery code: a way into the wallet that lies on paper, for when the device or the number is gone.

36 signs in nine groups of four. The first nine find the wallet, so that wrong codes are counted; the next 26 (130
random bits) open it; the last is a check sign. The signs are Crockford's base 32: no I, L, O or U, and what looks like
a 1 or a 0 is read as one.
"""

import secrets
from dataclasses import dataclass, field
from typing import Final, Self, final

from wallet_api.domain.errors import UnknownWallet
from wallet_api.domain.locks import Brought, LockKind

SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 36
GROUP: Final = 4
_FINDER: Final = 9
_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


@final
@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """A recovery code; its printed form hides it."""

    signs: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """Draw a new code."""
        body = "".join(secrets.choice(SIGNS) for _ in range(LENGTH - 1))
        return cls(body + _check_sign(body))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a citizen typed; case, spaces and dashes do not matter. Raises UnknownWallet for a typing error."""
        signs = "".join(text.split()).replace("-", "").replace(".", "").upper().translate(_ALIKE)
        if len(signs) != LENGTH or not set(signs) <= set(SIGNS):
            raise UnknownWallet("the code does not have 36 signs of ours")
        if _check_sign(signs[:-1]) != signs[-1]:
            raise UnknownWallet("the check sign does not fit")
        return cls(signs)

    @property
    def groups(self) -> tuple[str, ...]:
        """The code in groups of four, for the citizen's eyes."""
        return tuple(self.signs[start : start + GROUP] for start in range(0, LENGTH, GROUP))

    @property
    def shown(self) -> str:
        """The code as it is written down."""
        return " ".join(self.groups)

    @property
    def brought(self) -> Brought:
        """What this code brings to the door."""
        return Brought(LockKind.RECOVERY, self.signs[:_FINDER].encode(), self.signs.encode())

    def __str__(self) -> str:
        return "RecoveryCode(***)"


def _check_sign(body: str) -> str:
    # ISO/IEC 7064, a hybrid system (MOD 33,32): it catches each single wrong sign and nearly all swaps of neighbours.
    size = len(SIGNS)
    product = size
    for sign in body:
        total = (product + SIGNS.index(sign)) % size or size
        product = total * 2 % (size + 1)
    return SIGNS[(size + 1 - product) % size]
