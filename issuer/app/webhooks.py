"""Tell the agency's own systems of events: who wants which, and what sends them."""

from collections.abc import Callable

from credentials.clock import Clock
from issuer.app.keys import read_private
from issuer.settings import AgencySettings
from issuer.storage.tables import webhook
from service.database import Database
from service.webhooks.deliver import DeliverWebhooks
from service.webhooks.endpoints import deliveries as deliveries_to
from service.webhooks.outbox import SqlOutboxes, Subscriptions


def subscriptions(settings: AgencySettings) -> Subscriptions:
    """Return who wants which events."""
    return Subscriptions(webhook, {each.name: each.events for each in settings.webhooks})


def deliveries(
    settings: AgencySettings, database: Database, clock: Clock, closing: list[Callable[[], None]]
) -> DeliverWebhooks | None:
    """Return what sends them; None where nobody is to be told. Raises ConfigurationError."""
    return deliveries_to(
        settings,
        settings.webhooks,
        lambda file: read_private(settings.state / file),
        outboxes=SqlOutboxes(database, webhook),
        clock=clock,
        closing=closing,
    )
