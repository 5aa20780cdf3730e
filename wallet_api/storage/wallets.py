"""Wallets in the database: found by a slow hash of their number, opened by their locks."""

from datetime import datetime
from typing import final

from sqlalchemy import delete, insert, or_, select, update

from credentials.clock import epoch, from_epoch
from service.database import Database
from wallet_api.domain.wallet import Lock, StoredWallet
from wallet_api.storage.tables import lock_table, record_table, wallet_table


@final
class SqlWallets:
    """The port `Wallets` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, wallet: StoredWallet) -> None:
        """Store a new wallet with its locks."""
        with self._database.write() as connection:
            connection.execute(
                insert(wallet_table).values(id=wallet.id, tag=wallet.tag, failures=0, blocked_until=None)
            )
            for lock in wallet.locks:
                connection.execute(
                    insert(lock_table).values(
                        wallet_id=wallet.id, kind=lock.kind, salt=lock.salt, cost=lock.cost, wrapped=lock.wrapped
                    )
                )

    def find(self, tag: bytes) -> StoredWallet | None:
        """Return the wallet with this tag."""
        with self._database.read() as connection:
            row = connection.execute(select(wallet_table).where(wallet_table.c.tag == tag)).one_or_none()
            if row is None:
                return None
            locks = connection.execute(select(lock_table).where(lock_table.c.wallet_id == row.id)).all()
        return StoredWallet(
            row.id,
            row.tag,
            tuple(Lock(each.kind, each.salt, each.cost, each.wrapped) for each in locks),
            row.failures,
            None if row.blocked_until is None else from_epoch(row.blocked_until),
        )

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
        """Forget the failures after a right PIN."""
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
            connection.execute(delete(lock_table).where(lock_table.c.wallet_id == wallet_id))
            connection.execute(delete(wallet_table).where(wallet_table.c.id == wallet_id))
