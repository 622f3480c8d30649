"""What linked orders ask of the office's stock, and whether the office has taken it: so that no sale counts twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, delete, select

from syncd.state.rows import batches, upsert
from syncd.state.schema import order_stock


@dataclass(frozen=True, slots=True)
class Demand:
    """Pieces of one SKU in linked orders: those that the office has taken off its stock, and those it has not yet."""

    taken: Decimal = Decimal(0)
    open: Decimal = Decimal(0)


def put(
    conn: Connection, pair: str, order_id: int, quantities: Mapping[int, Decimal], *, reduced: bool
) -> set[int]:
    """Note what an order asks for, SKU id -> pieces, in place of what was known of it; an empty map forgets the order.

    Answers the SKUs for which something changed; what is known already is not written again.
    """
    mine = (order_stock.c.pair == pair) & (order_stock.c.order_id == order_id)
    columns = (order_stock.c.sku_id, order_stock.c.quantity, order_stock.c.reduced)
    known = {row.sku_id: (row.quantity, row.reduced) for row in conn.execute(select(*columns).where(mine))}
    now = {sku_id: (quantity, reduced) for sku_id, quantity in quantities.items()}
    changed = {sku_id for sku_id in known.keys() | now.keys() if known.get(sku_id) != now.get(sku_id)}
    if not changed:
        return changed
    conn.execute(delete(order_stock).where(mine, order_stock.c.sku_id.not_in(list(quantities))))
    key = {"pair": pair, "order_id": order_id, "reduced": reduced}
    rows = [key | {"sku_id": sku_id, "quantity": quantity} for sku_id, quantity in quantities.items()]
    upsert(conn, order_stock, rows)
    return changed


def demand(conn: Connection, pair: str, sku_ids: Iterable[int]) -> dict[int, Demand]:
    """What linked orders ask of these SKUs; those that no order asks for are absent."""
    found: dict[int, Demand] = {}
    columns = (order_stock.c.sku_id, order_stock.c.quantity, order_stock.c.reduced)
    for batch in batches(sku_ids):
        query = select(*columns).where(order_stock.c.pair == pair, order_stock.c.sku_id.in_(batch))
        for sku_id, quantity, reduced in conn.execute(query):
            known = found.get(sku_id, Demand())
            found[sku_id] = (
                Demand(known.taken + quantity, known.open)
                if reduced
                else Demand(known.taken, known.open + quantity)
            )
    return found
