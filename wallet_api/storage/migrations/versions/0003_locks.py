"""Several locks on a wallet, each found by a tag of its own; and the challenges that passkeys answer."""

import sqlalchemy as sa
from alembic import op

revision = "wallet_0003"
down_revision = "wallet_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.rename_table("wallet_lock", "wallet_lock_before")
    if sqlite:
        before = _rebuilt_wallets()
    else:
        before = "wallet"
    op.create_table(
        "wallet_lock",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("wallet_id", sa.String(32), sa.ForeignKey("wallet.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("tag", sa.LargeBinary(32), nullable=False),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("method", sa.String(64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        # The table before still has the names that these would get by themselves.
        sa.PrimaryKeyConstraint("id", name="wallet_lock_by_id"),
        sa.UniqueConstraint("tag", name="wallet_lock_by_tag"),
        sa.UniqueConstraint("wallet_id", "number", name="wallet_lock_by_number"),
    )
    nothing = "x''" if sqlite else "''::bytea"
    # There was one lock on each wallet, whose id may be the wallet's.
    op.execute(
        "INSERT INTO wallet_lock (id, wallet_id, number, kind, tag, salt, method, wrapped, facts, note) "
        "SELECT w.id, w.id, 1, l.kind, w.tag, l.salt, 'scrypt$ln=' || l.cost || ',r=8,p=1', l.wrapped, "
        f"{nothing}, {nothing} FROM {before} w JOIN wallet_lock_before l ON l.wallet_id = w.id"
    )
    op.drop_table("wallet_lock_before")
    if sqlite:
        op.drop_table(before)
    else:
        op.drop_column("wallet", "tag")
    op.create_table(
        "wallet_challenge",
        sa.Column("tag", sa.LargeBinary(32), primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_wallet_challenge_expires_at", "wallet_challenge", ["expires_at"])


def _rebuilt_wallets() -> str:
    # SQLite drops no column that is unique, and a table that is dropped takes along the rows that point at it. So the
    # records are moved to the new table first; then nothing but the old locks points at the old one.
    op.rename_table("wallet", "wallet_before")
    op.create_table(
        "wallet",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("blocked_until", sa.BigInteger, nullable=True),
    )
    op.execute("INSERT INTO wallet (id, failures, blocked_until) SELECT id, failures, blocked_until FROM wallet_before")
    op.drop_index("ix_wallet_record_expires_at", "wallet_record")
    op.rename_table("wallet_record", "wallet_record_before")
    op.create_table(
        "wallet_record",
        sa.Column("wallet_id", sa.String(32), sa.ForeignKey("wallet.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("shelf", sa.String(16), primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=True),
    )
    op.execute(
        "INSERT INTO wallet_record (wallet_id, shelf, id, number, version, content, expires_at) "
        "SELECT wallet_id, shelf, id, number, version, content, expires_at FROM wallet_record_before"
    )
    op.drop_table("wallet_record_before")
    op.create_index("ix_wallet_record_expires_at", "wallet_record", ["expires_at"])
    return "wallet_before"


def downgrade() -> None:
    raise NotImplementedError("what opens by a passkey opened by nothing before")
