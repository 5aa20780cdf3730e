"""The profile of an offer."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0004"
down_revision = "issuer_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issuer_offer", sa.Column("profile", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("issuer_offer", "profile")
