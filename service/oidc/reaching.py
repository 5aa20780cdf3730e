"""What reaches a login provider: what reaches all others, or a client of its own for a private address."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from service.http import OutboundClient, OutboundPolicy


class Reaching(Protocol):
    """What of a party's settings says how others are reached."""

    @property
    def insecure_localhost(self) -> bool:
        """Whether plain http and loopback addresses will do."""
        ...

    @property
    def ca_file(self) -> Path | None:
        """Authorities that are trusted beside the public ones."""
        ...


def provider_policy(settings: Reaching, issuer: str, *, own_network: bool) -> OutboundPolicy:
    """Return where may be connected to: with `own_network` also to this provider's private address, at its port."""
    address = urlsplit(issuer)
    return OutboundPolicy(
        allow_insecure_localhost=settings.insecure_localhost,
        allowed_ports=frozenset({443, address.port or 443}) if own_network else frozenset({443}),
        private_hosts=frozenset({address.hostname or ""}) if own_network else frozenset(),
        ca_file=settings.ca_file,
    )


def provider_client(
    settings: Reaching, issuer: str, http: OutboundClient, *, own_network: bool
) -> tuple[OutboundClient, list[Callable[[], None]]]:
    """Return `http`, or a client for this provider alone; and what closes it, where it is not `http`."""
    if not own_network:
        return http, []
    client = OutboundClient(provider_policy(settings, issuer, own_network=True))
    return client, [client.close]
