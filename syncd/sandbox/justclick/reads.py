"""Methods that read: orders in a window, one order, bills, goods (contracts/sources §2.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.justclick.answers import NO_DATA, NO_ORDER, NO_ORDERS, WRONG_DATA, Refusal, answer
from syncd.sandbox.justclick.order_row import detail_row, full_row, money, plain_row
from syncd.sandbox.justclick.records import Order
from syncd.sandbox.justclick.store import Store
from syncd.sandbox.justclick.windows import Window, day_window, unix_window
from syncd.sandbox.wire import Response


def get_orders(store: Store, params: php.PhpArray) -> Response:
    """Answer ``GetOrders``: rows without items."""
    return _list(store, params, unix_window(params, store.now), plain_row)


def get_orders_with_goods(store: Store, params: php.PhpArray) -> Response:
    """Answer ``getOrdersWithGoods``."""
    return _list(store, params, day_window(params, store.now, store.zone), full_row)


def _list(
    store: Store, params: php.PhpArray, window: Window, row: Callable[[Order], dict[str, Any]]
) -> Response:
    """With ``paid`` the window is by payment; every text but ``""`` and ``"0"`` is true, also ``"false"``."""
    paid, goods = php.truthy(params.get("paid")), _goods(params.get("goods"))
    found = [
        order
        for order in sorted(store.orders.values(), key=lambda order: order.order_id)
        if window[0] <= (order.paid if paid else order.created) <= window[1]
        and (goods is None or any(item.code in goods for item in order.items))
    ]
    if not found:
        return nothing(store)
    return answer(store.key, result=[row(order) for order in found])


def nothing(store: Store) -> Response:
    """Answer that there are no orders, in one of the two ways that were seen (contracts/sources §2.4)."""
    if store.settings.empty_list == "401":
        return answer(store.key, NO_ORDERS)
    return answer(store.key, result=[])


def _goods(value: Any) -> set[str] | None:
    if value is None or value == "":
        return None
    return {php.to_str(item) for item in (value.values() if isinstance(value, dict) else [value])}


def asked_order(store: Store, params: php.PhpArray) -> Order:
    """Return the order that ``bill_id`` names; raises Refusal 2, 3 or 200."""
    asked = params.get("bill_id")
    if asked is None or asked == "":
        raise Refusal(NO_DATA)
    if not php.is_numeric(asked):
        raise Refusal(WRONG_DATA)
    order = store.orders.get(php.to_int(asked))
    if order is None:
        raise Refusal(NO_ORDER)
    return order


def get_order_details(store: Store, params: php.PhpArray) -> Response:
    """Answer ``getOrderDetails``: one order."""
    with_items = php.truthy(params.get("good_info"))
    return answer(store.key, result=detail_row(asked_order(store, params), with_items=with_items))


def get_bills(store: Store, params: php.PhpArray) -> Response:
    """Answer ``GetBills``: an object keyed by order id; raises Refusal 2 without any condition."""
    email, status = php.to_str(params.get("email")), php.to_str(params.get("pay_status"))
    if not email and not status:
        raise Refusal(NO_DATA)
    rows = {
        str(order.order_id): plain_row(order)
        for order in store.orders.values()
        if email.casefold() in {"", order.customer["email"].casefold()} and status in {"", order.status}
    }
    return answer(store.key, result=php.PhpObject(rows)) if rows else nothing(store)


def get_all_goods(store: Store, params: php.PhpArray) -> Response:
    """Answer ``GetAllGoods``."""
    rows = [
        {"good_name": row.code, "good_title": row.title, "good_type": row.kind, "good_sum": money(row.price)}
        for row in store.goods.values()
    ]
    return answer(store.key, result=rows)
