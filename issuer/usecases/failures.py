"""Count what goes wrong for citizens and wallets, by step and cause: of nobody, and bounded whoever sends what.

Each process counts in memory and writes its counts down every minute, at most one row per step and cause: a stranger
who makes errors by the million makes no rows by the million. A crash may lose the last minute of a count.
"""

import threading
from collections import Counter
from contextlib import suppress
from typing import Final, final

from credentials.clock import Clock, dutch_day
from credentials.errors import BlauweKnopError
from issuer.domain.running import Step
from issuer.ports import Store

# Part of how it goes, not of what goes wrong: to be told to log in, to bring a nonce, to come back later.
_USUAL: Final = frozenset(
    {"csrf_refused", "invalid_dpop_nonce", "invalid_nonce", "issuance_pending", "login_needed", "use_dpop_nonce"}
)
_MOST: Final = 500
_STEPS: Final = {
    "/inloggen": Step.LOGIN,
    "/oauth/token": Step.TOKEN,
    "/oauth/": Step.REQUEST,
    "/offers/": Step.REQUEST,
    "/aanbod/": Step.REQUEST,
    "/credential": Step.CREDENTIAL,
    "/deferred": Step.CREDENTIAL,
    "/schulden": Step.PAGE,
    "/wallet": Step.PAGE,
}


@final
class CountFailures:
    """Hear of errors by route, and write their counts down."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._times: Counter[tuple[Step, str]] = Counter()

    def hear(self, route: str, error: BlauweKnopError) -> None:
        """Count this error, if somebody was stopped by it on their way to a card."""
        step = next((step for path, step in _STEPS.items() if route.startswith(path)), None)
        if step is None or error.code in _USUAL:
            return
        with self._lock:
            key = (step, error.code)
            if key in self._times or len(self._times) < _MOST:
                self._times[key] += 1

    def write(self) -> None:
        """Write down what was counted since the last time."""
        with self._lock:
            times, self._times = self._times, Counter()
        if not times:
            return
        try:
            with self._store.write() as records:
                records.failures.add(dutch_day(self._clock.now()), times)
        except BlauweKnopError:
            with self._lock:
                self._times += times
            raise

    def finish(self) -> None:
        """Write down what is left when the service ends, if that can be done."""
        with suppress(BlauweKnopError):
            self.write()
