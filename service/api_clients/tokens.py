"""Access tokens of a business API, in SQL: random, hashed at rest, for a few minutes; and assertions that were used."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, final

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table, Text, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import Clock, epoch
from credentials.encoding import b64url_encode
from credentials.openid.client_assertion import ProvenClient
from service.database import Database
from service.expired import delete_expired
from service.prepared import Prepared

LIFETIME: Final = timedelta(minutes=10)

metadata: Final = MetaData()
token_table: Final = Table(
    "service_api_token",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("client_id", String(64), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
assertion_table: Final = Table(
    "service_api_assertion",
    metadata,
    Column("value_hash", LargeBinary(32), primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
# RETURNING, not a row count: psycopg gives none for an INSERT that found a conflict.
_USE: Final = Prepared(
    postgresql.insert(assertion_table).on_conflict_do_nothing().returning(assertion_table.c.expires_at),
    on_sqlite=sqlite.insert(assertion_table).on_conflict_do_nothing().returning(assertion_table.c.expires_at),
)
_ADD: Final = Prepared(insert(token_table))
_FIND: Final = Prepared(
    select(token_table.c.client_id, token_table.c.scopes).where(
        token_table.c.token_hash == bindparam("shown"), token_table.c.expires_at > bindparam("now")
    )
)


@dataclass(frozen=True, slots=True)
class GivenToken:
    """Whose token it is, and for what."""

    client_id: str
    scopes: frozenset[str]


@final
class ApiTokens:
    """The access tokens of one party's business API."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def give(self, client: ProvenClient, scopes: Collection[str]) -> str | None:
        """Return a fresh token for these scopes; None for an assertion that was used before, whoever asks together."""
        token = b64url_encode(secrets.token_bytes(32))
        now = self._clock.now()
        with self._database.write() as connection:
            used = {"value_hash": _hashed(client.replay_key), "expires_at": epoch(client.expires_at)}
            if _USE.one(connection, **used) is None:
                return None
            _ADD.run(
                connection,
                token_hash=_hashed(token),
                client_id=client.client_id,
                scopes=" ".join(sorted(scopes)),
                expires_at=epoch(now + LIFETIME),
            )
        return token

    def find(self, token: str) -> GivenToken | None:
        """Return what a token is good for now."""
        with self._database.read() as connection:
            row = _FIND.one(connection, shown=_hashed(token), now=epoch(self._clock.now()))
        return None if row is None else GivenToken(row.client_id, frozenset(row.scopes.split()))

    def purge(self) -> int:
        """Delete what has expired and return how many rows that were; run it periodically."""
        now = epoch(self._clock.now())
        return sum(
            delete_expired(self._database, table, table.c.expires_at, now) for table in (token_table, assertion_table)
        )


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
