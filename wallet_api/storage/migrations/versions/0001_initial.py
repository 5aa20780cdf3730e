"""Wallets, their locks, and the sealed records in them."""

import sqlalchemy as sa
from alembic import op

revision = "wallet_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wallet",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("tag", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("blocked_until", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "wallet_lock",
        sa.Column("wallet_id", sa.String(32), sa.ForeignKey("wallet.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("cost", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
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
    op.create_index("ix_wallet_record_expires_at", "wallet_record", ["expires_at"])


def downgrade() -> None:
    op.drop_table("wallet_record")
    op.drop_table("wallet_lock")
    op.drop_table("wallet")
