"""Challenges in the database, so that whichever worker process is answered knows them; each is taken once."""

import hashlib
from datetime import datetime
from typing import final

from sqlalchemy import delete, insert

from credentials.clock import epoch
from service.database import Database
from service.expired import delete_expired
from wallet_api.storage.tables import challenge_table

_COLUMNS = challenge_table.c


@final
class SqlChallenges:
    """The port `Challenges` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def give(self, challenge: bytes, purpose: str, expires_at: datetime) -> None:
        """Remember a challenge until its time."""
        with self._database.write() as connection:
            connection.execute(
                insert(challenge_table).values(tag=_tag(challenge, purpose), expires_at=epoch(expires_at))
            )

    def take(self, challenge: bytes, purpose: str, now: datetime) -> bool:
        """Use one up. False when it was not given out for this, was used before, or is over."""
        with self._database.write() as connection:
            taken = connection.execute(
                delete(challenge_table).where(
                    _COLUMNS.tag == _tag(challenge, purpose), _COLUMNS.expires_at > epoch(now)
                )
            )
        return taken.rowcount == 1

    def purge(self, now: datetime) -> int:
        """Delete those whose time is over and return how many."""
        return delete_expired(self._database, challenge_table, _COLUMNS.expires_at, epoch(now))


def _tag(challenge: bytes, purpose: str) -> bytes:
    # The purpose, and whose it is, is part of what is looked for: there is nothing to compare afterwards.
    return hashlib.sha256(len(challenge).to_bytes(2) + challenge + purpose.encode()).digest()
