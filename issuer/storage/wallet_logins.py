"""Logins with a wallet in SQL."""

from datetime import datetime
from typing import Any, Final, final

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, delete, insert, select, update

from credentials.clock import epoch
from credentials.debts.person import Person
from issuer.domain.secrets import hashed
from issuer.domain.wallet_login import Fault, Stage, Standing, WalletLogin
from issuer.storage.sealed import Sealer
from issuer.storage.tables import wallet_login as table
from service.prepared import Prepared

_NOW: Final[BindParameter[int]] = bindparam("now")
_THIS: Final = table.c.reference == bindparam("key")
_OPEN: Final = table.c.stage == Stage.OPEN.value
_CODE: Final = table.c.code_hash == bindparam("code")


def _waiting_by(column: ColumnElement[Any]) -> Prepared:
    sealed = select(table.c.reference, table.c.sealed)
    return Prepared(sealed.where(column == bindparam("key"), _OPEN, table.c.expires_at > _NOW))


_ADD: Final = Prepared(insert(table))
_BY_REFERENCE: Final = _waiting_by(table.c.reference)
_BY_REQUEST: Final = _waiting_by(table.c.request_hash)
_BY_RESPONSE: Final = _waiting_by(table.c.response_hash)
_STANDING: Final = Prepared(select(table.c.stage, table.c.fault).where(_THIS, table.c.expires_at > _NOW))
_NOTE: Final = Prepared(update(table).where(_THIS, _OPEN).values(fault=bindparam("why")))
_ANSWER: Final = Prepared(
    update(table)
    .where(_THIS, _OPEN, table.c.expires_at > _NOW)
    .values(
        stage=bindparam("reached"),
        fault=None,
        sealed=None,
        code_hash=bindparam("code"),
        subject_sealed=bindparam("subject"),
        expires_at=bindparam("until"),
    )
)
_DECLINE: Final = Prepared(
    update(table)
    .where(_THIS, _OPEN, table.c.expires_at > _NOW)
    .values(stage=bindparam("reached"), fault=None, sealed=None)
)
_TAKE: Final = Prepared(
    delete(table)
    .where(_THIS, _CODE, table.c.stage == Stage.ANSWERED.value, table.c.expires_at > _NOW)
    .returning(table.c.subject_sealed)
)
_END: Final = Prepared(delete(table).where(_THIS, _CODE))


@final
class SqlWalletLogins:
    """The port `WalletLogins` on one connection."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    def add(self, login: WalletLogin) -> None:
        """Store a request."""
        _ADD.run(
            self._connection,
            reference=login.reference,
            request_hash=hashed(login.request_path),
            response_hash=hashed(login.response_path),
            stage=Stage.OPEN.value,
            fault=None,
            sealed=self._sealer.wallet_login(login, _place("sealed", login.reference)),
            code_hash=None,
            subject_sealed=None,
            expires_at=epoch(login.expires_at),
        )

    def by_reference(self, reference: str, now: datetime) -> WalletLogin | None:
        """Return a request that still waits for its answer."""
        return self._one(_BY_REFERENCE, reference, now)

    def by_request_path(self, path: str, now: datetime) -> WalletLogin | None:
        """Return the request whose `request_uri` ends so, if it still waits for its answer."""
        return self._one(_BY_REQUEST, hashed(path), now)

    def by_response_path(self, path: str, now: datetime) -> WalletLogin | None:
        """Return the request whose `response_uri` ends so, if it still waits for its answer."""
        return self._one(_BY_RESPONSE, hashed(path), now)

    def standing(self, reference: str, now: datetime) -> Standing:
        """Say how far a login is; one that is not there has ended."""
        row = _STANDING.one(self._connection, key=reference, now=epoch(now))
        if row is None:
            return Standing(Stage.ENDED)
        return Standing(Stage(row.stage), Fault(row.fault) if row.fault is not None else None)

    def note(self, reference: str, fault: Fault) -> None:
        """Remember why an answer was refused. The request goes on waiting."""
        _NOTE.run(self._connection, key=reference, why=fault.value)

    def answer(self, reference: str, subject: Person, code: str, now: datetime, until: datetime) -> bool:
        """Take the one answer, to be fetched with this code; say whether this call did it. Its keys are gone then."""
        changed = _ANSWER.run(
            self._connection,
            key=reference,
            now=epoch(now),
            reached=Stage.ANSWERED.value,
            code=hashed(code),
            subject=self._sealer.answerer(subject, code, _place("subject", reference)),
            until=epoch(until),
        )
        return changed == 1

    def decline(self, reference: str, now: datetime) -> bool:
        """Note that the citizen said no in the wallet; say whether this call did it."""
        return _DECLINE.run(self._connection, key=reference, now=epoch(now), reached=Stage.DECLINED.value) == 1

    def take(self, reference: str, code: str, now: datetime) -> Person | None:
        """Take who it is; nobody can take it again."""
        row = _TAKE.one(self._connection, key=reference, code=hashed(code), now=epoch(now))
        if row is None:
            return None
        return self._sealer.open_answerer(row.subject_sealed, code, _place("subject", reference))

    def end(self, reference: str, code: str) -> None:
        """End an answered login whose code came up in the wrong place."""
        _END.run(self._connection, key=reference, code=hashed(code))

    def _one(self, statement: Prepared, key: bytes | str, now: datetime) -> WalletLogin | None:
        row = statement.one(self._connection, key=key, now=epoch(now))
        return None if row is None else self._sealer.open_wallet_login(row.sealed, _place("sealed", row.reference))


def _place(column: str, reference: str) -> bytes:
    return f"issuer_wallet_login.{column}|{reference}".encode()
