"""shop.order.getInfo, log, actions, action and the direct methods (contracts/webasyst §5.6-5.9)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php

from . import contacts, order_rows, workflow
from .call import Call, Handler, Method, reads, writes
from .errors import ApiError, PhpFatal
from .state import State
from .store import Order
from .workflow_data import ACTION_NAMES, BUTTONS

DIRECT = ("process", "ship", "complete", "delete", "comment")


def get_info(call: Call) -> Any:
    """shop.order.getInfo."""
    return order_rows.info(call.state, order_rows.find(call.state, call.need_get("id")))


def log(call: Call) -> Any:
    """shop.order.log: newest first; an unknown order has none."""
    rows = call.store.order_log.get(php.to_int(call.need_get("id")), [])
    return [order_rows.log_row(call.state, row) for row in reversed(rows)]


def actions(call: Call) -> Any:
    """shop.order.actions: what this user may do now."""
    order = order_rows.find(call.state, call.need_get("id"))
    listed = workflow.available(call.state, order)
    return [_button(call.state, order, one) for one in listed if call.user.may(f"workflow_actions.{one}")]


def _button(state: State, order: Order, action: str) -> dict[str, Any]:
    kind, needs_data, color = BUTTONS[action]
    row = {
        "id": action,
        "type": kind,
        "is_custom": False,
        "name": ACTION_NAMES[action],
        "data_required": needs_data,
        "color": color,
    }
    if action == "message":
        row["options"] = _message_options(state, order)
    return row


def _message_options(state: State, order: Order) -> dict[str, Any]:
    contact = state.store.contacts.get(order.contact_id)
    phone = contact.phones[0] if contact is not None and contact.phones else ""
    return {
        "contact_phone": phone,
        "contact_phone_formatted": contacts.formatted_phone(phone),
        "contact_email": contact.emails[0] if contact is not None and contact.emails else "",
        "order_source": "",
        "senders": [{"transport": "sms", "source": None, "sender": None}] if phone else [],
    }


def action(call: Call) -> Any:
    """shop.order.action: only what the workflow allows in this state."""
    key, name = call.need("id"), php.to_str(call.need("action"))
    order = order_rows.find(call.state, key)
    if name not in workflow.available(call.state, order):
        raise not_found_action()
    if not call.user.may(f"workflow_actions.{name}"):
        raise ApiError(403, "access_denied", "Action not available to user.")
    if name == "edit":
        raise PhpFatal("The edit action has its own form")
    return workflow.perform(call.state, order, name, call.post, by=call.user.contact_id, shown_id=order.id)


def not_found_action() -> ApiError:
    """404 for an action that is unknown or not allowed now."""
    return ApiError(404, "invalid_param", "Available action not found for the specified order.")


def direct(name: str) -> Handler:
    """order.process and its like: neither the state nor the rights are looked at (contracts/webasyst §0.14)."""

    def handler(call: Call) -> Any:
        key = call.need("id")
        order = order_rows.find(call.state, key)
        return workflow.perform(
            call.state, order, name, call.post, by=call.user.contact_id, shown_id=php.to_str(key)
        )

    return handler


METHODS: dict[str, Method] = {
    "order.getInfo": reads(get_info),
    "order.log": reads(log),
    "order.actions": reads(actions),
    "order.action": writes(action),
    **{f"order.{name}": writes(direct(name)) for name in DIRECT},
}
