"""The formats that were named for a request."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0002"
down_revision = "verifier_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verifier_request", sa.Column("formats", sa.String(120), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("verifier_request", "formats")
