"""Notices of known deficient data, and of each copy which of them stood when it was issued."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0010"
down_revision = "issuer_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issuer_notice",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("first_day", sa.String(10), nullable=False),
        sa.Column("last_day", sa.String(10), nullable=True),
        sa.Column("expected_end", sa.String(10), nullable=True),
        sa.Column("kinds", sa.String(1200), nullable=False),
        sa.Column("what", sa.String(300), nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
    )
    op.add_column("issuer_copy", sa.Column("notices", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("issuer_copy", "notices")
    op.drop_table("issuer_notice")
