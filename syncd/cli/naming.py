"""Which records a person means by a key: a source's number, a SKU, an id of Webasyst, or an external reference."""

from __future__ import annotations

from sqlalchemy import Connection

from syncd.app import PAIR, SOURCE
from syncd.errors import Misconfigured
from syncd.model.sku import SkuRule
from syncd.settings import Settings
from syncd.state import catalog, failures, listings, order_links, product_links

OFFICE = "webasyst:"


def order_keys(conn: Connection, source: str, key: str) -> list[tuple[str, str]]:
    """The source and number of the orders that are known and meant by the key; the source counts for plain numbers."""
    key = key.strip().lstrip("#")
    if key.startswith(OFFICE):
        order_id = office_id(key)
        links = order_links.by_orders(conn, PAIR, [order_id]) if order_id is not None else {}
        return [(link.source, link.source_key) for link in links.values()]
    if (link := order_links.by_reference(conn, PAIR, key)) is not None:
        return [(link.source, link.source_key)]
    known = order_links.get(conn, PAIR, source, key) is not None
    aside = any(failures.get(conn, PAIR, stream, key) is not None for stream in order_streams(source))
    return [(source, key)] if known or aside else []


def product_keys(conn: Connection, settings: Settings, key: str) -> list[str]:
    """The numbers of the products that are known and meant by the key; a SKU may be another product's number."""
    key = key.strip()
    if key.startswith(OFFICE):
        product_id = office_id(key)
        links = product_links.by_products(conn, PAIR, [product_id]) if product_id is not None else []
        return [link.source_key for link in links]
    code = SkuRule(case_sensitive=settings.products.sku_case).key(key)
    found = listings.with_code(conn, PAIR, SOURCE, code) if code else []
    rows = catalog.by_codes(conn, PAIR, [code]).get(code, []) if code else []
    linked = product_links.by_skus(conn, PAIR, [row.sku_id for row in rows])
    found += [link.source_key for link in linked.values()]
    if product_links.get(conn, PAIR, key) or listings.rows_of(conn, PAIR, SOURCE, [key]):
        found.append(key)
    return list(dict.fromkeys(found))


def check_source(settings: Settings, source: str) -> None:
    """Raises `Misconfigured` for a source that the settings do not have."""
    known = [SOURCE, *(entry.name for entry in settings.sources)]
    if source not in known:
        raise Misconfigured(f"there is no source {source}; the sources are {', '.join(known)}")


def order_streams(source: str) -> tuple[str, str]:
    """The streams of a source's orders, there and back."""
    return ("orders", "orders-back") if source == SOURCE else (f"orders.{source}", f"orders-back.{source}")


def office_id(key: str) -> int | None:
    """The number in `webasyst:17`."""
    number = key.removeprefix(OFFICE).strip()
    return int(number) if number.isascii() and number.isdigit() else None
