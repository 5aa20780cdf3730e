"""The documents that answers were checked by, sealed and kept once; and beside each answer, sealed, which those are."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0015"
down_revision = "verifier_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifier_document",
        sa.Column("hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("touched_at", sa.BigInteger, nullable=False),
    )
    op.create_index("verifier_document_touched", "verifier_document", ["touched_at"])
    op.add_column("verifier_request", sa.Column("consulted", sa.LargeBinary, nullable=True))


def downgrade() -> None:
    op.drop_column("verifier_request", "consulted")
    op.drop_table("verifier_document")
