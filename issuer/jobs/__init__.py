"""Housekeeping beside the service: look for changed debts, sign status lists anew, throw expired sessions away."""

from datetime import timedelta

from issuer.usecases.publish import PublishStatus
from issuer.usecases.purge import Purge
from issuer.usecases.refresh import RefreshSource
from service.jobs import Job, Periodic
from service.leading import Lead
from service.sessions import Sessions


def periodic_jobs(
    *,
    lead: Lead,
    refresh: RefreshSource,
    publish: PublishStatus,
    purge: Purge,
    sessions: Sessions,
    refresh_every: timedelta,
    publish_every: timedelta,
    purge_every: timedelta,
) -> list[Job]:
    """Return the jobs of one agency; of several processes, the one that leads does them."""
    return [
        lead,
        Periodic("refresh", refresh_every, lead.only(refresh)),
        # At once, too: a service that starts must have lists to show.
        Periodic("publish", publish_every, lead.only(publish), first=timedelta(0)),
        Periodic("purge", purge_every, lead.only(purge)),
        Periodic("purge-sessions", purge_every, lead.only(sessions.purge)),
    ]
