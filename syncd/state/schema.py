"""The tables. Every one is keyed by pair first, so that several pairs of shops can share a database.

A change here needs a migration beside it (`syncd/state/migrations`).
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from syncd.state.columns import BigId, Exact, Plain, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

pairs = Table(
    "pairs",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("account", Plain, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("stream", Plain, primary_key=True),
    Column("position", UtcDateTime, nullable=False),
    Column("since", UtcDateTime),
)

catalog = Table(
    "catalog",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("sku_id", BigInteger, primary_key=True, autoincrement=False),
    Column("product_id", BigInteger, nullable=False),
    Column("code_key", Plain, nullable=False),
    Column("code", Plain, nullable=False),
    Column("name", Plain, nullable=False),
    Column("price", Exact, nullable=False),
    Column("compare_price", Exact, nullable=False),
    Column("stock", Exact),
    Column("visible", Boolean, nullable=False),
    Column("product_visible", Boolean, nullable=False),
    Column("currency", Plain, nullable=False),
    Column("scan", BigInteger, nullable=False),
    Column("others_unlimited", Boolean, nullable=False),
    Column("pictures", Plain, nullable=False),
    Index(None, "pair", "code_key"),
    Index(None, "pair", "product_id"),
)

# The primary key of a link holds both sides: putting the same link again updates it, while the two UNIQUE constraints
# refuse a second partner for either side.
product_links = Table(
    "product_links",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("source_key", Plain, primary_key=True),
    Column("sku_id", BigInteger, primary_key=True, autoincrement=False),
    Column("product_id", BigInteger, nullable=False),
    Column("base", JSON, nullable=False),
    Column("dirty", Boolean, nullable=False),
    Column("dirty_back", Boolean, nullable=False),
    Column("texts", JSON, nullable=False),
    Column("linked_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("pair", "source_key"),
    UniqueConstraint("pair", "sku_id"),
    Index(None, "pair", "product_id"),
    Index(None, "pair", "dirty"),
    Index(None, "pair", "dirty_back"),
)

order_links = Table(
    "order_links",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("source", Plain, primary_key=True),
    Column("source_key", Plain, primary_key=True),
    Column("reference", Plain, nullable=False),
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("state", Plain, nullable=False),
    Column("status", Plain, nullable=False),
    Column("base", JSON, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("flag", Plain),
    Column("version", Plain, nullable=False),
    Column("carried", Plain, nullable=False),
    Column("tracking", Plain, nullable=False),
    Column("shipment_id", Plain, nullable=False),
    Column("difference", Plain),
    Column("requested", Boolean, nullable=False),
    Column("linked_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("pair", "source", "source_key"),
    UniqueConstraint("pair", "order_id"),
)

order_stock = Table(
    "order_stock",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sku_id", BigInteger, primary_key=True, autoincrement=False),
    Column("quantity", Exact, nullable=False),
    Column("reduced", Boolean, nullable=False),
    Index(None, "pair", "sku_id"),
)

conflicts = Table(
    "conflicts",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("source_key", Plain, primary_key=True),
    Column("field", Plain, primary_key=True),
    Column("code", Plain, nullable=False),
    Column("base_value", Plain),
    Column("source_value", Plain, nullable=False),
    Column("office_value", Plain, nullable=False),
    Column("choice", Plain),
    Column("at", UtcDateTime, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("source", Plain, primary_key=True),
    Column("customer_key", Plain, primary_key=True),
    Column("contact_id", BigInteger, nullable=False),
)

status_map = Table(
    "status_map",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("source", Plain, primary_key=True),
    Column("status", Plain, primary_key=True),
    Column("target", Plain, nullable=False),
)

listings = Table(
    "listings",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("source", Plain, primary_key=True),
    Column("source_key", Plain, primary_key=True),
    Column("code_key", Plain, nullable=False),
    Column("group", Plain, nullable=False),
    Column("scan", BigInteger, nullable=False),
    Index(None, "pair", "source", "code_key"),
    Index(None, "pair", "source", "group"),
)

misses = Table(
    "misses",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("code_key", Plain, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

intents = Table(
    "intents",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("stream", Plain, primary_key=True),
    Column("record_key", Plain, primary_key=True),
    Column("action", Plain, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("reference", Plain),
    Column("started_at", UtcDateTime, nullable=False),
    Column("settle_after", UtcDateTime, nullable=False),
)

failures = Table(
    "failures",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("stream", Plain, primary_key=True),
    Column("record_key", Plain, primary_key=True),
    Column("code", Plain, nullable=False),
    Column("message", Plain, nullable=False),
    Column("payload", Plain, nullable=False),
    Column("version", Plain, nullable=False),
    Column("link_version", Plain, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Index(None, "pair", "stream", "next_at"),
)

brakes = Table(
    "brakes",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("stream", Plain, primary_key=True),
    Column("kind", Plain, primary_key=True),
    Column("evidence", JSON, nullable=False),
    Column("pulled_at", UtcDateTime, nullable=False),
    Column("released_at", UtcDateTime),
)

runs = Table(
    "runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("pair", Plain, nullable=False),
    Column("stream", Plain, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=False),
    Column("outcome", Plain, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("message", Plain, nullable=False),
    Index(None, "pair", "stream", "id"),
    Index(None, "finished_at"),
)

history = Table(
    "history",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("pair", Plain, nullable=False),
    Column("stream", Plain, nullable=False),
    Column("record_key", Plain, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("event", Plain, nullable=False),
    Column("detail", JSON, nullable=False),
    Index(None, "pair", "record_key", "id"),
    Index(None, "at"),
)

images = Table(
    "images",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("source_key", Plain, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("url", Plain, nullable=False),
    Column("digest", Plain, nullable=False),
    Column("product_id", BigInteger, nullable=False),
    Column("image_id", BigInteger, nullable=False),
    Index(None, "pair", "product_id", "digest"),
)

# What shops called out to us. The UNIQUE constraint makes a call that comes again the same row, also between processes.
inbox = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("pair", Plain, nullable=False),
    Column("source", Plain, nullable=False),
    Column("event", Plain, nullable=False),
    Column("digest", Plain, nullable=False),
    Column("method", Plain, nullable=False),
    Column("content_type", Plain, nullable=False),
    Column("query", Plain, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("orders", JSON, nullable=False),
    Column("products", JSON, nullable=False),
    Column("alarm", Plain, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("processed_at", UtcDateTime),
    Column("outcome", Plain, nullable=False),
    UniqueConstraint("pair", "source", "event", "digest"),
    Index(None, "pair", "source", "processed_at", "id"),
    Index(None, "processed_at"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("source", Plain, primary_key=True),
    Column("event", Plain, primary_key=True),
    Column("base", Plain, primary_key=True),
    Column("number", Plain, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
)

wishes = Table(
    "wishes",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("stream", Plain, primary_key=True),
    Column("paused_at", UtcDateTime),
    Column("wanted_at", UtcDateTime),
)

backfills = Table(
    "backfills",
    metadata,
    Column("pair", Plain, primary_key=True),
    Column("kind", Plain, primary_key=True),
    Column("since", UtcDateTime),
    Column("until", UtcDateTime),
    Column("rate", Integer, nullable=False),
    Column("position", Plain, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("worked_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
)
