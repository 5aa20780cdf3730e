"""What happens beside the service: files whose time is over go, sessions end, the trust list is kept fresh."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

from service.jobs import Job, Periodic
from service.leading import Lead


class Purges(Protocol):
    """Something that deletes what must no longer be kept."""

    def purge(self) -> int:
        """Delete it and return how much that was."""
        ...


def jobs(
    lead: Lead,
    files: Purges,
    sessions: Purges,
    trust_list: Callable[[], object],
    *,
    every: timedelta,
    refresh: timedelta,
) -> Sequence[Job]:
    """Return the jobs of a verifier; each process keeps its own trust list fresh, the rest is done by who leads."""
    return (
        lead,
        Periodic("purge-files", every, lead.only(files.purge)),
        Periodic("purge-sessions", every, lead.only(sessions.purge)),
        Periodic("trust-list", refresh, trust_list, first=timedelta(seconds=0)),
    )
