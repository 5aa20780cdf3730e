"""Second opinions on SQLite or PostgreSQL: asked for in the same step in which an answer is taken, and gone with it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, final

from sqlalchemy import Connection, func, insert, select, update

from credentials.clock import epoch, from_epoch
from service import audit
from service.audit import AuditEntry
from service.database import Database
from service.prepared import Prepared
from verifier.domain.second_opinion import Due, Opinions, Said, differs
from verifier.storage.sealed import Seals
from verifier.storage.tables import opinion_table, request_table

_opinions = opinion_table.c
_NEXT: Final = Prepared(
    select(_opinions.request_id, _opinions.turn, request_table.c.answer)
    .join(request_table, request_table.c.id == _opinions.request_id)
    .where(_opinions.due.is_(True), request_table.c.state == "answered")
    .order_by(_opinions.asked_at, _opinions.request_id)
    .limit(1)
)


def ask(connection: Connection, request_id: str, at: datetime) -> None:
    """Write within a block that takes an answer, or checks it anew, that others are to be asked about it."""
    again = (
        update(opinion_table)
        .where(_opinions.request_id == request_id)
        .values(due=True, turn=_opinions.turn + 1, asked_at=epoch(at))
    )
    if connection.execute(again).rowcount == 0:
        row = {"request_id": request_id, "due": True, "turn": 1, "asked_at": epoch(at), "disputed": 0}
        connection.execute(insert(opinion_table).values(row))


@final
class SqlOpinions:
    """The adapter of `ports.OpinionsOnAnswers`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def next(self) -> Due | None:
        """Return the answer that waits longest."""
        with self._database.read() as connection:
            row = _NEXT.one(connection)
        if row is None:
            return None
        return Due(row.request_id, row.turn, self._seals.open_answer(row.request_id, row.answer).evidence)

    def keep(self, due: Due, said: Sequence[Said], now: datetime) -> None:
        """Keep what was said, unless the file has gone or others are to be asked anew meanwhile."""
        disputed = sum(differs(each) for each in said)
        statement = (
            update(opinion_table)
            .where(_opinions.request_id == due.request_id, _opinions.turn == due.turn, _opinions.due.is_(True))
            .values(
                due=False,
                disputed=disputed,
                said_at=epoch(now),
                opinions=self._seals.opinions(due.request_id, said),
            )
        )
        with self._database.write() as connection:
            kept = connection.execute(statement).rowcount == 1
            if kept and disputed:
                entry = AuditEntry(
                    action="second_opinion_differs", actor="system", object=due.request_id, result="refused"
                )
                audit.append(connection, entry, at=now)

    def of(self, requests: Collection[str]) -> Mapping[str, Opinions]:
        """Return what was said of the answers to these; those that nobody was to be asked about are left out."""
        if not requests:
            return {}
        with self._database.read() as connection:
            rows = connection.execute(select(opinion_table).where(_opinions.request_id.in_(requests))).all()
        return {
            row.request_id: Opinions(
                () if row.opinions is None else self._seals.open_opinions(row.request_id, row.opinions),
                None if row.said_at is None else from_epoch(row.said_at),
                row.due,
            )
            for row in rows
        }

    def disputed(self) -> int:
        """Say of how many answers on file others say something else than we do."""
        statement = select(func.count()).select_from(opinion_table).where(_opinions.disputed > 0)
        with self._database.read() as connection:
            return connection.execute(statement).scalar_one()
