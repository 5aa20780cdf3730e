"""Access tokens of business APIs, and the assertions that clients showed for them."""

import sqlalchemy as sa
from alembic import op

revision = "service_0004"
down_revision = "service_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_api_token",
        sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_service_api_token_expires_at", "service_api_token", ["expires_at"])
    op.create_table(
        "service_api_assertion",
        sa.Column("value_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_service_api_assertion_expires_at", "service_api_assertion", ["expires_at"])


def downgrade() -> None:
    op.drop_table("service_api_assertion")
    op.drop_table("service_api_token")
