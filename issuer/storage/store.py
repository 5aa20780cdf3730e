"""One agency's database as the use cases see it: transactions, each with all repositories."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, final

from sqlalchemy import Connection, delete

from credentials.clock import epoch
from issuer.domain.secrets import Derivation
from issuer.ports import Event
from issuer.storage.authorisations import SqlAuthorisations, SqlOneTimeValues
from issuer.storage.deferrals import SqlDeferrals
from issuer.storage.issuances import SqlIssuances, SqlPublications
from issuer.storage.offers import SqlOffers
from issuer.storage.sealed import Sealer
from issuer.storage.tables import code, deferred, grant, offer, once, pushed, refresh
from service.database import Database

AuditWriter = Callable[[Connection, Event], None]

# A used code is kept a while, so that its second use ends the token of the first.
_KEEP_SECONDS: Final = 600


@dataclass(frozen=True, slots=True, repr=False)
class StoreKeys:
    """What the store seals with, and what the secrets of offers follow from."""

    sealer: Sealer
    derivation: Derivation


@final
class SqlRecords:
    """The port `Records`: one transaction."""

    def __init__(self, connection: Connection, store: "SqlStore") -> None:
        self._connection = connection
        self._audit = store.audit
        is_sqlite = store.database.is_sqlite
        self.offers = SqlOffers(connection, store.keys.sealer, store.keys.derivation)
        self.authorisations = SqlAuthorisations(connection, store.keys.sealer)
        self.deferrals = SqlDeferrals(connection, store.keys.sealer)
        self.once = SqlOneTimeValues(connection)
        self.issuances = SqlIssuances(
            connection, entries=store.entries, fill=store.fill, randbelow=store.randbelow, is_sqlite=is_sqlite
        )
        self.publications = SqlPublications(connection)

    def audit(self, event: Event) -> None:
        """Append a line to the audit log."""
        self._audit(self._connection, event)

    def purge(self, now: datetime) -> int:
        """Delete what has expired and return how many rows that were."""
        moment = epoch(now)
        limits = {
            offer: moment - _KEEP_SECONDS,
            pushed: moment,
            code: moment - _KEEP_SECONDS,
            grant: moment,
            refresh: moment,
            deferred: moment,
            once: moment,
        }
        return sum(
            self._connection.execute(delete(table).where(table.c.expires_at <= limit)).rowcount
            for table, limit in limits.items()
        )


@final
class SqlStore:
    """The port `Store` on SQLite or PostgreSQL."""

    def __init__(
        self,
        database: Database,
        keys: StoreKeys,
        *,
        audit: AuditWriter,
        entries: int = 131_072,
        fill: float = 0.5,
        randbelow: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self.database = database
        self.keys = keys
        self.audit = audit
        self.entries = entries
        self.fill = fill
        self.randbelow = randbelow

    @contextmanager
    def write(self) -> Iterator[SqlRecords]:
        """Open a transaction that commits at the end of the block, or not at all."""
        with self.database.write() as connection:
            yield SqlRecords(connection, self)

    @contextmanager
    def read(self) -> Iterator[SqlRecords]:
        """Open a look at one consistent state; nothing is written."""
        with self.database.read() as connection:
            yield SqlRecords(connection, self)

    def later(self, work: Callable[[SqlRecords], None]) -> None:
        """Have this written with the next commit; a crash may lose it, so nothing may rest on it."""
        self.database.later(lambda connection: work(SqlRecords(connection, self)))
