"""What the service asks of agencies while vaults are closed."""

import sqlalchemy as sa
from alembic import op

revision = "wallet_0002"
down_revision = "wallet_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wallet_errand",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=True),
        sa.Column("busy_until", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_wallet_errand_next_at", "wallet_errand", ["next_at"])
    op.create_index("ix_wallet_errand_expires_at", "wallet_errand", ["expires_at"])


def downgrade() -> None:
    op.drop_table("wallet_errand")
