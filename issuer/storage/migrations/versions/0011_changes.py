"""Of whom the agency said that something changed, until it was looked at; and up to when a list shows what changed."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0011"
down_revision = "issuer_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issuer_change",
        sa.Column("subject_hash", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("mark", sa.LargeBinary(16), nullable=False),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_issuer_change_next_at", "issuer_change", ["next_at"])
    op.create_index("ix_issuer_change_noted_at", "issuer_change", ["noted_at"])
    op.add_column("issuer_list", sa.Column("shown_until", sa.BigInteger, nullable=False, server_default="0"))
    # What was superseded until now is in the published lists, and stays.
    last = "SELECT MAX(changed_at) FROM issuer_copy WHERE list_number = issuer_list.number"
    op.execute(f"UPDATE issuer_list SET shown_until = COALESCE(({last}), 0)")


def downgrade() -> None:
    op.drop_column("issuer_list", "shown_until")
    op.drop_table("issuer_change")
