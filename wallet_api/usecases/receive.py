"""Ask for the cards that a grant opens, prove each of them, and only then keep them."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

from credentials.clock import Clock
from credentials.debts.disclosed import read_overview
from credentials.errors import MalformedInput
from credentials.keys import SoftwareSigner
from wallet_api.domain.card import Agency, Card, Copy, Standing
from wallet_api.domain.errors import CardRefused, NothingOffered
from wallet_api.domain.issuance import OVERVIEW, Grant, IssuerDescription, Kind
from wallet_api.domain.renewal import renew
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Issuers, Proof, Proven, Shelf


@final
@dataclass(frozen=True, slots=True)
class Received:
    """What came in: how many cards, and how many open cases the agency states (None without an overview)."""

    cards: int
    open_cases: int | None


@final
class ReceiveCards:
    """Fetch, prove and keep the cards of one agency. Either all are kept or none."""

    def __init__(self, issuers: Issuers, proof: Proof, cards: Shelf[Card], clock: Clock, copies: int) -> None:
        self._issuers = issuers
        self._proof = proof
        self._cards = cards
        self._clock = clock
        self._copies = copies

    def receive(
        self,
        wallet: OpenedWallet,
        agency: Agency,
        description: IssuerDescription,
        grant: Grant,
        configurations: Sequence[str],
    ) -> Received:
        """Ask for everything that the grant opens of these configurations.

        Raises CardRefused, NothingOffered, IssuerRefused, Unavailable, MalformedInput; then nothing was kept.
        """
        session = secrets.token_hex(8)
        cards = [
            self._obtain(
                agency=agency, description=description, grant=grant, kind=kind, identifier=identifier, session=session
            )
            for kind, identifier in _wanted(description, grant, configurations)
        ]
        if not cards:
            raise NothingOffered
        renewal = renew(self._cards.all(wallet), cards, self._clock.now())
        self._cards.exchange(wallet, renewal.put, renewal.remove)
        return Received(len(cards), _open_cases(cards))

    def _obtain(
        self,
        *,
        agency: Agency,
        description: IssuerDescription,
        grant: Grant,
        kind: Kind,
        identifier: str | None,
        session: str,
    ) -> Card:
        # Every copy its own key: two copies must have nothing in common.
        signers = [SoftwareSigner.generate() for _ in range(max(1, min(self._copies, description.batch_size)))]
        credentials = self._issuers.obtain(description, grant, kind, identifier, signers)
        if not 1 <= len(credentials) <= len(signers):
            raise CardRefused("number_of_copies")
        proven = [
            self._proof.prove(credential, kind, agency, signer.public_jwk)
            for credential, signer in zip(credentials, signers, strict=False)
        ]
        self._same_facts(proven)
        copies = tuple(
            Copy(credential, signer.to_private_jwk()) for credential, signer in zip(credentials, signers, strict=False)
        )
        first, now = proven[0], self._clock.now()
        return Card(
            id=secrets.token_hex(16),
            agency=agency,
            format=kind.format,
            type=first.type,
            claims=first.claims,
            session=session,
            collected_at=now,
            issued_at=first.issued_at,
            valid_until=min((each.valid_until for each in proven if each.valid_until is not None), default=None),
            standing=Standing.VALID,
            checked_at=now,
            copies=copies,
        )

    @staticmethod
    def _same_facts(proven: Sequence[Proven]) -> None:
        # Copies differ in their digests, which tie a case to its overview; every fact is the same.
        facts = [_facts(each.claims) for each in proven]
        if any(each != facts[0] for each in facts) or len({each.type for each in proven}) != 1:
            raise CardRefused("copies_differ")


def _wanted(
    description: IssuerDescription, grant: Grant, configurations: Sequence[str]
) -> Iterator[tuple[Kind, str | None]]:
    for configuration in configurations:
        kind = description.kind(configuration)
        if kind is None:
            continue
        if configuration in grant.identifiers:
            # OpenID4VCI 1.0 section 6.2: with identifiers in the token response, each is asked for by its own.
            for identifier in grant.identifiers[configuration]:
                yield kind, identifier
        elif not grant.identifiers:
            yield kind, None


def _open_cases(cards: Sequence[Card]) -> int | None:
    for card in cards:
        if card.type == OVERVIEW:
            try:
                return read_overview(card.claims).open_cases
            except MalformedInput as error:
                raise CardRefused("claims") from error
    return None


def _facts(claims: object) -> object:
    if isinstance(claims, dict):
        return {name: _facts(value) for name, value in claims.items() if name not in ("digest", "zaak_digest")}
    return claims
