"""Sessions of screens: the browser holds a random secret, the server a row that only that secret opens.

The row is found by a hash of the secret and its content is sealed with a key derived from the secret. So the database
alone reveals nothing of what a session holds, and what is sealed with a key kept in a session is out of reach for
everyone, us included, as soon as that session has ended.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from starlette.requests import HTTPConnection
from starlette.responses import Response

from credentials.clock import Clock, epoch, from_epoch
from credentials.encoding import JsonObject, b64url_decode, b64url_encode, json_compact
from credentials.errors import MalformedInput
from service import audit
from service.audit import AuditEntry
from service.database import Database
from service.errors import LoginNeeded, NotFound, SealBroken
from service.expired import delete_expired
from service.place import ROOT, Place
from service.sealing import derive, seal, unseal

IDLE: Final = timedelta(minutes=15)
ABSOLUTE: Final = timedelta(hours=8)

_SECRET_BYTES: Final = 32
# The idle time is written at most this often, so that reading a page is not a write each time.
_TOUCH_EVERY: Final = timedelta(seconds=60)

metadata: Final = MetaData()
session_table: Final = Table(
    "service_session",
    metadata,
    Column("id_hash", LargeBinary(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("idle_until", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    # Whose it is, by a pseudonym, where a party must be able to end somebody's sessions; never a citizen's.
    Column("holder", String(80), nullable=True),
    Index("service_session_idle_until", "idle_until"),
    Index("service_session_holder", "holder"),
)


@final
@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """One browser's session. `data` is any JSON object; `csrf` is the synchroniser token for its forms.

    `holder` is under which pseudonym it can be ended by others, if it can.
    """

    id_hash: bytes
    data: JsonObject
    csrf: str
    created_at: datetime
    ends_at: datetime
    _secret: bytes
    holder: str | None = None

    def derive_key(self, label: str) -> bytes:
        """Return a 256-bit key that exists only while this session does; another one after `rotate`."""
        return derive(self._secret, f"session key: {label}")


@final
class Sessions:
    """The sessions of one party. `cookie` is a bare name such as `bk_wallet`; `secure` adds `__Host-` and Secure.

    Below a path of a host the cookie is for that path only, so that nobody else there is sent it; as `__Host-` is for
    whole hosts, its prefix is `__Secure-` then (RFC 6265bis section 4.1.3).
    """

    def __init__(
        self,
        database: Database,
        *,
        cookie: str,
        clock: Clock,
        secure: bool = True,
        idle: timedelta = IDLE,
        absolute: timedelta = ABSOLUTE,
        place: Place = ROOT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._secure = secure
        self._idle = idle
        self._absolute = absolute
        self._path = place.cookie_path
        prefix = "__Secure-" if place.path else "__Host-"
        self.cookie = f"{prefix}{cookie}" if secure else cookie

    def current(self, request: HTTPConnection) -> Session | None:
        """Return the session of this request, or None when there is none, it expired, or it does not open."""
        secret = self._secret_of(request)
        if secret is None:
            return None
        now = epoch(self._clock.now())
        id_hash = _id_hash(secret)
        with self._database.read() as connection:
            row = connection.execute(select(session_table).where(session_table.c.id_hash == id_hash)).one_or_none()
        if row is None or row.idle_until <= now or row.ends_at <= now:
            return None
        try:
            opened: JsonObject = json.loads(unseal(_seal_key(secret), row.sealed, self._place(id_hash)))
        except SealBroken:
            return None
        idle_until = min(now + int(self._idle.total_seconds()), row.ends_at)
        if idle_until - row.idle_until >= _TOUCH_EVERY.total_seconds():
            self._touch(id_hash, idle_until)
        return _session(secret, id_hash, opened, row.created_at, row.ends_at, holder=row.holder)

    def required(self, request: HTTPConnection) -> Session:
        """Return the session of this request. Raises LoginNeeded."""
        session = self.current(request)
        if session is None:
            raise LoginNeeded
        return session

    def begin(self, response: Response, data: JsonObject | None = None) -> Session:
        """Start a session and set its cookie on `response`."""
        now = self._clock.now()
        return self._insert(response, data or {}, now, now + self._absolute)

    def save(self, session: Session, data: JsonObject) -> Session:
        """Replace what the session holds. Raises NotFound when it has ended in the meantime."""
        sealed = self._seal(session, data)
        with self._database.write() as connection:
            changed = connection.execute(
                update(session_table).where(session_table.c.id_hash == session.id_hash).values(sealed=sealed)
            )
        if changed.rowcount != 1:
            raise NotFound("the session has ended")
        return _session(
            session._secret,  # noqa: SLF001  # the module's own class
            session.id_hash,
            data,
            epoch(session.created_at),
            epoch(session.ends_at),
            holder=session.holder,
        )

    def change(self, session: Session, change: Callable[[JsonObject], JsonObject]) -> Session:
        """Change what the session holds, from its stored state, so that two tabs do not overwrite each other.

        Raises NotFound when it has ended in the meantime.
        """
        key, place = _seal_key(session._secret), self._place(session.id_hash)  # noqa: SLF001  # the module's own class
        with self._database.write() as connection:
            row = connection.execute(
                select(session_table.c.sealed).where(session_table.c.id_hash == session.id_hash)
            ).one_or_none()
            if row is None:
                raise NotFound("the session has ended")
            data = change(json.loads(unseal(key, row.sealed, place)))
            connection.execute(
                update(session_table)
                .where(session_table.c.id_hash == session.id_hash)
                .values(sealed=seal(key, json_compact(data), place))
            )
        return _session(
            session._secret,  # noqa: SLF001  # the module's own class
            session.id_hash,
            data,
            epoch(session.created_at),
            epoch(session.ends_at),
            holder=session.holder,
        )

    def rotate(
        self,
        session: Session | None,
        response: Response,
        data: JsonObject | None = None,
        *,
        holder: str | None = None,
    ) -> Session:
        """Give the browser a new secret and drop the old row; at login, against session fixation.

        With `holder`, a pseudonym, all sessions of whoever that is can be ended (`end_all`).
        """
        if session is not None:
            self._delete(session.id_hash)
        kept = data if data is not None else (session.data if session is not None else {})
        now = self._clock.now()
        return self._insert(response, kept, now, now + self._absolute, holder)

    def end(self, session: Session | None, response: Response) -> None:
        """Forget the session here and in the browser."""
        if session is not None:
            self._delete(session.id_hash)
        response.delete_cookie(self.cookie, path=self._path, secure=self._secure, httponly=True, samesite="lax")

    def open_of(self) -> Mapping[str, int]:
        """Say how many sessions each holder has now; who has none is left out."""
        of = session_table.c
        counted = select(of.holder, func.count().label("many")).where(
            of.holder.is_not(None), of.idle_until > epoch(self._clock.now())
        )
        with self._database.read() as connection:
            return {row.holder: row.many for row in connection.execute(counted.group_by(of.holder))}

    def end_all(self, holder: str, entry: AuditEntry) -> int:
        """End the sessions of a holder, with this line of the audit log, and return how many there were."""
        with self._database.write() as connection:
            ended = connection.execute(delete(session_table).where(session_table.c.holder == holder)).rowcount
            audit.append(connection, entry, at=self._clock.now())
            return ended

    def purge(self) -> int:
        """Delete what has expired and return how many rows that were; run it periodically."""
        now = epoch(self._clock.now())
        # `idle_until` is never later than `ends_at`, which has no index.
        return delete_expired(self._database, session_table, session_table.c.idle_until, now)

    def _secret_of(self, request: HTTPConnection) -> bytes | None:
        try:
            secret = b64url_decode(request.cookies.get(self.cookie, ""))
        except MalformedInput:
            return None
        return secret if len(secret) == _SECRET_BYTES else None

    def _insert(
        self, response: Response, data: JsonObject, now: datetime, ends: datetime, holder: str | None = None
    ) -> Session:
        secret = secrets.token_bytes(_SECRET_BYTES)
        session = _session(secret, _id_hash(secret), data, epoch(now), epoch(ends), holder=holder)
        with self._database.write() as connection:
            connection.execute(
                insert(session_table).values(
                    id_hash=session.id_hash,
                    sealed=self._seal(session, data),
                    created_at=epoch(now),
                    idle_until=min(epoch(now + self._idle), epoch(ends)),
                    ends_at=epoch(ends),
                    holder=holder,
                )
            )
        # Lax, not Strict: the browser comes back from the login provider by a top-level GET.
        response.set_cookie(
            self.cookie, b64url_encode(secret), path=self._path, secure=self._secure, httponly=True, samesite="lax"
        )
        return session

    def _delete(self, id_hash: bytes) -> None:
        with self._database.write() as connection:
            connection.execute(delete(session_table).where(session_table.c.id_hash == id_hash))

    def _touch(self, id_hash: bytes, idle_until: int) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(session_table).where(session_table.c.id_hash == id_hash).values(idle_until=idle_until)
            )

    def _seal(self, session: Session, data: JsonObject) -> bytes:
        key = _seal_key(session._secret)  # noqa: SLF001  # the module's own class
        return seal(key, json_compact(data), self._place(session.id_hash))

    def _place(self, id_hash: bytes) -> bytes:
        return b"service_session.sealed|" + self.cookie.encode() + b"|" + id_hash


def _session(
    secret: bytes, id_hash: bytes, data: JsonObject, created_at: int, ends_at: int, *, holder: str | None
) -> Session:
    csrf = b64url_encode(hmac.digest(secret, b"csrf token", "sha256"))
    return Session(id_hash, data, csrf, from_epoch(created_at), from_epoch(ends_at), secret, holder)


def _id_hash(secret: bytes) -> bytes:
    return hmac.digest(secret, b"session id", "sha256")


def _seal_key(secret: bytes) -> bytes:
    return derive(secret, "session content")
