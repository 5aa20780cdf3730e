"""What opens something, for a while or once: offers, codes, tokens, requests and logins that wait."""

from datetime import datetime
from typing import Protocol

from credentials.debts.person import Person
from issuer.domain.authorisation import AccessGrant, AuthorisationCode, PushedRequest, RefreshGrant
from issuer.domain.deferral import Deferred
from issuer.domain.offers import Offer
from issuer.domain.wallet_login import Fault, Standing, WalletLogin


class Offers(Protocol):
    """Offers by their secrets. Every `redeem…` succeeds once."""

    def add(self, offer: Offer) -> None:
        """Store a new offer."""
        ...

    def by_id(self, secret: str) -> Offer | None:
        """Find the offer of a link."""
        ...

    def by_reference(self, reference: str) -> Offer | None:
        """Find an offer by its public reference."""
        ...

    def by_code(self, code: str) -> Offer | None:
        """Find an offer by its pre-authorized code."""
        ...

    def by_issuer_state(self, issuer_state: str) -> Offer | None:
        """Find an offer by its issuer state."""
        ...

    def count_attempt(self, reference: str, limit: int) -> bool:
        """Count a try at the transaction code, unless the limit was reached; say whether it may be compared."""
        ...

    def redeem(self, reference: str, now: datetime) -> bool:
        """Mark the offer redeemed if it still could be; say whether this call did it."""
        ...

    def mark_collected(self, reference: str, now: datetime) -> None:
        """Remember when the first credential was fetched."""
        ...


class Authorisations(Protocol):
    """What passes between a pushed request and an access token. Every `take…` succeeds once."""

    def push(self, handle: str, request: PushedRequest, expires_at: datetime) -> None:
        """Store a pushed request."""
        ...

    def take_pushed(self, handle: str, now: datetime) -> PushedRequest | None:
        """Take a pushed request; nobody can take it again."""
        ...

    def add_code(self, code: str, authorisation: AuthorisationCode) -> None:
        """Store an authorization code."""
        ...

    def find_code(self, code: str) -> AuthorisationCode | None:
        """Look at an authorization code without using it."""
        ...

    def take_code(self, code: str, session: str, now: datetime) -> bool:
        """Use an authorization code for this issuance session; say whether this call did it."""
        ...

    def revoke_after_replay(self, code: str) -> bool:
        """End the tokens that a used code led to (RFC 9700 section 4.5); say whether the code was a used one."""
        ...

    def add_grant(self, token: str, grant: AccessGrant) -> None:
        """Store what an access token opens."""
        ...

    def find_grant(self, token: str, now: datetime) -> AccessGrant | None:
        """Return what an access token opens, unless it has expired."""
        ...

    def add_refresh(self, refresh: RefreshGrant, token: str) -> None:
        """Begin a family of refresh tokens with this one."""
        ...

    def find_refresh(self, family: str) -> RefreshGrant | None:
        """Return what the tokens of a family stand for."""
        ...

    def rotate_refresh(self, family: str, used: str, fresh: str, now: datetime) -> bool:
        """Put a new token in the place of the one used; False when that is not the family's token (any more)."""
        ...

    def end_family(self, family: str) -> None:
        """End the refresh token of a family and every access token of it."""
        ...

    def end_refresh(self, family: str, token: str) -> bool:
        """End a family by the token that is its token now; say whether this call did it."""
        ...

    def end_grant(self, token: str) -> bool:
        """End one access token; say whether this call did it."""
        ...

    def count_request(self, session: str, limit: int, now: datetime) -> bool:
        """Count a credential request and hold the session until the transaction ends; say whether it may go on."""
        ...


class Deferrals(Protocol):
    """Credential requests that wait for the register."""

    def add(self, transaction_id: str, deferred: Deferred) -> None:
        """Store a request."""
        ...

    def find(self, transaction_id: str, now: datetime) -> Deferred | None:
        """Return a request that waits, unless its time is over."""
        ...

    def take(self, transaction_id: str, now: datetime) -> bool:
        """Use it up; say whether this call did it."""
        ...

    def waiting(self, now: datetime) -> int:
        """Count the requests that wait."""
        ...


class WalletLogins(Protocol):
    """Logins with a wallet: requests that wait for one answer, and answers that wait for the browser that asked."""

    def add(self, login: WalletLogin) -> None:
        """Store a request."""
        ...

    def by_reference(self, reference: str, now: datetime) -> WalletLogin | None:
        """Return a request that still waits for its answer."""
        ...

    def by_request_path(self, path: str, now: datetime) -> WalletLogin | None:
        """Return the request whose `request_uri` ends so, if it still waits for its answer."""
        ...

    def by_response_path(self, path: str, now: datetime) -> WalletLogin | None:
        """Return the request whose `response_uri` ends so, if it still waits for its answer."""
        ...

    def standing(self, reference: str, now: datetime) -> Standing:
        """Say how far a login is; one that is not there has ended."""
        ...

    def note(self, reference: str, fault: Fault) -> None:
        """Remember why an answer was refused. The request goes on waiting."""
        ...

    def answer(self, reference: str, subject: Person, code: str, now: datetime, until: datetime) -> bool:
        """Take the one answer, to be fetched with this code; say whether this call did it. Its keys are gone then."""
        ...

    def decline(self, reference: str, now: datetime) -> bool:
        """Note that the citizen said no in the wallet; say whether this call did it."""
        ...

    def take(self, reference: str, code: str, now: datetime) -> Person | None:
        """Take who it is; nobody can take it again."""
        ...

    def end(self, reference: str, code: str) -> None:
        """End an answered login whose code came up in the wrong place."""
        ...


class OneTimeValues(Protocol):
    """Values that may be seen once: nonces and DPoP `jti`s."""

    def use(self, kind: str, value: str, expires_at: datetime) -> bool:
        """Remember a value; say whether this was the first time."""
        ...
