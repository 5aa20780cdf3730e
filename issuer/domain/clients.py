"""Which wallets may be sent back to, and which need the citizen's extra confirmation.

A wallet on the scheme's trust list is sent back only to the addresses listed there, without a further question. Any
other public client is allowed too, after the citizen has confirmed that this is the wallet that was meant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from credentials.web_addresses import BROWSER_SCHEMES, LOCAL_HOSTS
from issuer.domain.errors import InvalidClient

_MAX_URI: Final = 2_000
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]{1,60}\Z")
_VISIBLE: Final = re.compile(r"[\x21-\x7e]+\Z")


class Attestation(StrEnum):
    """Whether wallets authenticate by their provider's word: none is asked, taken where it comes, or demanded."""

    OFF = "off"
    ACCEPTED = "accepted"
    REQUIRED = "required"


class Profile(StrEnum):
    """Whose rules hold beside those of OpenID4VCI 1.0 itself."""

    OPEN = "open"
    HAIP = "haip"
    NL_WALLET = "nl-wallet"


@dataclass(frozen=True, slots=True)
class ListedWallet:
    """A wallet on the trust list."""

    name: str
    redirect_uris: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wallets:
    """The wallets on the trust list by client id, as it stands now."""

    listed: Mapping[str, ListedWallet] = field(default_factory=dict)

    def check(self, client_id: str, redirect_uri: str) -> None:
        """Demand that this client may be sent back to this address. Raises InvalidClient."""
        wallet = self.listed.get(client_id)
        if wallet is not None:
            # RFC 9700 section 2.1: exact comparison.
            if redirect_uri not in wallet.redirect_uris:
                raise InvalidClient("redirect_uri is not one of this wallet's")
            return
        _check_unlisted(client_id, redirect_uri)

    def name_of(self, client_id: str) -> str | None:
        """Return the name of a listed wallet; None means that the citizen must be asked."""
        wallet = self.listed.get(client_id)
        return wallet.name if wallet else None


def describe_target(redirect_uri: str) -> str:
    """Return where the citizen will be sent, in a few characters: the host of a web address, or the app's scheme."""
    url = urlsplit(redirect_uri)
    return url.hostname or url.scheme if url.scheme in ("http", "https") else url.scheme


def _check_unlisted(client_id: str, redirect_uri: str) -> None:
    if not client_id or len(client_id) > _MAX_URI or not _VISIBLE.match(client_id):
        raise InvalidClient("client_id is missing or malformed")
    if len(redirect_uri) > _MAX_URI or not _VISIBLE.match(redirect_uri):
        raise InvalidClient("redirect_uri is missing or malformed")
    try:
        url = urlsplit(redirect_uri)
        host, scheme, has_user = url.hostname, url.scheme, "@" in url.netloc
    except ValueError as error:
        raise InvalidClient("redirect_uri is malformed") from error
    # RFC 6749 section 3.1.2: absolute and without a fragment.
    if not _SCHEME.match(scheme) or "#" in redirect_uri or has_user:
        raise InvalidClient("redirect_uri is not an absolute URI without fragment and user")
    match scheme:
        case "https":
            allowed = bool(host)
        case "http":
            # RFC 8252 section 7.3: an app on this very machine.
            allowed = host in LOCAL_HOSTS
        case _:
            allowed = scheme not in BROWSER_SCHEMES
    if not allowed:
        raise InvalidClient("redirect_uri is not one that we send anybody to")
