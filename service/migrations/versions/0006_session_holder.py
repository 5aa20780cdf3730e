"""Whose a session is, by a pseudonym, so that somebody's sessions can be ended. Those that are open stay nobody's."""

import sqlalchemy as sa
from alembic import op

revision = "service_0006"
down_revision = "service_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service_session", sa.Column("holder", sa.String(80), nullable=True))
    op.create_index("service_session_holder", "service_session", ["holder"])


def downgrade() -> None:
    op.drop_index("service_session_holder", "service_session")
    op.drop_column("service_session", "holder")
