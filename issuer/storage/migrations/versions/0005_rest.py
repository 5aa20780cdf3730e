"""The status of the places of a list that no copy tells of, as after a restore from a backup."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0005"
down_revision = "issuer_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issuer_list", sa.Column("rest", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("issuer_list", "rest")
