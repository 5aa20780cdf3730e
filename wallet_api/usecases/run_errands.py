"""Ask agencies, while vaults are closed, for what was not ready."""

from collections import defaultdict
from datetime import timedelta
from typing import Final, final
from urllib.parse import urlsplit

from credentials.clock import Clock
from credentials.errors import BlauweKnopError, Unavailable
from wallet_api.domain.errand import Asking, Errand, Outcome, Over
from wallet_api.ports import Errands, Messenger

MOST: Final = 50
"""So many errands are run at a time; the rest comes the next time."""

HOST_TIME: Final = timedelta(seconds=10)
"""So long a host may take of one round: who is down or slow keeps nobody waiting who asks another."""


@final
class RunErrands:
    """One round past the agencies whose time has come."""

    def __init__(self, errands: Errands, messenger: Messenger, clock: Clock) -> None:
        self._errands = errands
        self._messenger = messenger
        self._clock = clock

    def __call__(self) -> int:
        """Settle what is due, and return how many that were. What its host had no time for is due again later."""
        settled = 0
        spent: dict[str, timedelta] = defaultdict(timedelta)
        for id in self._errands.due(self._clock.now(), MOST):
            begun = self._clock.now()
            errand = self._errands.start(id, begun)
            if errand is None:
                continue
            host = urlsplit(errand.url).netloc
            outcome: Outcome = Over()
            if begun < errand.until:
                outcome = Asking() if spent[host] >= HOST_TIME else self._carried(errand)
            now = self._clock.now()
            spent[host] += now - begun
            self._errands.settle(errand, outcome, now)
            settled += 1
        return settled

    def _carried(self, errand: Errand) -> Outcome:
        try:
            return self._messenger.carry(errand)
        except Unavailable:
            return Asking()
        except BlauweKnopError:
            # Nothing that another time would mend, such as an address that is not to be connected to.
            return Over()
