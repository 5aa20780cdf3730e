"""Answers in parts: what the requests of one series have in common, and where each stands in it."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0003"
down_revision = "verifier_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("verifier_request", sa.Column("first", sa.String(43), nullable=True))
    for name, value in (("part", "1"), ("parts", "1"), ("taken", "0")):
        op.add_column("verifier_request", sa.Column(name, sa.Integer, nullable=False, server_default=value))


def downgrade() -> None:
    for name in ("taken", "parts", "part", "first"):
        op.drop_column("verifier_request", name)
