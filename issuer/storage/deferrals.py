"""Credential requests that wait for the register, in SQL."""

from datetime import datetime
from typing import Final, final

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from credentials.clock import epoch
from issuer.domain.deferral import Deferred
from issuer.domain.secrets import hashed
from issuer.storage.sealed import Sealer
from issuer.storage.tables import deferred as table

_FIND: Final = select(table.c.sealed).where(table.c.id_hash == bindparam("key"), table.c.expires_at > bindparam("now"))
_TAKE: Final = delete(table).where(table.c.id_hash == bindparam("key"), table.c.expires_at > bindparam("now"))


@final
class SqlDeferrals:
    """The port `Deferrals` on one connection."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def add(self, transaction_id: str, deferred: Deferred) -> None:
        """Store a request."""
        key = hashed(transaction_id)
        sealed = self._sealer.deferred(deferred, _place(key))
        row = {"id_hash": key, "sealed": sealed, "expires_at": epoch(deferred.expires_at)}
        self._connection.execute(insert(table), row)

    def find(self, transaction_id: str, now: datetime) -> Deferred | None:
        """Return a request that waits, unless its time is over."""
        key = hashed(transaction_id)
        row = self._connection.execute(_FIND, {"key": key, "now": epoch(now)}).one_or_none()
        return self._sealer.open_deferred(row.sealed, _place(key)) if row is not None else None

    def take(self, transaction_id: str, now: datetime) -> bool:
        """Use it up; say whether this call did it."""
        return self._connection.execute(_TAKE, {"key": hashed(transaction_id), "now": epoch(now)}).rowcount == 1

    def waiting(self, now: datetime) -> int:
        """Count the requests that wait."""
        counted = select(func.count()).select_from(table).where(table.c.expires_at > epoch(now))
        return self._connection.execute(counted).scalar_one()


def _place(key: bytes) -> bytes:
    return b"issuer_deferred.sealed|" + key
