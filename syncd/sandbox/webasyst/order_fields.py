"""Rows and extra `fields` of order.search (contracts/webasyst §5.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from syncd.sandbox import php

from . import contacts
from .amounts import number, text
from .call import Call, php_map
from .images_rows import searched_rows
from .order_rows import columns, item_row
from .order_totals import subtotal
from .product_rows import escape, image_path, searched, sku_row
from .reference import COUNTRIES, STOCK_UNIT, region_name
from .state import State
from .store import Contact, Order, Product
from .workflow_data import BY_ID

Row = dict[str, Any]
PLACE = ("country", "region", "city")
HIDDEN = ("entropy", "auth_code", "auth_pin")
PRODUCT_COLUMNS = (
    "id",
    "name",
    "summary",
    "type_id",
    "image_id",
    "image_filename",
    "sku_id",
    "ext",
    "url",
    "rating",
    "rating_count",
    "currency",
    "tax_id",
    "cross_selling",
    "upselling",
    "category_id",
    "badge",
    "sku_type",
    "rating_html",
)


def shown_rows(call: Call, orders: list[Order]) -> list[Row]:
    """The rows of a page; an unknown field appears as null."""
    escaped = call.get("escape", "1") != "0"
    names = [name.strip() for name in call.get("fields").split(",") if name.strip() and name.strip() != "*"]
    return [_row(call.state, order, names, escaped) for order in orders]


def _row(state: State, order: Order, names: list[str], escaped: bool) -> Row:
    row = columns(order)
    row["items"] = [{**item_row(item, escaped), "sort": place} for place, item in enumerate(order.items)]
    row["params"] = php_map({key: value for key, value in order.params.items() if key not in HIDDEN})
    for name in names:
        if name in ADDERS:
            ADDERS[name](state, order, row, escaped)
        elif name not in row and name not in ("product_code_values",):
            row[name] = None
    row["id_encoded"] = f"{state.settings.order_prefix}{order.id}"
    return row


def _short_contact(contact: Contact, escaped: bool) -> Row:
    name = escape(contact.name) if escaped else contact.name
    return {"id": str(contact.id), "name": name, "photo": "0", "is_user": contact.is_user, "is_company": "0"}


def _contact(state: State, order: Order, row: Row, escaped: bool) -> None:
    contact = state.store.contacts.get(order.contact_id)
    row["contact"] = None if contact is None else _short_contact(contact, escaped)


def _contact_full(state: State, order: Order, row: Row, escaped: bool) -> None:
    contact = state.store.contacts.get(order.contact_id)
    if contact is None:
        row["contact"] = None
        return
    row["contact"] = {
        "id": str(contact.id),
        "name": escape(contact.name) if escaped else contact.name,
        "photo": "0",
        "firstname": contact.firstname,
        "middlename": contact.middlename,
        "lastname": contact.lastname,
        "is_user": contact.is_user,
        "company": contact.company,
        "is_company": "0",
        "address": contact.addresses or "",
        "phone": contacts.phone_rows(contact) or "",
        "email": list(contact.emails) or "",
        "photo_url_40": contacts.USERPIC,
        "photo_url_96": contacts.USERPIC,
    }


def _assigned(state: State, order: Order, row: Row, escaped: bool) -> None:
    _contact(state, order, row, escaped)
    row["assigned_contact"] = None


def _state(state: State, order: Order, row: Row, escaped: bool) -> None:
    found = BY_ID[order.state_id]
    row["state"] = {
        "id": found["id"],
        "name": found["name"],
        "style": found["options"]["style"],
        "icon": found["options"]["icon"],
    }


def _subtotal(state: State, order: Order, row: Row, escaped: bool) -> None:
    row["subtotal"] = number(subtotal(order.items))


def _skus(state: State, order: Order, row: Row, escaped: bool) -> None:
    for shown, item in zip(row["items"], order.items, strict=True):
        sku = state.store.skus.get(item.sku_id)
        shown["sku"] = None if sku is None else sku_row(sku)


def _products(state: State, order: Order, row: Row, escaped: bool) -> None:
    for shown, item in zip(row["items"], order.items, strict=True):
        product = state.store.products.get(item.product_id)
        if product is None:
            shown["product"] = None
            continue
        whole = searched(state, product, escaped)
        shown["product"] = {name: whole[name] for name in PRODUCT_COLUMNS}
        shown["product"] |= _pictures(state, product)
    row["products"] = None


def _pictures(state: State, product: Product) -> Row:
    found: Row = {"images": php_map(searched_rows(state, product, double=True)), "image": None}
    if product.image_id is not None:

        def path(size: str) -> str:
            return image_path(product.id, product.image_id or 0, product.ext, size)

        sizes = (("thumb_url", "200x0"), ("crop_url", "96x96"), ("big_url", "970"))
        found["image"] = {name: path(size) for name, size in sizes}
        found["image_crop_small"] = path("48x48")
    return {**found, "frontend_url": f"/shop/{product.url}/"}


def _address_info(order: Order, kind: str) -> Row:
    data: dict[str, str | None] = {
        part: order.params.get(f"{kind}_address.{part}") for part in contacts.ADDRESS_PARTS
    }
    value: dict[str, str | None] = {
        part: data[part] for part in ("street", "city", "zip", "country", "region") if data[part]
    }
    if "country" in value:
        value["country"] = COUNTRIES.get(value["country"] or "", value["country"])
    region = region_name(data["country"], data["region"])
    named = {**value, "region": region} if region and region != data["city"] else {**value, "region": None}
    if named["region"]:
        value["region"] = region
    with_street = ",".join(str(named[part]) for part in (*PLACE, "street", "zip") if named.get(part))
    without = ",".join(str(named[part]) for part in (*PLACE, "zip") if named.get(part))
    value = {part: php.htmlspecialchars(one or "") for part, one in value.items()}
    place = {
        "with_street": with_street,
        "without_street": without,
        "map_url": f"https://maps.google.com/maps?q={php.urlencode(with_street)}&z=15",
    }
    return {"data": {**data, "lng": None, "lat": None}, "value": php_map(value), "for_map": place}


def _shipping_info(state: State, order: Order, row: Row, escaped: bool) -> None:
    name = order.params.get("shipping_name")
    head = {"name": name} if name else {}
    row["shipping_info"] = {
        **head,
        "address": _address_info(order, "shipping"),
        "price": text(order.shipping),
    }


def _billing_info(state: State, order: Order, row: Row, escaped: bool) -> None:
    name = order.params.get("payment_name")
    head = {"name": name} if name else {}
    row["billing_info"] = {**head, "address": _address_info(order, "billing")}


def _sales_channel(state: State, order: Order, row: Row, escaped: bool) -> None:
    channel = order.params.get("sales_channel", "")
    row["sales_channel"] = {
        "id": channel,
        "type": channel.partition(":")[0],
        "name": order.params.get("sales_channel_name", channel),
        "storefront": None,
        "icon_url": f"http://{state.settings.domain}{contacts.USERPIC}",
    }


def _order_icon(state: State, order: Order, row: Row, escaped: bool) -> None:
    _sales_channel(state, order, row, escaped)
    _contact(state, order, row, escaped)
    row["order_icon"] = f"http://{state.settings.domain}{contacts.USERPIC}"


def _payment_url(state: State, order: Order, row: Row, escaped: bool) -> None:
    code = hashlib.md5(f"pay {order.id}".encode(), usedforsecurity=False).hexdigest()
    row["payment_url"] = f"http://{state.settings.domain}/shop/paymentlink/{code}{order.id}/"


def _stock_units(state: State, order: Order, row: Row, escaped: bool) -> None:
    row["stock_units"] = [STOCK_UNIT]


ADDERS: dict[str, Callable[[State, Order, Row, bool], None]] = {
    "contact": _contact,
    "contact_full": _contact_full,
    "assigned_contact": _assigned,
    "state": _state,
    "subtotal": _subtotal,
    "skus": _skus,
    "products": _products,
    "shipping_info": _shipping_info,
    "billing_info": _billing_info,
    "sales_channel": _sales_channel,
    "order_icon": _order_icon,
    "payment_url": _payment_url,
    "stock_units": _stock_units,
}
