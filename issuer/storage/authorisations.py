"""Pushed requests, authorization codes and access tokens in SQL, and values that may be seen once."""

from dataclasses import replace
from datetime import datetime
from typing import Final, final

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import epoch
from issuer.domain.authorisation import AccessGrant, AuthorisationCode, PushedRequest, RefreshGrant
from issuer.domain.secrets import hashed
from issuer.storage.sealed import Sealer
from issuer.storage.tables import code as codes
from issuer.storage.tables import grant as grants
from issuer.storage.tables import once, pushed
from issuer.storage.tables import refresh as refreshes
from service.prepared import Prepared

_NOW: Final[BindParameter[int]] = bindparam("now")
_PUSH: Final = Prepared(insert(pushed))
_TAKE_PUSHED: Final = Prepared(
    delete(pushed).where(pushed.c.handle_hash == bindparam("key")).returning(pushed.c.sealed, pushed.c.expires_at)
)
_ADD_CODE: Final = Prepared(insert(codes))
_FIND_CODE: Final = Prepared(select(codes.c.sealed, codes.c.used_by).where(codes.c.code_hash == bindparam("key")))
_TAKE_CODE: Final = Prepared(
    update(codes)
    .where(codes.c.code_hash == bindparam("key"), codes.c.used_by.is_(None), codes.c.expires_at > _NOW)
    .values(used_by=bindparam("taker"))
)
_END_SESSION: Final = Prepared(delete(grants).where(grants.c.session == bindparam("key")))
_ADD_GRANT: Final = Prepared(insert(grants))
_FIND_GRANT: Final = Prepared(
    select(grants.c.sealed).where(grants.c.token_hash == bindparam("key"), grants.c.expires_at > _NOW)
)
_COUNT_REQUEST: Final = Prepared(
    update(grants)
    .where(grants.c.session == bindparam("key"), grants.c.requests < bindparam("most"), grants.c.expires_at > _NOW)
    .values(requests=grants.c.requests + 1)
)
_ADD_REFRESH: Final = Prepared(insert(refreshes))
_FIND_REFRESH: Final = Prepared(select(refreshes.c.sealed).where(refreshes.c.family == bindparam("key")))
_ROTATE: Final = Prepared(
    update(refreshes)
    .where(
        refreshes.c.family == bindparam("key"),
        refreshes.c.token_hash == bindparam("used"),
        refreshes.c.expires_at > _NOW,
    )
    .values(token_hash=bindparam("fresh"))
)
_END_REFRESH: Final = Prepared(delete(refreshes).where(refreshes.c.family == bindparam("key")))
_END_REFRESH_BY_TOKEN: Final = Prepared(
    delete(refreshes).where(refreshes.c.family == bindparam("key"), refreshes.c.token_hash == bindparam("used"))
)
_END_GRANT: Final = Prepared(delete(grants).where(grants.c.token_hash == bindparam("key")))
_END_ACCESS: Final = Prepared(delete(grants).where(grants.c.family == bindparam("key")))
# RETURNING, not a row count: psycopg gives none for an INSERT that found a conflict.
_USE: Final = Prepared(
    postgresql.insert(once).on_conflict_do_nothing().returning(once.c.kind),
    on_sqlite=sqlite.insert(once).on_conflict_do_nothing().returning(once.c.kind),
)


@final
class SqlAuthorisations:
    """The port `Authorisations` on one connection."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def push(self, handle: str, request: PushedRequest, expires_at: datetime) -> None:
        """Store a pushed request."""
        key = hashed(handle)
        _PUSH.run(
            self._connection,
            handle_hash=key,
            sealed=self._sealer.pushed(request, _pushed_place(key)),
            expires_at=epoch(expires_at),
        )

    def take_pushed(self, handle: str, now: datetime) -> PushedRequest | None:
        """Take a pushed request; nobody can take it again."""
        key = hashed(handle)
        row = _TAKE_PUSHED.one(self._connection, key=key)
        if row is None or row.expires_at <= epoch(now):
            return None
        return self._sealer.open_pushed(row.sealed, _pushed_place(key))

    def add_code(self, code: str, authorisation: AuthorisationCode) -> None:
        """Store an authorization code."""
        key = hashed(code)
        _ADD_CODE.run(
            self._connection,
            code_hash=key,
            sealed=self._sealer.code(authorisation, _code_place(key)),
            expires_at=epoch(authorisation.expires_at),
            used_by=None,
        )

    def find_code(self, code: str) -> AuthorisationCode | None:
        """Look at an authorization code without using it."""
        key = hashed(code)
        row = _FIND_CODE.one(self._connection, key=key)
        return self._sealer.open_code(row.sealed, _code_place(key)) if row is not None else None

    def take_code(self, code: str, session: str, now: datetime) -> bool:
        """Use an authorization code for this issuance session; say whether this call did it."""
        return _TAKE_CODE.run(self._connection, key=hashed(code), taker=session, now=epoch(now)) == 1

    def revoke_after_replay(self, code: str) -> bool:
        """End the tokens that a used code led to (RFC 9700 section 4.5); say whether the code was a used one."""
        row = _FIND_CODE.one(self._connection, key=hashed(code))
        if row is None or row.used_by is None:
            return False
        # A family bears the name of its first session.
        self.end_family(row.used_by)
        _END_SESSION.run(self._connection, key=row.used_by)
        return True

    def add_grant(self, token: str, grant: AccessGrant) -> None:
        """Store what an access token opens."""
        key = hashed(token)
        _ADD_GRANT.run(
            self._connection,
            token_hash=key,
            session=grant.session,
            family=grant.family,
            sealed=self._sealer.grant(grant, _grant_place(key)),
            expires_at=epoch(grant.expires_at),
            requests=0,
        )

    def find_grant(self, token: str, now: datetime) -> AccessGrant | None:
        """Return what an access token opens, unless it has expired."""
        key = hashed(token)
        row = _FIND_GRANT.one(self._connection, key=key, now=epoch(now))
        if row is None:
            return None
        return replace(self._sealer.open_grant(row.sealed, _grant_place(key)), token_hash=key.hex())

    def add_refresh(self, refresh: RefreshGrant, token: str) -> None:
        """Begin a family of refresh tokens with this one."""
        _ADD_REFRESH.run(
            self._connection,
            family=refresh.family,
            token_hash=hashed(token),
            sealed=self._sealer.refresh(refresh, _refresh_place(refresh.family)),
            expires_at=epoch(refresh.expires_at),
        )

    def find_refresh(self, family: str) -> RefreshGrant | None:
        """Return what the tokens of a family stand for."""
        row = _FIND_REFRESH.one(self._connection, key=family)
        return self._sealer.open_refresh(row.sealed, _refresh_place(family)) if row is not None else None

    def rotate_refresh(self, family: str, used: str, fresh: str, now: datetime) -> bool:
        """Put a new token in the place of the one used; False when that is not the family's token (any more)."""
        changed = _ROTATE.run(self._connection, key=family, used=hashed(used), fresh=hashed(fresh), now=epoch(now))
        return changed == 1

    def end_family(self, family: str) -> None:
        """End the refresh token of a family and every access token of it."""
        # The row first: whoever is renewing now holds it, and what they write is seen by the second statement.
        _END_REFRESH.run(self._connection, key=family)
        _END_ACCESS.run(self._connection, key=family)

    def end_refresh(self, family: str, token: str) -> bool:
        """End a family by the token that is its token now; say whether this call did it."""
        if _END_REFRESH_BY_TOKEN.run(self._connection, key=family, used=hashed(token)) != 1:
            return False
        _END_ACCESS.run(self._connection, key=family)
        return True

    def end_grant(self, token: str) -> bool:
        """End one access token; say whether this call did it."""
        return _END_GRANT.run(self._connection, key=hashed(token)) == 1

    def count_request(self, session: str, limit: int, now: datetime) -> bool:
        """Count a credential request and hold the session until the transaction ends; say whether it may go on."""
        return _COUNT_REQUEST.run(self._connection, key=session, most=limit, now=epoch(now)) == 1


@final
class SqlOneTimeValues:
    """The port `OneTimeValues` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def use(self, kind: str, value: str, expires_at: datetime) -> bool:
        """Remember a value; say whether this was the first time."""
        row = {"kind": kind, "value_hash": hashed(value), "expires_at": epoch(expires_at)}
        return _USE.one(self._connection, **row) is not None


def _pushed_place(key: bytes) -> bytes:
    return b"issuer_pushed.sealed|" + key


def _code_place(key: bytes) -> bytes:
    return b"issuer_code.sealed|" + key


def _grant_place(key: bytes) -> bytes:
    return b"issuer_grant.sealed|" + key


def _refresh_place(family: str) -> bytes:
    return b"issuer_refresh.sealed|" + family.encode("ascii")
