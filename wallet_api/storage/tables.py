"""The wallet's tables. No column says anything about a citizen: ids are random or keyed hashes, content is sealed."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

metadata: Final = MetaData()

wallet_table: Final = Table(
    "wallet",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("blocked_until", BigInteger, nullable=True),
)

# A lock is found by its `tag`, a slow hash. `number` keeps the order in which the locks of one wallet were put on.
lock_table: Final = Table(
    "wallet_lock",
    metadata,
    Column("id", String(32), nullable=False),
    Column("wallet_id", String(32), ForeignKey("wallet.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("tag", LargeBinary(32), nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("method", String(64), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    PrimaryKeyConstraint("id", name="wallet_lock_by_id"),
    UniqueConstraint("tag", name="wallet_lock_by_tag"),
    UniqueConstraint("wallet_id", "number", name="wallet_lock_by_number"),
)

# Challenges that browsers were given and that no passkey has answered yet: hashes, of whose session is part of them.
challenge_table: Final = Table(
    "wallet_challenge",
    metadata,
    Column("tag", LargeBinary(32), primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

# `number` keeps the order in which rows were put; it is counted per wallet, so it does not link wallets in time.
record_table: Final = Table(
    "wallet_record",
    metadata,
    Column("wallet_id", String(32), ForeignKey("wallet.id", ondelete="CASCADE"), primary_key=True),
    Column("shelf", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=True, index=True),
)

# What the service asks while vaults are closed. No column says whose it is.
errand_table: Final = Table(
    "wallet_errand",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("next_at", BigInteger, nullable=True, index=True),
    Column("busy_until", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
