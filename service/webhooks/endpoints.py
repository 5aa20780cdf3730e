"""Where messages go: a section of settings for each endpoint, and the sender that is made of them."""

import secrets
from collections.abc import Callable, Sequence
from typing import Final, Protocol
from urllib.parse import urlsplit

from credentials.clock import Clock
from credentials.errors import ConfigurationError
from service.http import OutboundClient, OutboundPolicy
from service.oidc.reaching import Reaching
from service.webhooks.deliver import DeliverWebhooks, Outboxes
from service.webhooks.postman import Endpoint, HttpPostman, read_secrets

PREFIX: Final = "webhook-"
"""What the names of the files in the state folder begin with that hold the secrets of endpoints."""


class EndpointSection(Protocol):
    """What the settings say of an endpoint; its secret is `webhook-NAME` in the state folder."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def url(self) -> str:
        """Where events are posted to."""
        ...

    @property
    def own_network(self) -> bool:
        """Whether its host has a private address."""
        ...


def deliveries(
    settings: Reaching,
    sections: Sequence[EndpointSection],
    read: Callable[[str], bytes],
    *,
    outboxes: Outboxes,
    clock: Clock,
    closing: list[Callable[[], None]],
) -> DeliverWebhooks | None:
    """Return what sends messages; None where nobody is to be told. Raises ConfigurationError.

    `read` reads a private file of the state folder by its name; what is opened here is closed by `closing`.
    """
    if not sections:
        return None
    endpoints = {each.name: _endpoint(settings, each, read, closing) for each in sections}
    return DeliverWebhooks(outboxes, clock, HttpPostman(endpoints), secrets.randbelow)


def _endpoint(
    settings: Reaching,
    section: EndpointSection,
    read: Callable[[str], bytes],
    closing: list[Callable[[], None]],
) -> Endpoint:
    file = PREFIX + section.name
    try:
        found = read_secrets(read(file).decode("ascii"), file)
    except UnicodeError:
        raise ConfigurationError(f"{file}: not a secret") from None
    address = urlsplit(section.url)
    host = frozenset({address.hostname or ""})
    # Each its own: none reaches what another may.
    client = OutboundClient(
        OutboundPolicy(
            allow_insecure_localhost=settings.insecure_localhost,
            allowed_hosts=host,
            allowed_ports=frozenset({address.port or 443}),
            private_hosts=host if section.own_network else frozenset(),
            ca_file=settings.ca_file,
        )
    )
    closing.insert(0, client.close)
    return Endpoint(section.url, found, client)
