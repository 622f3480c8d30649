"""Placing an order: from a draft to stored rows, stock taken, status set (cscart §4.4, §4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from syncd.sandbox.cscart.cart import apply_promotions, apply_taxes, make_line, settle
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.order_detail import order_detail
from syncd.sandbox.cscart.order_shipping import groups_of
from syncd.sandbox.cscart.product_rows import company_name
from syncd.sandbox.cscart.records import Line, Order, Tax
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.cscart.stock import change_status
from syncd.sandbox.cscart.store import Store

NOT_CREATED = "Order couldn't be created"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line that a customer wants."""

    product_id: int
    amount: int
    options: Mapping[int, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is needed to place an order.

    ``shipping`` is one method id, a map from vendor (or group index) to method ids, or None for no shipping.
    ``forced`` holds amounts that replace the computed ones before the total is added up; ``rates`` replaces taxes.
    """

    company_id: int
    payment_id: int
    customer: dict[str, str]
    wanted: tuple[Wanted, ...]
    user_id: int = 0
    shipping: int | Mapping[int, int] | None = None
    coupons: tuple[str, ...] = ()
    notes: str = ""
    details: str = ""
    timestamp: int | None = None
    lang: str = "en"
    forced: Mapping[str, Decimal] = field(default_factory=dict)
    rates: Mapping[int, Tax] | None = None
    issuer_id: int | None = None


def build(store: Store, draft: Draft) -> Order:
    """Make the order with all amounts, not yet stored.

    Short lines are reduced or dropped without a word; raises ApiError 400 when nothing is left.
    """
    lines = _lines(store, draft.wanted)
    if not lines:
        raise ApiError(400, NOT_CREATED)
    moment = store.now if draft.timestamp is None else draft.timestamp
    order = Order(
        0, draft.company_id, draft.user_id, moment, moment, "N", draft.payment_id, dict(draft.customer), lines,
        notes=draft.notes, details=draft.details, lang_code=draft.lang, issuer_id=draft.issuer_id,
        profile_id=draft.user_id,
    )  # fmt: skip
    if draft.shipping is not None:
        order.shippings = choose_shippings(store, order, draft.shipping)
    apply_promotions(store, order, list(draft.coupons))
    apply_taxes(store, order, draft.rates)
    settle(store, order, draft.forced)
    return order


def _lines(store: Store, wanted: tuple[Wanted, ...]) -> list[Line]:
    lines: dict[int, Line] = {}
    for want in wanted:
        product = store.products.get(want.product_id)
        if product is None or not store.visible(product):
            continue
        amount = want.amount
        if product.column("tracking", "B") == "B" and not store.settings.allow_negative_stock:
            amount = min(amount, product.amount)
        if amount > 0:
            line = make_line(store, product, amount, want.options, dict(want.extra))
            lines[line.item_id] = line
    return list(lines.values())


def choose_shippings(store: Store, order: Order, asked: int | Mapping[int, int]) -> list[dict[str, Any]]:
    """Return the chosen method of every group that must be shipped; raises ApiError 403 when there is none."""
    chosen = []
    for key, (company_id, lines) in enumerate(groups_of(store, order)):
        if all(line.is_edp == "Y" for line in lines):
            continue
        number = asked if isinstance(asked, int) else asked.get(company_id, asked.get(key, 0))
        method = store.shippings.get(number)
        if method is None or method.status != "A":
            raise ApiError(403, "No shipping methods are available")
        name = company_name(store, company_id) or "CS-Cart"
        chosen.append({"shipping_id": number, "rate": method.rate, "group_key": key, "group_name": name})
    return chosen


def place(context: Context, draft: Draft, status: str | None = None) -> Order:
    """Store a new order and open it; with two vendors a parent and one order per vendor (cscart §4.4).

    ``status`` replaces the usual ``O`` (``P`` when there is nothing to pay). Raises ApiError.
    """
    store = context.store
    order = build(store, draft)
    vendors = {line.company_id for line in order.lines} if store.edition == "MULTIVENDOR" else set()
    if len(vendors) > 1:
        _split(context, order, draft, status)
    else:
        if vendors:
            order.company_id = vendors.pop()
        order.order_id = store.next_id("order")
        store.orders[order.order_id] = order
        change_status(context, order, status or ("O" if order.total else "P"))
    context.trigger("new_order", hook_payload(context, order))
    return order


def _split(context: Context, parent: Order, draft: Draft, status: str | None) -> None:
    store = context.store
    parent.order_id, parent.is_parent, parent.company_id = store.next_id("order"), True, 0
    parent.status, parent.updated_at = "T", store.now
    store.orders[parent.order_id] = parent
    for company_id, lines in groups_of(store, parent):
        mine = {line.product_id for line in lines}
        wanted = tuple(want for want in draft.wanted if want.product_id in mine)
        child = build(store, replace(draft, wanted=wanted, company_id=company_id, forced={}))
        child.order_id, child.parent_order_id = store.next_id("order"), parent.order_id
        store.orders[child.order_id] = child
        change_status(context, child, status or "O")
    children = suborders(store, parent)
    parent.total = sum((row.total for row in children), Decimal(0))
    parent.shipping_cost = sum((row.shipping_cost for row in children), Decimal(0))


def suborders(store: Store, parent: Order) -> list[Order]:
    """Return the vendors' orders of a parent order."""
    return [row for row in store.orders.values() if row.parent_order_id == parent.order_id]


def hook_payload(context: Context, order: Order) -> dict[str, Any]:
    """Return what ``new_order`` sends: lines as a list, no product groups (cscart §6)."""
    data = order_detail(context, order, order.lang_code)
    data["products"] = list(data["products"].values())
    data.pop("product_groups")
    return data
