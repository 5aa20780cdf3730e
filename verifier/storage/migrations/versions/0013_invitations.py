"""Invitations: a link that works once for a client at home; and requests that were made by one."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0013"
down_revision = "verifier_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifier_invitation",
        sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("intake_id", sa.String(43), sa.ForeignKey("verifier_intake.id", ondelete="CASCADE"), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("browser", sa.String(64), nullable=True),
        sa.Column("opened_at", sa.BigInteger, nullable=True),
    )
    op.create_index("verifier_invitation_intake", "verifier_invitation", ["intake_id"])
    op.add_column("verifier_request", sa.Column("invited", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("verifier_request", "invited")
    op.drop_table("verifier_invitation")
