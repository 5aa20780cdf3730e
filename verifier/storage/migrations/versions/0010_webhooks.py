"""Messages for case systems, and which requests they were told of that nobody answered: all of before this."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0010"
down_revision = "verifier_0009"
branch_labels = None
depends_on = None

_REQUEST = "verifier_request"


def upgrade() -> None:
    op.create_table(
        "verifier_webhook",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("endpoint", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("announced_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
    )
    op.create_index("verifier_webhook_due", "verifier_webhook", ["endpoint", "state", "next_at"])
    op.create_index("ix_verifier_webhook_announced_at", "verifier_webhook", ["announced_at"])
    op.add_column(_REQUEST, sa.Column("expiry_told", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("verifier_request_untold", _REQUEST, ["state", "expiry_told", "expires_at"])
    op.execute(sa.update(sa.table(_REQUEST, sa.column("expiry_told"))).values(expiry_told=sa.true()))


def downgrade() -> None:
    op.drop_index("verifier_request_untold", _REQUEST)
    op.drop_column(_REQUEST, "expiry_told")
    op.drop_table("verifier_webhook")
