"""What people ask of the daemon: a pause, a cycle now, and older records to be brought."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.String(27)


def upgrade() -> None:
    """Tables for wishes and for backfills."""
    op.create_table(
        "wishes",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("paused_at", TIME, nullable=True),
        sa.Column("wanted_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("pair", "stream", name="pk_wishes"),
    )
    op.create_table(
        "backfills",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=True),
        sa.Column("until", TIME, nullable=True),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("worked_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("pair", "kind", name="pk_backfills"),
    )


def downgrade() -> None:
    """Back to a daemon that takes no wishes; a backfill begins again, and what it brought is linked."""
    op.drop_table("backfills")
    op.drop_table("wishes")
