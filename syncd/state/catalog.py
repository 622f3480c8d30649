"""The mirror of the office's SKUs as last seen: what a code leads to, without asking the office each time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    Text,
    delete,
    func,
    select,
    type_coerce,
    update,
)

from syncd.state.columns import Exact
from syncd.state.rows import batches, upsert
from syncd.state.schema import catalog, listings, product_links


class CatalogRow(NamedTuple):
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


_COLUMNS = [catalog.c[name] for name in CatalogRow._fields]
_STORED = {Exact: Text, Boolean: Integer}
_COMPARED = [
    type_coerce(catalog.c[name], _STORED.get(type(catalog.c[name].type), catalog.c[name].type))
    for name in CatalogRow._fields
    if name != "scan"
]
"""What a scan may find changed, as it is stored: a hundred thousand rows are compared and hardly any is written."""


def picture_sketch(main: int | None, count: int) -> str:
    """A product's pictures as a scan sees them: which one is the main one, and how many there are."""
    return f"{main or 0}/{count}"


def upsert_many(conn: Connection, pair: str, rows: Sequence[CatalogRow]) -> None:
    """Put the rows in, over what was known of the same SKUs; pages of 1,000 to 2,000 are quickest.

    The scan of a row never goes back: what a later scan has seen has not vanished for an earlier one that is still at it.
    """
    upsert(conn, catalog, [{"pair": pair, **row._asdict()} for row in rows], growing=("scan",))


def seen(conn: Connection, pair: str, rows: Sequence[CatalogRow]) -> None:
    """The same for the rows of a scan, nearly all of which are known as they are: of those only the scan's number
    changes."""
    stored: set[tuple[Any, ...]] = set()
    for batch in batches(row.sku_id for row in rows):
        mine = (catalog.c.pair == pair) & catalog.c.sku_id.in_(batch)
        stored.update(map(tuple, conn.execute(select(*_COMPARED).where(mine)).all()))
    known = {row.sku_id: row.scan for row in rows if _stored(row) in stored}
    upsert_many(conn, pair, [row for row in rows if row.sku_id not in known])
    for scan in set(known.values()):
        for batch in batches(known):
            mine = (catalog.c.pair == pair) & catalog.c.sku_id.in_(batch) & (catalog.c.scan < scan)
            conn.execute(update(catalog).where(mine).values(scan=scan))


def _stored(row: CatalogRow) -> tuple[Any, ...]:
    """The row without its scan, as the database holds it."""
    stock = None if row.stock is None else str(row.stock)
    return (
        row.sku_id, row.product_id, row.code_key, row.code, row.name, str(row.price), str(row.compare_price), stock,
        row.visible, row.product_visible, row.currency, row.others_unlimited, row.pictures,
    )  # fmt: skip


def keep(conn: Connection, pair: str, rows: Sequence[CatalogRow]) -> None:
    """Note that these SKUs are still there without overwriting what is known of them; unknown ones are put in."""
    known = by_skus(conn, pair, [row.sku_id for row in rows])
    upsert_many(
        conn,
        pair,
        [known[row.sku_id]._replace(scan=row.scan) if row.sku_id in known else row for row in rows],
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
    return [CatalogRow._make(row) for row in found.all()]
