"""A visit that brings many cards: what is asked for one by one, and how far it is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, final

from credentials.encoding import JsonObject
from wallet_api.domain.card import Agency

STEP: Final = 20
"""So many cards are fetched and proven in one request of the citizen's browser: a second or two."""


PATIENCE: Final = timedelta(hours=24)
"""For so long a delivery is kept that waits for the agency."""


@final
@dataclass(frozen=True, slots=True)
class Wanted:
    """One card to ask for: a configuration, and which of its credentials where the agency named them."""

    configuration: str
    identifier: str | None


@final
@dataclass(frozen=True, slots=True)
class Awaited:
    """The next card of a delivery, which the agency was asked for and does not have yet.

    `keys` are the private JWKs that were proven when it was asked; it is bound to them when it comes.
    """

    transaction_id: str = field(repr=False)
    keys: tuple[JsonObject, ...] = field(repr=False)
    again_at: datetime


@final
@dataclass(frozen=True, slots=True)
class Delivery:
    """What a grant opens and is not all fetched yet. `token` and `dpop` open it; they wait sealed, and briefly.

    It is fetched until `good_until`; what waited longer for the agency is begun anew. `notices` are the names by which
    the agency wants to hear what became of what it gave so far.
    """

    id: str
    agency: Agency
    credential_issuer: str
    session: str
    wanted: tuple[Wanted, ...]
    token: str = field(repr=False)
    token_type: str
    dpop: JsonObject | None = field(repr=False)
    named: bool
    taken: int = 0
    notices: tuple[str, ...] = field(default=(), repr=False)
    awaited: Awaited | None = None
    good_until: datetime | None = None

    @property
    def next_wanted(self) -> tuple[tuple[int, Wanted], ...]:
        """The cards of the next step, each with its number."""
        return tuple(enumerate(self.wanted))[self.taken : self.taken + STEP]

    @property
    def complete(self) -> bool:
        """Say whether every card was fetched."""
        return self.taken >= len(self.wanted)


@final
@dataclass(frozen=True, slots=True)
class Received:
    """What came in: how many cards, and how many open cases the agency states (None without an overview)."""

    cards: int
    open_cases: int | None


@final
@dataclass(frozen=True, slots=True)
class Underway:
    """A delivery that goes on: so many of its cards are there, and none is shown before all are.

    `again_at` is when the agency may be asked again that was not ready; None when there is nothing to wait for.
    """

    id: str
    taken: int
    total: int
    again_at: datetime | None = None
