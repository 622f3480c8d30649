"""Methods that change something: the status of an order, the hook addresses of a product (contracts/sources §2.3)."""

from __future__ import annotations

from syncd.sandbox import php
from syncd.sandbox.justclick import changes
from syncd.sandbox.justclick.answers import NO_DATA, NO_GOOD, Refusal, answer
from syncd.sandbox.justclick.reads import asked_order
from syncd.sandbox.justclick.records import Order
from syncd.sandbox.justclick.store import Store
from syncd.sandbox.wire import Response

UNKNOWN_STATUS, NO_DATE, NO_TRACKING, NOT_ALLOWED, SAME = 201, 202, 203, 204, 205
ALLOWED = {
    "sent": {"waiting", "paid"},
    "paid": {"waiting", "sent"},
    "return": {"paid", "sent"},
    "cancel": {"waiting"},
}
"""From which states the API moves an order to a status; a cancelled or refunded one stays what it is."""


def update_order_status(store: Store, params: php.PhpArray) -> Response:
    """Answer ``UpdateOrderStatus``; raises Refusal 200-205, then nothing is changed."""
    order, status = asked_order(store, params), php.to_str(params.get("status"))
    _check(order, status, params)
    if status == "paid":
        changes.pay(store, order, order.price - order.prepaid, php.to_int(params["date"]))
    else:
        order.rpo = php.to_str(params.get("rpo")) or order.rpo
        changes.set_status(store, order, status)
    return answer(store.key, text="Order status changed")


def _check(order: Order, status: str, params: php.PhpArray) -> None:
    if status not in ALLOWED:
        raise Refusal(UNKNOWN_STATUS)
    if status in {"sent", "paid"} and not php.is_numeric(params.get("date")):
        raise Refusal(NO_DATE)
    if status == "sent" and not php.to_str(params.get("rpo")):
        raise Refusal(NO_TRACKING)
    if status == order.status:
        raise Refusal(SAME)
    if order.status not in ALLOWED[status]:
        raise Refusal(NOT_ALLOWED)


def update_good(store: Store, params: php.PhpArray) -> Response:
    """Answer ``UpdateGood``: sets the addresses for new orders and for payments; raises Refusal 2 or 500."""
    code = php.to_str(params.get("good_name"))
    if not code:
        raise Refusal(NO_DATA)
    good = store.goods.get(code)
    if good is None:
        raise Refusal(NO_GOOD)
    for name, event in (("good_api_url_new_order", "created"), ("good_api_url_notif", "paid")):
        if name in params:
            good.urls[event] = php.to_str(params[name])
    return answer(store.key)
