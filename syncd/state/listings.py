"""What the source shop lists: the codes of its products as last seen, to notice doubles and what vanished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from syncd.state.rows import batches, upsert, values_of
from syncd.state.schema import listings


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One product of the source: its key, its normalised code (may be empty), its variation group (or empty)."""

    source_key: str
    code_key: str
    group: str


def upsert_many(conn: Connection, pair: str, source: str, rows: Sequence[ListingRow], scan: int) -> None:
    """Note that these products were listed in this scan."""
    key = {"pair": pair, "source": source, "scan": scan}
    upsert(conn, listings, [key | values_of(row) for row in rows])


def note(
    conn: Connection,
    pair: str,
    source: str,
    rows: Sequence[ListingRow],
    *,
    scan: int,
    known: Mapping[str, ListingRow],
) -> None:
    """Note that these products were listed in this scan; of those that are `known` as they are only the scan's number
    changes, which is most of the work of a sweep saved."""
    upsert_many(conn, pair, source, [row for row in rows if known.get(row.source_key) != row], scan)
    keep(conn, pair, source, [row.source_key for row in rows if known.get(row.source_key) == row], scan)


def keep(conn: Connection, pair: str, source: str, keys: Iterable[str], scan: int) -> None:
    """Note that these products were listed in this scan, though nothing else of them could be read."""
    for batch in batches(keys):
        known = _of(pair, source) & listings.c.source_key.in_(batch)
        conn.execute(update(listings).where(known).values(scan=scan))


def duplicates(conn: Connection, pair: str, source: str, keys: Iterable[str]) -> dict[str, list[str]]:
    """Those of the codes that stand at several products, with the products' keys."""
    found: dict[str, list[str]] = {}
    for batch in batches(keys):
        condition = _of(pair, source) & listings.c.code_key.in_(batch)
        for row in conn.execute(select(listings.c.code_key, listings.c.source_key).where(condition)):
            found.setdefault(row.code_key, []).append(row.source_key)
    return {code: sorted(products) for code, products in found.items() if len(products) > 1}


def groups_of(conn: Connection, pair: str, source: str, keys: Iterable[str]) -> dict[str, str]:
    """The variation group of each of these products; an empty text for a product without one."""
    found: dict[str, str] = {}
    for batch in batches(keys):
        condition = _of(pair, source) & listings.c.source_key.in_(batch)
        query = select(listings.c.source_key, listings.c.group).where(condition)
        found.update((row.source_key, row.group) for row in conn.execute(query))
    return found


def rows_of(conn: Connection, pair: str, source: str, keys: Iterable[str]) -> dict[str, ListingRow]:
    """What is known of these products; those that were never listed are absent."""
    found: dict[str, ListingRow] = {}
    columns = (listings.c.source_key, listings.c.code_key, listings.c.group)
    for batch in batches(keys):
        condition = _of(pair, source) & listings.c.source_key.in_(batch)
        found.update(
            (row[0], ListingRow(*row)) for row in conn.execute(select(*columns).where(condition)).all()
        )
    return found


def with_code(conn: Connection, pair: str, source: str, code_key: str) -> list[str]:
    """The products that bear this normalised code."""
    mine = _of(pair, source) & (listings.c.code_key == code_key)
    return list(conn.scalars(select(listings.c.source_key).where(mine).order_by(listings.c.source_key)))


def members(conn: Connection, pair: str, source: str, groups: Iterable[str]) -> dict[str, list[str]]:
    """The products of each of these variation groups."""
    found: dict[str, list[str]] = {}
    for batch in batches(group for group in groups if group):
        condition = _of(pair, source) & listings.c.group.in_(batch)
        for row in conn.execute(select(listings.c.group, listings.c.source_key).where(condition)):
            found.setdefault(row.group, []).append(row.source_key)
    return {group: sorted(products) for group, products in found.items()}


def vanished(conn: Connection, pair: str, source: str, scan: int) -> list[str]:
    """Products that the full listing of this scan did not show any more."""
    query = select(listings.c.source_key).where(_of(pair, source) & (listings.c.scan < scan))
    return [row.source_key for row in conn.execute(query.order_by(listings.c.source_key))]


def forget(conn: Connection, pair: str, source: str, keys: Iterable[str]) -> None:
    """Drop products from the listing."""
    for batch in batches(keys):
        conn.execute(delete(listings).where(_of(pair, source) & listings.c.source_key.in_(batch)))


def after(conn: Connection, pair: str, source: str, key: str, most: int) -> list[str]:
    """The keys that follow this one, in their order as texts; from the beginning after an empty one."""
    query = select(listings.c.source_key).where(_of(pair, source) & (listings.c.source_key > key))
    return [row.source_key for row in conn.execute(query.order_by(listings.c.source_key).limit(most))]


def count(conn: Connection, pair: str, source: str) -> int:
    """How many products the source listed."""
    return conn.scalar(select(func.count()).select_from(listings).where(_of(pair, source))) or 0


def _of(pair: str, source: str) -> ColumnElement[bool]:
    return (listings.c.pair == pair) & (listings.c.source == source)
