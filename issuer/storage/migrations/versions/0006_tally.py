"""Counts of issued copies by day and state."""

from collections import Counter

import sqlalchemy as sa
from alembic import op

from credentials.clock import dutch_day, from_epoch

revision = "issuer_0006"
down_revision = "issuer_0005"
branch_labels = None
depends_on = None

def upgrade() -> None:
    tally = op.create_table(
        "issuer_tally",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
    )
    op.create_index("ix_issuer_tally_day", "issuer_tally", ["day"])
    # What was issued before is counted once; days that are no longer shown go with the first folding.
    counted: Counter[tuple[str, str]] = Counter()
    copies = sa.text("SELECT issued_at, state, count(*) AS copies FROM issuer_copy GROUP BY issued_at, state")
    for row in op.get_bind().execute(copies):
        day = dutch_day(from_epoch(row.issued_at)).isoformat()
        counted[day, "issued" if row.state == "reserved" else row.state] += row.copies
    rows = [{"day": day, "state": state, "copies": many} for (day, state), many in counted.items()]
    if rows:
        op.bulk_insert(tally, rows)


def downgrade() -> None:
    op.drop_table("issuer_tally")
