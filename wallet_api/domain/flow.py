"""A visit to an agency's authorization server that is under way: what must be remembered until the browser is back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import final

from credentials.encoding import JsonObject
from wallet_api.domain.errors import Expired, IssuerMixedUp


@final
@dataclass(frozen=True, slots=True)
class Visit:
    """One authorization request, found again by its `state` and used once.

    `authorization_server` must be the `iss` of the answer. `collection` is set when the visit is part of a collection,
    `offer` when it answers an offer. `key` is the private key of this visit, a JWK.
    """

    credential_issuer: str
    authorization_server: str
    configurations: tuple[str, ...]
    code_verifier: str = field(repr=False)
    expires_at: datetime
    collection: str | None = None
    offer: str | None = None
    key: JsonObject | None = field(default=None, repr=False)

    def check(self, issuer: str | None, *, issuer_required: bool, now: datetime) -> None:
        """Check who answers and when. Raises Expired, IssuerMixedUp."""
        if now >= self.expires_at:
            raise Expired
        # RFC 9207 section 2.4: compare exactly; a server that announced `iss` and leaves it out is not that server.
        if (issuer is None and issuer_required) or (issuer is not None and issuer != self.authorization_server):
            raise IssuerMixedUp
