"""Who has logged in, and who had a file before it was handed over; all files are listed by when they were opened."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0007"
down_revision = "verifier_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifier_colleague",
        sa.Column("owner", sa.String(80), primary_key=True),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("may_receive", sa.Boolean, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    op.create_index("verifier_colleague_seen_at", "verifier_colleague", ["seen_at"])
    op.add_column("verifier_intake", sa.Column("received_from", sa.String(80), nullable=True))
    op.create_index("verifier_intake_opened_at", "verifier_intake", ["opened_at"])


def downgrade() -> None:
    op.drop_index("verifier_intake_opened_at", "verifier_intake")
    op.drop_column("verifier_intake", "received_from")
    op.drop_table("verifier_colleague")
