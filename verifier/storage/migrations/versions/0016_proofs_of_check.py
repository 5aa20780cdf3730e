"""Proofs of check: what stays of a file that is gone; and beside each answer, sealed, what it came to in numbers."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0016"
down_revision = "verifier_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifier_proof_of_check",
        sa.Column("id", sa.String(43), primary_key=True),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.Column("template", sa.String(20), nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=False),
        sa.Column("lapsed", sa.Boolean, nullable=False),
        sa.Column("answers", sa.LargeBinary, nullable=False),
    )
    op.create_index("verifier_proof_of_check_holder", "verifier_proof_of_check", ["holder", "closed_at"])
    op.create_index("verifier_proof_of_check_closed_at", "verifier_proof_of_check", ["closed_at"])
    op.add_column("verifier_request", sa.Column("counted", sa.LargeBinary, nullable=True))


def downgrade() -> None:
    op.drop_column("verifier_request", "counted")
    op.drop_table("verifier_proof_of_check")
