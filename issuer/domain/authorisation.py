"""A wallet's way through the login: `PushedRequest` → (login, consent) → `AuthorisationCode` → `AccessGrant`.

Each is used once, and each is made from the one before. Beside an `AccessGrant` a wallet may get a `RefreshGrant`,
which leads to the next of both.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from credentials import limits
from credentials.debts.person import Person

PUSHED_LIFETIME: Final = timedelta(seconds=60)
CODE_LIFETIME: Final = timedelta(seconds=60)
# OpenID4VCI 1.0 section 13.10: bearer tokens that live longer must be bound to a key.
TOKEN_LIFETIME: Final = timedelta(seconds=300)
BOUND_TOKEN_LIFETIME: Final = timedelta(seconds=limits.ACCESS_TOKEN_SECONDS)
MAX_CREDENTIAL_REQUESTS: Final = limits.CREDENTIAL_REQUESTS


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """What a wallet asks for, pushed by itself and not through the browser (RFC 9126).

    `instance` is the thumbprint of the key that its provider attested, here and in what follows from the request: the
    same installed wallet must come back.
    """

    client_id: str
    redirect_uri: str
    code_challenge: str
    configurations: tuple[str, ...]
    by_details: bool
    state: str | None
    issuer_state: str | None
    dpop_thumbprint: str | None = None
    instance: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorisationCode:
    """A citizen's permission, handed to the wallet through the browser."""

    client_id: str
    redirect_uri: str
    code_challenge: str
    configurations: tuple[str, ...]
    by_details: bool
    subject: Person = field(repr=False)
    expires_at: datetime
    offer: str | None = None
    dpop_thumbprint: str | None = None
    instance: str | None = None


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """What an access token opens. `session` names the issuance in the records; it opens nothing.

    `by_identifier` is true when the token response named credential identifiers, one per credential. `family` is that
    of the refresh token beside it. `token_hash` is what its own token hashes to, in hex.
    """

    session: str
    subject: Person = field(repr=False)
    configurations: tuple[str, ...]
    by_identifier: bool
    expires_at: datetime
    client_id: str | None = None
    dpop_thumbprint: str | None = None
    offer: str | None = None
    family: str | None = None
    token_hash: str | None = None

    @property
    def login(self) -> str:
        """What all access tokens have in common that came from one login, also by refresh tokens. It opens nothing."""
        return self.family or self.session


@dataclass(frozen=True, slots=True)
class RefreshGrant:
    """What a refresh token stands for: that this citizen lets this wallet come again, without a login.

    `family` names what all tokens of one rotation have in common: the session of the first access token. It opens
    nothing. The whole family ends at `expires_at`, however often it was renewed, so that the citizen logs in again
    some day.
    """

    family: str
    subject: Person = field(repr=False)
    configurations: tuple[str, ...]
    by_details: bool
    dpop_thumbprint: str
    expires_at: datetime
    client_id: str | None = None
    instance: str | None = None


def token_lifetime(dpop_thumbprint: str | None) -> timedelta:
    """Return how long an access token lives: longer when only the holder of a key can use it."""
    return TOKEN_LIFETIME if dpop_thumbprint is None else BOUND_TOKEN_LIFETIME
