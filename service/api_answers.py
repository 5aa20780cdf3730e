"""What a business API answered to a request that bore an idempotency key, in SQL, sealed.

An answer may hold a secret (the link of an offer), and a request a citizen's number: so neither key nor request is
stored but as a keyed hash, and the answer opens with the party's own key only. Whoever takes a key holds it for a
while; if their process dies, the key is free after that, and the work is done anew.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias, final

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import Clock, epoch
from service.database import Database
from service.errors import IdempotencyKeyReused, StillRunning
from service.expired import delete_expired
from service.prepared import Prepared
from service.sealing import derive, seal, unseal

KEPT: Final = timedelta(hours=24)
HELD: Final = timedelta(minutes=5)

metadata: Final = MetaData()
answer_table: Final = Table(
    "service_api_answer",
    metadata,
    Column("key_hash", LargeBinary(32), primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("holder", LargeBinary(16), nullable=False),
    Column("held_until", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
_c: Final = answer_table.c
# RETURNING, not a row count: psycopg gives none for an INSERT that found a conflict.
_BEGIN: Final = Prepared(
    postgresql.insert(answer_table).on_conflict_do_nothing().returning(_c.held_until),
    on_sqlite=sqlite.insert(answer_table).on_conflict_do_nothing().returning(_c.held_until),
)
_LOOK: Final = Prepared(select(answer_table).where(_c.key_hash == bindparam("of_key")))
_TAKE_OVER: Final = Prepared(
    update(answer_table)
    .where(_c.key_hash == bindparam("of_key"), _c.holder == bindparam("of_holder"))
    .values(
        fingerprint=bindparam("new_fingerprint"),
        holder=bindparam("new_holder"),
        held_until=bindparam("until"),
        sealed=bindparam("nothing"),
        expires_at=bindparam("ends"),
    )
)
_KEEP: Final = Prepared(
    update(answer_table)
    .where(_c.key_hash == bindparam("of_key"), _c.holder == bindparam("of_holder"))
    .values(sealed=bindparam("answer"))
)
_RELEASE: Final = Prepared(
    delete(answer_table).where(
        _c.key_hash == bindparam("of_key"), _c.holder == bindparam("of_holder"), _c.sealed.is_(None)
    )
)


@dataclass(frozen=True, slots=True)
class Held:
    """A key that was taken: the work may be done, and its answer kept under it."""

    key_hash: bytes
    holder: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Kept:
    """What was answered before to this very request."""

    answer: bytes


Taken: TypeAlias = Held | Kept


@final
class ApiAnswers:
    """The answers of one party's business API, by idempotency key."""

    def __init__(self, database: Database, clock: Clock, data_key: bytes) -> None:
        self._database = database
        self._clock = clock
        self._hashing = derive(data_key, "idempotency keys")
        self._sealing = derive(data_key, "idempotent answers")

    def take(self, caller: str, key: str, request: bytes) -> Taken:
        """Take a caller's key for a request, or return what was answered to that.

        Raises StillRunning while the first of these requests is under way, IdempotencyKeyReused for another request.
        """
        key_hash, fingerprint = self._hashed(caller.encode(), key.encode()), self._hashed(request)
        holder = secrets.token_bytes(16)
        now = epoch(self._clock.now())
        until, ends = now + int(HELD.total_seconds()), now + int(KEPT.total_seconds())
        with self._database.write() as connection:
            row = {"key_hash": key_hash, "fingerprint": fingerprint, "holder": holder, "sealed": None}
            if _BEGIN.one(connection, **row, held_until=until, expires_at=ends) is not None:
                return Held(key_hash, holder)
            found = _LOOK.one(connection, of_key=key_hash)
            if found is not None and found.expires_at > now:
                if not hmac.compare_digest(found.fingerprint, fingerprint):
                    raise IdempotencyKeyReused
                if found.sealed is not None:
                    return Kept(unseal(self._sealing, found.sealed, _place(key_hash)))
                if found.held_until > now:
                    raise StillRunning
            fresh = {"new_fingerprint": fingerprint, "new_holder": holder, "until": until, "ends": ends}
            left = {"of_key": key_hash, "of_holder": b"" if found is None else found.holder}
            if _TAKE_OVER.run(connection, **left, **fresh, nothing=None) != 1:
                # Somebody else was first, or it was released between our two looks.
                raise StillRunning
        return Held(key_hash, holder)

    def keep(self, held: Held, answer: bytes) -> None:
        """Keep the answer, unless somebody took the key over; it is on disk when this returns."""
        sealed = seal(self._sealing, answer, _place(held.key_hash))
        with self._database.write() as connection:
            _KEEP.run(connection, of_key=held.key_hash, of_holder=held.holder, answer=sealed)

    def release(self, held: Held) -> None:
        """Free a key whose work came to nothing, so that the request may come again."""
        with self._database.write() as connection:
            _RELEASE.run(connection, of_key=held.key_hash, of_holder=held.holder)

    def purge(self) -> int:
        """Delete what has expired and return how many rows that were; run it periodically."""
        return delete_expired(self._database, answer_table, _c.expires_at, epoch(self._clock.now()))

    def _hashed(self, *parts: bytes) -> bytes:
        # Length before text: no two lists of parts give one message.
        return hmac.digest(self._hashing, b"".join(b"%d:%b" % (len(part), part) for part in parts), "sha256")


def _place(key_hash: bytes) -> bytes:
    return b"service_api_answer.sealed|" + key_hash
