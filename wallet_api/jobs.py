"""Work beside the service: throw away what has expired, keep the trust list fresh, and foretell what ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, final

from credentials.clock import Clock
from service.jobs import Job, Periodic
from service.lasting import FORETELL_EVERY, FORETELL_FIRST, Lasting
from service.leading import Lead
from service.sessions import Sessions
from wallet_api.ports import Challenges, Errands, Records, TrustSource

PURGE_EVERY: Final = timedelta(minutes=5)


@final
@dataclass(frozen=True, slots=True)
class ErrandJob:
    """What is done about errands, and how often they are looked at."""

    errands: Errands
    run: Callable[[], object]
    every: timedelta


def jobs(
    lead: Lead,
    sessions: Sessions,
    records: Records,
    trust: TrustSource,
    clock: Clock,
    *,
    challenges: Challenges,
    refresh: timedelta,
    errands: ErrandJob | None,
    lasting: Sequence[Lasting],
) -> Sequence[Job]:
    """Return the jobs of one wallet; each process keeps its own trust list fresh, the rest is done by who leads."""
    return (
        lead,
        Periodic("purge sessions", PURGE_EVERY, lead.only(sessions.purge)),
        Periodic("purge records", PURGE_EVERY, lead.only(lambda: records.purge(clock.now()))),
        Periodic("purge challenges", PURGE_EVERY, lead.only(lambda: challenges.purge(clock.now()))),
        Periodic("trust list", refresh, trust.current, first=timedelta(0)),
        *(() if errands is None else _errand_jobs(lead, errands, clock)),
        *(
            Periodic(f"end of {each.file}", FORETELL_EVERY, lead.only(each.foretell), first=FORETELL_FIRST)
            for each in lasting
        ),
    )


def _errand_jobs(lead: Lead, job: ErrandJob, clock: Clock) -> Sequence[Job]:
    return (
        Periodic("errands", job.every, lead.only(job.run)),
        Periodic("purge errands", PURGE_EVERY, lead.only(lambda: job.errands.purge(clock.now()))),
    )
