"""What other software says of the proofs in an answer, sealed, and of which answers it is still to be asked."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0014"
down_revision = "verifier_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifier_second_opinion",
        sa.Column(
            "request_id", sa.String(43), sa.ForeignKey("verifier_request.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("due", sa.Boolean, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("said_at", sa.BigInteger, nullable=True),
        sa.Column("disputed", sa.Integer, nullable=False),
        sa.Column("opinions", sa.LargeBinary, nullable=True),
    )
    op.create_index("verifier_second_opinion_due", "verifier_second_opinion", ["due", "asked_at"])


def downgrade() -> None:
    op.drop_table("verifier_second_opinion")
