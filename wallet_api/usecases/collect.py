"""Press the button: every agency on the trust list, one after another, until each has an outcome."""

import hmac
import secrets
from collections.abc import Sequence
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError
from credentials.trust import Participant, Role
from wallet_api.domain.card import Agency
from wallet_api.domain.collection import Collection, Outcome, Round
from wallet_api.domain.delivery import Arrival
from wallet_api.domain.errors import CardRefused, NothingOffered, UnknownStep
from wallet_api.domain.failures import Failure, failure_of
from wallet_api.domain.flow import Visit
from wallet_api.domain.issuance import CASE, OVERVIEW
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Issuers, TrustSource
from wallet_api.usecases.permissions import Permissions
from wallet_api.usecases.receive import ReceiveCards
from wallet_api.usecases.rounds import Rounds
from wallet_api.usecases.visits import Return, Visits

WANTED: Final = frozenset({OVERVIEW, CASE})


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
        rounds: Rounds,
        clock: Clock,
        formats: tuple[str, ...],
    ) -> None:
        self._trust = trust
        self._issuers = issuers
        self._visits = visits
        self._receive = receive
        self._permissions = permissions
        self._rounds = rounds
        self._clock = clock
        self._formats = formats

    def agencies(self) -> tuple[Agency, ...]:
        """Return the agencies that can give an overview. Raises TrustListExpired."""
        return tuple(
            agency_of(each) for each in self._trust.current().with_role(Role.ISSUER) if each.may_issue(OVERVIEW)
        )

    def progress(self, wallet: OpenedWallet) -> Collection | None:
        """Return the running or last collection; agencies that were not ready are asked again when it is time."""
        return self._rounds.current(wallet)

    def in_other_window(self, wallet: OpenedWallet, collection: Collection) -> bool:
        """Say whether another window takes the next step just now."""
        current = collection.next_round
        return current is not None and current.delivery is not None and self._receive.in_hand(wallet, current.delivery)

    def asked_for_you(self, wallet: OpenedWallet, collection: Collection) -> bool:
        """Say whether the service asks for all that is not ready, while the wallet is closed."""
        waits = [each.delivery for each in collection.rounds if each.outcome is Outcome.AWAITED and each.delivery]
        return all(self._receive.asked_for_you(wallet, delivery) for delivery in waits)

    def arrived(self, wallet: OpenedWallet) -> Sequence[Arrival]:
        """Return for which agencies there is an answer that came while the wallet was closed, to be taken in."""
        collection = self._rounds.current(wallet)
        return [
            Arrival(each.agency, None if collection is not None and collection.expects(each.id) else each.id)
            for each in self._receive.arrived(wallet)
        ]

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
                collection = collection.failed(agency.identifier, failure_of(answer), self._clock.now())
        given_up = self._rounds.put(wallet, collection)
        for delivery in given_up:
            self._receive.give_up(wallet, delivery)
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
            self._rounds.go_on(wallet, collection.id, identifier, current.delivery)
            return None
        begun = self._rounds.begin(wallet, collection, identifier)
        if begun is None:
            return None
        try:
            description = self._issuers.describe(identifier)
            kinds = description.kinds_of(WANTED, self._formats)
            if not kinds:
                raise NothingOffered
            configurations = tuple(kind.id for kind in kinds)
            grant = self._permissions.use(wallet, description, configurations)
            if grant is None:
                return self._visits.begin(wallet, description, configurations, collection=begun.id)
            delivery = self._receive.begin(wallet, self._agency(identifier), description, grant, configurations)
        except BlauweKnopError as error:
            self._rounds.fail(wallet, begun.id, identifier, failure_of(error))
        else:
            self._rounds.take_first_step(wallet, begun.id, identifier, delivery)
        return None

    def arrive(self, wallet: OpenedWallet, visit: Visit, returned: Return) -> None:
        """Take in what the agency gives, after the browser came back from it. Whatever goes wrong is its outcome."""
        identifier, collection = visit.credential_issuer, str(visit.collection)
        try:
            description, grant = self._visits.redeem(visit, returned)
            delivery = self._receive.begin(wallet, self._agency(identifier), description, grant, visit.configurations)
        except BlauweKnopError as error:
            self._rounds.fail(wallet, collection, identifier, failure_of(error))
            return
        self._rounds.take_first_step(wallet, collection, identifier, delivery)

    def again(self, wallet: OpenedWallet, identifier: str) -> Collection:
        """Put one agency back in the queue. Raises UnknownStep."""
        collection = self.progress(wallet)
        if collection is None:
            raise UnknownStep
        return self._rounds.again(wallet, collection.id, identifier)

    def skip(self, wallet: OpenedWallet, identifier: str) -> None:
        """Leave out the agency that we are stuck at. Raises UnknownStep."""
        collection = self._of(wallet)
        current = collection.of(identifier)
        if current.settled:
            return
        if current.delivery is not None:
            self._receive.give_up(wallet, current.delivery)
        self._rounds.fail(wallet, collection.id, identifier, Failure.SKIPPED)

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


def agency_of(participant: Participant) -> Agency:
    """Return a participant of the scheme as the citizen knows it."""
    return Agency(participant.identifier, participant.name, participant.oin, participant.abbreviation)
