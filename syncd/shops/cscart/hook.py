"""Hooks of the Zapier add-on of a CS-Cart shop: JSON under a form's header, no signature (contracts/cscart §6)."""

from __future__ import annotations

from syncd.model.hook import BadHook, HookCall, HookNews
from syncd.shops.hook_body import hook_value, record_number

_ORDERS = frozenset({"new_order", "order_paid"})
_PRODUCTS = frozenset({"new_product"})
_OTHERS = frozenset({"new_shipment", "new_user", "new_vendor", "new_call_request"})


def read_hook(call: HookCall) -> HookNews:
    """The order or product that a call speaks of; the body holds all of it, but only its id is taken.

    Without an event in the address, the body's own id tells what it is. Raises `BadHook` for an unknown event, another
    method than POST, and a body without an id.
    """
    if call.method != "POST":
        raise BadHook(f"CS-Cart does not call by {call.method}")
    if call.event in _OTHERS:
        return HookNews()
    value = hook_value(call)
    fields = value if isinstance(value, dict) else {}
    if call.event in _ORDERS or (not call.event and "order_id" in fields):
        return HookNews(orders=(record_number(fields.get("order_id")),))
    if call.event in _PRODUCTS or not call.event:
        return HookNews(products=(record_number(fields.get("product_id")),))
    raise BadHook("CS-Cart has no such event")
