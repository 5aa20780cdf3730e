"""What counsellors decide of the preference of debts, sealed, one value for each file."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0012"
down_revision = "verifier_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifier_preference",
        sa.Column("intake_id", sa.String(43), sa.ForeignKey("verifier_intake.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("chosen", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("verifier_preference")
