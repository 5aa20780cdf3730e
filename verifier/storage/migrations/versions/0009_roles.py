"""With which roles somebody came the last time; of whoever came before this, none are known until the next time."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0009"
down_revision = "verifier_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verifier_colleague", sa.Column("roles", sa.String(80), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("verifier_colleague", "roles")
