"""The default workflow: states, actions, their texts (contracts/webasyst §5.1)."""

from __future__ import annotations

from typing import Any


def _state(key: str, name: str, icon: str, style: dict[str, str], actions: str) -> dict[str, Any]:
    return {
        "id": key,
        "name": name,
        "options": {"icon": icon, "style": style},
        "available_actions": actions.split(),
    }


_GREEN, _RED = "#22d13d", "#ed2509"
STATES: list[dict[str, Any]] = [
    _state(
        "new",
        "New",
        "icon16 ss new",
        {"color": _GREEN, "font-weight": "bold"},
        "process initpay pay fulfilling ship complete comment edit editcode editshippingdetails message delete sendpin",
    ),
    _state(
        "processing",
        "Confirmed",
        "icon16 ss confirmed",
        {"color": _GREEN, "font-style": "italic"},
        "initpay pay fulfilling ship complete comment edit editcode editshippingdetails message delete sendpin",
    ),
    _state(
        "auth",
        "Payment is authorized",
        "icon16 ss flag-white",
        {"color": "#ff6c00", "font-style": "italic"},
        "capture cancel comment message sendpin",
    ),
    _state(
        "paid",
        "Paid",
        "icon16 ss flag-yellow",
        {"color": "#f3c200", "font-weight": "bold", "font-style": "italic"},
        "fulfilling ship editcode editshippingdetails complete refund comment message sendpin",
    ),
    _state(
        "fulfilling",
        "Fulfilling",
        "fas fa-boxes",
        {"color": "#ff6c00"},
        "ship editcode editshippingdetails complete comment delete message",
    ),
    _state(
        "shipped",
        "Sent",
        "icon16 ss sent",
        {"color": "#1a9afe", "font-style": "italic"},
        "editcode editshippingdetails complete comment delete message sendpin",
    ),
    _state(
        "completed",
        "Completed",
        "icon16 ss completed",
        {"color": "#7256ee"},
        "editcode comment refund message",
    ),
    _state(
        "pos",
        "POS",
        "fas fa-cash-register",
        {"color": "#89CE89"},
        "initpay complete comment edit editcode editshippingdetails message delete sendpin",
    ),
    _state(
        "pickup",
        "For pickup",
        "fas fa-map-marker-alt",
        {"color": "#2C70E2", "font-weight": "bold"},
        "pickup initpay comment edit editcode editshippingdetails message delete sendpin",
    ),
    _state("refunded", "Refunded", "icon16 ss refunded", {"color": _RED}, "message"),
    _state("deleted", "Deleted", "icon16 ss trash", {"color": "#89a"}, "restore message"),
]
BY_ID = {state["id"]: state for state in STATES}
STATE_ORDER = {state["id"]: place for place, state in enumerate(STATES)}
RESULTS = {
    "process": "processing",
    "pay": "paid",
    "fulfilling": "fulfilling",
    "ship": "shipped",
    "complete": "completed",
    "refund": "refunded",
    "delete": "deleted",
    "capture": "paid",
    "cancel": "refunded",
    "pickup": "completed",
}
# Only with a payment plugin or product codes configured (contracts/webasyst §5.1).
UNCONFIGURED = ("initpay", "editcode")
ACTION_NAMES = {
    "create": "Create",
    "process": "Process",
    "pay": "Paid",
    "fulfilling": "Start fulfillment",
    "ship": "Sent",
    "complete": "Mark as Completed",
    "refund": "Refund",
    "delete": "Delete",
    "restore": "Restore",
    "comment": "Add comment",
    "edit": "Edit order",
    "editshippingdetails": "Edit shipping details",
    "message": "Contact customer",
    "sendpin": "Resend PIN",
    "capture": "Capture",
    "cancel": "Cancel",
    "pickup": "Picked up",
}
LOG_RECORDS = {
    "create": "Order was placed",
    "process": "Order was confirmed and accepted for processing",
    "pay": "Order was paid",
    "fulfilling": "Order sent to fulfillment",
    "ship": "Order was shipped",
    "complete": "Order was marked as completed",
    "refund": "Order was refunded",
    "delete": "Order was deleted",
    "restore": "Order was re-opened",
    "comment": "A comment was added for the order",
    "edit": "Order was edited",
    "editshippingdetails": "Shipping details changed",
    "message": "Message was sent",
    "sendpin": "PIN was sent",
    "capture": "Payment was captured",
    "cancel": "Payment was cancelled",
    "pickup": "Order was picked up",
}
# (type, data_required, color) as order.actions shows them.
BUTTONS: dict[str, tuple[str, bool, str]] = {
    "process": ("button", False, _GREEN),
    "pay": ("button", True, "#f3c200"),
    "fulfilling": ("button", True, "#aaa"),
    "ship": ("button", True, "#1a9afe"),
    "complete": ("button", False, "#7256ee"),
    "comment": ("link_bottom", True, "#aaa"),
    "edit": ("link_top", True, "#aaa"),
    "editshippingdetails": ("link_top", True, "#aaa"),
    "message": ("link_top", True, "#aaa"),
    "delete": ("button", True, "#aaaaaa"),
    "sendpin": ("link_top", True, "#aaa"),
    "refund": ("button", True, _RED),
    "restore": ("button", False, _GREEN),
    "capture": ("button", False, _GREEN),
    "cancel": ("button", True, _RED),
    "pickup": ("button", False, _GREEN),
}
