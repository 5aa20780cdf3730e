"""Clients at a distance and the codes that they read out; files found by reference, and by whether they are answered.

What files there are get the hashes of their references from the service itself: it has the key.
"""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0008"
down_revision = "verifier_0007"
branch_labels = None
depends_on = None

_FILE, _REQUEST, _WORD = "verifier_intake", "verifier_request", "verifier_reference_word"


def upgrade() -> None:
    for table in (_FILE, _REQUEST):
        op.add_column(table, sa.Column("remote", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column(_FILE, sa.Column("answered_at", sa.BigInteger, nullable=True))
    op.add_column(_FILE, sa.Column("reference_hash", sa.LargeBinary(16), nullable=True))
    op.add_column(_REQUEST, sa.Column("code", sa.LargeBinary, nullable=True))
    op.add_column(_REQUEST, sa.Column("tries", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        _WORD,
        sa.Column("word_hash", sa.LargeBinary(16), primary_key=True),
        sa.Column("intake_id", sa.String(43), sa.ForeignKey("verifier_intake.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("verifier_reference_word_intake", _WORD, ["intake_id"])
    op.create_index("verifier_intake_answered", _FILE, ["owner", "answered_at", "opened_at"])
    op.create_index("verifier_intake_reference", _FILE, ["reference_hash"])
    op.create_index("verifier_request_waiting", _REQUEST, ["owner", "state", "expires_at"])
    op.execute(
        "UPDATE verifier_intake SET answered_at = (SELECT max(ended_at) FROM verifier_request "
        "WHERE verifier_request.intake_id = verifier_intake.id AND state = 'answered' AND return_hash IS NULL)"
    )


def downgrade() -> None:
    for index, table in (
        ("verifier_request_waiting", _REQUEST),
        ("verifier_intake_reference", _FILE),
        ("verifier_intake_answered", _FILE),
    ):
        op.drop_index(index, table)
    op.drop_table(_WORD)
    for table, columns in (
        (_REQUEST, ("tries", "code", "remote")),
        (_FILE, ("reference_hash", "answered_at", "remote")),
    ):
        for name in columns:
            op.drop_column(table, name)
