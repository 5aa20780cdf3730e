"""Messages for the agency's own systems."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0012"
down_revision = "issuer_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issuer_webhook",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("endpoint", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("announced_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
    )
    op.create_index("issuer_webhook_due", "issuer_webhook", ["endpoint", "state", "next_at"])
    op.create_index("ix_issuer_webhook_announced_at", "issuer_webhook", ["announced_at"])


def downgrade() -> None:
    op.drop_table("issuer_webhook")
