"""Logins with a wallet."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0007"
down_revision = "issuer_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issuer_wallet_login",
        sa.Column("reference", sa.String(64), primary_key=True),
        sa.Column("request_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("response_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("fault", sa.String(16), nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("subject_sealed", sa.LargeBinary, nullable=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_issuer_wallet_login_expires_at", "issuer_wallet_login", ["expires_at"])


def downgrade() -> None:
    op.drop_table("issuer_wallet_login")
