"""``orders/update`` and the list of statuses (contracts/sources §1.5)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php
from syncd.sandbox.horoshop.changes import pay, set_status
from syncd.sandbox.horoshop.envelope import Refusal, envelope
from syncd.sandbox.horoshop.records import Order
from syncd.sandbox.horoshop.store import Store
from syncd.sandbox.horoshop.titles import NOT_DELIVERED
from syncd.sandbox.wire import Response


def available_statuses(store: Store, data: dict[str, Any]) -> Response:
    """Answer ``orders/get_available_statuses``: an object keyed by id."""
    rows = {
        number: {"id": number, "title": {"ua": row.ua, "en": row.en}, "is_successful": int(row.successful)}
        for number, row in sorted(store.statuses.items())
    }
    return envelope("OK", {"statuses": php.PhpObject({str(key): row for key, row in rows.items()})})


def orders_update(store: Store, data: dict[str, Any]) -> Response:
    """Answer ``orders/update``: ``OK``, or ``WARNING`` with a log entry per order in the order of the request.

    Raises Refusal ``ERROR`` when there is no list of orders.
    """
    rows = data.get("orders")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refusal("ERROR", "orders is required")
    problems = [_update(store, row) for row in rows]
    log = [_entry(store, problem) for problem in problems]
    return envelope("WARNING" if any(problems) else "OK", {"log": log})


def _entry(store: Store, problem: str) -> dict[str, Any]:
    key, text = store.settings.log_key, problem or "saved"
    return {"status": "ERROR" if problem else "OK", key: [text] if key == "messages" else text}


def _update(store: Store, row: dict[str, Any]) -> str:
    """Carry out one row; returns what is wrong with it, then nothing of it is done."""
    order = store.orders.get(php.to_int(row.get("order_id")))
    if order is None:
        return "order not found"
    status = php.to_int(row["status"]) if "status" in row else order.status
    if status not in store.statuses:
        return "status not found"
    if order.final and status != order.status:
        return "order is closed"
    _apply(store, order, status, row)
    return ""


def _apply(store: Store, order: Order, status: int, row: dict[str, Any]) -> None:
    if status != order.status:
        set_status(store, order, status)
        order.final = status == NOT_DELIVERED  # by the API the goods stay deducted, and it is final
    paid = row.get("payed", row.get("paid"))  # the English page of the documentation writes "paid"
    if paid is not None:
        pay(store, order, paid=php.truthy(paid))
    tracking = row.get("own_tracking_code", row.get("tracking_code"))
    if tracking is not None:
        order.tracking = php.to_str(tracking)
