"""Ask for the cards that a grant opens, prove each of them, and only then keep them."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, final

from credentials.clock import Clock
from credentials.debts.disclosed import read_overview
from credentials.errors import BlauweKnopError, MalformedInput, Unavailable
from credentials.keys import SoftwareSigner
from credentials.openid.notification import NotificationEvent
from service.errors import NotFound
from wallet_api.domain.card import Agency, Card, Copy, Standing
from wallet_api.domain.delivery import PATIENCE, STEP, Awaited, Delivery, Received, Underway, Wanted
from wallet_api.domain.errors import CardRefused, IssuerBusy, NothingOffered, PermissionOver
from wallet_api.domain.issuance import OVERVIEW, Grant, IssuerDescription, Kind
from wallet_api.domain.renewal import renew
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Issuers, NotReady, Proof, Proven, Shelf
from wallet_api.usecases.permissions import Permissions

_WHEN_DOWN: Final = timedelta(minutes=1)


@final
@dataclass(frozen=True, slots=True)
class DeliveryShelves:
    """Where cards lie, where those of an unfinished delivery wait, and what is still to be fetched."""

    cards: Shelf[Card]
    waiting: Shelf[Card]
    deliveries: Shelf[Delivery]


class _NotYetError(Exception):
    """The agency does not have the next card yet; those before it are here."""

    def __init__(self, cards: Sequence[Card], awaited: Awaited) -> None:
        self.cards = cards
        self.awaited = awaited
        super().__init__()


@final
class ReceiveCards:
    """Fetch, prove and keep the cards of one agency, a step at a time. Either all are kept or none.

    Cards that were fetched wait on a shelf of their own, where nothing shows them, until the last one is there. An
    agency that does not have one yet (OpenID4VCI 1.0 section 9) is asked again when the citizen comes back: what opens
    it is in the vault, and the vault opens with them only.
    """

    def __init__(
        self,
        issuers: Issuers,
        proof: Proof,
        shelves: DeliveryShelves,
        permissions: Permissions,
        clock: Clock,
        *,
        copies: int,
        lifetime: timedelta,
    ) -> None:
        self._issuers = issuers
        self._proof = proof
        self._shelves = shelves
        self._permissions = permissions
        self._clock = clock
        self._copies = copies
        self._lifetime = lifetime

    def receive(
        self,
        wallet: OpenedWallet,
        agency: Agency,
        description: IssuerDescription,
        grant: Grant,
        configurations: Sequence[str],
    ) -> Received | Underway:
        """Take the first step in asking for everything that the grant opens of these configurations.

        A refresh token that comes with the grant is kept first, so that none is lost.

        Raises CardRefused, NothingOffered, IssuerRefused, Unavailable, MalformedInput; then nothing was kept.
        """
        self._permissions.keep(wallet, description, configurations, grant)
        wanted = tuple(_wanted(description, grant, configurations))
        if not wanted:
            raise NothingOffered
        delivery = Delivery(
            id=secrets.token_hex(16),
            agency=agency,
            credential_issuer=description.credential_issuer,
            session=secrets.token_hex(8),
            wanted=wanted,
            token=grant.access_token,
            token_type=grant.token_type,
            dpop=grant.dpop.to_private_jwk() if isinstance(grant.dpop, SoftwareSigner) else None,
            named=grant.named,
            good_until=self._clock.now() + self._lifetime,
        )
        if len(wanted) <= STEP:
            notices: list[str] = []
            try:
                with self._telling(delivery, description, notices):
                    return self._keep(wallet, self._fetched(delivery, description, notices))
            except _NotYetError as wait:
                return self._wait(wallet, delivery, wait.cards, wait.awaited, notices)
        self._shelves.deliveries.put(wallet, delivery.id, delivery, expires_at=self._clock.now() + self._lifetime)
        return self.go_on(wallet, delivery.id)

    def underway(self, wallet: OpenedWallet, id: str) -> Underway:
        """Say how far a delivery is. Raises NotFound for one that has ended."""
        delivery = self._shelves.deliveries.get(wallet, id)
        return _underway(delivery)

    def go_on(self, wallet: OpenedWallet, id: str) -> Received | Underway:
        """Take the next step. Raises NotFound for a delivery that has ended, and as `receive`."""
        delivery = self._shelves.deliveries.get(wallet, id)
        waiting, now, awaited = self._shelves.waiting, self._clock.now(), delivery.awaited
        if awaited is not None and now < awaited.again_at:
            return _underway(delivery)
        if awaited is not None and delivery.good_until is not None and now >= delivery.good_until:
            return self._begin_anew(wallet, delivery)
        notices: list[str] = []
        try:
            description = self._issuers.describe(delivery.credential_issuer)
            fetched = self._fetched(delivery, description, notices)
        except _NotYetError as wait:
            return self._wait(wallet, delivery, wait.cards, wait.awaited, notices)
        except BlauweKnopError as error:
            if awaited is not None and isinstance(error, PermissionOver):
                return self._begin_anew(wallet, delivery)
            if awaited is not None and isinstance(error, Unavailable | IssuerBusy):
                later = replace(awaited, again_at=now + _WHEN_DOWN)
                return self._wait(wallet, delivery, (), later, notices)
            self._forget(wallet, id, NotificationEvent.FAILURE, notices)
            raise
        # Numbered, so that a step that two windows took at once leaves each card once.
        cards = {f"{id}-{delivery.taken + number:05d}": card for number, card in enumerate(fetched)}
        waiting.exchange(wallet, cards, expires_at=self._clock.now() + self._lifetime)
        reached = delivery.taken + len(fetched)
        delivery = self._shelves.deliveries.update(
            wallet,
            id,
            lambda one: replace(one, taken=max(one.taken, reached), notices=(*one.notices, *notices), awaited=None),
        )
        if not delivery.complete:
            return _underway(delivery)
        # Whoever takes the delivery away keeps its cards: nobody else finds it any more.
        self._shelves.deliveries.take(wallet, id)
        held = [waiting.get(wallet, place) for place in _places(delivery)]
        with self._telling(delivery, description, ()):
            received = self._keep(wallet, held)
        waiting.exchange(wallet, {}, _places(delivery))
        return received

    def give_up(self, wallet: OpenedWallet, id: str) -> None:
        """Forget a delivery and what it brought so far, as the citizen wants."""
        self._forget(wallet, id, NotificationEvent.DELETED, ())

    def _wait(
        self,
        wallet: OpenedWallet,
        delivery: Delivery,
        cards: Sequence[Card],
        awaited: Awaited,
        notices: Sequence[str],
    ) -> Underway:
        now = self._clock.now()
        places = {f"{delivery.id}-{delivery.taken + number:05d}": card for number, card in enumerate(cards)}
        self._shelves.waiting.exchange(wallet, places, expires_at=now + self._lifetime)
        waits = replace(
            delivery,
            taken=delivery.taken + len(cards),
            notices=(*delivery.notices, *notices),
            awaited=awaited,
        )
        self._shelves.deliveries.exchange(wallet, {delivery.id: waits}, expires_at=now + PATIENCE)
        return _underway(waits)

    def _begin_anew(self, wallet: OpenedWallet, delivery: Delivery) -> Received | Underway:
        """Ask for all of it again by the refresh token, as cards of two tokens do not fit together."""
        self._forget(wallet, delivery.id, NotificationEvent.FAILURE, ())
        description = self._issuers.describe(delivery.credential_issuer)
        configurations = tuple(dict.fromkeys(each.configuration for each in delivery.wanted))
        grant = self._permissions.use(wallet, description, configurations)
        if grant is None:
            raise PermissionOver("invalid_token")
        return self.receive(wallet, delivery.agency, description, grant, configurations)

    def _forget(self, wallet: OpenedWallet, id: str, event: NotificationEvent, notices: Sequence[str]) -> None:
        try:
            delivery = self._shelves.deliveries.take(wallet, id)
        except NotFound:
            return
        self._shelves.waiting.exchange(wallet, {}, _places(delivery))
        # Who cannot be described cannot be told either.
        with suppress(BlauweKnopError):
            description = self._issuers.describe(delivery.credential_issuer)
            self._issuers.notify(description, _grant(delivery), [*delivery.notices, *notices], event)

    @contextmanager
    def _telling(self, delivery: Delivery, description: IssuerDescription, notices: Sequence[str]) -> Iterator[None]:
        """Tell the agency whether what is done inside succeeds, also of the names that come up inside.

        OpenID4VCI 1.0 section 11.1: "accepted" once the cards are stored, and a failure of one is a failure of all.
        """
        event: NotificationEvent | None = None
        try:
            yield
            event = NotificationEvent.ACCEPTED
        except BlauweKnopError:
            event = NotificationEvent.FAILURE
            raise
        finally:
            # Whatever else went wrong, nothing is said: least of all that they are stored.
            if event is not None:
                self._issuers.notify(description, _grant(delivery), [*delivery.notices, *notices], event)

    def _fetched(self, delivery: Delivery, description: IssuerDescription, notices: list[str]) -> list[Card]:
        grant = _grant(delivery)
        cards: list[Card] = []
        awaited = delivery.awaited
        for _, wanted in delivery.next_wanted:
            kind = description.kind(wanted.configuration)
            if kind is None:
                raise NothingOffered
            found = self._obtain(
                agency=delivery.agency,
                description=description,
                grant=grant,
                kind=kind,
                identifier=wanted.identifier,
                session=delivery.session,
                notices=notices,
                awaited=awaited,
            )
            if isinstance(found, Awaited):
                raise _NotYetError(cards, found)
            cards.append(found)
            awaited = None
        return cards

    def _keep(self, wallet: OpenedWallet, cards: Sequence[Card]) -> Received:
        open_cases = _open_cases(cards)
        renewal = renew(self._shelves.cards.all(wallet), cards, self._clock.now())
        self._shelves.cards.exchange(wallet, renewal.put, renewal.remove)
        return Received(len(cards), open_cases)

    def _obtain(
        self,
        *,
        agency: Agency,
        description: IssuerDescription,
        grant: Grant,
        kind: Kind,
        identifier: str | None,
        session: str,
        notices: list[str],
        awaited: Awaited | None,
    ) -> Card | Awaited:
        if awaited is not None:
            signers = [SoftwareSigner.from_private_jwk(key) for key in awaited.keys]
            obtained = self._issuers.obtain_later(description, grant, awaited.transaction_id)
        else:
            # Every copy its own key: two copies must have nothing in common.
            signers = [SoftwareSigner.generate() for _ in range(max(1, min(self._copies, description.batch_size)))]
            obtained = self._issuers.obtain(description, grant, kind, identifier, signers)
        if isinstance(obtained, NotReady):
            keys = tuple(signer.to_private_jwk() for signer in signers)
            wait = min(timedelta(seconds=obtained.interval), PATIENCE)
            return Awaited(obtained.transaction_id, keys, self._clock.now() + wait)
        credentials = obtained.credentials
        if obtained.notice is not None:
            notices.append(obtained.notice)
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


def _underway(delivery: Delivery) -> Underway:
    again_at = delivery.awaited.again_at if delivery.awaited is not None else None
    return Underway(delivery.id, delivery.taken, len(delivery.wanted), again_at)


def _grant(delivery: Delivery) -> Grant:
    return Grant(
        delivery.token,
        delivery.token_type,
        dpop=SoftwareSigner.from_private_jwk(delivery.dpop) if delivery.dpop is not None else None,
        named=delivery.named,
    )


def _places(delivery: Delivery) -> list[str]:
    return [f"{delivery.id}-{number:05d}" for number in range(len(delivery.wanted))]


def _wanted(description: IssuerDescription, grant: Grant, configurations: Sequence[str]) -> Iterator[Wanted]:
    for configuration in configurations:
        if description.kind(configuration) is None:
            continue
        if configuration in grant.identifiers:
            # OpenID4VCI 1.0 section 6.2: with identifiers in the token response, each is asked for by its own.
            for identifier in grant.identifiers[configuration]:
                yield Wanted(configuration, identifier)
        elif not grant.identifiers:
            yield Wanted(configuration, None)


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
