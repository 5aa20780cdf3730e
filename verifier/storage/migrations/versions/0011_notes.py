"""Notes of counsellors beside a file, sealed; and that an identity document was compared."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0011"
down_revision = "verifier_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifier_note",
        sa.Column("id", sa.String(43), primary_key=True),
        sa.Column("intake_id", sa.String(43), sa.ForeignKey("verifier_intake.id", ondelete="CASCADE"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("written_by", sa.String(80), nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
    )
    op.create_index("verifier_note_intake", "verifier_note", ["intake_id", "number"], unique=True)
    op.add_column("verifier_intake", sa.Column("compared_by", sa.String(80), nullable=True))
    op.add_column("verifier_intake", sa.Column("compared_at", sa.BigInteger, nullable=True))


def downgrade() -> None:
    op.drop_column("verifier_intake", "compared_at")
    op.drop_column("verifier_intake", "compared_by")
    op.drop_table("verifier_note")
