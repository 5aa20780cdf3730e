"""The longest client id prefix fits its column; until now it was written as "did"."""

import sqlalchemy as sa
from alembic import op

revision = "verifier_0005"
down_revision = "verifier_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # SQLite changes no type in place, and a table made anew would take the refused answers that hang on it along.
    op.alter_column("verifier_request", "client_id_prefix", new_column_name="shortened")
    op.add_column(
        "verifier_request", sa.Column("client_id_prefix", sa.String(40), nullable=False, server_default="x509_hash")
    )
    op.execute("UPDATE verifier_request SET client_id_prefix = shortened")
    op.execute("UPDATE verifier_request SET client_id_prefix = 'decentralized_identifier' WHERE shortened = 'did'")
    op.drop_column("verifier_request", "shortened")


def downgrade() -> None:
    op.alter_column("verifier_request", "client_id_prefix", new_column_name="whole")
    op.add_column(
        "verifier_request", sa.Column("client_id_prefix", sa.String(20), nullable=False, server_default="x509_hash")
    )
    op.execute("UPDATE verifier_request SET client_id_prefix = whole WHERE whole <> 'decentralized_identifier'")
    op.execute("UPDATE verifier_request SET client_id_prefix = 'did' WHERE whole = 'decentralized_identifier'")
    op.drop_column("verifier_request", "whole")
