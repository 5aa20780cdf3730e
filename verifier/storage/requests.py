"""Requests on SQLite or PostgreSQL: each transition is one conditional UPDATE whose row count must be 1."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, final

from sqlalchemy import Connection, Update, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from credentials.clock import epoch
from service import audit
from service.audit import AuditEntry
from service.database import Database, use_once
from service.errors import NotExactlyOne
from service.prepared import Prepared
from verifier.domain.errors import NoMoreTime, NotAnswered, NotSameBrowser, RequestEnded, UnknownIntake, UnknownRequest
from verifier.domain.happenings import Happening
from verifier.domain.processing import Operation
from verifier.domain.proof_of_check import counted
from verifier.domain.read_back import ReadBack
from verifier.domain.request import Answer, Attempt, Standing, VerificationRequest
from verifier.storage import opinions
from verifier.storage import request_statements as statements
from verifier.storage.accounts import Accounts
from verifier.storage.documents import Consulted
from verifier.storage.request_rows import RequestRows, hash_of, standing
from verifier.storage.sealed import Seals
from verifier.storage.tables import attempt_table, request_table
from verifier.storage.telling import Telling

MAX_ATTEMPTS: Final = 20

_requests = request_table.c


@final
class SqlRequests:
    """The adapter of `ports.Requests`."""

    def __init__(
        self,
        database: Database,
        seals: Seals,
        telling: Telling = Telling(),  # noqa: B008  # no state
        accounts: Accounts = Accounts(),  # noqa: B008  # no state
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._telling = telling
        self._seals = seals
        self._rows = RequestRows(seals)

    def add(self, request: VerificationRequest) -> None:
        """Keep a new request; open ones of the same file are withdrawn in the same step. Raises UnknownIntake."""
        now = epoch(request.created_at)
        with self._database.write() as connection:
            statements.WITHDRAW.run(connection, of_intake=request.intake_id, of_owner=request.owner, now=now)
            if statements.OWNER.value(connection, of_intake=request.intake_id) != request.owner:
                # Closed or handed over meanwhile.
                raise UnknownIntake
            self._insert(connection, request, request.owner)

    def get(self, owner: str, request_id: str) -> VerificationRequest:
        """Return a request. Raises UnknownRequest."""
        return self._one(statements.THIS, this_id=request_id, this_owner=owner)

    def of_intake(self, owner: str, intake_id: str) -> Sequence[VerificationRequest]:
        """Return the requests of a file, newest first."""
        with self._database.read() as connection:
            rows = statements.OF_INTAKE.all(connection, of_intake=intake_id, of_owner=owner)
            return [self._read(connection, row) for row in rows]

    def newest(self, owner: str, intake_id: str) -> VerificationRequest | None:
        """Return the newest request of a file; no other is opened."""
        with self._database.read() as connection:
            row = statements.NEWEST.one(connection, of_intake=intake_id, of_owner=owner)
            return None if row is None else self._read(connection, row)

    def waits(self, intake_id: str, now: datetime) -> bool:
        """Say whether a request of a file can still be answered, whoever's the file is."""
        with self._database.read() as connection:
            return statements.WAITS.one(connection, of_intake=intake_id, now=epoch(now)) is not None

    def standings(self, owner: str, files: Collection[str], now: datetime) -> Mapping[str, Standing]:
        """Say of each of these files, by its id, where its newest request stands; no answer is opened."""
        if not files:
            return {}
        with self._database.read() as connection:
            # The newest of a file comes last.
            rows = connection.execute(statements.standings(owner, files)).all()
            return {row.intake_id: standing(row, now) for row in rows}

    def parts(self, owner: str, request_id: str) -> Sequence[VerificationRequest]:
        """Return a request with the others of its series, the first part first. Raises UnknownRequest."""
        with self._database.read() as connection:
            rows = statements.PARTS.all(connection, this_id=request_id, this_owner=owner)
            if not rows:
                raise UnknownRequest
            return [self._read(connection, row) for row in rows]

    def by_request_path(self, path: str) -> VerificationRequest:
        """Return the request whose `request_uri` ends so. Raises UnknownRequest."""
        return self._one(statements.BY_REQUEST, this_request_hash=hash_of(path))

    def by_response_path(self, path: str) -> VerificationRequest:
        """Return the request whose `response_uri` ends so. Raises UnknownRequest."""
        return self._one(statements.BY_RESPONSE, this_response_hash=hash_of(path))

    def mark_fetched(self, request_id: str, now: datetime) -> None:
        """Note the first time that a wallet reads the request, with the next commit."""

        def note(connection: Connection) -> None:
            statements.FETCHED.run(connection, this_id=request_id, now=epoch(now))

        self._database.later(note)

    def answer(
        self,
        request_id: str,
        answer: Answer,
        *,
        return_code: str | None,
        read_back: ReadBack | None = None,
        following: VerificationRequest | None = None,
        ask_others: bool = False,
        consulted: Mapping[str, bytes] | None = None,
    ) -> None:
        """Take the one answer, and keep the request of the next part with it. Raises RequestEnded."""
        by = None if consulted is None else Consulted(self._seals, consulted)
        values = {
            "now": epoch(answer.received_at),
            "sealed": self._seals.answer(request_id, answer),
            "returned": None if return_code is None else hash_of(return_code),
            "code": None if read_back is None else self._seals.code(request_id, read_back.code),
            "until": None if read_back is None else epoch(read_back.until),
            "consulted_by": None if by is None else by.beside(request_id),
            "in_numbers": self._seals.counted(request_id, counted(answer)),
        }
        entry = AuditEntry(action="answer_taken", actor="wallet", object=request_id)
        with self._database.write() as connection:
            if statements.ANSWER.run(connection, this_id=request_id, **values) != 1:
                raise RequestEnded
            if read_back is not None:
                first = connection.execute(select(_requests.first).where(_requests.id == request_id)).scalar_one()
                _wait_until(connection, first or request_id, read_back.until)
            if return_code is None:
                statements.ANSWERED.run(connection, this_id=request_id, now=epoch(answer.received_at))
            if return_code is None and following is None:
                self._telling.of_request(connection, request_id, Happening.ANSWERED, answer.received_at)
            if by is not None:
                by.keep(connection, answer.received_at)
            if ask_others:
                opinions.ask(connection, request_id, answer.received_at)
            self._accounts.of_request(connection, Operation.RECEIVE, request_id, answer.received_at)
            audit.append(connection, entry, at=answer.received_at)
            if following is not None:
                # What waits for its wallet to come back waits as long as the last part may take.
                _wait_until(connection, following.series, following.expires_at)
                owner = statements.OWNER.value(connection, of_intake=following.intake_id)
                if owner is None:
                    raise RequestEnded
                # Whoever has the file now, as it may have been handed over since the request was read.
                self._insert(connection, following, owner)

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
                _requests.remote.is_(False),
                _requests.return_hash == hash_of(return_code),
                _requests.expires_at > epoch(now),
            )
            .values(return_hash=None)
        )
        try:
            with self._database.write() as connection:
                use_once(connection, statement)
                first = connection.execute(select(_requests.first).where(_requests.id == request_id)).scalar_one()
                if first is not None:
                    parts = statements.of_series(first).where(
                        _requests.state == "answered", _requests.browser == browser
                    )
                    connection.execute(parts.values(return_hash=None))
                statements.ANSWERED.run(connection, this_id=request_id, now=epoch(now))
        except NotExactlyOne as error:
            raise NotSameBrowser from error

    def decline(self, request_id: str, code: str, now: datetime) -> None:
        """Note that the wallet said no. Raises RequestEnded."""
        self._change(
            statements.still_open(request_id, now).values(
                state="declined", ended_at=epoch(now), decline_code=code[:60], binding=None
            ),
            AuditEntry(action="request_declined", actor="wallet", object=request_id, reason=code[:60]),
            now,
            told=Happening.DECLINED,
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
                # It was looked into, also where nothing of it counts.
                self._accounts.of_request(connection, Operation.RECEIVE, request_id, attempt.at)
                audit.append(connection, entry, at=attempt.at)

    def replace(
        self,
        owner: str,
        request_id: str,
        answer: Answer,
        *,
        ask_others: bool = False,
        consulted: Mapping[str, bytes] | None = None,
    ) -> None:
        """Put a newly checked answer in the place of the old one. Raises NotAnswered."""
        by = None if consulted is None else Consulted(self._seals, consulted)
        statement = (
            update(request_table)
            .where(
                _requests.id == request_id,
                _requests.owner == owner,
                _requests.state == "answered",
                _requests.return_hash.is_(None),
            )
            .values(
                answer=self._seals.answer(request_id, answer),
                consulted=None if by is None else by.beside(request_id),
                counted=self._seals.counted(request_id, counted(answer)),
            )
        )
        try:
            with self._database.write() as connection:
                use_once(connection, statement)
                if by is not None:
                    by.keep(connection, answer.checked_at)
                if ask_others:
                    opinions.ask(connection, request_id, answer.checked_at)
                entry = AuditEntry(action="answer_rechecked", actor=owner, object=request_id)
                self._accounts.of_request(connection, Operation.CHECK_AGAIN, request_id, answer.checked_at)
                audit.append(connection, entry, at=answer.checked_at)
        except NotExactlyOne as error:
            raise NotAnswered from error

    def extend(self, owner: str, request_id: str, until: datetime, *, now: datetime, most: int) -> None:
        """Give an open request more time. Raises RequestEnded, NoMoreTime."""
        if self.get(owner, request_id).extensions >= most:
            raise NoMoreTime
        self._change(
            statements.still_open(request_id, now)
            .where(_requests.owner == owner, _requests.extensions < most)
            .values(expires_at=epoch(until), extensions=_requests.extensions + 1),
            AuditEntry(action="request_extended", actor=owner, object=request_id),
            now,
        )

    def _insert(self, connection: Connection, request: VerificationRequest, owner: str) -> None:
        number = statements.COUNT.value(connection, of_intake=request.intake_id) + 1
        statements.ADD.run(connection, **{**self._rows.write(request, number), "owner": owner})
        # A part goes on with a question that was counted before.
        action = "request_made" if request.first is None else "part_asked"
        entry = AuditEntry(action=action, actor=owner, object=request.id, reason=request.template)
        self._accounts.of_file(connection, Operation.ASK, request.intake_id, request.created_at)
        audit.append(connection, entry, at=request.created_at)

    def _change(self, statement: Update, entry: AuditEntry, at: datetime, *, told: Happening | None = None) -> None:
        try:
            with self._database.write() as connection:
                use_once(connection, statement)
                if told is not None:
                    self._telling.of_request(connection, entry.object, told, at)
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
        return self._rows.read(row, statements.ATTEMPTS.all(connection, of_request=row.id))


def _wait_until(connection: Connection, first: str, until: datetime) -> None:
    """Let those parts of a series that are not shown yet wait so long for what opens them."""
    waiting = statements.of_series(first).where(_requests.return_hash.is_not(None))
    connection.execute(waiting.values(expires_at=epoch(until)))
