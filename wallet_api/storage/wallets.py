"""Wallets in the database, and their locks, each found by its tag."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, final

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from credentials.clock import epoch, from_epoch
from service.database import Database
from service.errors import NotFound
from wallet_api.domain.errors import ChangedMeanwhile, LastWayIn, TooManyPasskeys
from wallet_api.domain.locks import Lock, LockKind, may_go
from wallet_api.domain.wallet import StoredWallet
from wallet_api.storage.tables import lock_table, record_table, wallet_table

_LOCK = lock_table.c


@final
class SqlWallets:
    """The port `Wallets` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, wallet_id: str, lock: Lock) -> None:
        """Store a new wallet with its first lock. Raises ChangedMeanwhile when another lock has the tag."""
        with self._database.write() as connection:
            connection.execute(insert(wallet_table).values(id=wallet_id, failures=0, blocked_until=None))
            _insert(connection, wallet_id, lock, 1)

    def find(self, tag: bytes) -> tuple[StoredWallet, Lock] | None:
        """Return the lock with this tag, and the wallet that it is on."""
        joined = lock_table.join(wallet_table, wallet_table.c.id == _LOCK.wallet_id)
        with self._database.read() as connection:
            row = connection.execute(
                select(lock_table, wallet_table.c.failures, wallet_table.c.blocked_until)
                .select_from(joined)
                .where(_LOCK.tag == tag)
            ).one_or_none()
        if row is None:
            return None
        until = None if row.blocked_until is None else from_epoch(row.blocked_until)
        return StoredWallet(row.wallet_id, row.failures, until), _lock(row)

    def locks(self, wallet_id: str) -> Sequence[Lock]:
        """Return all locks of a wallet, in the order in which they were put on."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(lock_table).where(_LOCK.wallet_id == wallet_id).order_by(_LOCK.number)
            ).all()
        return [_lock(row) for row in rows]

    def put_lock(
        self, wallet_id: str, lock: Lock, *, instead_of: LockKind | None = None, most: int | None = None
    ) -> None:
        """Put on a lock; with `instead_of`, the locks of that kind go in the same transaction.

        Raises NotFound when the wallet is gone, ChangedMeanwhile when another lock has the tag, and TooManyPasskeys
        when there are `most` of the lock's kind already.
        """
        with self._database.write() as connection:
            _hold(connection, wallet_id)
            if instead_of is not None:
                connection.execute(
                    delete(lock_table).where(_LOCK.wallet_id == wallet_id, _LOCK.kind == instead_of.value)
                )
            kinds = _others(connection, wallet_id)
            if most is not None and kinds.count(lock.kind) >= most:
                raise TooManyPasskeys
            last = connection.execute(
                select(func.coalesce(func.max(_LOCK.number), 0)).where(_LOCK.wallet_id == wallet_id)
            ).scalar_one()
            _insert(connection, wallet_id, lock, last + 1)

    def refit(self, wallet_id: str, old: Lock, new: Lock) -> bool:
        """Replace a lock by one of the same id. False when it is not (any more) as it was read."""
        with self._database.write() as connection:
            changed = connection.execute(
                update(lock_table)
                .where(
                    _LOCK.wallet_id == wallet_id,
                    _LOCK.id == old.id,
                    _LOCK.wrapped == old.wrapped,
                    _LOCK.facts == old.facts,
                )
                .values(salt=new.salt, method=new.method, wrapped=new.wrapped, facts=new.facts, note=new.note)
            )
        return changed.rowcount == 1

    def take_off(self, wallet_id: str, lock_id: str) -> None:
        """Take off a lock. Raises NotFound, and LastWayIn when no lock for every day would be left."""
        with self._database.write() as connection:
            _hold(connection, wallet_id)
            kind = connection.execute(
                select(_LOCK.kind).where(_LOCK.wallet_id == wallet_id, _LOCK.id == lock_id)
            ).scalar_one_or_none()
            if kind is None:
                raise NotFound
            if not may_go(LockKind(kind), _others(connection, wallet_id, lock_id)):
                raise LastWayIn
            connection.execute(delete(lock_table).where(_LOCK.wallet_id == wallet_id, _LOCK.id == lock_id))

    def reserve_attempt(self, wallet: StoredWallet, blocked_until: datetime | None, now: datetime) -> bool:
        """Count an attempt as failed before it is made. False when it is blocked or another attempt came between."""
        table = wallet_table.c
        with self._database.write() as connection:
            changed = connection.execute(
                update(wallet_table)
                .where(
                    table.id == wallet.id,
                    table.failures == wallet.failures,
                    or_(table.blocked_until.is_(None), table.blocked_until <= epoch(now)),
                )
                .values(
                    failures=wallet.failures + 1,
                    blocked_until=None if blocked_until is None else epoch(blocked_until),
                )
            )
        return changed.rowcount == 1

    def clear_attempts(self, wallet_id: str) -> None:
        """Forget the failures after a right one."""
        with self._database.write() as connection:
            connection.execute(
                update(wallet_table).where(wallet_table.c.id == wallet_id).values(failures=0, blocked_until=None)
            )

    def exists(self, wallet_id: str) -> bool:
        """Say whether the wallet is still there."""
        with self._database.read() as connection:
            return (
                connection.execute(select(wallet_table.c.id).where(wallet_table.c.id == wallet_id)).first() is not None
            )

    def delete(self, wallet_id: str) -> None:
        """Delete the wallet and everything in it."""
        with self._database.write() as connection:
            connection.execute(delete(record_table).where(record_table.c.wallet_id == wallet_id))
            connection.execute(delete(lock_table).where(_LOCK.wallet_id == wallet_id))
            connection.execute(delete(wallet_table).where(wallet_table.c.id == wallet_id))


def _hold(connection: Connection, wallet_id: str) -> None:
    # Of two who take off a lock at once, the second sees what the first has left.
    known = select(wallet_table.c.id).where(wallet_table.c.id == wallet_id).with_for_update()
    if connection.execute(known).first() is None:
        raise NotFound("the wallet is gone")


def _others(connection: Connection, wallet_id: str, lock_id: str = "") -> list[LockKind]:
    found = connection.execute(select(_LOCK.kind).where(_LOCK.wallet_id == wallet_id, _LOCK.id != lock_id)).scalars()
    return [LockKind(kind) for kind in found]


def _insert(connection: Connection, wallet_id: str, lock: Lock, number: int) -> None:
    try:
        connection.execute(
            insert(lock_table).values(
                id=lock.id,
                wallet_id=wallet_id,
                number=number,
                kind=lock.kind.value,
                tag=lock.tag,
                salt=lock.salt,
                method=lock.method,
                wrapped=lock.wrapped,
                facts=lock.facts,
                note=lock.note,
            )
        )
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def _lock(row: Row[Any]) -> Lock:
    return Lock(row.id, LockKind(row.kind), row.tag, row.salt, row.method, row.wrapped, row.facts, row.note)
