"""Ask a time-stamping authority when something was sealed (RFC 3161 section 3.4, over HTTP)."""

from dataclasses import dataclass
from typing import Final, final

from credentials.errors import Unavailable
from service.http import OutboundClient

_QUERY: Final = "application/timestamp-query"
_REPLY: Final = "application/timestamp-reply"


@final
@dataclass(frozen=True, slots=True)
class StampAuthority:
    """One authority. It learns a hash, and when it was asked: nothing of whom or what the document is about."""

    http: OutboundClient
    url: str

    def __call__(self, request: bytes) -> bytes:
        """Return the answer to a request, both DER. Raises Unavailable or an error of the exchange."""
        answer = self.http.post(self.url, request, _QUERY, accept=_REPLY)
        if not answer.ok or answer.content_type != _REPLY:
            raise Unavailable("the time-stamping authority did not answer with a stamp")
        return answer.body
