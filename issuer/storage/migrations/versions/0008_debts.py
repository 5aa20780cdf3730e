"""Debts that an agency imports from files, for a register that cannot be asked."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0008"
down_revision = "issuer_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issuer_import",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_issuer_import_name", "issuer_import", ["name"])
    op.create_table(
        "issuer_debts",
        sa.Column("subject_hash", sa.String(64), primary_key=True),
        sa.Column("import_id", sa.String(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_issuer_debts_import_id", "issuer_debts", ["import_id"])


def downgrade() -> None:
    op.drop_table("issuer_debts")
    op.drop_table("issuer_import")
