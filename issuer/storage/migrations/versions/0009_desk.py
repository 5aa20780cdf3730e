"""What the desk shows: failures by day and cause, the last run of each job; and ways to find what was issued."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0009"
down_revision = "issuer_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issuer_failure",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_index("ix_issuer_failure_day", "issuer_failure", ["day"])
    op.create_table(
        "issuer_job",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
    )
    op.create_index("issuer_copy_case", "issuer_copy", ["case_hash"])
    op.create_index("issuer_copy_issued", "issuer_copy", ["issued_at", "session"])


def downgrade() -> None:
    op.drop_index("issuer_copy_issued", "issuer_copy")
    op.drop_index("issuer_copy_case", "issuer_copy")
    op.drop_table("issuer_job")
    op.drop_table("issuer_failure")
