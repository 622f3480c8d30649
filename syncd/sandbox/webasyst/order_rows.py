"""How orders, their lines and their history look in answers (contracts/webasyst §5.5-5.10)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php

from . import contacts
from .call import php_map
from .errors import not_found
from .product_rows import escape as escape_html
from .state import State
from .store import Item, LogRow, Order
from .workflow_data import ACTION_NAMES, LOG_RECORDS

SECRET_PARAMS = ("auth_code", "auth_pin")


def find(state: State, value: Any) -> Order:
    """The order of an id parameter; 404 for unknown ids, display numbers and text."""
    order = state.store.orders.get(php.to_int(value)) if php.is_numeric(value) else None
    if order is None:
        raise not_found("Order")
    return order


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)


def columns(order: Order) -> dict[str, Any]:
    """The order's own columns, as strings."""
    paid = order.paid_datetime
    month = int(paid[5:7]) if paid else 0
    return {
        "id": str(order.id),
        "contact_id": _id(order.contact_id),
        "create_datetime": order.create_datetime,
        "update_datetime": order.update_datetime,
        "state_id": order.state_id,
        "total": str(order.total),
        "currency": order.currency,
        "rate": str(order.rate),
        "tax": str(order.tax),
        "shipping": str(order.shipping),
        "discount": str(order.discount),
        "assigned_contact_id": _id(order.assigned_contact_id),
        "paid_year": paid[:4] if paid else None,
        "paid_quarter": str((month + 2) // 3) if paid else None,
        "paid_month": str(month) if paid else None,
        "paid_date": paid[:10] if paid else None,
        "paid_datetime": paid,
        "auth_date": None,
        "is_first": str(order.is_first),
        "unsettled": str(order.unsettled),
        "comment": order.comment,
        "courier_contact_id": None,
        "fulfillment_contact_id": _id(order.fulfillment_contact_id),
        "cashier_contact_id": None,
        "manager_contact_id": None,
        "shipping_datetime": order.shipping_datetime,
    }


def item_row(item: Item, escaped: bool) -> dict[str, Any]:
    """The columns of a line; single quotes stay in searches (contracts/webasyst §5.5)."""
    return {
        "id": str(item.id),
        "order_id": str(item.order_id),
        "name": escape_html(item.name) if escaped else item.name,
        "product_id": str(item.product_id),
        "sku_id": str(item.sku_id),
        "sku_code": item.sku_code,
        "type": item.type,
        "service_id": None,
        "service_variant_id": None,
        "price": str(item.price),
        "quantity": str(item.quantity),
        "quantity_denominator": "1",
        "parent_id": None,
        "stock_id": _id(item.stock_id),
        "virtualstock_id": _id(item.virtualstock_id),
        "stock_unit_id": "0",
        "purchase_price": str(item.purchase_price),
        "total_discount": str(item.total_discount),
        "tax_percent": None,
        "tax_included": "0",
    }


def info(state: State, order: Order) -> dict[str, Any]:
    """order.getInfo: items keyed by id, names always escaped (contracts/webasyst §5.6)."""
    answer = columns(order)
    answer["params"] = shown_params(order)
    answer["contact"] = contacts.order_contact(state.store.contacts.get(order.contact_id), order.contact_id)
    items = {}
    for item in order.items:
        row = item_row(item, escaped=False)
        row["name"] = php.htmlspecialchars(item.name)
        items[str(item.id)] = {**row, **_image_columns(state, item)}
    answer["items"] = php_map(items)
    # Seen as 0 in every recording, whatever the discounts of the lines.
    answer["items_total_discount"] = 0
    return answer


def shown_params(order: Order) -> dict[str, str] | list[Any]:
    """The params without the secret codes; [] when there are none."""
    return php_map({key: value for key, value in sorted(order.params.items()) if key not in SECRET_PARAMS})


def _image_columns(state: State, item: Item) -> dict[str, Any]:
    product = state.store.products.get(item.product_id)
    sku = state.store.skus.get(item.sku_id)
    return {
        "image_id": None if product is None else _id(product.image_id),
        "image_filename": None if product is None else "",
        "sku_image_id": None if sku is None else _id(sku.image_id),
        "ext": None if product is None else product.ext,
        "file_name": None if sku is None else "",
        "file_size": None if sku is None else "0",
    }


def log_row(state: State, row: LogRow) -> dict[str, Any]:
    """One row of order.log."""
    person = state.store.contacts.get(row.contact_id)
    names = ("", "", "") if person is None else (person.firstname, person.middlename, person.lastname)
    return {
        "id": str(row.id),
        "order_id": str(row.order_id),
        "contact_id": _id(row.contact_id),
        "action_id": row.action_id,
        "datetime": row.datetime,
        "before_state_id": row.before_state_id,
        "after_state_id": row.after_state_id,
        "text": row.text,
        "contact_firstname": names[0],
        "contact_middlename": names[1],
        "contact_lastname": names[2],
        "contact_photo": "0",
        "contact_name": " ".join(part for part in names if part),
        "params": php_map(dict(row.params)),
        "action_name": ACTION_NAMES.get(row.action_id, ""),
        "log_record": LOG_RECORDS.get(row.action_id, ""),
        "photo_url_40": f"http://{state.settings.domain}/wa-content/img/userpic50@2x.jpg",
    }
