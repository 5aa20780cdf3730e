"""Among processes that share a database, one leads: it does the work that must be done once.

The lead is a row that says who has it and until when. Who leads renews it long before that time; when a process ends it
gives the lead back, and when it dies the others find the time gone by. It works the same for processes of one machine
and for machines that share a PostgreSQL database; their clocks should agree to within `LASTS` less `RENEW`.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Final, final

from sqlalchemy import text

from credentials.clock import Clock, epoch
from service.database import Database
from service.jobs import Periodic

LASTS: Final = timedelta(seconds=60)
RENEW: Final = timedelta(seconds=15)

_LOOK: Final = text("SELECT holder, until FROM service_lead WHERE name = :name")
_BEGIN: Final = text(
    "INSERT INTO service_lead (name, holder, until) VALUES (:name, :holder, :until) ON CONFLICT (name) DO NOTHING"
)
_TAKE: Final = text(
    "UPDATE service_lead SET holder = :holder, until = :until "
    "WHERE name = :name AND (holder = :holder OR until <= :now)"
)
_GIVE_BACK: Final = text("UPDATE service_lead SET until = 0 WHERE name = :name AND holder = :holder")


@final
class Lead:
    """The lead of one party's jobs; hand it to `assemble` as the first job, so that it is taken before others begin.

    Example:
        lead = Lead(database, clock)
        jobs = [lead, Periodic("purge", timedelta(minutes=5), lead.only(sessions.purge))]
    """

    def __init__(self, database: Database, clock: Clock, name: str = "jobs") -> None:
        self._database = database
        self._clock = clock
        self._name = name
        self._holder = secrets.token_hex(16)
        self._until = 0
        self._renewing = Periodic("lead", RENEW, self.take)

    def take(self) -> bool:
        """Take the lead, or renew it; tell whether this process has it now."""
        now = epoch(self._clock.now())
        with self._database.read() as connection:
            found = connection.execute(_LOOK, {"name": self._name}).one_or_none()
        if found is not None and found.holder != self._holder and found.until > now:
            self._until = 0
            return False
        until = now + int(LASTS.total_seconds())
        claim = {"name": self._name, "holder": self._holder, "until": until, "now": now}
        with self._database.write() as connection:
            if found is None:
                connection.execute(_BEGIN, {**claim, "until": 0})
            taken = connection.execute(_TAKE, claim).rowcount == 1
        self._until = until if taken else 0  # on disk by now
        return taken

    def is_ours(self) -> bool:
        """Tell whether this process has the lead, by what it last wrote."""
        return epoch(self._clock.now()) < self._until

    def only(self, work: Callable[[], object]) -> Callable[[], object]:
        """Return work that does nothing where another process leads."""
        return lambda: work() if self.is_ours() else None

    def start(self) -> None:
        """Take the lead where nobody has it, and look again every `RENEW`."""
        self._renewing.run_now()
        self._renewing.start()

    def stop(self) -> None:
        """Give the lead back."""
        self._renewing.stop()
        if self._until:
            self._until = 0
            with self._database.write() as connection:
                connection.execute(_GIVE_BACK, {"name": self._name, "holder": self._holder})
