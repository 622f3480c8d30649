"""The inbox: what shops called out to us, kept until it is worked on and for a while after."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.String(27)
ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Tables for the calls and for what we subscribed to."""
    op.create_table(
        "inbox",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("orders", sa.JSON(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("alarm", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("processed_at", TIME, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("pair", "source", "event", "digest", name="uq_inbox_pair_source_event_digest"),
    )
    op.create_index("ix_inbox_pair_source_processed_at_id", "inbox", ["pair", "source", "processed_at", "id"])
    op.create_index("ix_inbox_processed_at", "inbox", ["processed_at"])
    op.create_table(
        "subscriptions",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("pair", "source", "event", "base", name="pk_subscriptions"),
    )


def downgrade() -> None:
    """Back to no hooks; what has not been worked on is found by the next poll of its source."""
    op.drop_table("subscriptions")
    op.drop_table("inbox")
