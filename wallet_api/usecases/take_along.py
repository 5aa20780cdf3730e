"""Make what a citizen takes along: all debts in one document to read, with each agency's own proof of each line in it.

Nobody seals it: no one states all of it, and a wallet's word would add nothing to the agencies'. What its pages say is
told from the cards that are attached, and proves nothing by itself. The status lists go along as they stand, so that
later and offline it can be seen that nothing was withdrawn on that day.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias, final

from credentials.clock import Clock
from credentials.encoding import json_compact
from credentials.sealed_pdf import OPEN_PROOFS, STATUS_LISTS, Attachment, Description, Relationship
from credentials.verification import Bundle, BundledProof
from service.under_way import UnderWay
from wallet_api.domain.card import Card
from wallet_api.domain.overview import CitizenOverview, overview_of
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import DocumentPrinter, Proof
from wallet_api.usecases.show import ShowOverview

_JSON: Final = "application/json"


@final
@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told: the overview of what goes along, and the place of each card among the proofs, from 1."""

    overview: CitizenOverview
    places: Mapping[str, int]
    made_at: datetime


@final
@dataclass(frozen=True, slots=True)
class Pages:
    """What is to be read, as HTML, and how the document and its parts are called in the reader's language."""

    html: str = field(repr=False)
    title: str
    author: str
    language: str
    proofs: str
    status_lists: str


Tell: TypeAlias = Callable[[Told], Pages]
"""Put it into words."""


@final
@dataclass(frozen=True, slots=True)
class TakeAlong:
    """The overview as a file; `printer` is None where this machine makes no documents."""

    show: ShowOverview
    proof: Proof
    printer: DocumentPrinter | None
    clock: Clock
    under_way: UnderWay[str] = field(default_factory=UnderWay)

    @property
    def printable(self) -> bool:
        """Say whether there is a document to read."""
        return self.printer is not None

    def data(self, wallet: OpenedWallet) -> bytes:
        """Return all proofs as one file for programs (`credentials.verification.bundle`)."""
        cards = self._cards(wallet)
        return json.dumps(_bundle(cards).to_dict(self.clock.now()), ensure_ascii=False, indent=1).encode()

    def document(self, wallet: OpenedWallet, tell: Tell) -> bytes | None:
        """Return the document, None where this machine makes none.

        Raises PrintingFailed, TooCostly, or Unavailable while this citizen, or too many, have one made.
        """
        if self.printer is None:
            return None
        with self.under_way.of(wallet.id):
            now = self.clock.now().replace(microsecond=0)
            cards = self._cards(wallet)
            places = {card.id: number for number, card in enumerate(cards, start=1)}
            pages = tell(Told(overview_of(cards, now), places, now))
            lists = json.dumps(dict(self.proof.status_lists(cards))).encode("ascii")
            attachments = (
                Attachment(
                    OPEN_PROOFS, pages.proofs, _JSON, Relationship.DATA, json_compact(_bundle(cards).to_dict(now))
                ),
                Attachment(STATUS_LISTS, pages.status_lists, _JSON, Relationship.SUPPLEMENT, lists),
            )
            description = Description(pages.title, pages.author, pages.language, None, None, now)
            return self.printer(pages.html, description, attachments)

    def _cards(self, wallet: OpenedWallet) -> list[Card]:
        """Return the cards that stand, in the order of the proofs; strangers prove nothing to others."""
        cards = [card for card in self.show.cards(wallet) if card.gone_since is None and card.agency.listed]
        return sorted(cards, key=lambda card: card.agency.name.casefold())


def _bundle(cards: list[Card]) -> Bundle:
    return Bundle.of(BundledProof(card.format, card.copies[0].credential) for card in cards)
