"""The Marketplace's hook "License number issued": an order number in one of several shapes (contracts/sources §3.1)."""

from __future__ import annotations

from typing import Any

from syncd.model.hook import BadHook, HookCall, HookNews
from syncd.shops.hook_body import hook_value, record_number

_METHODS = frozenset({"POST", "PUT"})


def read_hook(call: HookCall) -> HookNews:
    """The order that a call speaks of: `{"order_id": N}`, a bare number, either of them alone in a list, a form or a query.

    Whatever event stands in the address: there is only one. Raises `BadHook` when the number is anything but digits.
    """
    if call.method not in _METHODS:
        raise BadHook(f"The Marketplace does not call by {call.method}")
    return HookNews(orders=(record_number(_told(hook_value(call))),))


def _told(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value.get("order_id") if isinstance(value, dict) else value
