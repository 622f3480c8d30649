"""The mirror of the office's SKUs as last seen: what a code leads to, without asking the office each time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from operator import attrgetter

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from syncd.state.rows import batches, upsert
from syncd.state.schema import catalog, listings, product_links


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One SKU. Prices are in `currency`, the product's own.

    `stock` is the count at the chosen warehouse, `None` for no row there, which means unlimited (contracts/webasyst §0.10);
    `others_unlimited` tells that the SKU's total is unlimited. `scan` is the number of the scan that saw it last, and
    grows from scan to scan. `pictures` tells the product's pictures apart as far as a scan can (`picture_sketch`); empty
    where they are not known.
    """

    sku_id: int
    product_id: int
    code_key: str
    code: str
    name: str
    price: Decimal
    compare_price: Decimal
    stock: Decimal | None
    visible: bool
    product_visible: bool
    currency: str
    scan: int
    others_unlimited: bool
    pictures: str = ""


_NAMES = tuple(field.name for field in fields(CatalogRow))
_COLUMNS = [catalog.c[name] for name in _NAMES]
_values = attrgetter(*_NAMES)


def picture_sketch(main: int | None, count: int) -> str:
    """A product's pictures as a scan sees them: which one is the main one, and how many there are."""
    return f"{main or 0}/{count}"


def upsert_many(conn: Connection, pair: str, rows: Sequence[CatalogRow]) -> None:
    """Put the rows in, over what was known of the same SKUs; pages of 1,000 to 2,000 are quickest.

    The scan of a row never goes back: what a later scan has seen has not vanished for an earlier one that is still at it.
    """
    values = [{"pair": pair, **dict(zip(_NAMES, _values(row), strict=True))} for row in rows]
    upsert(conn, catalog, values, growing=("scan",))


def keep(conn: Connection, pair: str, rows: Sequence[CatalogRow]) -> None:
    """Note that these SKUs are still there without overwriting what is known of them; unknown ones are put in."""
    known = by_skus(conn, pair, [row.sku_id for row in rows])
    upsert_many(
        conn,
        pair,
        [replace(known[row.sku_id], scan=row.scan) if row.sku_id in known else row for row in rows],
    )


def keep_products(conn: Connection, pair: str, product_ids: Iterable[int], scan: int) -> None:
    """Note that all known SKUs of these products are still there."""
    for batch in batches(product_ids):
        mine = (catalog.c.pair == pair) & catalog.c.product_id.in_(batch)
        conn.execute(update(catalog).where(mine).values(scan=scan))


def by_codes(conn: Connection, pair: str, keys: Iterable[str]) -> dict[str, list[CatalogRow]]:
    """The SKUs of each code key, by SKU id; a key that leads nowhere is absent."""
    found: dict[str, list[CatalogRow]] = {}
    for batch in batches(keys):
        for row in _select(conn, pair, catalog.c.code_key.in_(batch)):
            found.setdefault(row.code_key, []).append(row)
    return found


def by_skus(conn: Connection, pair: str, sku_ids: Iterable[int]) -> dict[int, CatalogRow]:
    """The rows of these SKUs; unknown ones are absent."""
    return {
        row.sku_id: row
        for batch in batches(sku_ids)
        for row in _select(conn, pair, catalog.c.sku_id.in_(batch))
    }


def by_products(conn: Connection, pair: str, product_ids: Iterable[int]) -> dict[int, list[CatalogRow]]:
    """The SKUs of each product, by SKU id; an unknown product is absent."""
    found: dict[int, list[CatalogRow]] = {}
    for batch in batches(product_ids):
        for row in _select(conn, pair, catalog.c.product_id.in_(batch)):
            found.setdefault(row.product_id, []).append(row)
    return found


def forget_older(conn: Connection, pair: str, scan: int) -> list[CatalogRow]:
    """Remove what was last seen before `scan` and answer those rows: they vanished from the office."""
    older = catalog.c.scan < scan
    vanished = _select(conn, pair, older)
    if vanished:
        conn.execute(delete(catalog).where(catalog.c.pair == pair, older))
    return vanished


def duplicate_codes(conn: Connection, pair: str) -> dict[str, list[CatalogRow]]:
    """The code keys that several SKUs share, with their SKUs. SKUs without a code are no duplicates of each other."""
    shared = (
        select(catalog.c.code_key)
        .where(catalog.c.pair == pair, catalog.c.code_key != "")
        .group_by(catalog.c.code_key)
        .having(func.count() > 1)
    )
    return by_codes(conn, pair, conn.scalars(shared.order_by(catalog.c.code_key)).all())


def unlinked(conn: Connection, pair: str, source: str) -> list[CatalogRow]:
    """SKUs that no source product is linked to and whose code no product of the source has, by SKU id. A code that
    several SKUs share, and an empty one, tell nothing."""
    linked = select(product_links.c.sku_id).where(product_links.c.pair == pair)
    listed = select(listings.c.code_key).where(listings.c.pair == pair, listings.c.source == source)
    shared = (
        select(catalog.c.code_key)
        .where(catalog.c.pair == pair)
        .group_by(catalog.c.code_key)
        .having(func.count() > 1)
    )
    return _select(
        conn,
        pair,
        (catalog.c.code_key != "")
        & catalog.c.sku_id.not_in(linked)
        & catalog.c.code_key.not_in(listed)
        & catalog.c.code_key.not_in(shared),
    )


def size(conn: Connection, pair: str) -> int:
    """How many SKUs are known."""
    return conn.scalar(select(func.count()).where(catalog.c.pair == pair)) or 0


def _select(conn: Connection, pair: str, condition: ColumnElement[bool]) -> list[CatalogRow]:
    found = conn.execute(
        select(*_COLUMNS).where(catalog.c.pair == pair, condition).order_by(catalog.c.sku_id)
    )
    return [CatalogRow(*row) for row in found]
