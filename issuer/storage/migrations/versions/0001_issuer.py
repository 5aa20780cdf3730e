"""Offers, codes, tokens, issued copies and published status lists."""

import sqlalchemy as sa
from alembic import op

revision = "issuer_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issuer_offer",
        sa.Column("reference", sa.String(64), primary_key=True),
        sa.Column("id_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("state_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("subject_sealed", sa.LargeBinary, nullable=False),
        sa.Column("configurations", sa.String, nullable=False),
        sa.Column("grant_type", sa.String, nullable=False),
        sa.Column("tx_code_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("redeemed_at", sa.BigInteger, nullable=True),
        sa.Column("collected_at", sa.BigInteger, nullable=True),
    )
    op.create_index("ix_issuer_offer_expires_at", "issuer_offer", ["expires_at"])
    op.create_table(
        "issuer_pushed",
        sa.Column("handle_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_issuer_pushed_expires_at", "issuer_pushed", ["expires_at"])
    op.create_table(
        "issuer_code",
        sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_by", sa.String(64), nullable=True),
    )
    op.create_index("ix_issuer_code_expires_at", "issuer_code", ["expires_at"])
    op.create_table(
        "issuer_grant",
        sa.Column("token_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("session", sa.String(64), nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
    )
    op.create_index("ix_issuer_grant_expires_at", "issuer_grant", ["expires_at"])
    op.create_table(
        "issuer_once",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("value_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_issuer_once_expires_at", "issuer_once", ["expires_at"])
    op.create_table(
        "issuer_list",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
    )
    op.create_table(
        "issuer_copy",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("session", sa.String(64), nullable=False),
        sa.Column("configuration", sa.String(64), nullable=False),
        sa.Column("subject_hash", sa.String(64), nullable=False),
        sa.Column("case_hash", sa.String(64), nullable=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("list_number", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=True),
        # The last guard of "no index is ever used twice".
        sa.UniqueConstraint("list_number", "place", name="issuer_copy_place"),
        sa.CheckConstraint("status IN (0, 1, 3)", name="issuer_copy_status"),
    )
    op.create_index("issuer_copy_subject", "issuer_copy", ["subject_hash", "status"])
    op.create_index("issuer_copy_session", "issuer_copy", ["session", "configuration"])
    op.create_index("issuer_copy_marked", "issuer_copy", ["list_number", "status"])
    op.create_table(
        "issuer_publication",
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("list_number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    for name in ("publication", "copy", "list", "once", "grant", "code", "pushed", "offer"):
        op.drop_table(f"issuer_{name}")
