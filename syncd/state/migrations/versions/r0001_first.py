"""The first form of the database.

Times are ISO text in UTC and decimals are text (`syncd.state.columns`); a migration is frozen and therefore names plain
types only.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.String(27)
ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = (
    "pairs",
    "cursors",
    "catalog",
    "product_links",
    "order_links",
    "customers",
    "status_map",
    "listings",
    "misses",
    "intents",
    "failures",
    "brakes",
    "runs",
    "history",
    "images",
)


def upgrade() -> None:
    """Make every table."""
    _shops()
    _products()
    _orders()
    _work()
    _record()


def downgrade() -> None:
    """Remove every table."""
    for table in TABLES:
        op.drop_table(table)


def _shops() -> None:
    op.create_table(
        "pairs",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("pair", name="pk_pairs"),
    )
    op.create_table(
        "cursors",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("position", TIME, nullable=False),
        sa.Column("since", TIME, nullable=True),
        sa.PrimaryKeyConstraint("pair", "stream", name="pk_cursors"),
    )
    op.create_table(
        "customers",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("customer_key", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "source", "customer_key", name="pk_customers"),
    )
    op.create_table(
        "status_map",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "source", "status", name="pk_status_map"),
    )


def _products() -> None:
    op.create_table(
        "catalog",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("sku_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("code_key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price", sa.Text(), nullable=False),
        sa.Column("compare_price", sa.Text(), nullable=False),
        sa.Column("stock", sa.Text(), nullable=True),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("product_visible", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("scan", sa.BigInteger(), nullable=False),
        sa.Column("others_unlimited", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "sku_id", name="pk_catalog"),
    )
    op.create_index("ix_catalog_pair_code_key", "catalog", ["pair", "code_key"])
    op.create_index("ix_catalog_pair_product_id", "catalog", ["pair", "product_id"])
    op.create_table(
        "product_links",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("sku_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.Column("dirty", sa.Boolean(), nullable=False),
        sa.Column("linked_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("pair", "source_key", "sku_id", name="pk_product_links"),
        sa.UniqueConstraint("pair", "sku_id", name="uq_product_links_pair_sku_id"),
        sa.UniqueConstraint("pair", "source_key", name="uq_product_links_pair_source_key"),
    )
    op.create_index("ix_product_links_pair_dirty", "product_links", ["pair", "dirty"])
    op.create_index("ix_product_links_pair_product_id", "product_links", ["pair", "product_id"])
    op.create_table(
        "listings",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("code_key", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("scan", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "source", "source_key", name="pk_listings"),
    )
    op.create_index("ix_listings_pair_source_code_key", "listings", ["pair", "source", "code_key"])
    op.create_index("ix_listings_pair_source_group", "listings", ["pair", "source", "group"])
    op.create_table(
        "misses",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("code_key", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("pair", "code_key", name="pk_misses"),
    )
    op.create_table(
        "images",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("image_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "source_key", "position", name="pk_images"),
    )
    op.create_index("ix_images_pair_product_id_digest", "images", ["pair", "product_id", "digest"])


def _orders() -> None:
    op.create_table(
        "order_links",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("flag", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("linked_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("pair", "source", "source_key", "order_id", name="pk_order_links"),
        sa.UniqueConstraint("pair", "source", "source_key", name="uq_order_links_pair_source_source_key"),
        sa.UniqueConstraint("pair", "order_id", name="uq_order_links_pair_order_id"),
    )


def _work() -> None:
    op.create_table(
        "intents",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("settle_after", TIME, nullable=False),
        sa.PrimaryKeyConstraint("pair", "stream", "record_key", name="pk_intents"),
    )
    op.create_table(
        "failures",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("link_version", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("pair", "stream", "record_key", name="pk_failures"),
    )
    op.create_index("ix_failures_pair_stream_next_at", "failures", ["pair", "stream", "next_at"])
    op.create_table(
        "brakes",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("pulled_at", TIME, nullable=False),
        sa.Column("released_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("pair", "stream", "kind", name="pk_brakes"),
    )


def _record() -> None:
    op.create_table(
        "runs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_finished_at", "runs", ["finished_at"])
    op.create_index("ix_runs_pair_stream_id", "runs", ["pair", "stream", "id"])
    op.create_table(
        "history",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
    )
    op.create_index("ix_history_at", "history", ["at"])
    op.create_index("ix_history_pair_record_key_id", "history", ["pair", "record_key", "id"])
