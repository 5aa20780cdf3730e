"""Show what was superseded once a day, all together and among decoys (domain notes, section 8.5).

Everybody may fetch the status lists, and so see which places change from one to the next. A card that changes by
itself, minutes after a payment, tells of that payment. So what was superseded since yesterday becomes visible in one
batch, with it every card that expired, and as many places of nobody as it takes to make the number say nothing. What is
invalid is visible at once: a wrong statement must not stand for a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from credentials.clock import Clock
from issuer.ports import Store
from issuer.usecases.publish import PublishStatus

LEAST: Final = 64
"""So many places change in each list with living cards, or a multiple of it."""

# A change that was marked before the batch is on disk by then: no write takes so long.
_MARGIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ShowChanges:
    """Bring the batch of the day into the lists, if that was not done yet. `hour` is of UTC."""

    store: Store
    clock: Clock
    publish: PublishStatus
    hour: int

    def __call__(self) -> int:
        """Return how many lists that were."""
        return self.until(self._begun_at(self.clock.now()) - _MARGIN)

    def until(self, until: datetime) -> int:
        """Show what was superseded until a moment, also when the batch of the day is still to come; likewise."""
        with self.store.read() as records:
            numbers = records.issuances.lists_shown_before(until)
        for number in numbers:
            more = True
            while more:
                with self.store.write() as records:
                    more = records.issuances.supersede_expired(number, until)
            with self.store.write() as records:
                records.issuances.show_until(number, until, least=LEAST)
        if numbers:
            self.publish()
        return len(numbers)

    def _begun_at(self, now: datetime) -> datetime:
        """Return when the batch of the day was due last."""
        today = now.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return today if today <= now else today - timedelta(days=1)
