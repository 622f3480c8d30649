"""``GET orders/{id}``: the full order (cscart §4.3)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.order_lines import line_row
from syncd.sandbox.cscart.order_shipping import product_groups, shipping_block
from syncd.sandbox.cscart.places import country_name, state_name
from syncd.sandbox.cscart.product_rows import money
from syncd.sandbox.cscart.records import Order
from syncd.sandbox.cscart.replies import BROKEN_MARK
from syncd.sandbox.cscart.store import Store

ADDRESS = (
    "firstname",
    "lastname",
    "address",
    "address_2",
    "city",
    "county",
    "state",
    "country",
    "zipcode",
    "phone",
)
PADDING = (
    "birthday", "purchase_timestamp_from", "purchase_timestamp_to", "responsible_email", "last_activity",
    "password_change_timestamp", "api_key", "helpdesk_user_id", "is_root", "profile_update_timestamp",
)  # fmt: skip


def order_detail(context: Context, order: Order, lang: str) -> dict[str, Any]:
    """Return the full order with names in ``lang``, and with what ``order.break`` spoiled."""
    store = context.store
    row = _head(order)
    row.update(_customer(store, order, lang))
    row.update(_middle(store, order, lang))
    row["products"] = {
        line.item_id: line_row(context, order, line, lang) for line in sorted_lines(store, order, lang)
    }
    row.update(_money_tail(order, lang))
    row.update(dict.fromkeys(PADDING, ""))
    row.update(shipping_block(store, order, lang))
    if any(line.discount for line in order.lines):
        row["use_discount"] = True
    if order.taxes:
        row["shipping_tax_value"] = order.shipping_tax
    if order.coupons:
        row["coupons"] = {code: [str(number) for number in ids] for code, ids in order.coupons.items()}
    row["secondary_currency"] = order.currency
    row.update(_issuer(store, order))
    row["user_type"] = _user_type(store, order)
    row["display_subtotal"] = order.subtotal
    row["payment_info"] = dict(order.payment_info)
    row["product_groups"] = product_groups(store, order, lang)
    row["doc_ids"] = _documents(order)
    if "shipping" not in row or not row["shipping"]:
        row["need_shipment"] = True
    return spoil(row, store.broken.get(order.order_id))


def _head(order: Order) -> dict[str, Any]:
    return {
        "order_id": str(order.order_id), "is_parent_order": "Y" if order.is_parent else "N",
        "parent_order_id": str(order.parent_order_id), "company_id": str(order.company_id),
        "issuer_id": None if order.issuer_id is None else str(order.issuer_id), "user_id": str(order.user_id),
        "total": money(order.total), "subtotal": order.subtotal,
        "discount": sum((line.discount * line.amount for line in order.lines), start=0),
        "subtotal_discount": order.subtotal_discount, "payment_surcharge": order.payment_surcharge,
        "shipping_ids": ",".join(dict.fromkeys(str(row["shipping_id"]) for row in order.shippings)),
        "shipping_cost": money(order.shipping_cost), "timestamp": str(order.timestamp), "status": order.status,
        "notes": order.notes, "details": order.details, "promotions": order.promotions,
        "promotion_ids": ",".join(map(str, order.promotions)),
    }  # fmt: skip


def _customer(store: Store, order: Order, lang: str) -> dict[str, str]:
    """Return contact and addresses; an empty country or state shows the store's default (cscart §4.3)."""
    who = order.customer
    row = {key: who.get(key, "") for key in ("firstname", "lastname", "company")}
    row["firstname"] = row["firstname"][:32]
    for side in ("b", "s"):
        address = {f"{side}_{key}": who.get(f"{side}_{key}", "") for key in ADDRESS}
        address[f"{side}_country"] = address[f"{side}_country"] or store.settings.default_country
        address[f"{side}_state"] = address[f"{side}_state"] or store.settings.default_state
        country, state = address[f"{side}_country"], address[f"{side}_state"]
        if country:
            address[f"{side}_country_descr"] = country_name(country, lang)
        if state:
            address[f"{side}_state_descr"] = state_name(country, state, lang)
        row.update(address)
    row["s_address_type"] = who.get("s_address_type", "")
    row.update({key: who.get(key, "") for key in ("phone", "fax", "url", "email")})
    return row


def _middle(store: Store, order: Order, lang: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "payment_id": str(order.payment_id), "tax_exempt": "N", "lang_code": order.lang_code,
        "ip_address": "203.0.113.7", "repaid": "0", "validation_code": "", "localization_id": "0",
        "profile_id": str(order.profile_id), "storefront_id": "1", "updated_at": str(order.updated_at),
    }  # fmt: skip
    row.update(order.columns)
    row["payment_method"] = payment_method(store, order.payment_id, lang)
    row["fields"] = dict(order.fields)
    return row


def payment_method(store: Store, number: int, lang: str) -> dict[str, Any]:
    """Return the payment block; a deleted method leaves only ``storefront_ids`` (cscart §4.3)."""
    payment = store.payments.get(number)
    if payment is None:
        return {"storefront_ids": ""}
    known = payment.processor is not None
    return {
        "payment_id": str(payment.payment_id), "company_id": "1", "usergroup_ids": "0", "position": "30",
        "status": payment.status, "template": "views/orders/components/payments/empty.tpl",
        "processor_id": str(payment.processor_id), "a_surcharge": f"{payment.surcharge:.3f}",
        "p_surcharge": f"{payment.surcharge_percent:.3f}", "tax_ids": [], "localization": "",
        "payment_category": payment.category, "payment": named(payment.names, lang), "description": "",
        "instructions": "", "surcharge_title": "", "lang_code": lang, "processor": payment.processor,
        "processor_type": "P" if known else None, "processor_status": "A" if known else None, "image": [],
        "storefront_ids": "",
    }  # fmt: skip


def named(names: dict[str, str], lang: str) -> str:
    """Return a name in a language, or in the first one it has."""
    return names.get(lang) or next(iter(names.values()), "")


def sorted_lines(store: Store, order: Order, lang: str) -> list[Any]:
    """Return the lines ordered by product name, as the API sends them."""
    return sorted(order.lines, key=lambda line: line.name.casefold())


def _money_tail(order: Order, lang: str) -> dict[str, Any]:
    taxes: dict[int, Any] = {}
    for number, row in order.taxes.items():
        tax = row["tax"]
        taxes[number] = {
            "rate_type": "P", "rate_value": f"{tax.rate:.3f}", "price_includes_tax": "Y" if tax.included else "N",
            "regnumber": "", "priority": "0", "tax_subtotal": row["tax_subtotal"],
            "description": named(tax.names, lang), "calculation_type": "unit_price", "applies": row["applies"],
        }  # fmt: skip
    added = [
        value
        for row in order.taxes.values()
        for key, value in row["applies"].items()
        if not row["tax"].included and key.startswith("S_")
    ]
    shown: Any = order.shipping_cost + sum(added) if added else money(order.shipping_cost)
    return {
        "taxes": taxes, "tax_subtotal": order.tax_subtotal, "display_shipping_cost": shown,
        "need_shipping": any(line.is_edp != "Y" for line in order.lines),
    }  # fmt: skip


def _issuer(store: Store, order: Order) -> dict[str, Any]:
    user = store.users.get(order.issuer_id or 0)
    if user is None:
        return {}
    return {"issuer_data": {
        "user_id": str(user.user_id), "helpdesk_user_id": "0", "user_login": "admin",
        "company_id": "0", "firstname": user.firstname, "lastname": user.lastname, "email": user.email,
        "user_type": user.user_type, "password_change_timestamp": "1",
    }}  # fmt: skip


def _user_type(store: Store, order: Order) -> str:
    if order.user_id == 0:
        return "C"
    user = store.users.get(order.user_id)
    return user.user_type if user is not None and user.status != "D" else ""


def _documents(order: Order) -> dict[str, str]:
    numbers = {"I": order.invoice_id, "C": order.credit_memo_id}
    return {key: str(number) for key, number in numbers.items() if number is not None}


def spoil(row: dict[str, Any], how: dict[str, Any] | None) -> dict[str, Any]:
    """Apply what ``order.break`` asked for: changed fields, missing fields, unreadable JSON."""
    if how is None:
        return row
    row.update(how.get("set", {}))
    for key in how.get("drop", ()):
        row.pop(key, None)
    if how.get("invalid_json"):
        row[BROKEN_MARK] = 1
    if how.get("invalid_utf8"):
        row["notes"] = "\udcff"
    return row
