"""``GET orders``: filters, sort keys, paging, and ``get_orders_data`` (cscart §4.1, §4.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.order_detail import order_detail
from syncd.sandbox.cscart.paging import asked_page, echo
from syncd.sandbox.cscart.periods import period_test
from syncd.sandbox.cscart.product_list import like
from syncd.sandbox.cscart.product_rows import money
from syncd.sandbox.cscart.records import Order
from syncd.sandbox.cscart.store import Store

Test = Callable[[Order], bool]
SORT_KEYS: dict[str, Callable[[Order], Any]] = {
    "order_id": lambda o: o.order_id,
    "status": lambda o: (o.status, o.order_id),
    "customer": lambda o: (
        o.customer.get("lastname", "").casefold(),
        o.customer.get("firstname", "").casefold(),
    ),
    "email": lambda o: o.customer.get("email", "").casefold(),
    "date": lambda o: (o.timestamp, o.order_id),
    "total": lambda o: (o.total, o.order_id),
}


def list_orders(context: Context, call: Call) -> dict[str, Any]:
    """Return the envelope of ``GET orders``; a page past the end is empty."""
    store = context.store
    tests = _tests(store, call)
    found = [order for order in store.orders.values() if all(test(order) for test in tests)]
    asked = call.text("sort_by", "date")
    sort_by = asked if asked in SORT_KEYS else "date"
    descending = call.text("sort_order", "desc") not in {"asc", "ascdesc"}
    found.sort(key=SORT_KEYS[sort_by], reverse=descending)
    page = asked_page(call, store.settings.items_per_page)
    order = ("desc", "asc") if descending else ("asc", "desc")
    defaults = {
        "extra": ["issuers", "invoice_docs", "memo_docs"], "include_incompleted": _incompleted(call),
        "sort_order": order[0], "sort_by": sort_by, "sort_order_rev": order[1],
    }  # fmt: skip
    params = echo(call, defaults, page, len(found) if page.size else None)
    full = php.truthy(call.params.get("get_orders_data"))
    shown = page.slice(found)
    rows = [order_detail(context, row, call.lang) if full else short_row(store, row) for row in shown]
    return {"orders": rows, "params": params}


def _incompleted(call: Call) -> bool:
    return php.truthy(call.params.get("include_incompleted")) or "N" in call.letters("status")


def short_row(store: Store, order: Order) -> dict[str, Any]:
    """Return a row of the short list: no ``updated_at``, no lines, no address."""
    who, issuer = order.customer, store.users.get(order.issuer_id or 0)
    return {
        "order_id": str(order.order_id), "issuer_id": None if order.issuer_id is None else str(order.issuer_id),
        "user_id": str(order.user_id), "is_parent_order": "N", "parent_order_id": str(order.parent_order_id),
        "company_id": str(order.company_id), "company": who.get("company", ""), "timestamp": str(order.timestamp),
        "firstname": who.get("firstname", "")[:32], "lastname": who.get("lastname", ""),
        "email": who.get("email", ""), "phone": who.get("phone", ""), "status": order.status,
        "total": money(order.total), "storefront_id": "1",
        "issuer_name": None if issuer is None else f"{issuer.firstname} {issuer.lastname}",
        "issuer_email": None if issuer is None else issuer.email,
        "invoice_id": None if order.invoice_id is None else str(order.invoice_id),
        "credit_memo_id": None if order.credit_memo_id is None else str(order.credit_memo_id), "points": None,
    }  # fmt: skip


def _tests(store: Store, call: Call) -> list[Test]:
    hidden = store.hidden_orders
    tests: list[Test] = [lambda o: not o.is_parent and o.order_id not in hidden]
    if not _incompleted(call):
        tests.append(lambda o: o.status not in {"N", "T"})
    if letters := call.letters("status"):
        tests.append(lambda o: o.status in letters)
    if call.company_id:
        tests.append(lambda o: o.company_id == call.company_id)
    tests += _updated_tests(call)
    if (wanted_time := period_test(store, call)) is not None:
        tests.append(lambda o: wanted_time(o.timestamp))
    return tests + _id_tests(call) + _text_tests(call)


def _updated_tests(call: Call) -> list[Test]:
    """Both ends are inclusive, and an empty upper end means "up to 0" (cscart §4.1)."""
    tests: list[Test] = []
    low, top = php.to_int(call.params.get("updated_at_from")), php.to_int(call.params.get("updated_at_to"))
    if call.text("updated_at_from"):
        tests.append(lambda o: o.updated_at >= low)
    if "updated_at_to" in call.params:
        tests.append(lambda o: o.updated_at <= top)
    return tests


def _id_tests(call: Call) -> list[Test]:
    tests: list[Test] = []
    getters: dict[str, Callable[[Order], set[int]]] = {
        "order_id": lambda o: {o.order_id},
        "user_id": lambda o: {o.user_id},
        "company_id": lambda o: {o.company_id},
        "company_ids": lambda o: {o.company_id},
        "payments": lambda o: {o.payment_id},
        "shippings": lambda o: {row["shipping_id"] for row in o.shippings},
        "p_ids": lambda o: {line.product_id for line in o.lines},
        "invoice_id": lambda o: {o.invoice_id or 0},
        "credit_memo_id": lambda o: {o.credit_memo_id or 0},
        "parent_order_id": lambda o: {o.parent_order_id},
    }
    for key, get in getters.items():
        if wanted := call.numbers(key) - {0}:
            tests.append(partial(_shares, get, wanted))
    if call.text("storefront_id") not in {"", "1"}:
        tests.append(lambda o: False)
    if php.truthy(call.params.get("has_invoice")):
        tests.append(lambda o: o.invoice_id is not None)
    if php.truthy(call.params.get("has_credit_memo")):
        tests.append(lambda o: o.credit_memo_id is not None)
    if php.truthy(call.params.get("no_issuer")):
        tests.append(lambda o: o.issuer_id is None)
    return tests


def _text_tests(call: Call) -> list[Test]:
    tests: list[Test] = []
    for key in ("email", "phone", "company"):
        if value := call.text(key):
            tests.append(partial(_contains, like(value), key))
    if value := call.text("cname"):
        pattern = like(value)
        tests.append(
            lambda o: bool(
                pattern.search(f"{o.customer.get('firstname', '')} {o.customer.get('lastname', '')}")
            )
        )
    low, top = php.to_float(call.params.get("total_from")), php.to_float(call.params.get("total_to"))
    if call.text("total_from"):
        tests.append(lambda o: float(o.total) >= low)
    if call.text("total_to"):
        tests.append(lambda o: float(o.total) <= top)
    return tests


def _shares(get: Callable[[Order], set[int]], wanted: set[int], order: Order) -> bool:
    return not wanted.isdisjoint(get(order))


def _contains(pattern: re.Pattern[str], key: str, order: Order) -> bool:
    return pattern.search(order.customer.get(key, "")) is not None
