"""The documents that answers were checked by, on SQLite or PostgreSQL: each kept once, sealed, by a keyed hash.

Which documents an answer was checked by stands sealed beside it and goes with it, so that from the tables alone nobody
sees from which organisations a client's answer came, nor which answers have one in common. Whoever has the key finds
out what is needed no more: `purge` opens all those lists, and deletes what none of them names. A document that an
answer may be about to name was touched shortly before, and stays.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final, final

from sqlalchemy import Connection, Select, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from credentials.clock import epoch
from service import audit
from service.audit import AuditEntry
from service.database import Database
from service.prepared import Prepared
from verifier.storage.sealed import Seals
from verifier.storage.tables import document_table, request_table

FRESH: Final = timedelta(minutes=30)
"""How long after a document was touched it need not be touched again: it is large, and many answers come."""

GRACE: Final = timedelta(hours=1)
"""How long after it was touched a document stays that no answer names: no block takes as long as the difference."""

STEP: Final = 500
"""How many answers' lists are read, or documents deleted, in one block."""

_documents = document_table.c
_requests = request_table.c
_TOUCHED: Final = Prepared(select(_documents.touched_at).where(_documents.hash == bindparam("this_hash")))
_ON_POSTGRESQL: Final = postgresql.insert(document_table)
_ON_SQLITE: Final = sqlite.insert(document_table)
_PUT: Final = Prepared(
    _ON_POSTGRESQL.on_conflict_do_update(
        index_elements=["hash"], set_={"touched_at": _ON_POSTGRESQL.excluded.touched_at}
    ),
    on_sqlite=_ON_SQLITE.on_conflict_do_update(
        index_elements=["hash"], set_={"touched_at": _ON_SQLITE.excluded.touched_at}
    ),
)


@final
class Consulted:
    """What one answer was checked by, about to be written: `beside` it, and `keep` for all answers."""

    def __init__(self, seals: Seals, documents: Mapping[str, bytes]) -> None:
        """Take documents by their address."""
        self._seals = seals
        self._hashes = {address: seals.document_hash(content) for address, content in documents.items()}
        self._contents = {self._hashes[address]: content for address, content in documents.items()}

    def beside(self, request_id: str) -> bytes:
        """Return what is written beside the answer to this request."""
        return self._seals.consulted(request_id, self._hashes)

    def keep(self, connection: Connection, at: datetime) -> None:
        """Keep the documents within a block that takes the answer, or checks it anew."""
        now = epoch(at)
        # In one order, so that two blocks never wait for each other.
        for found_by in sorted(self._contents):
            touched = _TOUCHED.value(connection, this_hash=found_by)
            if touched is None or touched <= now - FRESH.total_seconds():
                document = self._seals.document(found_by, self._contents[found_by])
                _PUT.run(connection, hash=found_by, document=document, touched_at=now)


@final
class SqlConsulted:
    """The adapter of `ports.ConsultedDocuments`."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database = database
        self._seals = seals

    def kept(self, owner: str, requests: Collection[str]) -> Collection[str]:
        """Say of which of these the documents are kept that their answers were checked by."""
        with self._database.read() as connection:
            return frozenset(row.id for row in connection.execute(_lists(owner, requests)))

    def of(self, owner: str, requests: Collection[str]) -> Mapping[str, Mapping[str, bytes]]:
        """Return the documents that the answers to these were checked by, by address, as far as they are kept."""
        with self._database.read() as connection:
            rows = connection.execute(_lists(owner, requests)).all()
            named = {row.id: self._seals.open_consulted(row.id, row.consulted) for row in rows}
            wanted = {found_by for each in named.values() for found_by in each.values()}
            found = connection.execute(select(document_table).where(_documents.hash.in_(wanted))).all()
        opened = {row.hash: self._seals.open_document(row.hash, row.document) for row in found}
        return {
            id: {address: opened[found_by] for address, found_by in documents.items()}
            for id, documents in named.items()
        }

    def taken(self, owner: str, of: str, digest: str, now: datetime) -> None:
        """Note on record that a bundle of a file, or of an answer, was taken along, with the SHA-256 of the bundle."""
        with self._database.write() as connection:
            entry = AuditEntry(action="evidence_taken", actor=owner, object=of, reason=digest)
            audit.append(connection, entry, at=now)

    def purge(self, now: datetime) -> int:
        """Delete the documents that no answer needs any more; return how many."""
        limit = epoch(now - GRACE)
        with self._database.read() as connection:
            old = set(connection.scalars(select(_documents.hash).where(_documents.touched_at <= limit)))
        if not old:
            return 0
        doomed = sorted(old - self._needed())
        total = 0
        for first in range(0, len(doomed), STEP):
            statement = delete(document_table).where(
                _documents.hash.in_(doomed[first : first + STEP]), _documents.touched_at <= limit
            )
            with self._database.write() as connection:
                total += connection.execute(statement).rowcount
        return total

    def _needed(self) -> set[bytes]:
        needed: set[bytes] = set()
        after = ""
        while True:
            lists = (
                select(_requests.id, _requests.consulted)
                .where(_requests.consulted.is_not(None), _requests.id > after)
                .order_by(_requests.id)
                .limit(STEP)
            )
            with self._database.read() as connection:
                rows = connection.execute(lists).all()
            for row in rows:
                needed |= set(self._seals.open_consulted(row.id, row.consulted).values())
            if len(rows) < STEP:
                return needed
            after = rows[-1].id


def _lists(owner: str, requests: Collection[str]) -> Select[tuple[str, bytes | None]]:
    return select(_requests.id, _requests.consulted).where(
        _requests.id.in_(requests),
        _requests.owner == owner,
        _requests.state == "answered",
        # What waits for its code, or for its browser to come back, was not shown to anybody.
        _requests.return_hash.is_(None),
        _requests.consulted.is_not(None),
    )
