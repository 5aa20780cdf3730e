"""Press the button: every agency on the trust list, one after another, until each has an outcome."""

import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError, Unavailable
from credentials.trust import Participant, Role
from service.errors import NotFound
from wallet_api.domain.card import Agency
from wallet_api.domain.collection import Collection, Failure, Round
from wallet_api.domain.delivery import Received, Underway
from wallet_api.domain.errors import (
    CardRefused,
    CardsLater,
    CardsRefused,
    CitizenDeclined,
    Expired,
    IssuerBroken,
    IssuerBusy,
    IssuerMixedUp,
    IssuerRefused,
    NothingOffered,
    PermissionOver,
    RequestNotUnderstood,
    UnknownStep,
    WalletNotKnown,
)
from wallet_api.domain.flow import Visit
from wallet_api.domain.issuance import CASE, OVERVIEW
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Issuers, Shelf, TrustSource
from wallet_api.usecases.permissions import Permissions
from wallet_api.usecases.receive import ReceiveCards
from wallet_api.usecases.visits import Return, Visits

Change: TypeAlias = Callable[[Collection], Collection]

WANTED: Final = frozenset({OVERVIEW, CASE})
_RUNNING: Final = "running"


@final
class Collect:
    """One collection per wallet at a time: started, taken step by step by the browser, and left as its own report."""

    def __init__(
        self,
        *,
        trust: TrustSource,
        issuers: Issuers,
        visits: Visits,
        receive: ReceiveCards,
        permissions: Permissions,
        shelf: Shelf[Collection],
        clock: Clock,
        formats: tuple[str, ...],
    ) -> None:
        self._trust = trust
        self._issuers = issuers
        self._visits = visits
        self._receive = receive
        self._permissions = permissions
        self._shelf = shelf
        self._clock = clock
        self._formats = formats

    def agencies(self) -> tuple[Agency, ...]:
        """Return the agencies that can give an overview. Raises TrustListExpired."""
        return tuple(
            agency_of(each) for each in self._trust.current().with_role(Role.ISSUER) if each.may_issue(OVERVIEW)
        )

    def progress(self, wallet: OpenedWallet) -> Collection | None:
        """Return the running or last collection; agencies that were not ready are asked again when it is time."""
        place, now = self._shelf.place(wallet, _RUNNING), self._clock.now()
        try:
            collection = self._shelf.get(wallet, place)
            if collection.done and collection.due(now):
                # Nobody but the citizen can ask: token and keys are in the vault, which opens with them only.
                collection = self._shelf.update(wallet, place, lambda one: one.woken(now, secrets.token_urlsafe(16)))
        except NotFound:
            return None
        return collection

    def start(self, wallet: OpenedWallet) -> Collection:
        """Begin anew at all agencies. Those that do not answer now have their outcome at once."""
        agencies = self.agencies()
        described = self._issuers.describe_all([agency.identifier for agency in agencies])
        collection = Collection(
            id=secrets.token_hex(8),
            started_at=self._clock.now(),
            rounds=tuple(Round(agency) for agency in agencies),
            step=secrets.token_urlsafe(16),
        )
        for agency in agencies:
            answer = described[agency.identifier]
            if isinstance(answer, BlauweKnopError):
                collection = collection.failed(agency.identifier, _failure(answer), self._clock.now())
        self._shelf.exchange(wallet, {self._shelf.place(wallet, _RUNNING): collection})
        return collection

    def next_step(self, wallet: OpenedWallet, step: str) -> str | None:
        """Return where the browser must go for the next agency; None when it has none to go to now.

        An agency that fails before the browser leaves has its outcome, and the page that shows it leads on. So has one
        that gives its cards again without a login.
        """
        collection = self._of(wallet)
        current = collection.next_round
        # An old link (a second tab, the back button, another site) takes no step.
        if current is None or not hmac.compare_digest(collection.step.encode(), step.encode("utf-8", "replace")):
            return None
        identifier = current.agency.identifier
        if current.delivery is not None:
            self._go_on(wallet, collection.id, identifier, current.delivery)
            return None
        begun = self._update(
            wallet,
            collection.id,
            identifier,
            lambda one: one.begin(identifier, self._clock.now(), secrets.token_urlsafe(16)),
        )
        try:
            description = self._issuers.describe(identifier)
            kinds = description.kinds_of(WANTED, self._formats)
            if not kinds:
                raise NothingOffered
            configurations = tuple(kind.id for kind in kinds)
            grant = self._permissions.use(wallet, description, configurations)
            if grant is None:
                return self._visits.begin(wallet, description, configurations, collection=begun.id)
            received = self._receive.receive(wallet, self._agency(identifier), description, grant, configurations)
        except BlauweKnopError as error:
            self._fail(wallet, begun.id, identifier, error)
        else:
            self._note(wallet, begun.id, identifier, received)
        return None

    def arrive(self, wallet: OpenedWallet, visit: Visit, returned: Return) -> None:
        """Take in what the agency gives, after the browser came back from it. Whatever goes wrong is its outcome."""
        identifier, collection = visit.credential_issuer, str(visit.collection)
        try:
            description, grant = self._visits.redeem(visit, returned)
            received = self._receive.receive(wallet, self._agency(identifier), description, grant, visit.configurations)
        except BlauweKnopError as error:
            self._fail(wallet, collection, identifier, error)
            return
        self._note(wallet, collection, identifier, received)

    def _go_on(self, wallet: OpenedWallet, collection: str, identifier: str, delivery: str) -> None:
        try:
            received = self._receive.go_on(wallet, delivery)
        except NotFound:
            # It came to its end in another window, or its time was over: then nothing of it is left to go on with.
            self._fail(wallet, collection, identifier, Expired(), delivery=delivery)
        except BlauweKnopError as error:
            self._fail(wallet, collection, identifier, error)
        else:
            self._note(wallet, collection, identifier, received)

    def _note(self, wallet: OpenedWallet, collection: str, identifier: str, received: Received | Underway) -> None:
        if isinstance(received, Underway):
            more, again_at = received, received.again_at

            def noted(one: Collection) -> Collection:
                if again_at is not None:
                    return one.awaiting(identifier, more.id, again_at, taken=more.taken, total=more.total)
                return one.receiving(identifier, more.id, taken=more.taken, total=more.total)

            self._update(wallet, collection, identifier, noted)
            return
        cases = received.open_cases if received.open_cases is not None else received.cards
        self._update(wallet, collection, identifier, lambda one: one.collected(identifier, cases, self._clock.now()))

    def again(self, wallet: OpenedWallet, identifier: str) -> Collection:
        """Put one agency back in the queue. Raises UnknownStep."""
        collection = self.progress(wallet)
        if collection is None:
            raise UnknownStep
        return self._update(
            wallet, collection.id, identifier, lambda one: one.again(identifier, secrets.token_urlsafe(16))
        )

    def skip(self, wallet: OpenedWallet, identifier: str) -> None:
        """Leave out the agency that we are stuck at. Raises UnknownStep."""
        collection = self._of(wallet)
        if not (current := collection.of(identifier)).settled:
            if current.delivery is not None:
                self._receive.give_up(wallet, current.delivery)
            self._update(
                wallet,
                collection.id,
                identifier,
                lambda one: one.failed(identifier, Failure.SKIPPED, self._clock.now()),
            )

    def only(self, wallet: OpenedWallet, identifiers: Sequence[str]) -> Collection:
        """Begin anew at some agencies, keeping the outcome of the others."""
        collection = self.progress(wallet)
        if collection is None:
            return self.start(wallet)
        known = {each.agency.identifier for each in collection.rounds}
        for identifier in identifiers:
            if identifier not in known:
                return self.start(wallet)
            collection = self.again(wallet, identifier)
        return collection

    def _of(self, wallet: OpenedWallet) -> Collection:
        collection = self.progress(wallet)
        if collection is None:
            raise UnknownStep
        return collection

    def _agency(self, identifier: str) -> Agency:
        participant = self._trust.current().find(identifier)
        if participant is None:
            raise CardRefused("unknown_issuer")
        return agency_of(participant)

    def _fail(
        self,
        wallet: OpenedWallet,
        collection: str,
        identifier: str,
        error: BlauweKnopError,
        *,
        delivery: str | None = None,
    ) -> None:
        def failed(one: Collection) -> Collection:
            # With `delivery`: unless another window has brought it further.
            if delivery is not None and one.of(identifier).delivery != delivery:
                return one
            return one.failed(identifier, _failure(error), self._clock.now())

        self._update(wallet, collection, identifier, failed)

    def _update(self, wallet: OpenedWallet, collection: str, identifier: str, change: Change) -> Collection:
        def guarded(one: Collection) -> Collection:
            # A visit of a collection that was begun anew meanwhile changes nothing in the new one.
            known = one.id == collection and any(each.agency.identifier == identifier for each in one.rounds)
            return change(one) if known else one

        return self._shelf.update(wallet, self._shelf.place(wallet, _RUNNING), guarded)


def agency_of(participant: Participant) -> Agency:
    """Return a participant of the scheme as the citizen knows it."""
    return Agency(participant.identifier, participant.name, participant.oin, participant.abbreviation)


_FAILURES: Final[tuple[tuple[type[BlauweKnopError], Failure], ...]] = (
    (CitizenDeclined, Failure.DECLINED),
    (IssuerMixedUp, Failure.MIXED_UP),
    (UnknownStep, Failure.MIXED_UP),
    (CardRefused, Failure.NOT_PROVEN),
    (NothingOffered, Failure.NOTHING),
    (Unavailable, Failure.UNREACHABLE),
    (Expired, Failure.UNREACHABLE),
    (WalletNotKnown, Failure.WALLET_NOT_KNOWN),
    (RequestNotUnderstood, Failure.NOT_UNDERSTOOD),
    (CardsRefused, Failure.REFUSED),
    (PermissionOver, Failure.OVER),
    (IssuerBroken, Failure.BROKEN),
    (IssuerBusy, Failure.BUSY),
    (CardsLater, Failure.LATER),
    # After what it is the parent of.
    (IssuerRefused, Failure.UNKNOWN),
)


def _failure(error: BlauweKnopError) -> Failure:
    return next((failure for kind, failure in _FAILURES if isinstance(error, kind)), Failure.WRONG_ANSWER)
