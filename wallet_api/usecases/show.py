"""Show the overview, one debt, and the proof of it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import final

from credentials.clock import Clock, dutch_day
from credentials.debts.notice import Notice
from credentials.verification import Report
from service.errors import NotFound
from wallet_api.domain.card import Card, Standing
from wallet_api.domain.disclosure import Fact, claim_facts
from wallet_api.domain.overview import CitizenOverview, DebtLine, overview_of
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Proof, Shelf


@final
@dataclass(frozen=True, slots=True)
class DebtDetail:
    """One debt among the others, with the proof of its card, checked just now."""

    line: DebtLine
    report: Report
    overview: CitizenOverview

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What its agency says of its data of this kind."""
        return self.overview.notices_about(self.line)


@final
class ShowOverview:
    """Read the cards, check where they stand, and put them together."""

    def __init__(self, cards: Shelf[Card], proof: Proof, clock: Clock) -> None:
        self._cards = cards
        self._proof = proof
        self._clock = clock

    def overview(self, wallet: OpenedWallet, *, fresh: bool = False) -> CitizenOverview:
        """Return the overview. With `fresh`, status lists are fetched anew."""
        if fresh:
            self._proof.forget_status()
        return overview_of(self._checked(wallet), self._clock.now())

    def today(self) -> date:
        """Return the Dutch day that it is."""
        return dutch_day(self._clock.now())

    def debt(self, wallet: OpenedWallet, id: str) -> DebtDetail:
        """Return one debt by the id of any of its cards. Raises NotFound."""
        overview = self.overview(wallet)
        for line in overview.debts:
            if id in (line.card.id, *(card.id for card in line.elsewhere)):
                return DebtDetail(line, self._proof.report(line.card), overview)
        raise NotFound

    def card(self, wallet: OpenedWallet, id: str) -> tuple[Card, Report]:
        """Return one card with its proof. Raises NotFound."""
        card = self._cards.get(wallet, id)
        return card, self._proof.report(card)

    def facts(self, card: Card) -> tuple[Fact, ...]:
        """Return everything that a card says."""
        return claim_facts(card.type, card.claims)

    def cards(self, wallet: OpenedWallet) -> list[Card]:
        """Return all cards, each with its standing as of now."""
        return self._checked(wallet)

    def remove(self, wallet: OpenedWallet, id: str) -> None:
        """Throw one card away. Raises NotFound."""
        self._cards.get(wallet, id)
        self._cards.remove(wallet, id)

    def _checked(self, wallet: OpenedWallet) -> list[Card]:
        checked = []
        for card in self._cards.all(wallet):
            if card.gone_since is not None:
                checked.append(card)
                continue
            standing, now = self._proof.standing(card), self._clock.now()
            if standing is not card.standing:
                try:
                    self._cards.update(wallet, card.id, partial(_found, standing=standing, at=now))
                except NotFound:
                    # Thrown away in another window.
                    continue
            checked.append(card.found(standing, now))
        return checked


def _found(card: Card, *, standing: Standing, at: datetime) -> Card:
    return card.found(standing, at)
