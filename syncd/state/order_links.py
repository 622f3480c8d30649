"""Links between source orders and office orders: one to one, each with what both sides agreed on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select
from sqlalchemy.exc import IntegrityError

from syncd.state.link_taken import LinkTaken
from syncd.state.rows import batches, upsert, values_of
from syncd.state.schema import order_links


@dataclass(frozen=True, slots=True)
class OrderLink:
    """One link.

    `reference` is the external reference on the office order, `state` the office state last seen, `status` the source
    status last applied, `base` what both sides agreed on, `confirmed` that lines, address and totals were verified since
    the last write, `flag` the reason why a person should look, `version` the source order's version that was applied.
    The way back: `carried` is the office state that the source knows of (it came from there, or was told to it), `tracking`
    and `shipment_id` the parcel's number at the source and the shipment there that bears it, `difference` what staff edited
    in the office, `requested` whether a person wants that difference written to the source.
    """

    pair: str
    source: str
    source_key: str
    reference: str
    order_id: int
    contact_id: int
    state: str
    status: str
    base: Mapping[str, Any]
    confirmed: bool
    flag: str | None
    version: str
    linked_at: datetime
    updated_at: datetime
    carried: str = ""
    tracking: str = ""
    shipment_id: str = ""
    difference: str | None = None
    requested: bool = False


def get(conn: Connection, pair: str, source: str, source_key: str) -> OrderLink | None:
    """The link of a source order."""
    return by_sources(conn, pair, source, [source_key]).get(source_key)


def by_sources(conn: Connection, pair: str, source: str, keys: Iterable[str]) -> dict[str, OrderLink]:
    """The links of these source orders; orders without one are absent."""
    found: dict[str, OrderLink] = {}
    for batch in batches(keys):
        condition = (order_links.c.source == source) & order_links.c.source_key.in_(batch)
        found |= {link.source_key: link for link in _select(conn, pair, condition)}
    return found


def by_orders(conn: Connection, pair: str, order_ids: Iterable[int]) -> dict[int, OrderLink]:
    """The links of these office orders; orders without one are absent."""
    batched = (order_links.c.order_id.in_(batch) for batch in batches(order_ids))
    return {link.order_id: link for condition in batched for link in _select(conn, pair, condition)}


def put(conn: Connection, link: OrderLink) -> None:
    """Write the link, over what was known of the same one.

    Raises `LinkTaken` when the source order or the office order has another partner.
    """
    try:
        with conn.begin_nested():
            upsert(conn, order_links, [values_of(link)])
    except IntegrityError as error:
        raise _taken(conn, link) or error from error


def by_reference(conn: Connection, pair: str, reference: str) -> OrderLink | None:
    """The link whose office order bears this external reference."""
    found = _select(conn, pair, order_links.c.reference == reference)
    return found[0] if found else None


def by_contact(conn: Connection, pair: str, contact_id: int) -> list[OrderLink]:
    """The orders of an office contact, by office order."""
    return _select(conn, pair, order_links.c.contact_id == contact_id)


def after(conn: Connection, pair: str, source: str, order_id: int, limit: int) -> list[OrderLink]:
    """The next `limit` links of a source behind this office order, by office order: for walks over all of them."""
    condition = (order_links.c.source == source) & (order_links.c.order_id > order_id)
    query = select(order_links).where(order_links.c.pair == pair, condition).order_by(order_links.c.order_id)
    return [OrderLink(**row._mapping) for row in conn.execute(query.limit(limit))]


def remove(conn: Connection, pair: str, source: str, source_key: str) -> bool:
    """Forget the link of a source order; answers whether there was one."""
    mine = (order_links.c.source == source) & (order_links.c.source_key == source_key)
    return conn.execute(delete(order_links).where(order_links.c.pair == pair, mine)).rowcount > 0


def count(conn: Connection, pair: str, source: str | None = None) -> int:
    """How many orders are linked, of one source or of all."""
    condition = order_links.c.pair == pair
    if source is not None:
        condition &= order_links.c.source == source
    return conn.scalar(select(func.count()).where(condition)) or 0


def pending(conn: Connection, pair: str, source: str) -> list[str]:
    """Keys of orders that were linked or moved but not finished: their state was never agreed on."""
    unfinished = (order_links.c.confirmed.is_(False)) | (order_links.c.version == "")
    condition = (order_links.c.pair == pair) & (order_links.c.source == source) & unfinished
    query = select(order_links.c.source_key).where(condition).order_by(order_links.c.linked_at)
    return [row.source_key for row in conn.execute(query)]


def moved(conn: Connection, pair: str, source: str) -> list[OrderLink]:
    """The finished orders whose office state the source does not know of, by office order."""
    news = order_links.c.state != order_links.c.carried
    return _select(conn, pair, (order_links.c.source == source) & order_links.c.confirmed.is_(True) & news)


def references(conn: Connection, pair: str, source: str) -> list[str]:
    """The external references of all linked orders, by office order."""
    query = select(order_links.c.reference).where(order_links.c.pair == pair, order_links.c.source == source)
    return list(conn.scalars(query.order_by(order_links.c.order_id)))


def open_keys(conn: Connection, pair: str, source: str, ends: Collection[str], since: datetime) -> list[str]:
    """Keys of the orders that may still change at the source: none of these office states, seen anew since then."""
    condition = (order_links.c.source == source) & order_links.c.state.not_in(ends)
    query = select(order_links.c.source_key).where(
        order_links.c.pair == pair, condition, order_links.c.updated_at >= since
    )
    return list(conn.scalars(query.order_by(order_links.c.order_id.desc())))


def flagged(conn: Connection, pair: str) -> list[OrderLink]:
    """The orders that a person should look at, the longest waiting first."""
    return sorted(_select(conn, pair, order_links.c.flag.is_not(None)), key=lambda link: link.updated_at)


def edited(conn: Connection, pair: str) -> list[OrderLink]:
    """The orders that staff edited in the office, by office order."""
    return _select(conn, pair, order_links.c.difference.is_not(None))


def requested(conn: Connection, pair: str, source: str) -> list[OrderLink]:
    """The orders whose edit in the office a person wants at the source."""
    return _select(conn, pair, (order_links.c.source == source) & order_links.c.requested.is_(True))


def _select(conn: Connection, pair: str, condition: ColumnElement[bool]) -> list[OrderLink]:
    query = select(order_links).where(order_links.c.pair == pair, condition).order_by(order_links.c.order_id)
    return [OrderLink(**row._mapping) for row in conn.execute(query)]


def _taken(conn: Connection, link: OrderLink) -> LinkTaken | None:
    holder = by_orders(conn, link.pair, [link.order_id]).get(link.order_id)
    if holder is not None and (holder.source, holder.source_key) != (link.source, link.source_key):
        return _clash(link, f"that is already linked to {holder.source} order {holder.source_key}")
    other = get(conn, link.pair, link.source, link.source_key)
    if other is not None and other.order_id != link.order_id:
        return _clash(link, f"it is already linked to office order {other.order_id}")
    return None


def _clash(link: OrderLink, reason: str) -> LinkTaken:
    return LinkTaken(
        f"{link.source} order {link.source_key} cannot be linked to office order {link.order_id}: {reason}; "
        "look at both orders in the back office, one of them may be a duplicate"
    )
