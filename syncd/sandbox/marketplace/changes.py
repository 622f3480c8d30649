"""What happens to an order, and the webhook "License number issued" (contracts/sources §3.1)."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from syncd.sandbox.hook_queue import QueuedCall
from syncd.sandbox.marketplace.records import PAID_LETTERS, Licence, Line, Order
from syncd.sandbox.marketplace.store import Store

EVENT = "license_number_issued"


def touch(store: Store, order: Order) -> None:
    """Note that an order changed now."""
    order.updated_at = store.now


def set_status(store: Store, order: Order, letter: str) -> None:
    """Give an order a letter; licences that were issued before it was paid are told now."""
    before, order.status = order.status, letter
    touch(store, order)
    if letter in PAID_LETTERS and before not in PAID_LETTERS and order.licensed:
        announce(store, order)


def issue(store: Store, order: Order, line: Line, number: str, *, shown: bool) -> None:
    """Issue a licence for a line and tell it, for paid orders only; ``shown`` false: the line gets it later."""
    purchase = store.next_id("licence")
    store.licences[purchase] = Licence(
        purchase, order.order_id, line.product_id, store.now, number, order.customer.get("email", ""), order.user_id
    )  # fmt: skip
    order.licensed.append(purchase)
    if shown:
        line.licence = number
        touch(store, order)
    if order.status in PAID_LETTERS:
        announce(store, order)


def announce(store: Store, order: Order) -> None:
    """Queue the webhook in the shape that is set: one value, the order number, without a signature."""
    url, shape = store.settings.hook_url, store.settings.hook_shape
    if not url:
        return
    number, kind = order.order_id, "application/json"
    bodies = {
        "number": json.dumps({"order_id": number}), "text": json.dumps({"order_id": str(number)}),
        "bare": json.dumps(number), "form": urlencode({"order_id": number}), "query": "",
        "garbage": json.dumps({"order_id": {"$gt": 0}}),
    }  # fmt: skip
    if shape == "form":
        kind = "application/x-www-form-urlencoded"
    if shape == "query":
        url += ("&" if "?" in url else "?") + urlencode({"order_id": number})
    store.queue.add(QueuedCall(EVENT, "POST", url, number, bodies[shape].encode(), kind))
