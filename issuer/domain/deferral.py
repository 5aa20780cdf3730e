"""Credentials that were asked for while the register could not be read: what must be remembered until it can.

A `Deferred` is found by its transaction id, by whoever has an access token of the same session, or one that was got by
its refresh token, with the same key. It leads to credentials once. The token that asked, bound to a key, is good for
just this as long as it waits.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from credentials.debts.person import Person
from credentials.formats.base import HolderKey
from issuer.domain.authorisation import AccessGrant
from issuer.domain.secrets import hashed, same


@dataclass(frozen=True, slots=True)
class Patience:
    """For how long a wallet may come back for what was not ready, and how many seconds it waits each time.

    Without a `lifetime` nothing is deferred.
    """

    lifetime: timedelta = timedelta()
    interval: int = 60


@dataclass(frozen=True, slots=True)
class Deferred:
    """A credential request whose proofs held. Nothing of the debts is in it: they are read when it is collected."""

    session: str
    subject: Person = field(repr=False)
    configurations: tuple[str, ...]
    configuration_id: str | None
    identifier: str | None
    holders: tuple[HolderKey, ...]
    expires_at: datetime
    family: str | None = None
    dpop_thumbprint: str | None = None
    offer: str | None = None
    token_hash: str | None = None

    @property
    def grant(self) -> AccessGrant:
        """What the token that asked still opens when its own time is over: this, and nothing else."""
        return AccessGrant(
            session=self.session,
            subject=self.subject,
            configurations=self.configurations,
            by_identifier=self.identifier is not None,
            expires_at=self.expires_at,
            dpop_thumbprint=self.dpop_thumbprint,
            offer=self.offer,
            family=self.family,
        )

    def was_asked_by(self, token: str, dpop_thumbprint: str | None) -> bool:
        """Say whether it was this token that asked, bound to this key (OpenID4VCI 1.0 section 13.10)."""
        return (
            dpop_thumbprint is not None
            and dpop_thumbprint == self.dpop_thumbprint
            and self.token_hash is not None
            and same(hashed(token).hex().encode("ascii"), self.token_hash.encode("ascii"))
        )

    def is_for(self, grant: AccessGrant) -> bool:
        """Say whether this access token is of the session that asked, or of the same family, and of the same key."""
        if (grant.dpop_thumbprint or "") != (self.dpop_thumbprint or ""):
            return False
        if same(grant.session.encode("utf-8"), self.session.encode("utf-8")):
            return True
        return self.family is not None and self.family == grant.family
