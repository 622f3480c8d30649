"""Links between source products and the office's SKUs: one to one, each with the base that both sides agreed on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from syncd.state.link_taken import LinkTaken
from syncd.state.rows import batches, upsert, values_of
from syncd.state.schema import catalog, product_links


@dataclass(frozen=True, slots=True)
class LinkSketch:
    """The part of a link that a first look needs; kept small, because a sweep reads one for every product.

    `base` holds the small values that both shops said when they last agreed; `dirty` asks for a comparison in the next
    cycle of the stream that writes to the office, `dirty_back` in that of the stream that writes to the source.
    """

    source_key: str
    sku_id: int
    product_id: int
    base: Mapping[str, Any]
    dirty: bool
    dirty_back: bool


@dataclass(frozen=True, slots=True)
class ProductLink(LinkSketch):
    """One link. `texts` are the agreed texts: fingerprints of both sides, and a beginning to be shown."""

    pair: str
    linked_at: datetime
    updated_at: datetime
    texts: Mapping[str, Any] = field(default_factory=dict)


_SKETCH = tuple(product_links.c[each.name] for each in fields(LinkSketch))
_COLUMNS = tuple(product_links.c[each.name] for each in fields(ProductLink))


def get(conn: Connection, pair: str, source_key: str) -> ProductLink | None:
    """The link of a source product."""
    return by_sources(conn, pair, [source_key]).get(source_key)


def by_sources(conn: Connection, pair: str, keys: Iterable[str]) -> dict[str, ProductLink]:
    """The links of these source products; products without one are absent."""
    batched = (product_links.c.source_key.in_(batch) for batch in batches(keys))
    return {link.source_key: link for condition in batched for link in _select(conn, pair, condition)}


def sketches(conn: Connection, pair: str, keys: Iterable[str]) -> dict[str, LinkSketch]:
    """The sketches of these source products' links; products without a link are absent."""
    found: dict[str, LinkSketch] = {}
    for batch in batches(keys):
        mine = (product_links.c.pair == pair) & product_links.c.source_key.in_(batch)
        for row in conn.execute(select(*_SKETCH).where(mine)).all():
            found[row[0]] = LinkSketch(*row)
    return found


def by_skus(conn: Connection, pair: str, sku_ids: Iterable[int]) -> dict[int, ProductLink]:
    """The links of these office SKUs; SKUs without one are absent."""
    batched = (product_links.c.sku_id.in_(batch) for batch in batches(sku_ids))
    return {link.sku_id: link for condition in batched for link in _select(conn, pair, condition)}


def by_products(conn: Connection, pair: str, product_ids: Iterable[int]) -> list[ProductLink]:
    """The links of all SKUs of these office products."""
    batched = (product_links.c.product_id.in_(batch) for batch in batches(product_ids))
    return [link for condition in batched for link in _select(conn, pair, condition)]


def product_ids_after(conn: Connection, pair: str, product_id: int, limit: int) -> list[int]:
    """The next `limit` linked office products behind this one: for walks over all links that split no product."""
    mine = (product_links.c.pair == pair) & (product_links.c.product_id > product_id)
    query = select(product_links.c.product_id).distinct().where(mine)
    return list(conn.scalars(query.order_by(product_links.c.product_id).limit(limit)))


def put_many(conn: Connection, links: Sequence[ProductLink]) -> None:
    """Write links, over what was known of the same ones: all of them or none.

    Raises `LinkTaken` when a source product or a SKU has another partner; `remove` that link first to change it.
    """
    try:
        with conn.begin_nested():
            upsert(conn, product_links, [values_of(link) for link in links])
    except IntegrityError as error:
        raise _taken(conn, links) or error from error


def put_base(conn: Connection, pair: str, key: str, base: Mapping[str, Any]) -> None:
    """Replace the base of a link and leave the rest of it alone."""
    mine = (product_links.c.pair == pair) & (product_links.c.source_key == key)
    conn.execute(update(product_links).where(mine).values(base=dict(base)))


def forget_texts(conn: Connection, pair: str, key: str, names: Iterable[str]) -> None:
    """Forget what both sides agreed on about these texts of a source product."""
    link = get(conn, pair, key)
    if link is None:
        return
    kept = {name: value for name, value in link.texts.items() if name not in set(names)}
    mine = (product_links.c.pair == pair) & (product_links.c.source_key == key)
    conn.execute(update(product_links).where(mine).values(texts=kept))


def agree_back(
    conn: Connection,
    pair: str,
    key: str,
    *,
    base: Mapping[str, Any],
    texts: Mapping[str, Any],
    forth: bool,
    back: bool = False,
) -> None:
    """Note what both sides agreed on after the way back; `forth` asks for a comparison on the way to the office, `back` for
    another one on the way back."""
    values: dict[str, Any] = {"base": dict(base), "texts": dict(texts), "dirty_back": back}
    mine = (product_links.c.pair == pair) & (product_links.c.source_key == key)
    conn.execute(update(product_links).where(mine).values(**values | ({"dirty": True} if forth else {})))


def mark_dirty(conn: Connection, pair: str, sku_ids: Iterable[int]) -> None:
    """Ask for a comparison of these SKUs; those without a link are passed over."""
    for batch in batches(sku_ids):
        conn.execute(
            update(product_links)
            .where(
                product_links.c.pair == pair,
                product_links.c.sku_id.in_(batch),
                product_links.c.dirty.is_(False),
            )
            .values(dirty=True)
        )


def mark_clean(conn: Connection, pair: str, keys: Iterable[str]) -> None:
    """Ask for no comparison of these source products any more."""
    for batch in batches(keys):
        mine = (product_links.c.pair == pair) & product_links.c.source_key.in_(batch)
        conn.execute(update(product_links).where(mine).values(dirty=False))


def dirty_keys(conn: Connection, pair: str) -> list[str]:
    """The source products of all links that ask for a comparison, by SKU id."""
    query = select(product_links.c.source_key).where(
        product_links.c.pair == pair, product_links.c.dirty.is_(True)
    )
    return list(conn.scalars(query.order_by(product_links.c.sku_id)))


def mark_back(conn: Connection, pair: str, keys: Iterable[str], *, dirty: bool) -> None:
    """Ask for a comparison of these source products in the next cycle of the way back, or for none any more."""
    for batch in batches(keys):
        mine = (product_links.c.pair == pair) & product_links.c.source_key.in_(batch)
        changes = mine & product_links.c.dirty_back.is_not(dirty)
        conn.execute(update(product_links).where(changes).values(dirty_back=dirty))


def dirty_back_keys(conn: Connection, pair: str) -> list[str]:
    """The source products whose values at the source may have to change, by SKU id."""
    query = select(product_links.c.source_key).where(
        product_links.c.pair == pair, product_links.c.dirty_back.is_(True)
    )
    return list(conn.scalars(query.order_by(product_links.c.sku_id)))


def remove(conn: Connection, pair: str, keys: Iterable[str]) -> int:
    """Forget the links of these source products; answers how many there were."""
    removed = 0
    for batch in batches(keys):
        removed += conn.execute(
            delete(product_links).where(product_links.c.pair == pair, product_links.c.source_key.in_(batch))
        ).rowcount
    return removed


def count(conn: Connection, pair: str) -> int:
    """How many products are linked."""
    return conn.scalar(select(func.count()).where(product_links.c.pair == pair)) or 0


def first_linked_at(conn: Connection, pair: str) -> datetime | None:
    """When the first of the links was made; `None` without any."""
    query = select(func.min(product_links.c.linked_at)).where(product_links.c.pair == pair)
    found: datetime | None = conn.scalar(query)
    return found


def standing(conn: Connection, pair: str) -> int:
    """How many linked SKUs the mirror of the office has."""
    there = (catalog.c.pair == product_links.c.pair) & (catalog.c.sku_id == product_links.c.sku_id)
    query = select(func.count()).select_from(product_links.join(catalog, there))
    return conn.scalar(query.where(product_links.c.pair == pair)) or 0


def _select(conn: Connection, pair: str, condition: ColumnElement[bool]) -> list[ProductLink]:
    query = select(*_COLUMNS).where(product_links.c.pair == pair, condition)
    return [ProductLink(*row) for row in conn.execute(query.order_by(product_links.c.sku_id))]


def _taken(conn: Connection, links: Sequence[ProductLink]) -> LinkTaken | None:
    """The first clash among the links, with what is stored and with each other."""
    by_source: dict[tuple[str, str], int] = {}
    by_sku: dict[tuple[str, int], str] = {}
    for pair in {link.pair for link in links}:
        mine = [link for link in links if link.pair == pair]
        stored = by_sources(conn, pair, [link.source_key for link in mine]).values()
        others = by_skus(conn, pair, [link.sku_id for link in mine]).values()
        for link in [*stored, *others]:
            by_source[pair, link.source_key] = link.sku_id
            by_sku[pair, link.sku_id] = link.source_key
    for link in links:
        sku_id = by_source.setdefault((link.pair, link.source_key), link.sku_id)
        source_key = by_sku.setdefault((link.pair, link.sku_id), link.source_key)
        if source_key != link.source_key:
            return _clash(link, f"the SKU is linked to product {source_key}")
        if sku_id != link.sku_id:
            return _clash(link, f"the product is linked to SKU id {sku_id}")
    return None


def _clash(link: ProductLink, reason: str) -> LinkTaken:
    return LinkTaken(
        f"product {link.source_key} cannot be linked to the office's SKU id {link.sku_id}: {reason}; "
        "make the SKU codes unique in both shops"
    )
