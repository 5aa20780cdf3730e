"""Credentials that are collected later."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0003"
down_revision = "issuer_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issuer_deferred",
        sa.Column("id_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_issuer_deferred_expires_at", "issuer_deferred", ["expires_at"])


def downgrade() -> None:
    op.drop_table("issuer_deferred")
