"""``orders`` and ``orders/:id`` (contracts/sources §3.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.paging import asked_page
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.marketplace.order_row import detail_row, short_row
from syncd.sandbox.marketplace.records import Order
from syncd.sandbox.marketplace.store import Store

PAGE_SIZE = 10
SORT_KEYS: dict[str, Callable[[Order], Any]] = {
    "order_id": lambda order: order.order_id,
    "status": lambda order: (order.status, order.order_id),
    "date": lambda order: (order.timestamp, order.order_id),
    "total": lambda order: (order.total, order.order_id),
}


def read(store: Store, call: Call) -> dict[str, Any]:
    """Return one order; raises ApiError 404, also for an order of another developer."""
    order = store.own_order(call.number) if php.is_numeric(call.object_id) else None
    if order is None:
        raise ApiError(404)
    return detail_row(store, order)


def index(store: Store, call: Call) -> dict[str, Any]:
    """Return a page of the list: ten rows unless more are asked, newest first; past the end there are none."""
    found = [order for order in store.own() if _wanted(call, order)]
    asked = call.text("sort_by", "date")
    sort_by = asked if asked in SORT_KEYS else "date"
    ascending = call.text("sort_order", "desc") == "asc"
    found.sort(key=SORT_KEYS[sort_by], reverse=not ascending)
    page = asked_page(call, PAGE_SIZE)
    params: dict[str, Any] = {"page": page.number, "items_per_page": page.size}
    params.update({str(key): value for key, value in call.params.items() if key not in params})
    params |= {
        "total_items": str(len(found)),
        "sort_by": sort_by,
        "sort_order": "asc" if ascending else "desc",
    }
    return {"orders": [short_row(order) for order in page.slice(found)], "params": params}


def _wanted(call: Call, order: Order) -> bool:
    letters = call.letters("status")
    if letters and order.status not in letters:
        return False
    if call.text("updated_at_from") and order.updated_at < php.to_int(call.params["updated_at_from"]):
        return False
    if call.text("updated_at_to") and order.updated_at > php.to_int(call.params["updated_at_to"]):
        return False
    numbers = {"order_id": order.order_id, "user_id": order.user_id}
    if any(call.numbers(key) - {0} and own not in call.numbers(key) for key, own in numbers.items()):
        return False
    email = call.text("email")
    return not email or email.casefold() in order.customer.get("email", "").casefold()
