"""Housekeeping beside the service: look for changed debts, sign status lists anew, rotate keys, purge, and watch."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError
from issuer.domain.running import JobRun
from issuer.ports import Store
from issuer.usecases.batch import ShowChanges
from issuer.usecases.changes import CheckChanges
from issuer.usecases.failures import CountFailures
from issuer.usecases.notices import SupersedeOutdated
from issuer.usecases.publish import PublishStatus
from issuer.usecases.purge import Purge
from issuer.usecases.refresh import RefreshSource
from issuer.usecases.restored import WatchRecords
from service.api_answers import ApiAnswers
from service.api_clients import ApiTokens
from service.jobs import Job, Periodic
from service.lasting import FORETELL_EVERY, FORETELL_FIRST, Lasting
from service.leading import Lead
from service.processing_log.deliver import DeliverLines
from service.sessions import Sessions
from service.webhooks.deliver import DeliverWebhooks

_WATCH: Final = timedelta(seconds=10)
_COUNT: Final = timedelta(seconds=60)
_ROTATE: Final = timedelta(hours=1)
_CHANGES: Final = timedelta(seconds=10)
_DELIVER: Final = timedelta(seconds=5)
_ACCOUNT: Final = timedelta(seconds=2)


def periodic_jobs(
    *,
    lead: Lead,
    store: Store,
    clock: Clock,
    failures: CountFailures,
    refresh: RefreshSource,
    check_changes: CheckChanges,
    show_changes: ShowChanges | None,
    deliver: DeliverWebhooks | None,
    account: DeliverLines | None,
    publish: PublishStatus,
    supersede: SupersedeOutdated,
    purge: Purge,
    watch: WatchRecords,
    sessions: Sessions,
    api: tuple[ApiTokens, ApiAnswers],
    lasting: Callable[[], Sequence[Lasting]],
    rotate: Callable[[], object],
    refresh_every: timedelta,
    publish_every: timedelta,
    purge_every: timedelta,
) -> list[Job]:
    """Return the jobs of one agency; of several processes, the one that leads does them."""

    def foretell() -> None:
        for each in lasting():
            each.foretell()

    def led(name: str, every: timedelta, work: Callable[[], object], *, first: timedelta | None = None) -> Periodic:
        """Return a job of who leads, of which the last run is on record."""
        return Periodic(name, every, lead.only(lambda: _recorded(name, work, store, clock)), first=first)

    return [
        lead,
        led("refresh", refresh_every, refresh),
        # Too often to be on record each time.
        Periodic("changes", _CHANGES, lead.only(check_changes), first=_CHANGES),
        *([led("daily batch", publish_every, show_changes)] if show_changes is not None else []),
        *([Periodic("webhooks", _DELIVER, lead.only(deliver), first=_DELIVER)] if deliver is not None else []),
        *([Periodic("processing log", _ACCOUNT, lead.only(account), first=_ACCOUNT)] if account is not None else []),
        # At once, too: a service that starts must have lists to show.
        led("publish", publish_every, publish, first=timedelta(0)),
        # At once, too: a process that was killed may have left some of it.
        led("notices", publish_every, supersede.after_a_change, first=timedelta(0)),
        led("rotate keys", _ROTATE, rotate, first=FORETELL_FIRST),
        led("purge", purge_every, purge),
        Periodic("watch", _WATCH, lead.only(watch.remember), first=timedelta(0)),
        led("purge-sessions", purge_every, sessions.purge),
        led("purge-api-tokens", purge_every, api[0].purge),
        led("purge-api-answers", purge_every, api[1].purge),
        led("end of certificate", FORETELL_EVERY, foretell, first=FORETELL_FIRST),
        # Each process its own.
        Periodic("count failures", _COUNT, failures.write),
    ]


def _recorded(name: str, work: Callable[[], object], store: Store, clock: Clock) -> None:
    outcome = "ok"
    try:
        work()
    except Exception as error:
        outcome = error.code if isinstance(error, BlauweKnopError) else type(error).__name__
        raise
    finally:
        run = JobRun(name, clock.now(), outcome)
        with store.write() as records:
            records.job_runs.note(run)
