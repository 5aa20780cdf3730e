"""Debts that were imported from files: whole files in, one person's document out, sealed in between.

An import is invisible until it is whole. The transaction that makes it current is also the one by which the import
before it, of the same name, is gone. One that was broken off stays as it is, for whoever goes on with the same file.
"""

import secrets
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, final

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, delete, func, insert, select, update

from credentials.clock import epoch, from_epoch
from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.case import Case
from credentials.debts.errors import InvalidPerson, SourceError
from credentials.debts.fcid import FcidDocument, parse_document
from credentials.debts.fcid.unique_ids import with_unique_ids
from credentials.debts.fcid.writing import document_object
from credentials.debts.person import Person
from credentials.encoding import json_compact
from issuer.domain.errors import ImportOvertaken, SourceUnavailable
from issuer.domain.facts import Hiding
from issuer.domain.kept_person import read_written, written
from issuer.ports import BegunImport, Condition, Event, Known
from issuer.storage.changes import SqlChanges
from issuer.storage.sealed import Sealer
from issuer.storage.store import AuditWriter
from issuer.storage.tables import debts, imported
from service.database import Database
from service.errors import Overloaded, SealBroken
from service.processing_log.actions import LogLine
from service.processing_log.outbox import LineWriter

# What is stored of a person begins with their number: nine digits, or a customer number that ends with this.
_DIGITS: Final = 9
_END: Final = b"\n"
_STEP: Final = 1_000

_CURRENT: Final = select(imported.c.id, imported.c.name, imported.c.as_of).where(imported.c.is_current.is_(True))
_OF_PERSON: Final = (
    select(debts.c.sealed, debts.c.import_id)
    .join(imported, imported.c.id == debts.c.import_id)
    .where(debts.c.subject_hash == bindparam("subject"), imported.c.is_current.is_(True))
)


@final
class SqlDebtImports:
    """The port `DebtImports` on the agency's database."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        hiding: Hiding,
        *,
        audit: AuditWriter,
        process: LineWriter | None = None,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._hiding = hiding
        self._audit = audit
        self._process = process

    @property
    def keeps_log(self) -> bool:
        """Whether a processing log is kept."""
        return self._process is not None

    def find(self, name: str, digest: str) -> BegunImport | None:
        """Return the import of this file under this name, done or begun."""
        wanted = (imported.c.name == name, imported.c.digest == digest)
        with self._database.read() as connection:
            row = connection.execute(
                select(imported).where(*wanted).order_by(imported.c.is_current.desc()).limit(1)
            ).first()
            if row is None:
                return None
            stored = [] if row.is_current else list(
                connection.scalars(select(debts.c.subject_hash).where(debts.c.import_id == row.id))
            )  # fmt: skip
        return BegunImport(row.id, from_epoch(row.as_of), frozenset(stored), is_current=row.is_current)

    def begin(self, name: str, digest: str, as_of: datetime, now: datetime) -> BegunImport:
        """Begin an import; others of this name that were broken off are forgotten."""
        fresh = secrets.token_hex(16)
        with self._database.write() as connection:
            broken = select(imported.c.id).where(imported.c.name == name, imported.c.is_current.is_(False))
            connection.execute(delete(debts).where(debts.c.import_id.in_(broken)))
            connection.execute(delete(imported).where(imported.c.name == name, imported.c.is_current.is_(False)))
            row = {"id": fresh, "name": name, "digest": digest, "is_current": False}
            connection.execute(insert(imported), {**row, "as_of": epoch(as_of), "changed_at": epoch(now)})
        return BegunImport(fresh, from_epoch(epoch(as_of)), frozenset(), is_current=False)

    def people_in(self, name: str) -> int:
        """Count the people of the import of this name that counts now."""
        current = select(imported.c.id).where(imported.c.name == name, imported.c.is_current.is_(True))
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(debts).where(debts.c.import_id.in_(current))) or 0

    def subject(self, person: Person) -> str:
        """Return how a person is known in an import."""
        return self._hiding.subject(person)

    def add(self, import_id: str, documents: Sequence[FcidDocument], lines: Sequence[LogLine] = ()) -> None:
        """Store the debts of some people. They are on disk when this returns, and nobody sees them yet."""
        rows = []
        for document in documents:
            subject = self._hiding.subject(document.person)
            sealed = self._sealer.debts(_content(document), _place(subject, import_id))
            rows.append({"subject_hash": subject, "import_id": import_id, "sealed": sealed})
        with self._database.write() as connection:
            if not connection.execute(select(imported.c.id).where(imported.c.id == import_id)).first():
                raise ImportOvertaken
            connection.execute(insert(debts), rows)
            if self._process is not None:
                self._process.all(connection, lines)

    def finish(self, import_id: str, now: datetime, event: Event) -> None:
        """Have this import count from now on, and the one before it of its name no longer; `event` is on record."""
        with self._database.write() as connection:
            done = connection.execute(
                update(imported)
                .where(imported.c.id == import_id, imported.c.is_current.is_(False))
                .values(is_current=True, changed_at=epoch(now))
            )
            if done.rowcount != 1:
                raise ImportOvertaken
            name = select(imported.c.name).where(imported.c.id == import_id).scalar_subquery()
            others = and_(imported.c.name == name, imported.c.id != import_id)
            connection.execute(delete(debts).where(debts.c.import_id.in_(select(imported.c.id).where(others))))
            connection.execute(delete(imported).where(others))
            # With it, or neither: what was issued is compared with what was imported, also after a kill.
            SqlChanges(connection, self._sealer).note_everybody(now)
            self._audit(connection, event)

    def abandon(self, import_id: str) -> None:
        """Forget an import that was begun."""
        with self._database.write() as connection:
            connection.execute(delete(debts).where(debts.c.import_id == import_id))
            connection.execute(delete(imported).where(imported.c.id == import_id, imported.c.is_current.is_(False)))


@final
class ImportedDebts:
    """The port `DebtSource` on what was imported."""

    def __init__(self, agency: Agency, database: Database, sealer: Sealer, hiding: Hiding) -> None:
        self._agency = agency
        self._database = database
        self._sealer = sealer
        self._hiding = hiding

    @property
    def agency(self) -> Agency:
        """Whose debts these are."""
        return self._agency

    def cases_of(self, person: Person, as_of: datetime) -> Known:
        """Return this person's cases, of all imports together. Raises SourceUnavailable."""
        subject = self._hiding.subject(person)
        try:
            with self._database.read() as connection:
                imports = connection.execute(_CURRENT).all()
                rows = connection.execute(_OF_PERSON, {"subject": subject}).all()
        except Overloaded as error:
            raise SourceUnavailable("the database does not answer") from error
        if not imports:
            raise SourceUnavailable("nothing was imported yet")
        until = min([as_of, *(from_epoch(each.as_of) for each in imports)])
        cases: dict[str, Case] = {}
        for row in rows:
            document = self._document(row.sealed, _place(subject, row.import_id))
            for case in document.cases_at(self._agency, as_of):
                if case.reference in cases:
                    raise SourceUnavailable("two imports state one case")
                cases[case.reference] = case
            until = min([until, *(case.balance_at for case in document.cases)])
        return Known(tuple(cases.values()), until)

    def people(self) -> Iterable[Person]:
        """Go through everyone of whom something was imported. Raises SourceUnavailable."""
        found: dict[Person, None] = {}
        after: ColumnElement[bool] | None = None
        while True:
            rows = self._some(after)
            for row in rows:
                content = self._opened(row.sealed, _place(row.subject_hash, row.import_id))
                try:
                    found[read_written(content[: _length(content)].rstrip(_END).decode("ascii"))] = None
                except (InvalidPerson, UnicodeDecodeError) as error:
                    raise SourceUnavailable("what was imported cannot be read") from error
            if len(rows) < _STEP:
                return list(found)
            last = rows[-1]
            after = (debts.c.subject_hash > last.subject_hash) | (
                (debts.c.subject_hash == last.subject_hash) & (debts.c.import_id > last.import_id)
            )

    def condition(self, as_of: datetime, *, wait: bool = True) -> Condition:
        """Say whether anything was imported."""
        del as_of, wait
        try:
            with self._database.read() as connection:
                found = connection.execute(_CURRENT.limit(1)).first() is not None
        except Overloaded:
            found = False
        return Condition(readable=found, serving=found, faults=int(not found))

    def close(self) -> None:
        """Hold nothing open: the database is the agency's own."""

    def _some(self, after: ColumnElement[bool] | None) -> Sequence[Row[tuple[str, str, bytes]]]:
        asked: Select[tuple[str, str, bytes]] = (
            select(debts.c.subject_hash, debts.c.import_id, debts.c.sealed)
            .join(imported, imported.c.id == debts.c.import_id)
            .where(imported.c.is_current.is_(True))
            .order_by(debts.c.subject_hash, debts.c.import_id)
            .limit(_STEP)
        )
        try:
            with self._database.read() as connection:
                return connection.execute(asked if after is None else asked.where(after)).all()
        except Overloaded as error:
            raise SourceUnavailable("the database does not answer") from error

    def _document(self, sealed: bytes, place: bytes) -> FcidDocument:
        content = self._opened(sealed, place)
        try:
            # As large as it is: what was taken in can be read.
            data = zlib.decompress(content[_length(content) :])
            return parse_document(data, file="what was imported", agency=self._agency, max_bytes=len(data))
        except SourceError as error:
            raise SourceUnavailable("what was imported cannot be read") from error

    def _opened(self, sealed: bytes, place: bytes) -> bytes:
        try:
            return self._sealer.open_debts(sealed, place)
        except SealBroken as error:
            raise SourceUnavailable("what was imported was sealed with another key") from error


def _content(document: FcidDocument) -> bytes:
    # Registers number events per case; in a document an id is one event.
    told = replace(document, cases=with_unique_ids(document.cases))
    number = written(document.person).encode("ascii") + (b"" if isinstance(document.person, Bsn) else _END)
    return number + zlib.compress(json_compact(document_object(told)), level=1)


def _length(content: bytes) -> int:
    """Return how many bytes of what was stored are the number."""
    if content[:_DIGITS].isdigit():
        return _DIGITS
    return content.find(_END) + len(_END)


def _place(subject: str, import_id: str) -> bytes:
    return f"issuer_debts:{subject}:{import_id}".encode()


def names_of(database: Database) -> Collection[str]:
    """Return the names of the imports that count."""
    with database.read() as connection:
        return sorted(row.name for row in connection.execute(_CURRENT))
