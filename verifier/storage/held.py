"""Answers that wait for their code: shown to the phone that holds the address, opened by whoever types the code.

Each try is spent before the code is looked at, by one conditional update whose row count must be 1; that and what comes
of it are one block, so that no two who type at once have more tries than there are.
"""

import hmac
from datetime import datetime
from typing import Final, final

from sqlalchemy import Connection, or_, select, update

from credentials.clock import epoch, from_epoch
from service import audit
from service.audit import AuditEntry
from service.database import Database
from verifier.domain.errors import RequestEnded, UnknownRequest, WrongCode
from verifier.domain.read_back import TRIES, WRONG_CODE, ReadBack
from verifier.storage import request_statements as statements
from verifier.storage.request_rows import NO_ANSWER, hash_of
from verifier.storage.sealed import Seals
from verifier.storage.tables import request_table

_requests: Final = request_table.c


@final
class SqlHeldAnswers:
    """The adapter of `ports.HeldAnswers`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def code(self, request_id: str, return_code: str, browser: str | None, now: datetime) -> ReadBack:
        """Return what a phone shows. Raises UnknownRequest, also when it is over."""
        statement = select(_requests.code, _requests.expires_at).where(
            _requests.id == request_id,
            _requests.return_hash == hash_of(return_code),
            or_(_requests.browser.is_(None), _requests.browser == (browser or "")),
            _requests.code.is_not(None),
            _requests.expires_at > epoch(now),
        )
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            raise UnknownRequest
        return ReadBack(self._seals.open_code(request_id, row.code), from_epoch(row.expires_at))

    def release(self, owner: str, request_id: str, typed: str, now: datetime) -> None:
        """Open an answer with its code. Raises RequestEnded, WrongCode."""
        tried = (
            update(request_table)
            .where(
                _requests.id == request_id,
                _requests.owner == owner,
                _requests.state == "answered",
                _requests.code.is_not(None),
                _requests.tries < TRIES,
                _requests.expires_at > epoch(now),
            )
            .values(tries=_requests.tries + 1)
        )
        with self._database.write() as connection:
            if connection.execute(tried).rowcount != 1:
                raise RequestEnded
            row = connection.execute(
                select(_requests.code, _requests.tries, _requests.first).where(_requests.id == request_id)
            ).one()
            first = row.first or request_id
            # Not raised in here: what the block wrote must stay.
            right = hmac.compare_digest(self._seals.open_code(request_id, row.code).encode(), typed.encode())
            if right:
                self._open(connection, owner, request_id, first, now)
            else:
                self._refuse(connection, owner, request_id, first, gone=row.tries >= TRIES, now=now)
        if not right:
            raise WrongCode(TRIES - row.tries)

    def _open(self, connection: Connection, owner: str, request_id: str, first: str, now: datetime) -> None:
        waiting = statements.of_series(first).where(_requests.state == "answered")
        connection.execute(waiting.values(return_hash=None, code=None))
        statements.ANSWERED.run(connection, this_id=request_id, now=epoch(now))
        audit.append(connection, AuditEntry(action="answer_released", actor=owner, object=request_id), at=now)

    def _refuse(
        self, connection: Connection, owner: str, request_id: str, first: str, *, gone: bool, now: datetime
    ) -> None:
        if gone:
            waiting = statements.of_series(first).where(_requests.return_hash.is_not(None))
            ended = {"state": "declined", "decline_code": WRONG_CODE, "ended_at": epoch(now)}
            connection.execute(waiting.values(**ended, **NO_ANSWER))
        entry = AuditEntry(
            action="answer_code_refused",
            actor=owner,
            object=request_id,
            result="refused",
            reason="gone" if gone else "",
        )
        audit.append(connection, entry, at=now)
