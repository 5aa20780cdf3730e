"""What of a delivery lies in the vault, and who may take it further: one window at a time, nobody once it is given up.

Cards that were fetched wait on a shelf of their own, where nothing shows them, until the last one is there.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import final

from credentials.clock import Clock
from credentials.debts.disclosed import read_overview
from credentials.errors import MalformedInput
from service.errors import NotFound
from wallet_api.domain.card import Card
from wallet_api.domain.delivery import STEP_TIME, Claim, Delivery, Received
from wallet_api.domain.errand import Answered
from wallet_api.domain.errors import CardRefused, ChangedMeanwhile
from wallet_api.domain.issuance import OVERVIEW
from wallet_api.domain.renewal import renew
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Errands, Shelf
from wallet_api.usecases.obtain import Step


@final
@dataclass(frozen=True, slots=True)
class DeliveryShelves:
    """Where cards lie, where those of an unfinished delivery wait, and what is still to be fetched."""

    cards: Shelf[Card]
    waiting: Shelf[Card]
    deliveries: Shelf[Delivery]


class _InHandError(Exception):
    """Another window has the claim on this step."""


@final
class Deliveries:
    """The deliveries of a wallet. What a window that lost its claim wants to write raises NotFound."""

    def __init__(self, shelves: DeliveryShelves, clock: Clock, errands: Errands | None) -> None:
        self._shelves = shelves
        self._clock = clock
        self._errands = errands

    def add(self, wallet: OpenedWallet, delivery: Delivery) -> Delivery:
        """Keep a new delivery and return it with a claim on its first step."""
        claimed = delivery.claimed(self._claim())
        self._shelves.deliveries.put(wallet, claimed.id, claimed, expires_at=claimed.ends_at)
        return claimed

    def get(self, wallet: OpenedWallet, id: str) -> Delivery:
        """Return a delivery. Raises NotFound for one that has ended."""
        return self._shelves.deliveries.get(wallet, id)

    def all(self, wallet: OpenedWallet) -> Sequence[Delivery]:
        """Return the deliveries of this wallet that have not ended."""
        return self._shelves.deliveries.all(wallet)

    def arrived(self, delivery: Delivery) -> bool:
        """Say whether the service has an answer for a delivery that waits."""
        now = self._clock.now()
        return self._errands is not None and any(
            isinstance(self._errands.look(each.question.id, now), Answered)
            for each in delivery.pending
            if each.question is not None
        )

    def claim(self, wallet: OpenedWallet, delivery: Delivery) -> Delivery | None:
        """Take the next step of a delivery for oneself; None when another window just did. Raises NotFound."""
        claim = self._claim()

        def claimed(one: Delivery) -> Delivery:
            # As it was seen, down to a claim that was lost: of two windows that find it so, one goes on.
            if one != delivery:
                raise _InHandError
            return one.claimed(claim)

        try:
            return self._shelves.deliveries.update(wallet, delivery.id, claimed)
        except _InHandError:
            return None

    def begin_anew(self, wallet: OpenedWallet, old: Delivery, new: Delivery) -> Delivery:
        """Put another grant in the place of the old one, whose cards would not fit, in the same claim."""
        begun = replace(new, id=old.id, claim=old.claim)
        self._change(wallet, old, begun, begun.ends_at)
        self._clear(wallet, old)
        return begun

    def reach(self, wallet: OpenedWallet, delivery: Delivery, step: Step) -> Delivery:
        """Keep what a step brought until the rest is there; the service asks for what is not ready."""
        reached = delivery.reached(step.asked, step.pending, step.notices, step.not_before)
        cards = {delivery.places[number]: card for number, card in step.cards.items()}
        # What was pending may have kept the delivery longer than what is left of it would.
        ends_at = max(delivery.ends_at, reached.ends_at)
        waiting = self._shelves.waiting
        waiting.exchange(wallet, cards, expires_at=ends_at)
        if ends_at > delivery.ends_at:
            for number in delivery.here:
                waiting.update(wallet, delivery.places[number], lambda card: card, expires_at=ends_at)
        try:
            self._change(wallet, delivery, reached, ends_at)
        except NotFound:
            self._shelves.waiting.exchange(wallet, {}, tuple(cards))
            raise
        if self._errands is not None:
            self._run_errands(self._errands, reached, step)
        return reached

    def finish(self, wallet: OpenedWallet, delivery: Delivery, step: Step) -> Received:
        """Move all cards to where they count, and end the delivery, in one. Raises CardRefused."""
        cards, waiting = self._shelves.cards, self._shelves.waiting
        received = [
            step.cards[number] if number in step.cards else waiting.get(wallet, place)
            for number, place in enumerate(delivery.places)
        ]
        open_cases = _open_cases(received)
        renewal = renew(cards.all(wallet), received, self._clock.now())
        stored, row = self._shelves.deliveries.hold(wallet, delivery.id)
        if stored.claim != delivery.claim:
            raise NotFound
        try:
            cards.exchange(wallet, renewal.put, renewal.remove, take=row)
        except ChangedMeanwhile:
            self._shelves.deliveries.get(wallet, delivery.id)
            raise
        self._clear(wallet, delivery)
        return Received(len(received), open_cases)

    def end(self, wallet: OpenedWallet, id: str) -> Delivery | None:
        """Throw a delivery away with all that it brought so far, and return it if it was still there."""
        try:
            delivery = self._shelves.deliveries.take(wallet, id)
        except NotFound:
            return None
        self._clear(wallet, delivery)
        return delivery

    def drop(self, wallet: OpenedWallet, delivery: Delivery) -> None:
        """Throw away the delivery on which one has the claim, with all that it brought."""
        with suppress(NotFound, ChangedMeanwhile):
            stored, row = self._shelves.deliveries.hold(wallet, delivery.id)
            if stored.claim == delivery.claim:
                self._shelves.waiting.exchange(wallet, {}, delivery.places, take=row)
                self._clear(wallet, stored)

    def _change(self, wallet: OpenedWallet, old: Delivery, new: Delivery, ends_at: datetime) -> None:
        def changed(one: Delivery) -> Delivery:
            if one.claim != old.claim:
                raise NotFound
            return new

        self._shelves.deliveries.update(wallet, old.id, changed, expires_at=ends_at)

    def _clear(self, wallet: OpenedWallet, delivery: Delivery) -> None:
        """Throw away what is left of a delivery that has ended: after that nobody knows of it any more."""
        self._shelves.waiting.exchange(wallet, {}, delivery.places)
        for each in delivery.pending:
            if each.question is not None and self._errands is not None:
                self._errands.remove(each.question.id)

    def _run_errands(self, errands: Errands, reached: Delivery, step: Step) -> None:
        """Have the service ask for what is not ready. A kill before this leaves it to the citizen's page alone."""
        now = self._clock.now()
        for id in step.read:
            errands.remove(id)
        for each in reached.pending:
            errand = reached.errand(each)
            if errand is not None and now < errand.until and errands.look(errand.id, now) is None:
                errands.add(errand, now)

    def _claim(self) -> Claim:
        return Claim(secrets.token_hex(8), self._clock.now() + STEP_TIME)


def _open_cases(cards: Sequence[Card]) -> int | None:
    for card in cards:
        if card.type == OVERVIEW:
            try:
                return read_overview(card.claims).open_cases
            except MalformedInput as error:
                raise CardRefused("claims") from error
    return None
