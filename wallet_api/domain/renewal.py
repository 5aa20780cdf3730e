"""New cards from an agency take the place of the old ones about the same thing.

A case that was there before and that the agency no longer gives is not thrown away: it is marked as gone, so that the
citizen sees that it is done and not that it vanished.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import final

from wallet_api.domain.card import Card
from wallet_api.domain.issuance import CASE, OVERVIEW


@final
@dataclass(frozen=True, slots=True)
class Renewal:
    """Which cards to write and which to drop, in one transaction."""

    put: dict[str, Card]
    remove: frozenset[str]


def renew(held: Sequence[Card], received: Sequence[Card], now: datetime) -> Renewal:
    """Work out what receiving these cards, all of one agency, does to the cards held.

    With an overview among them they are all that the agency has, so a held case that is not among them is gone.
    """
    put = {card.id: card for card in received}
    remove: set[str] = set()
    new = {subject(card) for card in received}
    complete = {(card.agency.identifier, card.format) for card in received if card.type == OVERVIEW}
    for card in held:
        if subject(card) in new:
            remove.add(card.id)
        elif card.type == CASE and (card.agency.identifier, card.format) in complete:
            put[card.id] = card.gone(now)
    return Renewal(put, frozenset(remove))


def subject(card: Card) -> tuple[str, ...]:
    """Return what a card is about; two cards about the same thing replace each other."""
    base = (card.agency.identifier, card.format, card.type)
    if card.type != CASE:
        return base
    reference = card.claims.get("zaakkenmerk") or card.claims.get("beschikkingsnummer")
    return (*base, str(reference) if reference is not None else card.id)
