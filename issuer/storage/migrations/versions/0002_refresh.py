"""Refresh tokens."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0002"
down_revision = "issuer_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issuer_refresh",
        sa.Column("family", sa.String(64), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_issuer_refresh_expires_at", "issuer_refresh", ["expires_at"])
    op.add_column("issuer_grant", sa.Column("family", sa.String(64), nullable=True))
    op.create_index("ix_issuer_grant_family", "issuer_grant", ["family"])


def downgrade() -> None:
    op.drop_index("ix_issuer_grant_family", "issuer_grant")
    op.drop_column("issuer_grant", "family")
    op.drop_table("issuer_refresh")
