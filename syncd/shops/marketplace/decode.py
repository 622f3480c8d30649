"""Orders of the Marketplace: a CS-Cart order, its lines read by the developer's own ids (contracts/sources §3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from syncd.model.money import CENT, plain
from syncd.model.order import Address, Line, Order
from syncd.shops.cscart.decode_orders import decode_order as decode_cscart_order
from syncd.shops.marketplace.licences import numbers_in
from syncd.shops.row import Row

_PAID = frozenset({"P", "C"})
AWAITED = "its licence numbers"


def decode_order(value: Any, *, currency: str, sku_map: Mapping[str, str]) -> Order:
    """The order in the answer to `orders/{id}`; amounts are in its `secondary_currency`, or in `currency`.

    `sku_map` gives the SKU of a product id where the line tells none. `paid` stays false: the status letter says it.
    A paid order without any licence number awaits them. Raises `BrokenAnswer` as for a CS-Cart order.
    """
    row = Row.of(value, "order")
    order = decode_cscart_order(value, row.text("secondary_currency").upper() or currency)
    lines = tuple(
        _line(line, told, sku_map) for line, told in zip(order.lines, row.rows("products"), strict=True)
    )
    order = replace(order, lines=lines, shipping_address=_delivery(row, order), flags=_flags(order, currency))
    return awaiting(order)


def awaiting(order: Order) -> Order:
    """The order, told to await its licence numbers when it is paid and no line has any."""
    lacks = order.status in _PAID and not any(line.licences for line in order.lines)
    return replace(order, awaits=AWAITED if lacks else "")


def _line(line: Line, row: Row, sku_map: Mapping[str, str]) -> Line:
    """The line with its SKU (the developer's own id of the product, else the code, else by the map) and licences."""
    extras = _extras(row)
    own_id = next(filter(None, (extra.text("external_id") for extra in extras)), "")
    return replace(
        line,
        code=own_id or line.code or sku_map.get(line.product_key, ""),
        licences=numbers_in(extra.raw("license_number") for extra in extras),
    )


def _extras(row: Row) -> list[Row]:
    """`extra` of a line: an object, `[]`, or a list of objects, one per piece."""
    extra = row.raw("extra")
    told = extra if isinstance(extra, list) else [extra]
    return [Row(each, "order.products.extra") for each in told if isinstance(each, dict)]


def _delivery(row: Row, order: Order) -> Address:
    """Nothing is delivered of an order that needs no shipping; CS-Cart would lend it the billing address."""
    return order.shipping_address if row.filled("need_shipping") else Address()


def _flags(order: Order, currency: str) -> tuple[str, ...]:
    """A currency that the order tells may be the one that the buyer saw prices in (contracts/cscart §2)."""
    rest = order.unexplained
    differs = [f"the total differs from the lines by {plain(rest)}"] if abs(rest) > CENT else []
    strange = [f"the order tells {order.currency}, the source is set to {currency}: check the amounts"]
    return (*differs, *(strange if order.currency != currency else []))
