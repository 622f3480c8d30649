"""``/api/shipments`` (cscart §5)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, privileges
from syncd.sandbox.cscart.order_detail import named
from syncd.sandbox.cscart.order_lines import shipped_amount
from syncd.sandbox.cscart.paging import asked_page, echo
from syncd.sandbox.cscart.records import Order, Shipment
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.cscart.stock import change_status
from syncd.sandbox.cscart.store import Store

CHANGEABLE = frozenset({"tracking_number", "comments", "status", "timestamp"})
CARRIERS = {"dhl": ("DHL", "https://www.dhl.com/en/express/tracking.html?AWB=")}


def shipment_row(store: Store, row: Shipment, first: Shipment, lang: str) -> dict[str, Any]:
    """Return one shipment; ``group_key`` and ``one_full`` follow the first row's order, so lists mix them up."""
    order = store.orders[row.order_id]
    method = store.shippings.get(row.shipping_id)
    name, address = CARRIERS.get(row.carrier, (row.carrier, ""))
    return {
        "shipment_id": str(row.shipment_id), "shipment_timestamp": str(row.timestamp), "comments": row.comments,
        "status": row.status, "order_id": str(row.order_id), "order_timestamp": str(order.timestamp),
        "s_firstname": order.customer.get("s_firstname", ""), "s_lastname": order.customer.get("s_lastname", ""),
        "firstname": order.customer.get("firstname", ""), "lastname": order.customer.get("lastname", ""),
        "company": order.customer.get("company", ""), "user_id": str(order.user_id),
        "shipping_id": str(row.shipping_id), "shipping": named(method.names, lang) if method is not None else None,
        "tracking_number": row.tracking_number, "carrier": row.carrier,
        "products": {number: str(amount) for number, amount in row.products.items()}, "group_key": 0,
        "carrier_info": {"name": name, "tracking_url": address + row.tracking_number if address else ""},
        "one_full": _complete(store, store.orders[first.order_id]),
    }  # fmt: skip


def _complete(store: Store, order: Order) -> bool:
    return all(shipped_amount(store, order, line) >= line.amount for line in order.lines)


def index(context: Context, call: Call) -> tuple[int, Any]:
    """List shipments, newest first; past the end the last page comes again."""
    store = context.store
    wanted = call.numbers("order_id")
    rows = [row for row in store.shipments.values() if not wanted or row.order_id in wanted]
    rows.sort(key=lambda row: row.shipment_id, reverse=call.text("sort_order", "desc") != "asc")
    page = asked_page(call, store.settings.items_per_page).clamped(len(rows))
    shown = page.slice(rows)
    defaults = {"advanced_info": True, "sort_order": "desc", "sort_by": "id", "sort_order_rev": "asc"}
    params = echo(call, defaults, page, len(rows) if page.size else None)
    return 200, {
        "shipments": [shipment_row(store, row, shown[0], call.lang) for row in shown],
        "params": params,
    }


def read(context: Context, call: Call) -> tuple[int, Any]:
    """Return one shipment."""
    row = _find(context, call)
    return 200, shipment_row(context.store, row, row, call.lang)


def create(context: Context, call: Call) -> tuple[int, Any]:
    """Create a shipment; without ``products`` everything that is left goes into it; ``updated_at`` stays."""
    store, data = context.store, call.data
    for key in ("order_id", "shipping_id"):
        if not php.truthy(data.get(key)):
            raise ApiError(400, f"The {key} field is required")
    if not data.get("carrier") and not data.get("tracking_number"):
        raise ApiError(400, "The tracking_number field is required")
    order = store.orders.get(php.to_int(data["order_id"]))
    if order is None:
        raise ApiError(400)
    number = store.next_id("shipment", 4)
    row = Shipment(
        number, order.order_id, php.to_int(data["shipping_id"]), store.now, _contents(store, order, data),
        php.to_str(data.get("tracking_number")), php.to_str(data.get("carrier")), php.to_str(data.get("comments")),
    )  # fmt: skip
    store.shipments[number] = row
    if php.truthy(data.get("order_status")):
        change_status(context, order, php.to_str(data["order_status"])[:1])
    context.trigger("new_shipment", shipment_row(store, row, row, store.default_language))
    return 201, {"shipment_id": number}


def _contents(store: Store, order: Order, data: php.PhpArray) -> dict[int, int]:
    given = data.get("products")
    if isinstance(given, dict) and given:
        known = {line.item_id for line in order.lines}
        asked = {php.to_int(key): php.to_int(value) for key, value in given.items()}
        return {key: amount for key, amount in asked.items() if key in known and amount > 0}
    left = {line.item_id: line.amount - shipped_amount(store, order, line) for line in order.lines}
    return {key: amount for key, amount in left.items() if amount > 0}


def update(context: Context, call: Call) -> tuple[int, Any]:
    """Change tracking number, comments, status or time; any other key is refused with 400."""
    row = _find(context, call)
    if call.data.keys() - CHANGEABLE:
        raise ApiError(400)
    for key in ("tracking_number", "comments"):
        setattr(row, key, php.to_str(call.data.get(key, getattr(row, key))))
    row.status = php.to_str(call.data.get("status", row.status))[:1]
    row.timestamp = php.to_int(call.data.get("timestamp", row.timestamp))
    return 200, {"shipment_id": str(row.shipment_id)}


def delete(context: Context, call: Call) -> tuple[int, Any]:
    """Delete a shipment."""
    del context.store.shipments[_find(context, call).shipment_id]
    return 204, None


def _find(context: Context, call: Call) -> Shipment:
    row = context.store.shipments.get(call.number)
    if row is None:
        raise ApiError(404)
    return row


ENTITY = Entity("shipments", privileges("view_orders", "edit_order"), index, read, create, update, delete)
