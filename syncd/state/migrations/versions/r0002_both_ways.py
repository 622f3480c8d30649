"""Both ways: what the office's changes need on their way to the source."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.String(27)
LINKS = sa.table(
    "product_links",
    *(sa.column(name, sa.Text()) for name in ("pair", "source_key")),
    *(sa.column(name, sa.JSON()) for name in ("base", "texts")),
)
VALUES = {"price", "list_price", "quantity", "visible"}
"""Fields of the base that are kept as pairs."""
ONE_WAY = VALUES | {"images", "kept_hidden", "unlimited"}
"""All that the first form knew of a base, beside its texts."""


def upgrade() -> None:
    """Columns for the way back, and tables for stock that orders took and for conflicts."""
    with op.batch_alter_table("product_links") as batch:
        batch.add_column(sa.Column("dirty_back", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("texts", sa.JSON(), nullable=False, server_default="{}"))
        batch.create_index("ix_product_links_pair_dirty_back", ["pair", "dirty_back"])
    with op.batch_alter_table("catalog") as batch:
        batch.add_column(sa.Column("pictures", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("order_links") as batch:
        for name in ("carried", "tracking", "shipment_id"):
            batch.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("difference", sa.Text()))
        batch.add_column(sa.Column("requested", sa.Boolean(), nullable=False, server_default=sa.false()))
    _both_sides_of_the_base()
    # What is known of an order's state came from the source, or was never told to it and stays so.
    op.execute("UPDATE order_links SET carried = state")
    _drop_defaults()
    _stock_and_conflicts()


def downgrade() -> None:
    """Back to one way."""
    _source_side_of_the_base()
    op.drop_table("conflicts")
    op.drop_table("order_stock")
    with op.batch_alter_table("order_links") as batch:
        for name in ("carried", "tracking", "shipment_id", "difference", "requested"):
            batch.drop_column(name)
    with op.batch_alter_table("catalog") as batch:
        batch.drop_column("pictures")
    with op.batch_alter_table("product_links") as batch:
        batch.drop_index("ix_product_links_pair_dirty_back")
        batch.drop_column("dirty_back")
        batch.drop_column("texts")


def _both_sides_of_the_base() -> None:
    """A base held the source's values; now it holds a pair for each field. What the office said then is not known, and
    counts as unchanged until both sides agree anew."""
    conn = op.get_bind()
    for row in conn.execute(sa.select(LINKS)).all():
        base = dict(row.base)
        texts = base.pop("led", base.get("texts", {}))
        base.pop("texts", None)
        if "visible" in base:
            base["visible"] = "shown" if base["visible"] else "hidden"
        for name in VALUES & base.keys():
            base[name] = [base[name], None]
        kept = {name: [mark, None, ""] for name, mark in texts.items()}
        conn.execute(_update(row).values(base=base, texts=kept))


def _source_side_of_the_base() -> None:
    """What the office said, and what was counted of shared stock, was not known to one way."""
    conn = op.get_bind()
    for row in conn.execute(sa.select(LINKS)).all():
        base = {name: value for name, value in row.base.items() if name in ONE_WAY}
        for name in VALUES & base.keys():
            base[name] = base[name][0]
        if "visible" in base:
            base["visible"] = base["visible"] == "shown"
        base["texts"] = {name: kept[0] for name, kept in row.texts.items()}
        conn.execute(_update(row).values(base=base))


def _update(row: sa.Row[Any]) -> sa.Update:
    return sa.update(LINKS).where(LINKS.c.pair == row.pair, LINKS.c.source_key == row.source_key)


def _drop_defaults() -> None:
    """They were for the rows that were there."""
    with op.batch_alter_table("product_links") as batch:
        batch.alter_column("dirty_back", server_default=None)
        batch.alter_column("texts", server_default=None)
    with op.batch_alter_table("catalog") as batch:
        batch.alter_column("pictures", server_default=None)
    with op.batch_alter_table("order_links") as batch:
        for name in ("carried", "tracking", "shipment_id", "requested"):
            batch.alter_column(name, server_default=None)


def _stock_and_conflicts() -> None:
    op.create_table(
        "order_stock",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sku_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("reduced", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("pair", "order_id", "sku_id", name="pk_order_stock"),
    )
    op.create_index("ix_order_stock_pair_sku_id", "order_stock", ["pair", "sku_id"])
    op.create_table(
        "conflicts",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("base_value", sa.Text()),
        sa.Column("source_value", sa.Text(), nullable=False),
        sa.Column("office_value", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text()),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("pair", "source_key", "field", name="pk_conflicts"),
    )
