"""Payments, shippings, taxes and settings: lists that PHP slices in memory (cscart §1.7, §5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, Handler, privileges
from syncd.sandbox.cscart.order_detail import named
from syncd.sandbox.cscart.paging import sliced_list
from syncd.sandbox.cscart.product_rows import company_name
from syncd.sandbox.cscart.replies import ApiError

Rows = dict[int, dict[str, Any]]
SECRET = 'a:1:{s:3:"key";s:16:"sk_test_SANDBOX0";}'


def _lang(context: Context, call: Call) -> str:
    return context.store.language(call.text("lang_code", context.store.default_language))


def payment_rows(context: Context, call: Call) -> Rows:
    """Return payments; ``processor_params`` carries the gateway's secrets as serialized text."""
    lang = _lang(context, call)
    return {
        row.payment_id: {
            "payment_id": str(row.payment_id), "company_id": "1", "usergroup_ids": "0", "position": "30",
            "status": row.status, "template": "views/orders/components/payments/empty.tpl",
            "processor_id": str(row.processor_id), "a_surcharge": f"{row.surcharge:.3f}",
            "p_surcharge": f"{row.surcharge_percent:.3f}", "tax_ids": "", "localization": "",
            "payment_category": row.category, "payment": named(row.names, lang), "description": "",
            "instructions": "", "surcharge_title": "", "lang_code": lang,
            "processor_type": "P" if row.processor else None, "processor_status": "A",
            "processor_params": SECRET if row.processor else "", "processor_script": None,
        }
        for row in context.store.payments.values()
    }  # fmt: skip


def shipping_rows(context: Context, call: Call) -> Rows:
    """Return shipping methods."""
    lang = _lang(context, call)
    return {
        row.shipping_id: {
            "shipping_id": str(row.shipping_id), "company_id": "1", "min_weight": "0.000", "max_weight": "0.000",
            "position": str(row.position), "status": row.status, "tax_ids": ",".join(map(str, row.tax_ids)),
            "usergroup_ids": "0", "shipping": named(row.names, lang), "delivery_time": row.delivery_time,
            "company_name": company_name(context.store, 1), "storefront_id": "1" if row.free else None,
        }
        for row in context.store.shippings.values()
    }  # fmt: skip


def tax_rows(context: Context, call: Call) -> Rows:
    """Return taxes."""
    lang = _lang(context, call)
    return {
        row.tax_id: {
            "tax_id": str(row.tax_id), "address_type": "S", "status": "A",
            "price_includes_tax": "Y" if row.included else "N", "display_including_tax": "N",
            "display_info": "", "regnumber": "", "priority": "0", "tax": named(row.names, lang), "lang_code": lang,
        }
        for row in context.store.taxes.values()
    }  # fmt: skip


def setting_rows(context: Context, call: Call) -> Rows:
    """Return settings, filtered by section and tab."""
    wanted = {key: call.text(key) for key in ("section_id", "section_tab_id") if call.text(key)}
    rows = context.store.config.items()
    return {
        number: dict(row) for number, row in rows if all(row[key] == value for key, value in wanted.items())
    }


def update_setting(context: Context, call: Call) -> tuple[int, Any]:
    """Change a setting; ``elements_per_page`` takes effect on all lists."""
    row = context.store.config.get(call.number)
    if row is None:
        raise ApiError(404)
    if "value" not in call.data:
        raise ApiError(400, "The value field is required")
    row["value"] = php.to_str(call.data["value"])
    settings = context.store.settings
    if row["name"] == "elements_per_page":
        settings.items_per_page = php.to_int(row["value"])
    elif row["name"] == "min_order_amount":
        settings.minimum_order_total = php.to_float(row["value"])
    return 200, {"setting_id": row["object_id"]}


def _entity(
    name: str, rights: dict[str, str], rows: Callable[[Context, Call], Rows], update: Handler | None
) -> Entity:
    def index(context: Context, call: Call) -> tuple[int, Any]:
        return 200, sliced_list(call, name, rows(context, call), context.store.settings.items_per_page)

    def read(context: Context, call: Call) -> tuple[int, Any]:
        row = rows(context, call).get(call.number)
        if row is None:
            raise ApiError(404)
        return 200, row

    return Entity(name, rights, index, read, update=update)


ENTITIES = (
    _entity("payments", privileges("view_payments", "manage_payments"), payment_rows, None),
    _entity("shippings", privileges("view_shipping", "manage_shipping"), shipping_rows, None),
    _entity("taxes", privileges("view_taxes", "manage_taxes"), tax_rows, None),
    _entity("settings", privileges("view_settings", "update_settings"), setting_rows, update_setting),
)
