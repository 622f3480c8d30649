"""shop.order.search: conditions, the display-number trap, sorting (contracts/webasyst §5.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncd.sandbox import php

from . import conditions
from .amounts import ZERO
from .call import Call, Method, reads
from .errors import server_error
from .order_fields import shown_rows
from .state import State
from .stock import to_primary
from .store import Order
from .workflow_data import STATE_ORDER

Filter = Callable[[Order], bool]
NUMBERS = (
    "contact_id",
    "total",
    "tax",
    "shipping",
    "discount",
    "rate",
    "is_first",
    "unsettled",
    "assigned_contact_id",
    "fulfillment_contact_id",
)
TEXTS = ("state_id", "currency", "comment")
TIMES = ("create_datetime", "update_datetime", "paid_datetime", "shipping_datetime")
SHUFFLED_ABOVE = 100
SLIDE = 7
EMPTY = ("auth_date", "courier_contact_id", "cashier_contact_id", "manager_contact_id")
ITEM_KINDS = {
    "id": "number",
    "sku_id": "number",
    "product_id": "number",
    "price": "number",
    "quantity": "number",
    "stock_id": "number",
    "purchase_price": "number",
    "total_discount": "number",
    "sku_code": "text",
    "name": "text",
    "type": "text",
}
CONTACT_COLUMNS = ("id", "name", "firstname", "middlename", "lastname", "company", "create_datetime")
CUSTOMER_COLUMNS = ("total_spent", "number_of_orders", "last_order_id")


def search(call: Call) -> Any:
    """One page of orders; a user without order rights gets 200 with nothing."""
    offset, limit = call.page()
    found = _find(call.state, call.get("hash")) if call.user.may("orders") else []
    found = _sorted(call.state, found, call.get("sort"), odd_page=bool(limit and offset // limit % 2))
    rows = shown_rows(call, found[offset : offset + limit])
    return {"offset": offset, "limit": limit, "count": len(found), "orders": rows}


def _find(state: State, text: str) -> list[Order]:
    kind, _, rest = text.lstrip("#/").partition("/")
    orders = state.store.orders
    if kind in ("", "all"):
        return list(orders)
    if kind == "id":
        keys = sorted({php.to_int(one) for one in rest.split(",")})
        return [order for order in map(orders.get, keys) if order is not None]
    if kind != "search":
        raise server_error(f"Unknown collection hash type: “{kind}”.")
    wanted = conditions.parse(rest)
    tests = [test for test in (condition_test(state, one) for one in wanted) if test is not None]
    return [order for order in orders if all(test(order) for test in tests)]


def condition_test(state: State, one: conditions.Condition) -> Filter | None:
    """The test of a condition; None when the field is unknown, which lets every order pass."""
    group, dot, name = one.field.partition(".")
    if dot:
        return _grouped(state, one, group, name)
    kind = _kind(one.field)
    if kind is None:
        return None
    if not one.op:
        return lambda order: False
    if one.field == "id":
        one = conditions.Condition("id", one.op, "||".join(_decoded(state, v) for v in one.value.split("||")))
    field = "paid_datetime" if one.field == "paid_date" else one.field
    if field in EMPTY:
        return lambda order: _check(one, kind)(None)
    check = _check(one, kind)
    if one.field == "paid_date":
        return lambda order: check(order.paid_datetime and order.paid_datetime[:10])
    return lambda order: check(getattr(order, field))


def _kind(field: str) -> str | None:
    if field == "id" or field in NUMBERS:
        return "number"
    if field in TEXTS:
        return "text"
    return "time" if field in TIMES or field in EMPTY or field == "paid_date" else None


def _check(one: conditions.Condition, kind: str) -> Callable[[Any], bool]:
    """Tests of orders know NULL and EMPTY, unlike those of products."""
    if one.value == "NULL" and one.op in ("=", "!="):
        wanted = one.op == "="
        return lambda cell: (cell is None) is wanted
    if one.value == "EMPTY" and one.op in ("=", "!="):
        wanted = one.op == "="
        return lambda cell: (cell in (None, "")) is wanted
    return conditions.test(kind, one.op, one.value)


def _decoded(state: State, value: str) -> str:
    """Display numbers are decoded: with the format #100{id}, 1005 means order 5 (contracts/webasyst §0.17)."""
    prefix = state.settings.order_prefix
    text = value.strip()
    for start in (prefix, prefix.lstrip("#")):
        if start and text.startswith(start) and text[len(start) :].isdigit() and int(text[len(start) :]):
            return text[len(start) :]
    return text


def _grouped(state: State, one: conditions.Condition, group: str, name: str) -> Filter | None:
    if group in ("params", "address"):
        key = f"shipping_address.{name}" if group == "address" else name
        check = _check(one, "text") if one.op else (lambda cell: False)
        return lambda order: check(order.params.get(key))
    if group == "items" and name in ITEM_KINDS:
        check = _check(one, ITEM_KINDS[name]) if one.op else (lambda cell: False)
        return lambda order: any(check(getattr(item, name)) for item in order.items)
    if (group == "contact" and name in CONTACT_COLUMNS) or (group == "customer" and name in CUSTOMER_COLUMNS):
        kind = "number" if name == "id" or group == "customer" else "text"
        check = _check(one, kind) if one.op else (lambda cell: False)
        contacts = state.store.contacts
        return lambda order: check(getattr(contacts.get(order.contact_id), name, None))
    return None


def _sorted(state: State, found: list[Order], sort: str, odd_page: bool) -> list[Order]:
    """`DESC` must be upper case; the default has no tie-break, so equal seconds come as they like."""
    name, _, order = sort.partition(" ")
    key = _sort_key(state, name)
    if key is None:
        # Without a tie-break the database orders rows of one second differently from page to page once they are many.
        shuffled = found[SLIDE:] + found[:SLIDE] if odd_page and len(found) > SHUFFLED_ABOVE else found
        return sorted(shuffled, key=lambda one: one.create_datetime, reverse=True)
    return sorted(found, key=key, reverse=order == "DESC")


def _sort_key(state: State, name: str) -> Callable[[Order], Any] | None:
    if name == "updated":
        return lambda one: one.update_datetime or one.create_datetime
    if name == "amount":
        return lambda one: to_primary(state, one.currency, one.total)
    if name == "state_id":
        return lambda one: STATE_ORDER.get(one.state_id, 99)
    kind = _kind(name)
    if kind is None or name in EMPTY or name == "paid_date":
        return None
    empty: Any = ZERO if kind == "number" else ""

    def key(one: Order) -> Any:
        value = getattr(one, name)
        return (0, empty) if value is None else (1, value)

    return key


METHODS: dict[str, Method] = {"order.search": reads(search)}
