"""A visit that brings many cards: what is asked for one by one, how far it is, and which window is at it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Self, final

from credentials.encoding import JsonObject
from credentials.keys import SoftwareSigner
from wallet_api.domain.card import Agency
from wallet_api.domain.errand import KEPT, Errand, Question
from wallet_api.domain.issuance import Grant

STEP: Final = 20
"""So many cards are fetched and proven in one request of the citizen's browser: a second or two."""

STEP_ASKS: Final = timedelta(seconds=20)
"""After so long nothing more is asked in a step: whoever answers slowly keeps no window, and no other citizen."""

STEP_TIME: Final = timedelta(minutes=2)
"""So long a window may take for a step; after that it is held for gone, as when its process was killed."""

PATIENCE: Final = timedelta(hours=24)
"""For so long an agency is asked again for what was not ready."""


@final
@dataclass(frozen=True, slots=True)
class Wanted:
    """One card to ask for: a configuration, and which of its credentials where the agency named them."""

    configuration: str
    identifier: str | None


@final
@dataclass(frozen=True, slots=True)
class Awaited:
    """The card of this number in a delivery, which the agency was asked for and does not have yet.

    `keys` are the private JWKs that were proven when it was asked; it is bound to them when it comes. With a `question`
    it is asked for while the vault is closed, too.
    """

    number: int
    transaction_id: str = field(repr=False)
    keys: tuple[JsonObject, ...] = field(repr=False)
    interval: int
    again_at: datetime
    question: Question | None = None


@final
@dataclass(frozen=True, slots=True)
class Claim:
    """That one window takes the next step, until it is done or the time is over."""

    id: str
    until: datetime


@final
@dataclass(frozen=True, slots=True)
class Delivery:
    """What a grant opens and is not all fetched yet. `token` and `dpop` open it; they wait sealed, and briefly.

    The first `asked` of the cards were asked for; of those the `pending` are not here yet. The token is good until
    `good_until`, and an agency that was down is left alone until `not_before`. `notices` are the names by which the
    agency wants to hear what became of what it gave so far. Whoever takes the next step has its `claim`.
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
    begun_at: datetime
    good_until: datetime
    asked: int = 0
    pending: tuple[Awaited, ...] = ()
    not_before: datetime | None = None
    notices: tuple[str, ...] = field(default=(), repr=False)
    claim: Claim | None = None

    @property
    def asks_on(self) -> bool:
        """Say whether the next step asks for cards that were not asked for yet."""
        return self.asked < len(self.wanted) and len(self.pending) < STEP

    @property
    def next_wanted(self) -> tuple[tuple[int, Wanted], ...]:
        """The cards that the next step asks for, each with its number."""
        return tuple(enumerate(self.wanted))[self.asked : self.asked + STEP]

    @property
    def here(self) -> tuple[int, ...]:
        """The numbers of the cards that are here."""
        pending = {each.number for each in self.pending}
        return tuple(number for number in range(self.asked) if number not in pending)

    @property
    def complete(self) -> bool:
        """Say whether all cards are here."""
        return self.asked == len(self.wanted) and not self.pending

    @property
    def grant(self) -> Grant:
        """What opens it."""
        dpop = SoftwareSigner.from_private_jwk(self.dpop) if self.dpop is not None else None
        return Grant(self.token, self.token_type, dpop=dpop, named=self.named)

    @property
    def places(self) -> tuple[str, ...]:
        """Where each of its cards waits for the last one; what is begun anew has other places."""
        return tuple(f"{self.session}-{number:05d}" for number in range(len(self.wanted)))

    @property
    def ends_at(self) -> datetime:
        """When it is thrown away, whatever became of it: after the last step that could be taken."""
        return self.begun_at + KEPT if self.pending else self.good_until + STEP_TIME

    @property
    def again_at(self) -> datetime | None:
        """When the agency may be asked next; None when it need not be left alone."""
        if self.not_before is not None:
            return self.not_before
        return None if self.asks_on or not self.pending else min(each.again_at for each in self.pending)

    def in_hand(self, now: datetime) -> bool:
        """Say whether a window is at its next step."""
        return self.claim is not None and now < self.claim.until

    def early(self, now: datetime) -> bool:
        """Say whether the agency does not want to be asked yet."""
        return self.again_at is not None and now < self.again_at

    def stale(self, now: datetime) -> bool:
        """Say whether what is to be asked for would not fit what is here, or not be given.

        Either the token is over, or a window was lost in a step. How far that one came nobody knows, and a card that
        is asked for twice comes in other copies than its overview speaks of. What is pending comes once.
        """
        if self.asked == len(self.wanted):
            return False
        return now >= self.good_until or (self.claim is not None and now >= self.claim.until)

    def claimed(self, claim: Claim) -> Self:
        """Return the delivery with a window at its next step."""
        return replace(self, claim=claim)

    def reached(
        self, asked: int, pending: Sequence[Awaited], notices: Sequence[str], not_before: datetime | None = None
    ) -> Self:
        """Return it after a step; whoever wants takes the next."""
        return replace(
            self,
            asked=asked,
            pending=tuple(pending),
            notices=(*self.notices, *notices),
            not_before=not_before,
            claim=None,
        )

    def errand(self, awaited: Awaited) -> Errand | None:
        """Return how this card is asked for while the vault is closed; None when it is not."""
        question = awaited.question
        if question is None:
            return None
        return Errand(
            question.id,
            question.url,
            question.content,
            self.token,
            self.dpop,
            awaited.interval,
            self.begun_at + PATIENCE,
        )

    def underway(self, now: datetime) -> "Underway":
        """Say how far it is."""
        return Underway(
            self.id,
            len(self.here),
            len(self.wanted),
            self.again_at,
            in_hand=self.in_hand(now),
            asked_for_you=bool(self.pending) and all(each.question is not None for each in self.pending),
        )


@final
@dataclass(frozen=True, slots=True)
class Received:
    """What came in: how many cards, and how many open cases the agency states (None without an overview)."""

    cards: int
    open_cases: int | None


@final
@dataclass(frozen=True, slots=True)
class Arrival:
    """An answer that waits to be taken in: with the collection, or as a `delivery` of its own."""

    agency: Agency
    delivery: str | None


@final
@dataclass(frozen=True, slots=True)
class Underway:
    """A delivery that goes on: so many of its cards are there, and none is shown before all are.

    `again_at` is when the agency may be asked again that was not ready; None when there is nothing to wait for.
    `in_hand` says that another window takes the next step just now, `asked_for_you` that the service asks, too.
    """

    id: str
    taken: int
    total: int
    again_at: datetime | None = None
    in_hand: bool = False
    asked_for_you: bool = False
