"""Hooks of Horoshop: no signature, no event name, so the event stands in our address (contracts/sources §1.6)."""

from __future__ import annotations

from syncd.model.hook import BadHook, HookCall, HookNews
from syncd.shops.hook_body import hook_value, record_number

_ORDERS = frozenset({"", "order_created", "order_paid", "order_update"})
"""Without an event in the address, an order number says as much."""
_OTHERS = frozenset({"user_signup", "user_update", "request_call_me", "comments_created"})
_METHODS = frozenset({"PUT", "POST"})


def read_hook(call: HookCall) -> HookNews:
    """The order that a call speaks of, by PUT (as the shop sends) or POST; DELETE says that the subscription has ended.

    Raises `BadHook` for an unknown event or method, and for a body without an order number.
    """
    if call.event not in _ORDERS | _OTHERS:
        raise BadHook("Horoshop has no such event")
    if call.method == "DELETE":
        return HookNews(alarm=_ended(call.event))
    if call.method not in _METHODS:
        raise BadHook(f"Horoshop does not call by {call.method}")
    if call.event in _OTHERS:
        return HookNews()
    value = hook_value(call)
    return HookNews(orders=(record_number(value.get("order_id") if isinstance(value, dict) else None),))


def _ended(event: str) -> str:
    return (
        f"Horoshop has removed our subscription to {event or 'its hooks'}: no call comes any more, and orders are found by "
        "polling only. Subscribe again if this was not meant."
    )
