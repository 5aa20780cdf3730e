"""Housekeeping beside the service: look for changed debts, sign status lists anew, throw expired sessions away."""

from datetime import timedelta

from issuer.usecases.publish import PublishStatus
from issuer.usecases.purge import Purge
from issuer.usecases.refresh import RefreshSource
from service.jobs import Periodic
from service.sessions import Sessions


def periodic_jobs(
    *,
    refresh: RefreshSource,
    publish: PublishStatus,
    purge: Purge,
    sessions: Sessions,
    refresh_every: timedelta,
    publish_every: timedelta,
    purge_every: timedelta,
) -> list[Periodic]:
    """Return the jobs of one agency."""
    return [
        Periodic("refresh", refresh_every, refresh),
        # At once, too: a service that starts must have lists to show.
        Periodic("publish", publish_every, publish, first=timedelta(0)),
        Periodic("purge", purge_every, purge),
        Periodic("purge-sessions", purge_every, sessions.purge),
    ]
