"""Who did what: an append-only table in which each row's hash covers the row before it.

Entries hold pseudonyms and object ids, never personal data. A row that is changed, removed or slipped in breaks the
chain, which `verify` finds. Append in the same transaction as the deed itself: on PostgreSQL the row is then written
last, as all who append wait for one another.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    text,
)

from credentials.clock import epoch, from_epoch
from credentials.encoding import jcs
from service.at_the_end import at_the_end
from service.errors import ChainBroken
from service.prepared import Prepared

metadata: Final = MetaData()
audit_table: Final = Table(
    "service_audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("entry", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)

_GENESIS: Final = hashlib.sha256(b"blauweknop audit chain").digest()
_LAST: Final = Prepared(select(audit_table.c.number, audit_table.c.hash).order_by(audit_table.c.number.desc()).limit(1))
_AT: Final = Prepared(select(audit_table.c.hash).where(audit_table.c.number == bindparam("row")))
_MOMENT: Final = Prepared(select(audit_table.c.at).where(audit_table.c.number == bindparam("row")))
_APPEND: Final = Prepared(insert(audit_table))
_LOCK: Final = 0x61756469  # one number for pg_advisory_xact_lock: rows are appended one after the other


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One deed: `actor` is a pseudonym, `object` an id of ours, `result` a word, `reason` an error code or empty."""

    action: str
    actor: str
    object: str = ""
    result: str = "done"
    reason: str = ""


def append(connection: Connection, entry: AuditEntry, *, at: datetime) -> None:
    """Append an entry within a write block, with which it is on disk or is not there."""
    at_the_end(connection, lambda connection: _append(connection, entry, at))


def _append(connection: Connection, entry: AuditEntry, at: datetime) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = _LAST.one(connection)
    number, previous = (last.number + 1, last.hash) if last else (1, _GENESIS)
    content = jcs(
        {
            "action": entry.action,
            "actor": entry.actor,
            "object": entry.object,
            "result": entry.result,
            "reason": entry.reason,
        }
    ).decode()
    moment = epoch(at)
    _APPEND.run(connection, number=number, at=moment, entry=content, hash=_hash(previous, number, moment, content))


def verify(connection: Connection, *, at_least: int = 0) -> int:
    """Walk the chain and return how many rows it has. Raises ChainBroken.

    `at_least` is a count known from elsewhere: a chain that lost its end is whole in itself.
    """
    number, holds = _walk(connection)
    if not holds:
        raise ChainBroken(f"at row {number}")
    if number < at_least:
        raise ChainBroken("the end is missing")
    return number


def broken_at(connection: Connection, *, at_least: int = 0) -> int | None:
    """Walk the chain and return the number of the first row that does not hold or is missing, or None."""
    number, holds = _walk(connection)
    if not holds:
        return number
    return None if number >= at_least else number + 1


def _walk(connection: Connection) -> tuple[int, bool]:
    """Return the number of the last row, or of the first that does not hold, and whether all do."""
    previous, expected = _GENESIS, 1
    in_steps = select(audit_table).order_by(audit_table.c.number).execution_options(yield_per=1000)
    with connection.execute(in_steps) as found:
        for row in found:
            if row.number != expected or row.hash != _hash(previous, row.number, row.at, row.entry):
                return expected, False
            previous, expected = row.hash, expected + 1
    return expected - 1, True


@final
@dataclass(frozen=True, slots=True)
class AuditRow:
    """A row of the chain; `holds` says whether its hash follows from it and the row before."""

    number: int
    at: datetime
    entry: AuditEntry
    hash: bytes
    holds: bool


def rows(connection: Connection, first: int, last: int) -> Sequence[AuditRow]:
    """Return the rows of these numbers, the oldest first."""
    before = _AT.one(connection, row=first - 1)
    previous = bytes(before.hash) if before is not None else _GENESIS if first == 1 else b""
    wanted = select(audit_table).where(audit_table.c.number.between(first, last)).order_by(audit_table.c.number)
    found: list[AuditRow] = []
    expected = first
    for row in connection.execute(wanted):
        entry = _entry(row.entry)
        own = bytes(row.hash)
        holds = row.number == expected and own == _hash(previous, row.number, row.at, row.entry)
        found.append(AuditRow(row.number, from_epoch(row.at), entry, own, holds))
        previous, expected = own, row.number + 1
    return found


def _entry(written: str) -> AuditEntry:
    """Return what a row tells; what somebody else wrote there may be anything, and tells nothing."""
    try:
        told = json.loads(written)
    except (ValueError, RecursionError):
        told = None
    known = told if isinstance(told, dict) else {}
    return AuditEntry(**{each.name: str(known.get(each.name, "")) for each in fields(AuditEntry)})


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of a chain at some moment: its number, 0 before the first, and its hash."""

    number: int
    hash: bytes


def head(connection: Connection) -> Head:
    """Return the last row as it is now."""
    last = _LAST.one(connection)
    return Head(last.number, last.hash) if last else Head(0, _GENESIS)


def holds(connection: Connection, known: Head) -> bool:
    """Tell whether this chain is the known one or goes on from it; one of an older copy of the database is neither."""
    if known.number == 0:
        return known.hash == _GENESIS
    row = _AT.one(connection, row=known.number)
    return row is not None and bytes(row.hash) == known.hash


def first_since(connection: Connection, moment: datetime) -> int:
    """Return the number of the first row of this moment or later; one more than the last where there is none.

    By halving, since rows are found by number: the moments of several processes' rows are in order but for seconds.
    """
    low, high = 1, head(connection).number + 1
    wanted = epoch(moment)
    while low < high:
        middle = (low + high) // 2
        row = _MOMENT.one(connection, row=middle)
        if row is not None and row.at < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def length(connection: Connection) -> int:
    """Return how many rows there are, without checking them."""
    return connection.execute(select(func.count()).select_from(audit_table)).scalar_one()


def _hash(previous: bytes, number: int, at: int, content: str) -> bytes:
    # Fixed-width fields first, so that no two rows have the same bytes.
    return hashlib.sha256(previous + number.to_bytes(8) + at.to_bytes(8, signed=True) + content.encode()).digest()
