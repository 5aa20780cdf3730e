"""Receive the cards that a grant opens, a step at a time: all of them, or none."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError, Unavailable
from credentials.keys import SoftwareSigner
from credentials.openid.notification import NotificationEvent
from service.errors import NotFound
from wallet_api.domain.card import Agency
from wallet_api.domain.delivery import Delivery, Received, Underway, Wanted
from wallet_api.domain.errors import IssuerBusy, NothingOffered, PermissionOver
from wallet_api.domain.issuance import Grant, IssuerDescription
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Issuers
from wallet_api.usecases.deliveries import Deliveries
from wallet_api.usecases.obtain import ObtainCards, Step
from wallet_api.usecases.permissions import Permissions

_WHEN_DOWN: Final = timedelta(minutes=1)


@final
class ReceiveCards:
    """Fetch, prove and keep the cards of one agency, one window after the other, until all are there.

    An agency that does not have one yet (OpenID4VCI 1.0 section 9) is asked again when the citizen comes back, and
    meanwhile by the service, for an answer that only the vault opens.
    """

    def __init__(
        self,
        issuers: Issuers,
        obtain: ObtainCards,
        deliveries: Deliveries,
        permissions: Permissions,
        clock: Clock,
        *,
        lifetime: timedelta,
    ) -> None:
        self._issuers = issuers
        self._obtain = obtain
        self._deliveries = deliveries
        self._permissions = permissions
        self._clock = clock
        self._lifetime = lifetime

    def begin(
        self,
        wallet: OpenedWallet,
        agency: Agency,
        description: IssuerDescription,
        grant: Grant,
        configurations: Sequence[str],
    ) -> Delivery:
        """Write down that everything is wanted that the grant opens of these configurations; nothing is asked yet.

        Who gets the delivery has the claim on its first step. A refresh token that comes with the grant is kept first,
        so that none is lost. Raises NothingOffered.
        """
        self._permissions.keep(wallet, description, configurations, grant)
        return self._deliveries.add(wallet, self._delivery(agency, description, grant, configurations))

    def receive(
        self,
        wallet: OpenedWallet,
        agency: Agency,
        description: IssuerDescription,
        grant: Grant,
        configurations: Sequence[str],
    ) -> Received | Underway:
        """Begin, and take the first step. Raises what both raise."""
        return self.take_step(wallet, self.begin(wallet, agency, description, grant, configurations))

    def underway(self, wallet: OpenedWallet, id: str) -> Underway:
        """Say how far a delivery is. Raises NotFound for one that has ended."""
        return self._deliveries.get(wallet, id).underway(self._clock.now())

    def arrived(self, wallet: OpenedWallet) -> Sequence[Delivery]:
        """Return the deliveries for which there is an answer that nobody has taken in yet."""
        return [each for each in self._deliveries.all(wallet) if self._deliveries.arrived(each)]

    def give_up_all(self, wallet: OpenedWallet) -> None:
        """Forget every delivery, as a wallet that is thrown away waits for nothing."""
        for each in self._deliveries.all(wallet):
            self.give_up(wallet, each.id)

    def asked_for_you(self, wallet: OpenedWallet, id: str) -> bool:
        """Say whether the service asks for what is not ready of a delivery."""
        try:
            return self.underway(wallet, id).asked_for_you
        except NotFound:
            return False

    def in_hand(self, wallet: OpenedWallet, id: str) -> bool:
        """Say whether a window takes the next step of a delivery just now."""
        try:
            return self.underway(wallet, id).in_hand
        except NotFound:
            return False

    def go_on(self, wallet: OpenedWallet, id: str) -> Received | Underway:
        """Take the next step, unless another window is at it or the agency wants to be left alone.

        Raises NotFound for a delivery that has ended, and as `take_step`.
        """
        delivery, now = self._deliveries.get(wallet, id), self._clock.now()
        if delivery.in_hand(now) or delivery.early(now):
            return delivery.underway(now)
        claimed = self._deliveries.claim(wallet, delivery)
        if claimed is None:
            return self.underway(wallet, id)
        if not delivery.stale(now):
            return self.take_step(wallet, claimed)
        return self._begin_anew(wallet, claimed)

    def take_step(self, wallet: OpenedWallet, delivery: Delivery) -> Received | Underway:
        """Take the step on which one has the claim.

        Raises CardRefused, NothingOffered, IssuerRefused, Unavailable, MalformedInput, and then nothing is kept;
        NotFound when the citizen gave it up meanwhile, or another window took it for lost.
        """
        step = Step(delivery.asked, list(delivery.pending))
        try:
            description = self._issuers.describe(delivery.credential_issuer)
            self._obtain.obtain(delivery, description, step)
            if step.asked == len(delivery.wanted) and not step.pending:
                received = self._deliveries.finish(wallet, delivery, step)
                self._tell(delivery, step.notices, NotificationEvent.ACCEPTED)
                return received
        except NotFound:
            self._tell_of_lost(wallet, delivery, step)
            raise
        except BlauweKnopError as error:
            if delivery.pending and isinstance(error, PermissionOver):
                self._tell(delivery, step.notices, NotificationEvent.FAILURE)
                return self._begin_anew(wallet, replace(delivery, notices=()))
            if not delivery.pending or not isinstance(error, Unavailable | IssuerBusy):
                self._fail(wallet, delivery, step.notices)
                raise
            # What was not ready may still come; the rest is asked for later.
            step.not_before = self._clock.now() + _WHEN_DOWN
        return self._reach(wallet, delivery, step)

    def give_up(self, wallet: OpenedWallet, id: str) -> None:
        """Forget a delivery and what it brought so far, as the citizen wants."""
        delivery = self._deliveries.end(wallet, id)
        if delivery is not None:
            self._tell(delivery, (), NotificationEvent.DELETED)

    def _reach(self, wallet: OpenedWallet, delivery: Delivery, step: Step) -> Underway:
        try:
            return self._deliveries.reach(wallet, delivery, step).underway(self._clock.now())
        except NotFound:
            self._tell_of_lost(wallet, delivery, step)
            raise

    def _begin_anew(self, wallet: OpenedWallet, delivery: Delivery) -> Received | Underway:
        """Ask for all of it again by the refresh token, as cards of two tokens do not fit together."""
        try:
            description = self._issuers.describe(delivery.credential_issuer)
            configurations = tuple(dict.fromkeys(each.configuration for each in delivery.wanted))
            grant = self._permissions.use(wallet, description, configurations)
            if grant is None:
                raise PermissionOver("invalid_token")
            new = self._delivery(delivery.agency, description, grant, configurations)
        except BlauweKnopError:
            self._fail(wallet, delivery, ())
            raise
        begun = self._deliveries.begin_anew(wallet, delivery, new)
        self._tell(delivery, (), NotificationEvent.FAILURE)
        return self.take_step(wallet, begun)

    def _fail(self, wallet: OpenedWallet, delivery: Delivery, notices: Sequence[str]) -> None:
        self._deliveries.drop(wallet, delivery)
        self._tell(delivery, notices, NotificationEvent.FAILURE)

    def _tell_of_lost(self, wallet: OpenedWallet, delivery: Delivery, step: Step) -> None:
        """Tell of what a step brought for nothing: whoever took the delivery away does not know of it."""
        event = NotificationEvent.FAILURE
        try:
            self._deliveries.get(wallet, delivery.id)
        except NotFound:
            event = NotificationEvent.DELETED
        self._tell(replace(delivery, notices=()), step.notices, event)

    def _tell(self, delivery: Delivery, notices: Sequence[str], event: NotificationEvent) -> None:
        """Tell the agency what became of what it gave.

        OpenID4VCI 1.0 section 11.1: "accepted" once the cards are stored, and a failure of one is a failure of all.
        """
        self._issuers.notify(delivery.credential_issuer, delivery.grant, [*delivery.notices, *notices], event)

    def _delivery(
        self, agency: Agency, description: IssuerDescription, grant: Grant, configurations: Sequence[str]
    ) -> Delivery:
        now, wanted = self._clock.now(), tuple(_wanted(description, grant, configurations))
        if not wanted:
            raise NothingOffered
        return Delivery(
            id=secrets.token_hex(16),
            agency=agency,
            credential_issuer=description.credential_issuer,
            session=secrets.token_hex(8),
            wanted=wanted,
            token=grant.access_token,
            token_type=grant.token_type,
            dpop=grant.dpop.to_private_jwk() if isinstance(grant.dpop, SoftwareSigner) else None,
            named=grant.named,
            begun_at=now,
            good_until=now + self._lifetime,
        )


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
