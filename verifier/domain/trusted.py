"""How the trust list stands, and whom it makes this service trust: for whoever watches over it, not for deciding."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Ground(StrEnum):
    """By what we know that something is of an issuer."""

    CERTIFICATE = "certificate"
    """A chain that ends with an authority on the list."""
    KEYS = "keys"
    """Keys that stand on the list themselves."""
    DID = "did"
    """The keys that its DID document names, at its own address."""
    PUBLISHED = "published"
    """The keys that it publishes on its web site."""


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An organisation that may issue, by the list; `types` and `prefixes` say what, `counts` whether it does now."""

    name: str
    identifier: str
    oin: str | None
    types: tuple[str, ...]
    prefixes: tuple[str, ...]
    grounds: tuple[Ground, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    withdrawn_at: datetime | None
    counts: bool


class Freshness(StrEnum):
    """Whether the list can be built on."""

    GOOD = "good"
    NOT_RENEWED = "not_renewed"
    """It counts, and reading it anew went wrong the last time."""
    ENDING = "ending"
    """It counts, and the scheme should have made a new one by now."""
    ENDED = "ended"
    """Nobody can be trusted now: its time is over, or there never was one."""


# A scheme signs anew long before the end. With so much of its time left, something is wrong there or on the way.
_LATE: Final = 4


@dataclass(frozen=True, slots=True)
class ListStanding:
    """How the list stands at a moment. Without a list there is no `scheme`, no number, and no time."""

    at: datetime
    address: str
    scheme: str = ""
    number: int | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    renewed_at: datetime | None = None
    due: datetime | None = None
    fault: str | None = None
    issuers: Sequence[TrustedIssuer] = ()

    @property
    def freshness(self) -> Freshness:
        """Whether the list can be built on."""
        if self.issued_at is None or self.expires_at is None or self.at >= self.expires_at:
            return Freshness.ENDED
        if self.fault is not None:
            return Freshness.NOT_RENEWED
        late = self.expires_at - self.at <= (self.expires_at - self.issued_at) / _LATE
        return Freshness.ENDING if late else Freshness.GOOD
