"""Work beside the service: throw away what has expired, and keep the trust list fresh."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from credentials.clock import Clock
from service.jobs import Job, Periodic
from service.leading import Lead
from service.sessions import Sessions
from wallet_api.ports import Records, TrustSource

PURGE_EVERY: Final = timedelta(minutes=5)


def jobs(
    lead: Lead, sessions: Sessions, records: Records, trust: TrustSource, clock: Clock, *, refresh: timedelta
) -> Sequence[Job]:
    """Return the jobs of one wallet; each process keeps its own trust list fresh, the rest is done by who leads."""
    return (
        lead,
        Periodic("purge sessions", PURGE_EVERY, lead.only(sessions.purge)),
        Periodic("purge records", PURGE_EVERY, lead.only(lambda: records.purge(clock.now()))),
        Periodic("trust list", refresh, trust.current, first=timedelta(0)),
    )
