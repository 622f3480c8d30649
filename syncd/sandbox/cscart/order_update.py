"""``PUT`` and ``DELETE orders``: the status path and the full rebuild (cscart §4.6, §4.7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.cart import apply_taxes, cents, make_line, settle
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.order_create import (
    customer_fields,
    decimal,
    line_extra,
    line_options,
    merge,
    wanted_lines,
)
from syncd.sandbox.cscart.placing import choose_shippings, suborders
from syncd.sandbox.cscart.records import Line, Order
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.cscart.stock import change_status, move_stock, return_stock
from syncd.sandbox.cscart.store import Store

STATUS_KEYS = frozenset({"status", "notify_user", "notify_department", "notify_vendor"})


def update(context: Context, call: Call) -> tuple[int, Any]:
    """Change an order: status only when the body holds nothing else, otherwise a full rebuild."""
    order = context.store.orders.get(call.number)
    data = call.data
    if "status" in data and data.keys() <= STATUS_KEYS and context.store.settings.update_status:
        if order is not None:
            change_status(context, order, php.to_str(data["status"])[:1])
        return 200, {"order_id": str(call.object_id)}
    if order is None or (call.company_id and order.company_id != call.company_id):
        raise ApiError(404)
    rebuild(context, order, data)
    return 200, {"order_id": str(order.order_id)}


def rebuild(context: Context, order: Order, data: php.PhpArray) -> None:
    """Rebuild an order as a cart; its status goes to ``N`` and back, so that stock is returned and taken again.

    Raises ApiError 400 without details when the shipping method is gone or no line is left.
    """
    store = context.store
    lines = _new_lines(store, order, data.get("products"))
    methods = [store.shippings.get(row["shipping_id"]) for row in order.shippings]
    if not lines or any(method is None or method.status != "A" for method in methods):
        raise ApiError(400)
    status = order.status
    move_stock(store, order, "N")
    order.status = "N"
    order.lines = lines
    if "user_data" in data:
        order.customer = customer_fields(data["user_data"])
    if php.truthy(data.get("payment_id")):
        order.payment_id = php.to_int(data["payment_id"])
    _reckon(store, order, data)
    merge(order, data)
    context.hide(order)
    change_status(context, order, status)
    if php.truthy(data.get("status")) and context.store.settings.update_status:
        change_status(context, order, php.to_str(data["status"])[:1])


def _reckon(store: Store, order: Order, data: php.PhpArray) -> None:
    asked = data.get("shipping_id", data.get("shipping_ids"))
    if php.truthy(asked) and not isinstance(asked, dict):
        order.shippings = choose_shippings(store, order, php.to_int(asked))
    for row in order.shippings:
        row["rate"] = store.shippings[row["shipping_id"]].rate
    rates = {number: row["tax"] for number, row in order.taxes.items() if number not in store.taxes}
    apply_taxes(store, order, rates or None)
    settle(store, order, {"subtotal_discount": order.subtotal_discount})


def _new_lines(store: Store, order: Order, products: Any) -> list[Line]:
    """Return the lines after an edit: as they are but re-priced, taken literally, or priced from the catalogue."""
    if not isinstance(products, dict):
        return [_repriced(store, line) for line in order.lines]
    first = next(iter(products.values()), None)
    if isinstance(first, dict) and "product_id" in first and "price" in first:
        return [_literal(store, row) for row in products.values() if isinstance(row, dict)]
    wanted = wanted_lines(products)
    return [
        make_line(store, store.products[want.product_id], want.amount, want.options, dict(want.extra))
        for want in wanted
        if want.product_id in store.products
    ]


def _repriced(store: Store, line: Line) -> Line:
    product = store.products.get(line.product_id)
    if product is None or line.extra.get("stored_price") == "Y":
        return line
    fresh = make_line(store, product, line.amount, line.options, line.extra)
    fresh.discount, fresh.promotions = line.discount, line.promotions  # promotions are kept on order updates
    fresh.price = max(Decimal(0), cents(fresh.original_price - line.discount))
    return fresh


def _literal(store: Store, row: php.PhpArray) -> Line:
    number = php.to_int(row["product_id"])
    product = store.products.get(number)
    if product is None:
        raise ApiError(400)
    line = make_line(store, product, php.to_int(row.get("amount", 1)), line_options(row), line_extra(row))
    line.price = decimal(row.get("price", line.price))
    line.base_price = decimal(row.get("base_price", row.get("price", line.base_price)))
    line.original_price, line.discount = line.base_price, decimal(row.get("discount", 0))
    line.promotions = {}
    line.name = php.to_str(row.get("product", line.name))
    if php.truthy(row.get("stored_price")):
        line.extra["stored_price"] = "Y"
    return line


def delete(context: Context, call: Call) -> tuple[int, Any]:
    """Delete an order and give its goods back; it leaves no trace."""
    order = context.store.orders.get(call.number)
    if order is None or (call.company_id and order.company_id != call.company_id):
        raise ApiError(404)
    remove(context.store, order)
    return 204, None


def remove(store: Store, order: Order) -> None:
    """Take an order and its suborders out of the tables, returning the goods."""
    for row in [*suborders(store, order), order]:
        return_stock(store, row)
        store.orders.pop(row.order_id, None)
        store.broken.pop(row.order_id, None)
        for number in [n for n, parcel in store.shipments.items() if parcel.order_id == row.order_id]:
            del store.shipments[number]
