"""Requests on SQLite or PostgreSQL: each transition is one conditional UPDATE whose row count must be 1."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, final

from sqlalchemy import ColumnElement, Connection, Update, bindparam, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from credentials.clock import epoch, from_epoch
from credentials.encoding import json_compact, json_object
from service import audit
from service.audit import AuditEntry
from service.database import Database, use_once
from service.errors import NotExactlyOne
from service.prepared import Prepared
from verifier.domain.errors import NoMoreTime, NotAnswered, NotSameBrowser, RequestEnded, UnknownRequest
from verifier.domain.request import (
    Answer,
    Answered,
    Attempt,
    Binding,
    Declined,
    Open,
    Standing,
    State,
    StatusWord,
    VerificationRequest,
    Withdrawn,
)
from verifier.storage.sealed import Seals
from verifier.storage.tables import attempt_table, intake_table, request_table

MAX_ATTEMPTS: Final = 20

_requests = request_table.c
_attempts = attempt_table.c


def _found_by(*columns: ColumnElement[Any]) -> Prepared:
    return Prepared(select(request_table).where(*(column == bindparam(f"this_{column.key}") for column in columns)))


_THIS: Final = _found_by(_requests.id, _requests.owner)
_BY_REQUEST: Final = _found_by(_requests.request_hash)
_BY_RESPONSE: Final = _found_by(_requests.response_hash)
_IN_FILE: Final = (
    select(request_table)
    .where(_requests.intake_id == bindparam("of_intake"), _requests.owner == bindparam("of_owner"))
    .order_by(_requests.number.desc(), _requests.id)
)
_OF_INTAKE: Final = Prepared(_IN_FILE)
_NEWEST: Final = Prepared(_IN_FILE.limit(1))
_WAITS: Final = Prepared(
    select(_requests.number)
    .where(
        _requests.intake_id == bindparam("of_intake"),
        _requests.state == "open",
        _requests.expires_at > bindparam("now"),
    )
    .limit(1)
)
# None of the sealed columns: an answer of hundreds of cards is megabytes.
_STANDINGS: Final = Prepared(
    select(
        _requests.intake_id,
        _requests.state,
        _requests.created_at,
        _requests.expires_at,
        _requests.ended_at,
        _requests.decline_code,
        _requests.return_hash,
        _requests.part,
        _requests.parts,
    )
    .join(intake_table, intake_table.c.id == _requests.intake_id)
    .where(intake_table.c.owner == bindparam("of_owner"))
    .order_by(_requests.number, _requests.id.desc())
)
_ATTEMPTS: Final = Prepared(
    select(_attempts.at, _attempts.code, _attempts.explanation)
    .where(_attempts.request_id == bindparam("of_request"))
    .order_by(_attempts.number)
)
_WITHDRAW: Final = Prepared(
    update(request_table)
    .where(
        _requests.intake_id == bindparam("of_intake"),
        _requests.owner == bindparam("of_owner"),
        _requests.state == "open",
    )
    .values(state="withdrawn", ended_at=bindparam("now"), binding=None)
)
_COUNT: Final = Prepared(
    select(func.count()).select_from(request_table).where(_requests.intake_id == bindparam("of_intake"))
)
_ADD: Final = Prepared(insert(request_table))
_FETCHED: Final = Prepared(
    update(request_table)
    .where(_requests.id == bindparam("this_id"), _requests.fetched_at.is_(None))
    .values(fetched_at=bindparam("now"))
)
_ANSWER: Final = Prepared(
    update(request_table)
    .where(_requests.id == bindparam("this_id"), _requests.state == "open", _requests.expires_at > bindparam("now"))
    .values(
        state="answered",
        ended_at=bindparam("now"),
        answer=bindparam("sealed"),
        return_hash=bindparam("code"),
        binding=None,
    )
)
# The column is narrower than the longest prefix.
_SHORT: Final = {"decentralized_identifier": "did"}
_LONG: Final = {short: prefix for prefix, short in _SHORT.items()}
_FIRST: Final = (
    select(func.coalesce(_requests.first, _requests.id)).where(_requests.id == bindparam("this_id")).scalar_subquery()
)
_PARTS: Final = Prepared(
    select(request_table)
    .where(or_(_requests.id == _FIRST, _requests.first == _FIRST), _requests.owner == bindparam("this_owner"))
    .order_by(_requests.part)
)
_NO_BINDING: Final = Binding(request_path="", response_path="", nonce="", state="")


@final
class SqlRequests:
    """The adapter of `ports.Requests`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def add(self, request: VerificationRequest) -> None:
        """Keep a new request; open ones of the same file are withdrawn in the same step."""
        now = epoch(request.created_at)
        with self._database.write() as connection:
            _WITHDRAW.run(connection, of_intake=request.intake_id, of_owner=request.owner, now=now)
            self._insert(connection, request)

    def get(self, owner: str, request_id: str) -> VerificationRequest:
        """Return a request. Raises UnknownRequest."""
        return self._one(_THIS, this_id=request_id, this_owner=owner)

    def of_intake(self, owner: str, intake_id: str) -> Sequence[VerificationRequest]:
        """Return the requests of a file, newest first."""
        with self._database.read() as connection:
            rows = _OF_INTAKE.all(connection, of_intake=intake_id, of_owner=owner)
            return [self._read(connection, row) for row in rows]

    def newest(self, owner: str, intake_id: str) -> VerificationRequest | None:
        """Return the newest request of a file; no other is opened."""
        with self._database.read() as connection:
            row = _NEWEST.one(connection, of_intake=intake_id, of_owner=owner)
            return None if row is None else self._read(connection, row)

    def waits(self, intake_id: str, now: datetime) -> bool:
        """Say whether a request of a file can still be answered, whoever's the file is."""
        with self._database.read() as connection:
            return _WAITS.one(connection, of_intake=intake_id, now=epoch(now)) is not None

    def standings(self, owner: str, now: datetime) -> Mapping[str, Standing]:
        """Say of each file that was asked something, by its id, where its newest request stands; none is opened."""
        with self._database.read() as connection:
            # The newest of a file comes last.
            return {row.intake_id: _standing(row, now) for row in _STANDINGS.all(connection, of_owner=owner)}

    def parts(self, owner: str, request_id: str) -> Sequence[VerificationRequest]:
        """Return a request with the others of its series, the first part first. Raises UnknownRequest."""
        with self._database.read() as connection:
            rows = _PARTS.all(connection, this_id=request_id, this_owner=owner)
            if not rows:
                raise UnknownRequest
            return [self._read(connection, row) for row in rows]

    def by_request_path(self, path: str) -> VerificationRequest:
        """Return the request whose `request_uri` ends so. Raises UnknownRequest."""
        return self._one(_BY_REQUEST, this_request_hash=_hash(path))

    def by_response_path(self, path: str) -> VerificationRequest:
        """Return the request whose `response_uri` ends so. Raises UnknownRequest."""
        return self._one(_BY_RESPONSE, this_response_hash=_hash(path))

    def mark_fetched(self, request_id: str, now: datetime) -> None:
        """Note the first time that a wallet reads the request, with the next commit."""

        def note(connection: Connection) -> None:
            _FETCHED.run(connection, this_id=request_id, now=epoch(now))

        self._database.later(note)

    def answer(
        self,
        request_id: str,
        answer: Answer,
        *,
        return_code: str | None,
        following: VerificationRequest | None = None,
    ) -> None:
        """Take the one answer, and keep the request of the next part with it. Raises RequestEnded."""
        received = epoch(answer.received_at)
        sealed = self._seals.answer(request_id, answer)
        code = None if return_code is None else _hash(return_code)
        entry = AuditEntry(action="answer_taken", actor="wallet", object=request_id)
        with self._database.write() as connection:
            if _ANSWER.run(connection, this_id=request_id, now=received, sealed=sealed, code=code) != 1:
                raise RequestEnded
            audit.append(connection, entry, at=answer.received_at)
            if following is not None:
                # What waits for its wallet to come back waits as long as the last part may take.
                waiting = _of_series(following.series).where(_requests.return_hash.is_not(None))
                connection.execute(waiting.values(expires_at=epoch(following.expires_at)))
                self._insert(connection, following)

    def confirm(self, request_id: str, *, return_code: str, browser: str, now: datetime) -> None:
        """Accept an answer, with all its parts, whose wallet came back in the browser that asked.

        Raises NotSameBrowser.
        """
        statement = (
            update(request_table)
            .where(
                _requests.id == request_id,
                _requests.state == "answered",
                _requests.browser == browser,
                _requests.return_hash == _hash(return_code),
                _requests.expires_at > epoch(now),
            )
            .values(return_hash=None)
        )
        try:
            with self._database.write() as connection:
                use_once(connection, statement)
                first = connection.execute(select(_requests.first).where(_requests.id == request_id)).scalar_one()
                if first is not None:
                    parts = _of_series(first).where(_requests.state == "answered", _requests.browser == browser)
                    connection.execute(parts.values(return_hash=None))
        except NotExactlyOne as error:
            raise NotSameBrowser from error

    def decline(self, request_id: str, code: str, now: datetime) -> None:
        """Note that the wallet said no. Raises RequestEnded."""
        self._change(
            _still_open(request_id, now).values(
                state="declined", ended_at=epoch(now), decline_code=code[:60], binding=None
            ),
            AuditEntry(action="request_declined", actor="wallet", object=request_id, reason=code[:60]),
            now,
        )

    def note_attempt(self, request_id: str, attempt: Attempt) -> None:
        """Note a refused answer; what comes after the twentieth is not kept."""
        numbers = select(func.count()).select_from(attempt_table).where(attempt_table.c.request_id == request_id)
        # Two refusals at the same moment may want one number: the second is then not noted, which harms nobody.
        with suppress(IntegrityError), self._database.write() as connection:
            taken = connection.execute(numbers).scalar_one()
            if taken < MAX_ATTEMPTS:
                connection.execute(
                    insert(attempt_table).values(
                        request_id=request_id,
                        number=taken,
                        at=epoch(attempt.at),
                        code=attempt.code[:60],
                        explanation=attempt.explanation[:400],
                    )
                )
                entry = AuditEntry(
                    action="answer_refused", actor="wallet", object=request_id, result="refused", reason=attempt.code
                )
                audit.append(connection, entry, at=attempt.at)

    def replace(self, owner: str, request_id: str, answer: Answer) -> None:
        """Put a newly checked answer in the place of the old one. Raises NotAnswered."""
        statement = (
            update(request_table)
            .where(
                _requests.id == request_id,
                _requests.owner == owner,
                _requests.state == "answered",
                _requests.return_hash.is_(None),
            )
            .values(answer=self._seals.answer(request_id, answer))
        )
        try:
            with self._database.write() as connection:
                use_once(connection, statement)
                entry = AuditEntry(action="answer_rechecked", actor=owner, object=request_id)
                audit.append(connection, entry, at=answer.checked_at)
        except NotExactlyOne as error:
            raise NotAnswered from error

    def extend(self, owner: str, request_id: str, until: datetime, *, now: datetime, most: int) -> None:
        """Give an open request more time. Raises RequestEnded, NoMoreTime."""
        if self.get(owner, request_id).extensions >= most:
            raise NoMoreTime
        self._change(
            _still_open(request_id, now)
            .where(_requests.owner == owner, _requests.extensions < most)
            .values(expires_at=epoch(until), extensions=_requests.extensions + 1),
            AuditEntry(action="request_extended", actor=owner, object=request_id),
            now,
        )

    def _insert(self, connection: Connection, request: VerificationRequest) -> None:
        number = _COUNT.value(connection, of_intake=request.intake_id)
        _ADD.run(
            connection,
            id=request.id,
            intake_id=request.intake_id,
            number=number + 1,
            owner=request.owner,
            template=request.template,
            query=json_compact(request.query).decode(),
            response_mode=request.response_mode,
            client_id_prefix=_SHORT.get(request.client_id_prefix, request.client_id_prefix),
            request_hash=_hash(request.binding.request_path),
            response_hash=_hash(request.binding.response_path),
            binding=self._seals.binding(request.id, request.binding),
            browser=request.browser,
            formats=" ".join(request.formats),
            first=request.first,
            part=request.part,
            parts=request.parts,
            taken=request.taken,
            created_at=epoch(request.created_at),
            expires_at=epoch(request.expires_at),
            extensions=request.extensions,
            fetched_at=None,
            state="open",
            ended_at=None,
            decline_code=None,
            answer=None,
            return_hash=None,
        )
        entry = AuditEntry(action="request_made", actor=request.owner, object=request.id, reason=request.template)
        audit.append(connection, entry, at=request.created_at)

    def _change(self, statement: Update, entry: AuditEntry, at: datetime) -> None:
        try:
            with self._database.write() as connection:
                use_once(connection, statement)
                audit.append(connection, entry, at=at)
        except NotExactlyOne as error:
            raise RequestEnded from error

    def _one(self, statement: Prepared, **values: object) -> VerificationRequest:
        with self._database.read() as connection:
            row = statement.one(connection, **values)
            if row is None:
                raise UnknownRequest
            return self._read(connection, row)

    def _read(self, connection: Connection, row: Any) -> VerificationRequest:  # noqa: ANN401  # a row of the table
        attempts = _ATTEMPTS.all(connection, of_request=row.id)
        return VerificationRequest(
            id=row.id,
            intake_id=row.intake_id,
            owner=row.owner,
            template=row.template,
            query=json_object(row.query, "stored query"),
            response_mode=row.response_mode,
            client_id_prefix=_LONG.get(row.client_id_prefix, row.client_id_prefix),
            binding=_NO_BINDING if row.binding is None else self._seals.open_binding(row.id, row.binding),
            created_at=from_epoch(row.created_at),
            expires_at=from_epoch(row.expires_at),
            extensions=row.extensions,
            state=self._state(row),
            attempts=tuple(Attempt(from_epoch(each.at), each.code, each.explanation) for each in attempts),
            browser=row.browser,
            formats=tuple(row.formats.split()),
            first=row.first,
            part=row.part,
            parts=row.parts,
            taken=row.taken,
        )

    def _state(self, row: Any) -> State:  # noqa: ANN401  # a row of the table
        match row.state:
            case "answered" if row.return_hash is None:
                return Answered(self._seals.open_answer(row.id, row.answer))
            case "answered":
                # The wallet has answered, but did not come back yet: for everybody here the request is still open.
                return Open(from_epoch(row.fetched_at) if row.fetched_at is not None else None)
            case "declined":
                return Declined(from_epoch(row.ended_at), row.decline_code)
            case "withdrawn":
                return Withdrawn(from_epoch(row.ended_at))
            case _:
                return Open(None if row.fetched_at is None else from_epoch(row.fetched_at))


def _standing(row: Any, now: datetime) -> Standing:  # noqa: ANN401  # a row of the table
    match row.state:
        case "answered" if row.return_hash is None:
            return Standing("beantwoord", from_epoch(row.ended_at))
        case "declined":
            return Standing("geweigerd", from_epoch(row.created_at), row.decline_code)
        case "withdrawn":
            return Standing("ingetrokken", from_epoch(row.created_at), part=row.part, parts=row.parts)
        case _:
            word: StatusWord = "open" if epoch(now) < row.expires_at else "verlopen"
            return Standing(word, from_epoch(row.created_at), part=row.part, parts=row.parts)


def _still_open(request_id: str, now: datetime) -> Update:
    return update(request_table).where(
        _requests.id == request_id, _requests.state == "open", _requests.expires_at > epoch(now)
    )


def _of_series(first: str) -> Update:
    return update(request_table).where(or_(_requests.id == first, _requests.first == first))


def _hash(path: str) -> bytes:
    return hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest()
