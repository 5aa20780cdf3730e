"""What a business API answered to a request that bore an idempotency key."""

import sqlalchemy as sa
from alembic import op

revision = "service_0005"
down_revision = "service_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_api_answer",
        sa.Column("key_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("holder", sa.LargeBinary(16), nullable=False),
        sa.Column("held_until", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_service_api_answer_expires_at", "service_api_answer", ["expires_at"])


def downgrade() -> None:
    op.drop_table("service_api_answer")
