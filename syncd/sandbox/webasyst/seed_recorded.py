"""The shop of the recordings: 20 products, 10 orders, 11 contacts (contracts/webasyst fixtures/seeded)."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib import resources
from typing import Any

from .amounts import money, quantity
from .categories_tree import put_product
from .features import define
from .product_rows import EXTRA_DEFAULTS
from .state import State
from .store import Category, Contact, Image, Item, LogRow, Order, Product, Sku

DATA = "recorded.json"


def fill_recorded(state: State) -> None:
    """Load the recorded rows; ids, times and counters are as they were in the shop."""
    text = resources.files(__package__).joinpath(DATA).read_text(encoding="utf-8")
    data = json.loads(text)
    _features(state)
    for row in data["categories"]:
        _category(state, row)
    for row in data["products"]:
        _product(state, row)
    for row in data["contacts"]:
        _contact(state, row)
    for row in data["orders"]:
        _order(state, row)
    for row in data["log"]:
        _log(state, row)


def _features(state: State) -> None:
    row = define(state, "cscart_id", "External id", "varchar")
    row |= {"status": "private", "available_for_sku": "1", "count": "2"}


def _int(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


def _category(state: State, row: dict[str, Any]) -> None:
    names = ("url", "description", "meta_title", "meta_keywords", "meta_description", "type", "status")
    category = Category(
        id=int(row["id"]),
        name=row["name"],
        create_datetime=row["create_datetime"],
        parent_id=int(row["parent_id"]),
        **{name: row[name] for name in names},
    )
    state.store.categories.put(category.id, category)
    parent = state.store.categories.get(category.parent_id)
    (state.store.root_categories if parent is None else parent.children).append(category.id)


def _product(state: State, row: dict[str, Any]) -> None:
    texts = (
        "name",
        "create_datetime",
        "url",
        "edit_datetime",
        "summary",
        "description",
        "status",
        "type_id",
        "currency",
        "ext",
    )
    product = Product(id=int(row["id"]), **{name: row[name] for name in texts})
    for name in ("price", "compare_price", "min_price", "max_price"):
        setattr(product, name, money(row[name]))
    product.count = None if row["count"] is None else quantity(row["count"])
    product.sku_id, product.image_id = _int(row["sku_id"]), _int(row["image_id"])
    product.extra = {
        name: row[name] for name in EXTRA_DEFAULTS if row.get(name) != EXTRA_DEFAULTS[name]
    } or None
    product.params, product.features = row["params"] or None, row["features"] or None
    state.store.products.put(product.id, product)
    for sku in row["skus"]:
        _sku(state, product, sku)
    product.sku_count = len(product.skus)
    product.images = tuple(_image(state, image) for image in row["images"])
    put_product(state.store, product, [int(one) for one in row["category_ids"]])
    product.tags = tuple(row["tags"])
    for name in product.tags:
        state.store.tags.setdefault(name, len(state.store.tags) + 1)


def _sku(state: State, product: Product, row: dict[str, Any]) -> None:
    sku = Sku(
        id=int(row["id"]), product_id=product.id, sku=row["sku"], name=row["name"], sort=int(row["sort"])
    )
    for name in ("price", "primary_price", "purchase_price", "compare_price"):
        setattr(sku, name, money(row[name]))
    sku.available, sku.status = row["available"], row["status"]
    sku.stock = {int(key): quantity(value) for key, value in (row["stock"] or {}).items()} or None
    sku.count = None if row["count"] is None else quantity(row["count"])
    state.store.skus.put(sku.id, sku)
    product.skus.append(sku)


def _image(state: State, row: dict[str, Any]) -> Image:
    image = Image(
        id=int(row["id"]),
        product_id=int(row["product_id"]),
        upload_datetime=row["upload_datetime"],
        description=row["description"],
        sort=int(row["sort"]),
        width=_int(row["width"]),
        height=_int(row["height"]),
        size=int(row["size"]),
        original_filename=row["original_filename"],
        ext=row["ext"],
        content=b"",
        digest="",
    )
    return state.store.images.put(image.id, image)


def _contact(state: State, row: dict[str, Any]) -> None:
    texts = (
        "create_datetime",
        "firstname",
        "middlename",
        "lastname",
        "company",
        "name",
        "is_user",
        "login",
        "last_datetime",
        "create_app_id",
        "create_method",
        "locale",
    )
    contact = Contact(id=int(row["id"]), **{name: row[name] for name in texts})
    contact.create_contact_id = int(row["create_contact_id"])
    contact.emails, contact.addresses = row["email"] or [], row["address"] or []
    contact.phones = [one["value"] for one in row["phone"] or []]
    if row["contact_id"] is not None:
        contact.is_customer, contact.total_spent = True, money(row["total_spent"])
        contact.number_of_orders, contact.last_order_id = (
            int(row["number_of_orders"]),
            int(row["last_order_id"]),
        )
    state.store.contacts.put(contact.id, contact)


def _order(state: State, row: dict[str, Any]) -> None:
    order = Order(
        id=int(row["id"]),
        contact_id=_int(row["contact_id"]),
        create_datetime=row["create_datetime"],
        currency=row["currency"],
        rate=Decimal(row["rate"]),
        state_id=row["state_id"],
        update_datetime=row["update_datetime"],
        comment=row["comment"],
        paid_datetime=row["paid_datetime"],
        is_first=int(row["is_first"]),
    )
    for name in ("total", "tax", "shipping", "discount"):
        setattr(order, name, money(row[name]))
    order.params = dict(row["params"])
    order.state_before_delete = "new" if order.state_id == "deleted" else None
    state.store.orders.put(order.id, order)
    order.items = [_item(state, one) for one in row["items"].values()]


def _item(state: State, row: dict[str, Any]) -> Item:
    item = Item(
        id=int(row["id"]),
        order_id=int(row["order_id"]),
        name=row["name"],
        product_id=int(row["product_id"]),
        sku_id=int(row["sku_id"]),
        sku_code=row["sku_code"],
        price=money(row["price"]),
        quantity=quantity(row["quantity"]),
        stock_id=_int(row["stock_id"]),
        purchase_price=money(row["purchase_price"]),
        total_discount=money(row["total_discount"]),
        type=row["type"],
    )
    return state.store.items.put(item.id, item)


def _log(state: State, row: dict[str, Any]) -> None:
    names = ("action_id", "datetime", "before_state_id", "after_state_id", "text")
    found = LogRow(
        id=int(row["id"]),
        order_id=int(row["order_id"]),
        contact_id=_int(row["contact_id"]),
        **{name: row[name] for name in names},
        params=dict(row["params"] or {}),
    )
    state.store.add_log(found)
