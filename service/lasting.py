"""What a party shows to others and that ends one day: its certificate, what somebody attests of its key.

Others refuse it from that day on, and nothing here fails by itself: so it is foretold in the log, and when it is over
the party is not ready.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import ConfigurationError
from service.logging import get_logger

FORETELL_EVERY: Final = timedelta(days=1)
# Where one of several processes does the jobs, one leads by then.
FORETELL_FIRST: Final = timedelta(seconds=30)

_log: Final = get_logger(__name__)


@final
@dataclass(frozen=True, slots=True)
class Lasting:
    """`file` is good until `ends_at`; from `ahead` before that, its end is foretold."""

    file: str
    ends_at: datetime
    ahead: timedelta
    clock: Clock

    def demand(self) -> None:
        """Raise ConfigurationError once it is over; a check of readiness."""
        if self.clock.now() >= self.ends_at:
            raise ConfigurationError(f"{self.file}: its time is over")

    def foretell(self) -> None:
        """Warn in the log when the end is near, or past; for a job."""
        left = self.ends_at - self.clock.now()
        if left <= self.ahead:
            _log.warning("ends_soon", file=self.file, days=max(0, left.days))
