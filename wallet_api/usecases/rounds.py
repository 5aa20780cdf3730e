"""The collection in the vault: what comes of each agency is written in its round, whichever window it came to."""

import secrets
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError
from service.errors import NotFound
from wallet_api.domain.collection import Collection, Outcome
from wallet_api.domain.delivery import Delivery, Received, Underway
from wallet_api.domain.errors import Expired
from wallet_api.domain.failures import Failure, failure_of
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Shelf
from wallet_api.usecases.receive import ReceiveCards

Change: TypeAlias = Callable[[Collection], Collection]
_RUNNING: Final = "running"


@final
class Rounds:
    """The one collection of a wallet that runs, or ran last."""

    def __init__(self, receive: ReceiveCards, shelf: Shelf[Collection], clock: Clock) -> None:
        self._receive = receive
        self._shelf = shelf
        self._clock = clock

    def current(self, wallet: OpenedWallet) -> Collection | None:
        """Return it; agencies that were not ready are asked again when it is time."""
        place, now = self._shelf.place(wallet, _RUNNING), self._clock.now()
        try:
            collection = self._shelf.get(wallet, place)
            if collection.done and collection.due(now):
                # What the service was told meanwhile only the open vault can read, and only it can ask for the rest.
                collection = self._shelf.update(wallet, place, lambda one: one.woken(now, _step_word()))
        except NotFound:
            return None
        return collection

    def put(self, wallet: OpenedWallet, collection: Collection) -> Sequence[str]:
        """Put a new one in its place, and return the deliveries that nobody waits for any more."""
        old = self.current(wallet)
        self._shelf.exchange(wallet, {self._shelf.place(wallet, _RUNNING): collection})
        return () if old is None else [each.delivery for each in old.rounds if each.delivery is not None]

    def begin(self, wallet: OpenedWallet, seen: Collection, identifier: str) -> Collection | None:
        """Go to this agency; None when another window just took this step."""
        word = _step_word()

        def begun(one: Collection) -> Collection:
            return one.begin(identifier, self._clock.now(), word) if one.step == seen.step else one

        after = self._update(wallet, seen.id, identifier, begun)
        return after if after.step == word else None

    def fail(self, wallet: OpenedWallet, collection: str, identifier: str, failure: Failure) -> None:
        """Note that nothing comes of this agency, and why."""
        self._update(wallet, collection, identifier, lambda one: one.failed(identifier, failure, self._clock.now()))

    def again(self, wallet: OpenedWallet, collection: str, identifier: str) -> Collection:
        """Put this agency back in the queue, and wait for nothing that it was to give before."""
        dropped: list[str] = []

        def again(one: Collection) -> Collection:
            delivery = one.of(identifier).delivery
            dropped[:] = [] if delivery is None else [delivery]
            return one.again(identifier, _step_word())

        after = self._update(wallet, collection, identifier, again)
        for delivery in dropped:
            self._receive.give_up(wallet, delivery)
        return after

    def take_first_step(self, wallet: OpenedWallet, collection: str, identifier: str, delivery: Delivery) -> None:
        """Take the first step of what an agency is to give, unless the citizen skipped it meanwhile."""
        # Known by its name before anything is asked, so that whoever skips the agency now gives up just this.
        total = len(delivery.wanted)
        noted = self._update(
            wallet, collection, identifier, lambda one: one.expecting(identifier, delivery.id, total=total)
        )
        if noted.expects(delivery.id):
            self._note(wallet, collection, identifier, delivery.id, lambda: self._receive.take_step(wallet, delivery))
        else:
            self._receive.give_up(wallet, delivery.id)

    def go_on(self, wallet: OpenedWallet, collection: str, identifier: str, delivery: str) -> None:
        """Take the next step of what an agency gives. Whatever goes wrong is its outcome."""
        self._note(wallet, collection, identifier, delivery, lambda: self._receive.go_on(wallet, delivery))

    def _note(
        self,
        wallet: OpenedWallet,
        collection: str,
        identifier: str,
        delivery: str,
        step: Callable[[], Received | Underway],
    ) -> None:
        result: Received | Underway | Failure
        try:
            result = step()
        except NotFound:
            # Nothing of it is left to go on with: its time was over, or somebody else brought it to its end.
            result = failure_of(Expired())
        except BlauweKnopError as error:
            result = failure_of(error)

        def noted(one: Collection) -> Collection:
            current = one.of(identifier)
            # What was given up, or is asked anew, stays as it is; cards that are there are there.
            if current.delivery != delivery and not (
                isinstance(result, Received) and current.outcome is Outcome.FAILED
            ):
                return one
            match result:
                case Received(cards, open_cases):
                    cases = cards if open_cases is None else open_cases
                    return one.collected(identifier, cases, self._clock.now())
                case Underway():
                    return one if result.in_hand else one.underway(identifier, result)
                case Failure():
                    return one.failed(identifier, result, self._clock.now())

        self._update(wallet, collection, identifier, noted)

    def _update(self, wallet: OpenedWallet, collection: str, identifier: str, change: Change) -> Collection:
        def guarded(one: Collection) -> Collection:
            # A visit of a collection that was begun anew meanwhile changes nothing in the new one.
            known = one.id == collection and any(each.agency.identifier == identifier for each in one.rounds)
            return change(one) if known else one

        return self._shelf.update(wallet, self._shelf.place(wallet, _RUNNING), guarded)


def _step_word() -> str:
    return secrets.token_urlsafe(16)
