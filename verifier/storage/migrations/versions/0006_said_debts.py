"""Debts without proof that a counsellor writes in a file, sealed; they go with it."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0006"
down_revision = "verifier_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifier_said_debt",
        sa.Column("id", sa.String(43), primary_key=True),
        sa.Column("intake_id", sa.String(43), sa.ForeignKey("verifier_intake.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("debt", sa.LargeBinary, nullable=False),
    )
    op.create_index("verifier_said_debt_intake", "verifier_said_debt", ["intake_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("verifier_said_debt")
