"""Lines of the processing log that wait."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0017"
down_revision = "verifier_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifier_log_line",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("operation", sa.String(32), nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.Column("span", sa.LargeBinary, nullable=False),
        sa.Column("refused", sa.String(32), nullable=True),
    )
    op.create_index("verifier_log_line_due", "verifier_log_line", ["refused", "number"])


def downgrade() -> None:
    op.drop_table("verifier_log_line")
