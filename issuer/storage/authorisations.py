"""Pushed requests, authorization codes and access tokens in SQL, and values that may be seen once."""

from datetime import datetime
from typing import final

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import epoch
from issuer.domain.authorisation import AccessGrant, AuthorisationCode, PushedRequest
from issuer.domain.secrets import hashed
from issuer.storage.sealed import Sealer
from issuer.storage.tables import code as codes
from issuer.storage.tables import grant as grants
from issuer.storage.tables import once, pushed


@final
class SqlAuthorisations:
    """The port `Authorisations` on one connection."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def push(self, handle: str, request: PushedRequest, expires_at: datetime) -> None:
        """Store a pushed request."""
        key = hashed(handle)
        self._connection.execute(
            insert(pushed).values(
                handle_hash=key, sealed=self._sealer.pushed(request, _pushed_place(key)), expires_at=epoch(expires_at)
            )
        )

    def take_pushed(self, handle: str, now: datetime) -> PushedRequest | None:
        """Take a pushed request; nobody can take it again."""
        key = hashed(handle)
        row = self._connection.execute(
            delete(pushed).where(pushed.c.handle_hash == key).returning(pushed.c.sealed, pushed.c.expires_at)
        ).one_or_none()
        if row is None or row.expires_at <= epoch(now):
            return None
        return self._sealer.open_pushed(row.sealed, _pushed_place(key))

    def add_code(self, code: str, authorisation: AuthorisationCode) -> None:
        """Store an authorization code."""
        key = hashed(code)
        self._connection.execute(
            insert(codes).values(
                code_hash=key,
                sealed=self._sealer.code(authorisation, _code_place(key)),
                expires_at=epoch(authorisation.expires_at),
                used_by=None,
            )
        )

    def find_code(self, code: str) -> AuthorisationCode | None:
        """Look at an authorization code without using it."""
        key = hashed(code)
        row = self._connection.execute(select(codes.c.sealed).where(codes.c.code_hash == key)).one_or_none()
        return self._sealer.open_code(row.sealed, _code_place(key)) if row is not None else None

    def take_code(self, code: str, session: str, now: datetime) -> bool:
        """Use an authorization code for this issuance session; say whether this call did it."""
        changed = self._connection.execute(
            update(codes)
            .where(codes.c.code_hash == hashed(code), codes.c.used_by.is_(None), codes.c.expires_at > epoch(now))
            .values(used_by=session)
        )
        return changed.rowcount == 1

    def revoke_after_replay(self, code: str) -> bool:
        """End the token that a used code led to (RFC 9700 section 4.5); say whether the code was a used one."""
        row = self._connection.execute(select(codes.c.used_by).where(codes.c.code_hash == hashed(code))).one_or_none()
        if row is None or row.used_by is None:
            return False
        self._connection.execute(delete(grants).where(grants.c.session == row.used_by))
        return True

    def add_grant(self, token: str, grant: AccessGrant) -> None:
        """Store what an access token opens."""
        key = hashed(token)
        self._connection.execute(
            insert(grants).values(
                token_hash=key,
                session=grant.session,
                sealed=self._sealer.grant(grant, _grant_place(key)),
                expires_at=epoch(grant.expires_at),
                requests=0,
            )
        )

    def find_grant(self, token: str, now: datetime) -> AccessGrant | None:
        """Return what an access token opens, unless it has expired."""
        key = hashed(token)
        row = self._connection.execute(
            select(grants.c.sealed).where(grants.c.token_hash == key, grants.c.expires_at > epoch(now))
        ).one_or_none()
        return self._sealer.open_grant(row.sealed, _grant_place(key)) if row is not None else None

    def count_request(self, session: str, limit: int, now: datetime) -> bool:
        """Count a credential request and hold the session until the transaction ends; say whether it may go on."""
        changed = self._connection.execute(
            update(grants)
            .where(grants.c.session == session, grants.c.requests < limit, grants.c.expires_at > epoch(now))
            .values(requests=grants.c.requests + 1)
        )
        return changed.rowcount == 1


@final
class SqlOneTimeValues:
    """The port `OneTimeValues` on one connection."""

    def __init__(self, connection: Connection, *, is_sqlite: bool) -> None:
        self._connection = connection
        self._insert = sqlite.insert if is_sqlite else postgresql.insert

    def use(self, kind: str, value: str, expires_at: datetime) -> bool:
        """Remember a value; say whether this was the first time."""
        row = {"kind": kind, "value_hash": hashed(value), "expires_at": epoch(expires_at)}
        # RETURNING, not a row count: psycopg gives none for an INSERT made by SQLAlchemy.
        insertion = self._insert(once).values(**row).on_conflict_do_nothing().returning(once.c.kind)
        return self._connection.execute(insertion).one_or_none() is not None


def _pushed_place(key: bytes) -> bytes:
    return b"issuer_pushed.sealed|" + key


def _code_place(key: bytes) -> bytes:
    return b"issuer_code.sealed|" + key


def _grant_place(key: bytes) -> bytes:
    return b"issuer_grant.sealed|" + key
