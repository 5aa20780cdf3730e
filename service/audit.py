"""Who did what: an append-only table in which each row's hash covers the row before it.

Entries hold pseudonyms and object ids, never personal data. A row that is changed, removed or slipped in breaks the
chain, which `verify` finds. Append in the same transaction as the deed itself.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, final

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, MetaData, Table, Text, func, insert, select, text

from credentials.clock import epoch
from credentials.encoding import jcs
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


def append(connection: Connection, entry: AuditEntry, *, at: datetime) -> int:
    """Append an entry within a write transaction and return its number."""
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
    return number


def verify(connection: Connection, *, at_least: int = 0) -> int:
    """Walk the chain and return how many rows it has. Raises ChainBroken.

    `at_least` is a count known from elsewhere: a chain that lost its end is whole in itself.
    """
    previous, expected = _GENESIS, 1
    in_steps = select(audit_table).order_by(audit_table.c.number).execution_options(yield_per=1000)
    with connection.execute(in_steps) as rows:
        for row in rows:
            if row.number != expected or row.hash != _hash(previous, row.number, row.at, row.entry):
                raise ChainBroken(f"at row {expected}")
            previous, expected = row.hash, expected + 1
    if expected - 1 < at_least:
        raise ChainBroken("the end is missing")
    return expected - 1


def length(connection: Connection) -> int:
    """Return how many rows there are, without checking them."""
    return connection.execute(select(func.count()).select_from(audit_table)).scalar_one()


def _hash(previous: bytes, number: int, at: int, content: str) -> bytes:
    # Fixed-width fields first, so that no two rows have the same bytes.
    return hashlib.sha256(previous + number.to_bytes(8) + at.to_bytes(8, signed=True) + content.encode()).digest()
