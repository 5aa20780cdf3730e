"""What a citizen scanned, pasted or followed: an offer of cards or a request for them, of whichever scheme."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, final

from wallet_api.domain.delivery import Received, Underway
from wallet_api.domain.errors import NotRecognised

MAX_CHARACTERS: Final = 64_000

_OFFERS: Final = frozenset({"openid-credential-offer", "haip-vci", "eu-eaa-offer"})
_REQUESTS: Final = frozenset({"openid4vp", "haip-vp", "haip", "eu-eaap", "mdoc-openid4vp"})


@final
@dataclass(frozen=True, slots=True)
class Link:
    """A recognised link."""

    text: str
    is_offer: bool


def recognise(text: str) -> Link:
    """Tell an offer from a request, by the scheme or by what the query holds. Raises NotRecognised."""
    text = text.strip()
    if not text or len(text) > MAX_CHARACTERS:
        raise NotRecognised
    scheme, colon, rest = text.partition(":")
    if not colon:
        raise NotRecognised
    scheme = scheme.lower()
    _, _, query = rest.partition("?")
    names = {part.partition("=")[0] for part in query.split("&")}
    offered = bool(names & {"credential_offer", "credential_offer_uri"})
    if scheme in _OFFERS or (scheme in ("https", "http") and offered):
        return Link(text, is_offer=True)
    if scheme in _REQUESTS or (scheme in ("https", "http") and "client_id" in names):
        return Link(text, is_offer=False)
    raise NotRecognised


def recognise_any(texts: Iterable[str]) -> Link:
    """Return the first of some texts that is a link of ours. Raises NotRecognised where none is."""
    for text in texts:
        with suppress(NotRecognised):
            return recognise(text)
    raise NotRecognised


def offer_link(query: bytes) -> str:
    """Return the offer that a link to this wallet's own page carries."""
    return f"openid-credential-offer://?{query.decode('latin-1')}"


def request_link(query: bytes) -> str:
    """Return the request that a link to this wallet's own page carries."""
    return f"openid4vp://?{query.decode('latin-1')}"


def delivery_path(underway: Underway) -> str:
    """Return the page of a delivery that goes on."""
    return f"/ontvangen/{underway.id}"


def after_receiving(taken: Received | Underway) -> str:
    """Return where the citizen goes on after cards came in: the overview, or the page that fetches the rest."""
    return delivery_path(taken) if isinstance(taken, Underway) else "/overzicht?opgehaald=1"
