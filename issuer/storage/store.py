"""One agency's database as the use cases see it: transactions, each with all repositories."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, final

from sqlalchemy import Connection, delete, select

from credentials.clock import epoch
from issuer.domain.secrets import Derivation
from issuer.ports import Event, Mark
from issuer.storage.authorisations import SqlAuthorisations, SqlOneTimeValues
from issuer.storage.changes import SqlChanges
from issuer.storage.deferrals import SqlDeferrals
from issuer.storage.issuances import SqlIssuances, SqlPublications
from issuer.storage.notices import SqlNotices
from issuer.storage.offers import SqlOffers
from issuer.storage.running import SqlFailures, SqlJobRuns
from issuer.storage.sealed import Sealer
from issuer.storage.tables import (
    change,
    code,
    debts,
    deferred,
    grant,
    imported,
    offer,
    once,
    pushed,
    refresh,
    wallet_login,
    webhook,
)
from issuer.storage.wallet_logins import SqlWalletLogins
from service.audit import Head, head, holds
from service.database import Database
from service.expired import delete_expired
from service.processing_log.actions import LogLine
from service.webhooks.messages import Announcement
from service.webhooks.outbox import KEPT as MESSAGES_KEPT
from service.webhooks.outbox import Subscriptions

AuditWriter = Callable[[Connection, Event], None]
Announcer = Callable[[Connection, Announcement], None]
LogWriter = Callable[[Connection, LogLine], None]

# A used code is kept a while, so that its second use ends the token of the first.
KEPT_AFTER_USE: Final = timedelta(seconds=600)
UNCONFIRMED: Final = timedelta(days=1)
"""How long what was read of a file waits to be finished or confirmed."""
# A register that cannot be read for so long: by then the cards have ended, or soon will.
CHANGES_WAIT: Final = timedelta(days=30)


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
        self._announce = store.announce
        self._process = store.process
        is_sqlite = store.database.is_sqlite
        self.offers = SqlOffers(connection, store.keys.sealer, store.keys.derivation)
        self.authorisations = SqlAuthorisations(connection, store.keys.sealer)
        self.deferrals = SqlDeferrals(connection, store.keys.sealer)
        self.wallet_logins = SqlWalletLogins(connection, store.keys.sealer)
        self.once = SqlOneTimeValues(connection)
        self.issuances = SqlIssuances(
            connection, entries=store.entries, fill=store.fill, randbelow=store.randbelow, is_sqlite=is_sqlite
        )
        self.notices = SqlNotices(connection, is_sqlite=is_sqlite)
        self.changes = SqlChanges(connection, store.keys.sealer)
        self.publications = SqlPublications(connection)
        self.failures = SqlFailures(connection)
        self.job_runs = SqlJobRuns(connection)

    def announce(self, event: Announcement) -> None:
        """Have the agency's own systems told of this, if they want to be."""
        self._announce(self._connection, event)

    def process(self, line: LogLine) -> None:
        """Write a line of the processing log, if one is kept. Raises LogFull."""
        if self._process is not None:
            self._process(self._connection, line)

    def audit(self, event: Event) -> None:
        """Append a line to the audit log."""
        self._audit(self._connection, event)

    def forget_one_time(self) -> None:
        """Delete everything that counts once or opens something: offers, codes, tokens, logins, what waits."""
        for table in (offer, pushed, code, grant, refresh, deferred, wallet_login):
            self._connection.execute(delete(table))

    def mark(self) -> Mark:
        """Return how far these records have come."""
        last = head(self._connection)
        return Mark(last.number, last.hash, tuple(self.issuances.numbers_begun()))

    def reach(self, mark: Mark) -> bool:
        """Tell whether these records are the ones that came so far, or went on from there."""
        return holds(self._connection, Head(mark.audited, mark.audit_hash))


@final
class SqlStore:
    """The port `Store` on SQLite or PostgreSQL."""

    def __init__(
        self,
        database: Database,
        keys: StoreKeys,
        *,
        audit: AuditWriter,
        announce: Announcer = Subscriptions(webhook, {}),  # noqa: B008  # it holds nothing that changes
        process: LogWriter | None = None,
        entries: int = 131_072,
        fill: float = 0.5,
        randbelow: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        self.database = database
        self.keys = keys
        self.audit = audit
        self.announce = announce
        self.process = process
        self.entries = entries
        self.fill = fill
        self.randbelow = randbelow

    @property
    def keeps_log(self) -> bool:
        """Whether a processing log is kept."""
        return self.process is not None

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
        """Have this written soon; a crash may lose it, so nothing may rest on it."""
        self.database.later(lambda connection: work(SqlRecords(connection, self)))

    def purge(self, now: datetime) -> int:
        """Delete what has expired and return how many rows that were."""
        moment, kept = epoch(now), int(KEPT_AFTER_USE.total_seconds())
        limits = {
            offer: moment - kept,
            pushed: moment,
            code: moment - kept,
            grant: moment,
            refresh: moment,
            deferred: moment,
            wallet_login: moment,
            once: moment,
        }
        self._forget_broken_imports(moment)
        gone = sum(delete_expired(self.database, table, table.c.expires_at, limit) for table, limit in limits.items())
        gone += delete_expired(self.database, change, change.c.noted_at, epoch(now - CHANGES_WAIT))
        return gone + delete_expired(self.database, webhook, webhook.c.announced_at, epoch(now - MESSAGES_KEPT))

    def _forget_broken_imports(self, moment: int) -> None:
        """Delete what was read of a file that was never finished or confirmed, a day after it was begun."""
        begun = moment - int(UNCONFIRMED.total_seconds())
        old = select(imported.c.id).where(imported.c.is_current.is_(False), imported.c.changed_at < begun)
        with self.database.read() as connection:
            ids = list(connection.scalars(old))
        if not ids:
            return
        with self.database.write() as connection:
            # Only those that are so still: one may have been confirmed meanwhile.
            gone = delete(imported).where(imported.c.id.in_(ids), imported.c.is_current.is_(False))
            left = list(connection.scalars(gone.returning(imported.c.id)))
            connection.execute(delete(debts).where(debts.c.import_id.in_(left)))
