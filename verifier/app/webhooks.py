"""Tell case systems what came of their requests: who is told of what, what sends it, and the jobs that do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from credentials.clock import Clock, SystemClock
from service.database import Database
from service.jobs import Job, Periodic
from service.leading import Lead
from service.logging import configure
from service.migrations import migrate
from service.webhooks.deliver import ReplayWebhooks
from service.webhooks.endpoints import deliveries
from service.webhooks.outbox import SqlOutboxes
from verifier.settings import VerifierSettings
from verifier.storage.keys import KeyFiles
from verifier.storage.tables import webhook_messages
from verifier.storage.telling import Expiries, Telling

SYSTEM: Final = "systeem:"
"""What the names of case systems begin with, as owners of what they asked."""
ITSELF: Final = "opdrachtregel"
_DELIVER: Final = timedelta(seconds=5)
_PURGE: Final = timedelta(hours=1)


def telling_of(settings: VerifierSettings) -> Telling:
    """Return who is told what: each system of its own requests only."""
    endpoints: dict[str, list[str]] = {}
    for each in settings.webhooks:
        endpoints.setdefault(SYSTEM + each.client, []).append(each.name)
    return Telling(endpoints, {each.name: each.events for each in settings.webhooks})


def messages_of(database: Database, clock: Clock) -> ReplayWebhooks:
    """Return what was told, and what has it told anew."""
    return ReplayWebhooks(SqlOutboxes(database, webhook_messages), clock, ITSELF)


def telling_jobs(
    settings: VerifierSettings, database: Database, lead: Lead, clock: Clock
) -> tuple[Sequence[Job], Sequence[Callable[[], None]]]:
    """Return the jobs that notice expiries and send messages, and what closes what they hold open.

    Raises ConfigurationError.
    """
    closing: list[Callable[[], None]] = []
    outboxes = SqlOutboxes(database, webhook_messages)
    read = KeyFiles(settings.state).webhook_secrets
    send = deliveries(settings, settings.webhooks, read, outboxes=outboxes, clock=clock, closing=closing)
    expiries = Expiries(database, telling_of(settings))
    jobs: list[Job] = [
        Periodic("expiries", _DELIVER, lead.only(lambda: expiries(clock.now()))),
        Periodic("purge-messages", _PURGE, lead.only(lambda: outboxes.purge(clock.now()))),
    ]
    if send is not None:
        jobs.append(Periodic("webhooks", _DELIVER, lead.only(send), first=_DELIVER))
    return jobs, closing


@contextmanager
def messages_for_command(settings: VerifierSettings) -> Iterator[ReplayWebhooks]:
    """Open a verifier's messages for one command."""
    configure()
    database = Database(settings.database_url)
    try:
        migrate(database, "verifier")
        yield messages_of(database, SystemClock())
    finally:
        database.close()
