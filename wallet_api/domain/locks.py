"""The locks on a wallet: each wraps the wallet's own key under a key that only the citizen can bring.

A wallet has one or more. Any of them opens it; none can be worked out from another, or from what is stored.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, final


class LockKind(StrEnum):
    """By what a lock opens: a number with its PIN, a passkey, or the recovery code on paper."""

    PIN = "pin"
    PASSKEY = "passkey"
    RECOVERY = "recovery"


EVERYDAY: Final = frozenset({LockKind.PIN, LockKind.PASSKEY})
"""What a citizen opens a wallet with day by day. One of these always stays: paper gets lost."""

MAX_PASSKEYS: Final = 20


@final
@dataclass(frozen=True, slots=True)
class Brought:
    """What a citizen brings to the door: by which the lock is found, and with which it opens."""

    kind: LockKind
    finder: bytes = field(repr=False)
    secret: bytes = field(repr=False)


@final
@dataclass(frozen=True, slots=True)
class Trace:
    """What a lock leaves to be found by: the stored tag, and a key for its facts that is stored nowhere."""

    tag: bytes = field(repr=False)
    key: bytes = field(repr=False)


@final
@dataclass(frozen=True, slots=True)
class Lock:
    """One way to open a wallet, as it is stored.

    `tag` is a slow hash of what it is found by. `method` says how the wrapping key is made, with all parameters, such
    as `argon2id$m=65536,t=3,p=4`. `facts` is sealed under what the lock is found by: what must be known of a passkey
    before the wallet is open. `note` is sealed under the wallet's own key: what only the citizen may read.
    """

    id: str
    kind: LockKind
    tag: bytes = field(repr=False)
    salt: bytes
    method: str
    wrapped: bytes = field(repr=False)
    facts: bytes = field(default=b"", repr=False)
    note: bytes = field(default=b"", repr=False)


@final
@dataclass(frozen=True, slots=True)
class LockNote:
    """What the citizen is told of a lock of theirs.

    `name` is the citizen's own name for a passkey. `credential_id` lets a browser see that it has that one already;
    `user_handle` is the same for all passkeys of a wallet, so that a device keeps one of each wallet. Both are
    base64url.
    """

    added_at: datetime
    name: str = ""
    credential_id: str = ""
    user_handle: str = ""


@final
@dataclass(frozen=True, slots=True)
class WayIn:
    """A lock as its citizen sees it. `note` is missing for locks that are older than notes."""

    id: str
    kind: LockKind
    note: LockNote | None
    removable: bool = False


@final
@dataclass(frozen=True, slots=True)
class WaysIn:
    """All ways into one wallet, in the order in which they were made."""

    all: tuple[WayIn, ...]

    def of(self, kind: LockKind) -> tuple[WayIn, ...]:
        """Return those of one kind."""
        return tuple(each for each in self.all if each.kind is kind)

    @property
    def passkeys(self) -> tuple[WayIn, ...]:
        """The passkeys."""
        return self.of(LockKind.PASSKEY)

    @property
    def pin(self) -> WayIn | None:
        """The number with its PIN."""
        return next(iter(self.of(LockKind.PIN)), None)

    @property
    def recovery(self) -> WayIn | None:
        """The recovery code."""
        return next(iter(self.of(LockKind.RECOVERY)), None)


def may_go(kind: LockKind, others: Collection[LockKind]) -> bool:
    """Say whether a lock may be taken off while these others stay: one for every day must be among them."""
    return kind not in EVERYDAY or not EVERYDAY.isdisjoint(others)
