"""The form that a hook posts, with the hash that covers neither status nor sums nor items (contracts/sources §2.6)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.justclick.order_row import money
from syncd.sandbox.justclick.records import CUSTOMER, Item, Order
from syncd.sandbox.justclick.signatures import hook_hash
from syncd.sandbox.justclick.store import Store

STATUS = {"canceled": "cancel_order", "moneyback": "moneyback"}


def hook_body(store: Store, event: str, order: Order, moment: int) -> dict[str, Any]:
    """Return the fields of a hook in their order; ``moment`` is the time of the payment it tells of."""
    number, created, stamp = str(order.order_id), str(order.created), store.settings.stamp
    body: dict[str, Any] = {
        "id": number, **{name: order.customer.get(name, "") for name in CUSTOMER}, "created": created,
        "comment": order.comment, "domain": order.domain,
    }  # fmt: skip
    if event == "created":
        body["status"] = "new_order" if stamp else "new order"
        body |= {"tag": order.tag, "kupon": order.coupon}
        body |= {"link": f"https://{order.domain}/order/pay/{number}", "utm": dict(order.utm)}
    elif event in STATUS:
        body["status"] = STATUS[event]
    if event in {"paid", "prepaid", "moneyback"}:
        body["paid"] = str(moment)
    if event in {"paid", "prepaid"}:
        body |= {"last_payment_sum": money(order.last_payment), "type": "order", "payway": order.payway}
        body["is_recurrent"] = str(int(order.recurrent))
    if event != "moneyback":
        body["items"] = [_item(item, sold=event in {"paid", "prepaid"}) for item in order.items]
    if event == "prepaid":
        body["prepayment_sum"] = money(order.prepaid)
    signed = body.get("paid", created if stamp else "")
    return {**body, "hash": hook_hash(number, body["email"], signed, store.key)}


def _item(item: Item, *, sold: bool) -> dict[str, str]:
    row = {"id": item.code, "title": item.title, "sum": money(item.sum), "price": money(item.price)}
    return {**row, "pincode": item.pincode} if sold else row
