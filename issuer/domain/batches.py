"""The name by which a wallet speaks of the copies that it was given together, and the way from it to their rows.

The name is not kept: the ids of the rows follow from it, so that whoever has the records cannot tell a wallet's word.
They follow from the login as well in which the wallet got them, so that under another one the name leads nowhere.
"""

import hashlib
import uuid

from credentials.openid.notification import NotificationEvent
from issuer.domain.issuance import CopyState

STATES = {
    NotificationEvent.ACCEPTED: CopyState.ACCEPTED,
    NotificationEvent.FAILURE: CopyState.FAILED,
    NotificationEvent.DELETED: CopyState.DELETED,
}
"""What a wallet's word makes of a copy's state."""


def copy_ids(batch: str, login: str, count: int) -> list[str]:
    """Return the ids of the first copies of a batch with this name that was given in this login."""
    return [_copy_id(batch, login, number) for number in range(count)]


def _copy_id(batch: str, login: str, number: int) -> str:
    digest = hashlib.sha256(f"{number}|{login}|{batch}".encode("utf-8", "surrogatepass")).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
