"""Proofs of check on SQLite or PostgreSQL: written in the block that deletes a file, from what stood in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, final

from sqlalchemy import Connection, case, delete, func, insert, select, true
from sqlalchemy.sql import ColumnElement

from credentials.clock import epoch, from_epoch
from service.database import Database
from verifier.domain.errors import UnknownProof
from verifier.domain.proof_of_check import Counted, ProofOfCheck, counted
from verifier.storage.sealed import Seals
from verifier.storage.tables import proof_table, request_table

_proofs = proof_table.c
_requests = request_table.c


def keep(
    connection: Connection, seals: Seals, intake_id: str, *, holder: str, template: str, at: datetime, lapsed: bool
) -> None:
    """Write within a block that is about to delete a file what stays of it; nothing where nothing was answered.

    Its requests are locked from here on: an answer that is on its way is in it, or comes too late.
    """
    answers = _answers(connection, seals, intake_id)
    if answers:
        row = {
            "id": intake_id,
            "holder": holder,
            "template": template,
            "closed_at": epoch(at),
            "lapsed": lapsed,
            "answers": seals.proof(intake_id, answers),
        }
        connection.execute(insert(proof_table).values(row))


def _answers(connection: Connection, seals: Seals, intake_id: str) -> list[Counted]:
    rows = connection.execute(
        select(
            _requests.id,
            _requests.state,
            _requests.return_hash,
            _requests.counted,
            # Of before what it came to was written beside it. Else it is not read: an answer may be megabytes.
            case((_requests.counted.is_(None), _requests.answer)).label("answer"),
        )
        .where(_requests.intake_id == intake_id)
        # As in an evidence bundle.
        .order_by(_requests.number, _requests.id.desc())
        .with_for_update()
    ).all()
    return [
        seals.open_counted(row.id, row.counted)
        if row.counted is not None
        else counted(seals.open_answer(row.id, row.answer))
        for row in rows
        # What nobody came back for, or read the code of, was shown to nobody.
        if row.state == "answered" and row.return_hash is None
    ]


@final
class SqlProofsOfCheck:
    """The adapter of `ports.ProofsOfCheck`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def count(self, owner: str | None, *, since: datetime) -> int:
        """Say how many there are of files that went since then, at that moment too."""
        statement = select(func.count()).select_from(proof_table).where(_of(owner), _proofs.closed_at >= epoch(since))
        with self._database.read() as connection:
            return connection.execute(statement).scalar_one()

    def of(self, owner: str | None, *, since: datetime, skip: int, most: int) -> Sequence[ProofOfCheck]:
        """Return `most` at most of files that went since then: the newest first, without the first `skip`."""
        still = select(proof_table).where(_of(owner), _proofs.closed_at >= epoch(since))
        newest = still.order_by(_proofs.closed_at.desc(), _proofs.id)
        with self._database.read() as connection:
            rows = connection.execute(newest.offset(skip).limit(most)).all()
        return [self._read(row) for row in rows]

    def get(self, owner: str | None, proof_id: str) -> ProofOfCheck:
        """Return one. Raises UnknownProof."""
        with self._database.read() as connection:
            row = connection.execute(select(proof_table).where(_proofs.id == proof_id, _of(owner))).one_or_none()
        if row is None:
            raise UnknownProof
        return self._read(row)

    def purge(self, closed_before: datetime) -> int:
        """Delete those of files that went before this moment; return how many."""
        with self._database.write() as connection:
            statement = delete(proof_table).where(_proofs.closed_at < epoch(closed_before))
            return connection.execute(statement).rowcount

    def _read(self, row: Any) -> ProofOfCheck:  # noqa: ANN401  # a row of the table
        return ProofOfCheck(
            row.id,
            row.holder,
            row.template,
            from_epoch(row.closed_at),
            row.lapsed,
            self._seals.open_proof(row.id, row.answers),
        )


def _of(owner: str | None) -> ColumnElement[bool]:
    return true() if owner is None else _proofs.holder == owner
