"""Files, requests with their one answer, and refused answers."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verifier_intake",
        sa.Column("id", sa.String(43), primary_key=True),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("reference", sa.LargeBinary, nullable=False),
        sa.Column("template", sa.String(20), nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("delete_after", sa.BigInteger, nullable=False),
    )
    op.create_index("verifier_intake_owner", "verifier_intake", ["owner", "opened_at"])
    op.create_index("verifier_intake_delete_after", "verifier_intake", ["delete_after"])
    op.create_table(
        "verifier_request",
        sa.Column("id", sa.String(43), primary_key=True),
        sa.Column(
            "intake_id", sa.String(43), sa.ForeignKey("verifier_intake.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("template", sa.String(20), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("response_mode", sa.String(20), nullable=False),
        sa.Column("client_id_prefix", sa.String(20), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("response_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("binding", sa.LargeBinary, nullable=True),
        sa.Column("browser", sa.String(64), nullable=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("extensions", sa.Integer, nullable=False),
        sa.Column("fetched_at", sa.BigInteger, nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.Column("decline_code", sa.String(60), nullable=True),
        sa.Column("answer", sa.LargeBinary, nullable=True),
        sa.Column("return_hash", sa.LargeBinary(32), nullable=True),
    )
    op.create_index("verifier_request_intake", "verifier_request", ["intake_id", "number"])
    op.create_index("verifier_request_state", "verifier_request", ["state", "expires_at"])
    op.create_table(
        "verifier_attempt",
        sa.Column(
            "request_id",
            sa.String(43),
            sa.ForeignKey("verifier_request.id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("explanation", sa.String(400), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("verifier_attempt")
    op.drop_table("verifier_request")
    op.drop_table("verifier_intake")
