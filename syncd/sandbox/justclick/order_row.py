"""An order as the API writes it: nearly all values are texts (contracts/sources §2.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.justclick.records import CUSTOMER, Item, Order

UNPAID: tuple[str | None, ...] = ("0", "", None)


def plain_row(order: Order) -> dict[str, Any]:
    """Return a row of ``GetOrders``: no items. An unpaid order has ``"0"``, ``""`` or null for ``paid``."""
    own = order.paid != 0
    link = f"/order/pay/{order.order_id}"
    return {
        "id": str(order.order_id), **{name: order.customer.get(name, "") for name in CUSTOMER},
        "created": str(order.created), "pay_status": order.status,
        "paid": str(order.paid) if own else UNPAID[order.order_id % len(UNPAID)], "type": "order",
        "payway": order.payway, "comment": order.comment, "domain": order.domain,
        "link": f"https://{order.domain}{link}" if own else link, "utm": dict(order.utm), "price": money(order.price),
    }  # fmt: skip


def full_row(order: Order) -> dict[str, Any]:
    """Return a row of ``getOrdersWithGoods``."""
    return {
        **plain_row(order), "good_count": str(len(order.items)), "is_recurrent": str(int(order.recurrent)),
        "bill_sum_topay": money(order.price), "tag": order.tag, "kupon": order.coupon,
        "items": [item_row(item) for item in order.items],
    }  # fmt: skip


def detail_row(order: Order, *, with_items: bool) -> dict[str, Any]:
    """Return the result of ``getOrderDetails``; ``with_items`` is the parameter ``good_info``."""
    row = {
        **plain_row(order), "good_ids": [item.code for item in order.items], "good_count": str(len(order.items)),
        "prepayment_enabled": str(int(order.prepaid > 0)), "prepayment_minsum": money(order.prepaid),
        "last_payment_sum": money(order.last_payment), "prepayment_sum": money(order.prepaid),
    }  # fmt: skip
    if with_items:
        row["items"] = [item_row(item) for item in order.items]
    return row


def item_row(item: Item) -> dict[str, Any]:
    """Return one piece with its pincode."""
    return {
        "id": item.code, "title": item.title, "sum": money(item.sum), "price": money(item.price),
        "pincode": item.pincode, "partners": [dict(row) for row in item.partners],
    }  # fmt: skip


def money(amount: Decimal) -> str:
    """Print an amount with two decimals."""
    return php.fixed(amount)
