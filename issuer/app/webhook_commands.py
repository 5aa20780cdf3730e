"""What `blauweknop issuer webhooks …` works on."""

from collections.abc import Iterator
from contextlib import contextmanager

from issuer.app.run import open_agency
from issuer.settings import AgencySettings
from issuer.storage.tables import webhook
from service.logging import configure
from service.webhooks.deliver import ReplayWebhooks
from service.webhooks.outbox import SqlOutboxes


@contextmanager
def messages_of(settings: AgencySettings) -> Iterator[ReplayWebhooks]:
    """Open an agency's messages for one command."""
    configure()
    agency = open_agency(settings, with_jobs=False)
    try:
        outboxes = SqlOutboxes(agency.database, webhook)
        yield ReplayWebhooks(outboxes, agency.desk.clock, settings.agency.abbreviation)
    finally:
        agency.database.close()
