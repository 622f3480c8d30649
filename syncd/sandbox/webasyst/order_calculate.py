"""shop.order.calculate: what an edit would cost, without saving it (contracts/webasyst §5.10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncd.sandbox import php

from .amounts import ZERO, cents, loose, number
from .call import Call, Method, as_map, writes
from .errors import server_error
from .order_create import sold_name
from .order_rows import item_row
from .store import Order

Line = dict[str, Any]


def calculate(call: Call) -> Any:
    """Totals for the sent items, or for the order's own ones."""
    if not php.truthy(call.post.get("id")):
        return {"status": "fail", "errors": ["Order ID not specified."]}
    order = call.store.orders.get(php.to_int(call.post["id"]))
    if order is None:
        raise server_error("Order not found.")
    sent = as_map(call.post.get("items"))
    if sent:
        lines, worth = _sent_lines(call, sent)
    else:
        lines = [item_row(item, escaped=False) for item in order.items]
        worth = sum((item.price * item.quantity for item in order.items), ZERO)
    return {"status": "ok", "data": _totals(call, order, lines, worth)}


def _totals(call: Call, order: Order, lines: list[Line], worth: Decimal) -> dict[str, Any]:
    discount, shown = _discount(call, order)
    if isinstance(shown, (int, float)):
        for line in lines[:1]:
            line["total_discount"] = shown
    shipping = cents(call.post["shipping"]) if "shipping" in call.post else None
    return {
        "items": lines,
        "discount_description": "",
        "discount": shown,
        "shipping": None if shipping is None else number(shipping),
        "subtotal": number(worth),
        "total": number(worth - discount + (shipping or ZERO)),
    }


def _discount(call: Call, order: Order) -> tuple[Decimal, Any]:
    sent = call.post.get("discount")
    if sent is None:
        return order.discount, str(order.discount)
    if sent == "calculate":
        return ZERO, 0
    return cents(sent), number(cents(sent))


def _sent_lines(call: Call, sent: dict[Any, Any]) -> tuple[list[Line], Decimal]:
    lines, worth = [], ZERO
    for one in sent.values():
        sku = call.store.skus.get(php.to_int(one.get("sku_id", "0"))) if isinstance(one, dict) else None
        if sku is None:
            continue
        amount = loose(one.get("quantity", "1"))
        price = loose(one["price"]) if "price" in one else sku.primary_price
        worth += price * amount
        line: Line = {"type": "product", "service_id": None, "service_variant_id": None}
        if "price" in one:
            line["price"] = php.to_str(one["price"])
        line |= {
            "quantity": number(amount),
            "product_id": sku.product_id,
            "sku_id": sku.id,
            "stock_id": None,
            "purchase_price": _short(sku.purchase_price),
            "sku_code": sku.sku,
            "name": sold_name(call.state, sku),
        }
        line.setdefault("price", _short(price))
        lines.append(line | {"quantity_denominator": "1", "total_discount": 0})
    return lines, worth


def _short(price: Decimal) -> str:
    return f"{price.normalize():f}"


METHODS: dict[str, Method] = {"order.calculate": writes(calculate)}
