"""A card: one statement by one agency, in several one-time copies, as it is kept in the vault.

Each copy has its own key, status index and signature, so that two organisations that were each shown one cannot tell
that it is the same card. Copies of cards that came together bear one `session` and are used together: a case's digest
fits the overview's of the same session and copy number.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self, final

from credentials.encoding import JsonObject
from credentials.formats.base import Credential


class Standing(StrEnum):
    """What is known about a card's status."""

    VALID = "geldig"
    SUPERSEDED = "verouderd"
    WITHDRAWN = "ingetrokken"
    UNKNOWN = "onbekend"


@final
@dataclass(frozen=True, slots=True)
class Agency:
    """Who issued a card, as the trust list names it; a stranger, who is not `listed`, is named after its host."""

    identifier: str
    name: str
    oin: str | None = None
    abbreviation: str | None = None
    listed: bool = True


@final
@dataclass(frozen=True, slots=True)
class Copy:
    """One signed copy and the private key that it is bound to."""

    credential: Credential = field(repr=False)
    private_jwk: JsonObject = field(repr=False)
    used: int = 0


@final
@dataclass(frozen=True, slots=True)
class Card:
    """One card. `claims` is what the agency said, all of it; `checked_at` is when its proof was last checked."""

    id: str
    agency: Agency
    format: str
    type: str
    claims: JsonObject = field(repr=False)
    session: str
    collected_at: datetime
    issued_at: datetime | None
    valid_until: datetime | None
    standing: Standing
    checked_at: datetime
    copies: tuple[Copy, ...] = field(repr=False)
    gone_since: datetime | None = None

    @property
    def current(self) -> bool:
        """Say whether the agency still stands by this card, as far as we know."""
        return self.gone_since is None and self.standing in (Standing.VALID, Standing.UNKNOWN)

    def expired(self, now: datetime) -> bool:
        """Say whether the card's own time has passed."""
        return self.valid_until is not None and now >= self.valid_until

    def found(self, standing: Standing, at: datetime) -> Self:
        """Return the card with what a check at this moment found. What was withdrawn stays withdrawn."""
        if self.standing is Standing.WITHDRAWN:
            standing = Standing.WITHDRAWN
        return replace(self, standing=standing, checked_at=at)

    def gone(self, at: datetime) -> Self:
        """Return the card as one that the agency no longer gives: the debt is not open there any more."""
        return self if self.gone_since is not None else replace(self, gone_since=at)

    def using(self, number: int) -> Self:
        """Return the card with one more use of this copy."""
        copies = list(self.copies)
        copies[number] = replace(copies[number], used=copies[number].used + 1)
        return replace(self, copies=tuple(copies))


def copy_to_use(cards: Collection[Card]) -> int:
    """Return the number of the copy to show of cards that came together: unused if there is one, else least used."""
    common = min(len(card.copies) for card in cards)

    def uses(number: int) -> tuple[int, int, int]:
        used = [card.copies[number].used for card in cards]
        return max(used), sum(used), number

    return min(range(common), key=uses)
