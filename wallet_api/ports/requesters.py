"""Organisations that ask for cards."""

from collections.abc import Mapping
from typing import Protocol

from credentials.openid.request_link import RequestLink, RequestReference
from credentials.openid.vp_response import Acknowledged


class Requesters(Protocol):
    """Organisations that ask for cards, over OpenID4VP 1.0."""

    def read_link(self, text: str) -> RequestLink:
        """Read a request link; nothing is fetched. Raises InvalidPresentationRequest and its kin."""
        ...

    def fetch(self, reference: RequestReference, wallet_nonce: str | None) -> str:
        """Fetch a request object, by GET or with our nonce by POST. Raises Unavailable, PeerRefused."""
        ...

    def deliver(self, response_uri: str, fields: Mapping[str, str]) -> Acknowledged:
        """Post an answer and return where the citizen's browser must go next, or what request asks for the next part.

        Raises NotDelivered, TooLargeForThem.
        """
        ...
