"""The requests of one series are found by the one that it began with, not by a walk through all."""

from alembic import op

revision = "verifier_0004"
down_revision = "verifier_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("verifier_request_first", "verifier_request", ["first"])


def downgrade() -> None:
    op.drop_index("verifier_request_first", "verifier_request")
