"""Credentials that were asked for while the register could not be read: what must be remembered until it can.

A `Deferred` is found by its transaction id, by whoever has an access token of the same session, or one that was got by
its refresh token, with the same key. It leads to credentials once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from credentials.debts.bsn import Bsn
from credentials.formats.base import HolderKey
from issuer.domain.authorisation import AccessGrant
from issuer.domain.secrets import same


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
    subject: Bsn = field(repr=False)
    configurations: tuple[str, ...]
    configuration_id: str | None
    identifier: str | None
    holders: tuple[HolderKey, ...]
    expires_at: datetime
    family: str | None = None
    dpop_thumbprint: str | None = None
    offer: str | None = None

    def is_for(self, grant: AccessGrant) -> bool:
        """Say whether this access token is of the session that asked, or of the same family, and of the same key."""
        if (grant.dpop_thumbprint or "") != (self.dpop_thumbprint or ""):
            return False
        if same(grant.session.encode("utf-8"), self.session.encode("utf-8")):
            return True
        return self.family is not None and self.family == grant.family
