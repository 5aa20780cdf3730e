"""Fetch from one site only: a stranger's keys are asked of the stranger, and of nobody that it names."""

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from service.errors import AddressRefused

Fetch: TypeAlias = Callable[[str, str], bytes]


def only_from(fetch: Fetch, host: str) -> Fetch:
    """Return `fetch` for addresses at this host (with its port, if any). Raises AddressRefused for any other."""

    def from_there(url: str, accept: str) -> bytes:
        if urlsplit(url).netloc != host:
            raise AddressRefused("not the site that the citizen agreed to")
        return fetch(url, accept)

    return from_there
