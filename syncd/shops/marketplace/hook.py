"""The Marketplace's hook "License number issued": an order number in one of several shapes (contracts/sources §3.1)."""

from __future__ import annotations

from dataclasses import replace
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


def without_licences(call: HookCall) -> HookCall:
    """A call that `read_hook` has understood, as it may be kept: as it came where it tells an order and no more, else the
    order's number alone. What stands beside it when a licence is issued may be the licence, which is a secret.
    """
    value = _alone(hook_value(call))
    only = set(value) == {"order_id"} if isinstance(value, dict) else True
    if only and not (call.body and call.query):
        return call
    return replace(call, body=f'{{"order_id": {record_number(_told(value))}}}'.encode(), query="")


def _told(value: Any) -> Any:
    value = _alone(value)
    return value.get("order_id") if isinstance(value, dict) else value


def _alone(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
