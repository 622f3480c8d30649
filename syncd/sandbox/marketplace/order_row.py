"""An order as the API writes it: nearly all values are texts (contracts/sources §3.1, §3.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.marketplace.records import Line, Order
from syncd.sandbox.marketplace.store import Store

ADDRESS = (
    "firstname", "lastname", "address", "address_2", "city", "county", "state", "country", "zipcode", "phone",
)  # fmt: skip
PAYMENT_ID = "14"
COMPANY_NAME = "Dev team"


def short_row(order: Order) -> dict[str, Any]:
    """Return a row of the list of orders."""
    who = order.customer
    return {
        "order_id": str(order.order_id), "issuer_id": None, "user_id": str(order.user_id), "is_parent_order": "N",
        "parent_order_id": "0", "company_id": str(order.company_id), "company": who.get("company", ""),
        "timestamp": str(order.timestamp), "updated_at": str(order.updated_at),
        **{name: who.get(name, "") for name in ("firstname", "lastname", "email")}, "company_name": COMPANY_NAME,
        "phone": who.get("phone", ""), "status": order.status, "total": _total(order.total), "invoice_id": None,
        "credit_memo_id": None,
    }  # fmt: skip


def detail_row(store: Store, order: Order) -> dict[str, Any]:
    """Return the whole order with its lines and the numbers of its licences."""
    row = {**_head(order), **_customer(order)}
    row.update(
        payment_id=PAYMENT_ID, tax_exempt="N", lang_code="en", ip_address="192.0.2.44", need_shipping=False,
        products=_products(store, order), product_groups=[], taxes=[],
        payment_method={"payment_id": PAYMENT_ID, "payment": order.payment}, shipping=[], promotions=[],
    )  # fmt: skip
    if store.settings.currency_shown:
        row["secondary_currency"] = order.currency
    return row


def _head(order: Order) -> dict[str, Any]:
    zero = _total(Decimal(0))
    return {
        "order_id": str(order.order_id), "is_parent_order": "N", "parent_order_id": "0",
        "company_id": str(order.company_id), "issuer_id": None, "user_id": str(order.user_id),
        "total": _total(order.total), "subtotal": _total(order.subtotal), "discount": zero,
        "subtotal_discount": _total(order.discount), "payment_surcharge": zero, "shipping_cost": zero,
        "shipping_ids": "", "timestamp": str(order.timestamp), "updated_at": str(order.updated_at),
        "status": order.status, "notes": order.notes, "details": "", "promotion_ids": "",
    }  # fmt: skip


def _customer(order: Order) -> dict[str, str]:
    names = ["firstname", "lastname", "company", *(f"{side}_{key}" for side in "bs" for key in ADDRESS)]
    return {name: order.customer.get(name, "") for name in [*names, "phone", "fax", "url", "email"]}


def _products(store: Store, order: Order) -> Any:
    rows = [_line(order, line, as_list=store.settings.shape == "list") for line in order.lines]
    if store.settings.shape == "list":
        return rows
    return php.PhpObject({row["item_id"]: row for row in rows})


def _line(order: Order, line: Line, *, as_list: bool) -> dict[str, Any]:
    extra: dict[str, str] = {}
    if line.external_id:
        extra = {"product": line.title, "external_id": line.external_id, "is_edp": "Y"}
    if line.licence:
        extra["license_number"] = line.licence
    return {
        "item_id": str(line.item_id), "order_id": str(order.order_id), "product_id": str(line.product_id),
        "product_code": line.code, "product": line.title, "price": php.fixed(line.price),
        "amount": str(line.amount), "original_price": line.price, "base_price": php.fixed(line.price), "discount": 0,
        "subtotal": line.subtotal, "is_edp": "Y", "extra": [extra] if as_list and extra else extra,
    }  # fmt: skip


def _total(amount: Decimal) -> str:
    return php.fixed(amount, 4)
