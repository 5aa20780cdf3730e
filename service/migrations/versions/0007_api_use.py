"""When clients of a business API came last, and which are shut out."""

import sqlalchemy as sa
from alembic import op

revision = "service_0007"
down_revision = "service_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_api_use",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("used_at", sa.BigInteger, nullable=True),
        sa.Column("shut_out_at", sa.BigInteger, nullable=True),
        sa.Column("shut_out_by", sa.String(80), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("service_api_use")
