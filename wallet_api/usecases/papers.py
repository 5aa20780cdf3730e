"""Read FCID documents that a citizen got elsewhere, and keep what they say: apart from the cards, and unproven."""

import re
import secrets
from typing import Final, final

from credentials.clock import Clock
from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.errors import SourceError
from credentials.debts.fcid import FcidDocument, SignedResponse, parse_document
from credentials.debts.person import Person
from credentials.errors import MalformedInput, Unavailable
from wallet_api.domain.errors import TooManyPapers, UnreadablePaper
from wallet_api.domain.paper import MAX_CHARACTERS, MAX_PAPERS, Paper, PaperCase
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Shelf, TrustSource

# A document is folded for an organisation; here it is only the one that the paper names.
_NOBODY: Final = "onbekend"


@final
class Papers:
    """One citizen's papers. A signature on one is not looked at: a paper is never more than read."""

    def __init__(self, trust: TrustSource, shelf: Shelf[Paper], clock: Clock) -> None:
        self._trust = trust
        self._shelf = shelf
        self._clock = clock

    def add(self, wallet: OpenedWallet, text: str) -> Paper:
        """Read a document, plain or as a signed response, and keep it. Raises UnreadablePaper, TooManyPapers."""
        if len(self._shelf.all(wallet)) >= MAX_PAPERS:
            raise TooManyPapers
        paper = self._read(text)
        self._shelf.put(wallet, paper.id, paper)
        return paper

    def all(self, wallet: OpenedWallet) -> list[Paper]:
        """Return all papers, oldest first."""
        return self._shelf.all(wallet)

    def get(self, wallet: OpenedWallet, id: str) -> Paper:
        """Return one paper. Raises NotFound."""
        return self._shelf.get(wallet, id)

    def remove(self, wallet: OpenedWallet, id: str) -> None:
        """Throw one paper away. Raises NotFound."""
        self._shelf.take(wallet, id)

    def _read(self, text: str) -> Paper:
        now = self._clock.now()
        try:
            document = _document(text)
            name = self._name_of(document.source_oin)
            agency = Agency(document.source_oin, name or _NOBODY, _NOBODY)
            cases = document.cases_at(agency)
        except (SourceError, MalformedInput) as error:
            raise UnreadablePaper from error
        return Paper(
            id=secrets.token_hex(16),
            oin=document.source_oin,
            name=name,
            made_at=document.created_at,
            added_at=now,
            cases=tuple(
                PaperCase(
                    _without(document.person, each.reference),
                    _without(document.person, each.description),
                    each.balance,
                    each.as_of,
                )
                for each in cases
            ),
        )

    def _name_of(self, oin: str) -> str | None:
        try:
            participant = self._trust.current().by_oin(oin)
        except Unavailable:
            return None
        return None if participant is None else participant.name


def _document(text: str) -> FcidDocument:
    stripped = text.strip()
    if len(stripped) > MAX_CHARACTERS:
        raise UnreadablePaper
    if SignedResponse.describes_itself(stripped):
        return SignedResponse.parse(stripped).document()
    return parse_document(stripped.encode("utf-8"), file="paper")


def _without(person: Person, text: str) -> str:
    # Some have no better reference than the citizen's number, and it is not to be kept. A creditor's own number of a
    # customer opens nothing elsewhere.
    return re.sub("[ .-]?".join(person.reveal()), "*********", text) if isinstance(person, Bsn) else text
