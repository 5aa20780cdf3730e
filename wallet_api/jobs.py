"""Work beside the service: throw away what has expired, and keep the trust list fresh."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from credentials.clock import Clock
from service.jobs import Periodic
from service.sessions import Sessions
from wallet_api.ports import Records, TrustSource

PURGE_EVERY: Final = timedelta(minutes=5)


def jobs(
    sessions: Sessions, records: Records, trust: TrustSource, clock: Clock, *, refresh: timedelta
) -> Sequence[Periodic]:
    """Return the jobs of one wallet."""
    return (
        Periodic("purge sessions", PURGE_EVERY, sessions.purge),
        Periodic("purge records", PURGE_EVERY, lambda: records.purge(clock.now())),
        Periodic("trust list", refresh, trust.current, first=timedelta(0)),
    )
