"""``/api/orders`` put together (cscart §4)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.cscart import order_create, order_update
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, privileges
from syncd.sandbox.cscart.order_detail import order_detail
from syncd.sandbox.cscart.order_list import list_orders
from syncd.sandbox.cscart.replies import ApiError


def index(context: Context, call: Call) -> tuple[int, Any]:
    """List orders."""
    return 200, list_orders(context, call)


def read(context: Context, call: Call) -> tuple[int, Any]:
    """Return one order, incomplete and parent orders too; raises ApiError 404."""
    order = context.store.orders.get(call.number)
    if order is None or (call.company_id and order.company_id != call.company_id):
        raise ApiError(404)
    return 200, order_detail(context, order, call.lang)


ENTITY = Entity(
    "orders", privileges("view_orders", "create_order", "edit_order", "delete_orders"), index, read,
    order_create.create, order_update.update, order_update.delete,
)  # fmt: skip
