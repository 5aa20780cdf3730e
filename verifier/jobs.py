"""What happens beside the service: files whose time is over go, sessions end, the trust list is kept fresh."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

from service.jobs import Periodic


class Purges(Protocol):
    """Something that deletes what must no longer be kept."""

    def purge(self) -> int:
        """Delete it and return how much that was."""
        ...


def jobs(
    files: Purges, sessions: Purges, trust_list: Callable[[], object], *, every: timedelta, refresh: timedelta
) -> Sequence[Periodic]:
    """Return the jobs of a verifier."""
    return (
        Periodic("purge-files", every, files.purge),
        Periodic("purge-sessions", every, sessions.purge),
        Periodic("trust-list", refresh, trust_list, first=timedelta(seconds=0)),
    )
