"""What happens to an order, whoever does it, and which hooks it queues (contracts/sources §1.6)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php
from syncd.sandbox.hook_queue import QueuedCall
from syncd.sandbox.horoshop.order_row import created_body, paid_body
from syncd.sandbox.horoshop.records import Order
from syncd.sandbox.horoshop.store import Store
from syncd.sandbox.horoshop.titles import NEW


def set_status(store: Store, order: Order, status: int) -> None:
    """Move an order; anything but "new" is told to the subscribers of ``order_update``."""
    if status == order.status:
        return
    order.status = status
    if status != NEW:
        announce(store, "order_update", order, {"order_id": order.order_id, "stat_status": status})


def pay(store: Store, order: Order, *, paid: bool) -> None:
    """Set or take away the mark "paid"; a first payment is told to the subscribers of ``order_paid``."""
    if paid and not order.paid:
        announce(store, "order_paid", order, paid_body(order))
    order.paid = paid


def announce_new(store: Store, order: Order) -> None:
    """Tell the subscribers of ``order_created``, also of an order that the staff typed in."""
    announce(store, "order_created", order, created_body(store, order))


def announce(store: Store, event: str, order: Order, body: dict[str, Any]) -> None:
    """Queue a PUT to every subscriber: no signature, no name of the event; on a small tariff nothing is queued."""
    if not store.settings.hooks_delivered:
        return
    for subscriber in store.subscribers.values():
        if subscriber.event == event:
            text = php.json_encode(body).encode()
            store.queue.add(QueuedCall(event, "PUT", subscriber.url, order.order_id, text))


def move_stock(store: Store, order: Order, sign: int) -> None:
    """Take the pieces of an order from the stock (-1) or give them back (1); unknown articles have none."""
    for line in order.lines:
        good = store.goods.get(line.article.strip())
        if good is not None:
            good.stock += sign * int(line.quantity)
