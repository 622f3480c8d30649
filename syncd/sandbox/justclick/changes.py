"""What happens to an order, whoever does it, and which hooks it queues (contracts/sources §2.6)."""

from __future__ import annotations

from decimal import Decimal

from syncd.sandbox import php
from syncd.sandbox.hook_queue import QueuedCall
from syncd.sandbox.justclick.hook_body import hook_body
from syncd.sandbox.justclick.records import Order
from syncd.sandbox.justclick.store import Store

FORM = "application/x-www-form-urlencoded"
HOOK_OF_STATUS = {"cancel": "canceled", "moneyback": "moneyback", "return": "moneyback"}


def set_status(store: Store, order: Order, status: str) -> None:
    """Move an order to a status that is no payment; cancelling and giving money back call hooks."""
    order.status = status
    if status in HOOK_OF_STATUS:
        announce(store, HOOK_OF_STATUS[status], order)


def pay(store: Store, order: Order, amount: Decimal, moment: int) -> None:
    """Take a payment at ``moment`` (unix seconds): the rest of the price pays the order, less is a prepayment."""
    order.last_payment, order.payway = amount, order.payway or "card"
    if order.prepaid + amount < order.price:
        order.prepaid += amount
        announce(store, "prepaid", order, moment)
        return
    order.paid = moment
    if order.status == "waiting":
        order.status = "paid"
    for place, item in enumerate(order.items):
        if item.sum > 0 and not item.pincode:
            item.pincode = f"PIN-{order.order_id}-{place + 1:04d}"
    announce(store, "paid", order)


def announce(store: Store, event: str, order: Order, moment: int = 0) -> None:
    """Queue a form post per product that has an address: an order of several products calls several times."""
    text = php.http_build_query(hook_body(store, event, order, moment or order.paid)).encode()
    for code in dict.fromkeys(item.code for item in order.items):
        good = store.goods.get(code)
        if good is not None and good.urls.get(event):
            store.queue.add(QueuedCall(event, "POST", good.urls[event], order.order_id, text, FORM))
