"""``/api/zapier_hooks``: subscriptions of the Zapier add-on, with its mixed-up look-up by id (cscart §6)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, privileges
from syncd.sandbox.cscart.paging import asked_page
from syncd.sandbox.cscart.records import Hook
from syncd.sandbox.cscart.replies import ApiError

TRIGGERS = frozenset(
    {"new_order", "order_paid", "new_product", "new_shipment", "new_user", "new_vendor", "new_call_request"}
)


def hook_row(hook: Hook) -> dict[str, Any]:
    """Return one subscription."""
    return {"hook_id": str(hook.hook_id), "hook_url": hook.url, "trigger_name": hook.trigger}


def _installed(context: Context) -> None:
    if not context.store.settings.zapier:
        raise ApiError(404, "The Entity zapier_hooks not found")


def index(context: Context, call: Call) -> tuple[int, Any]:
    """List subscriptions; past the end the last page comes again."""
    _installed(context)
    rows = list(context.store.hooks.values())
    page = asked_page(call, context.store.settings.items_per_page).clamped(len(rows))
    params = {"items_per_page": page.size, "page": page.number, "total_items": str(len(rows))}
    return 200, {"zapier_hooks": [hook_row(row) for row in page.slice(rows)], "params": params}


def read(context: Context, call: Call) -> tuple[int, Any]:
    """Return the first subscription, whatever id was asked: the filter key is ignored by the query."""
    return 200, hook_row(_first(context))


def _first(context: Context) -> Hook:
    _installed(context)
    hook = next(iter(context.store.hooks.values()), None)
    if hook is None:
        raise ApiError(404)
    return hook


def create(context: Context, call: Call) -> tuple[int, Any]:
    """Subscribe an address to a trigger."""
    _installed(context)
    for key in ("hook_url", "trigger_name"):
        if not php.truthy(call.data.get(key)):
            raise ApiError(400, f"The {key} field is required")
    trigger = php.to_str(call.data["trigger_name"])
    if trigger not in TRIGGERS:
        raise ApiError(400)
    number = context.store.next_id("hook", 3)
    context.store.hooks[number] = Hook(number, php.to_str(call.data["hook_url"]), trigger)
    return 201, {"hook_id": number}


def delete(context: Context, call: Call) -> tuple[int, Any]:
    """Unsubscribe; only whether any subscription exists is checked."""
    _first(context)
    context.store.hooks.pop(call.number, None)
    return 204, None


ENTITY = Entity(
    "zapier_hooks", privileges("view_zapier_hooks", "manage_zapier_hooks"), index, read, create, delete=delete
)
