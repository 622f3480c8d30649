"""shop.product.massUpdate: by id only, skips silently, rejects as a whole (contracts/webasyst §3.6)."""

from __future__ import annotations

import json
from typing import Any

from syncd.sandbox import php

from .amounts import is_numeric, quantity
from .call import Call, Method, writes
from .errors import ApiError
from .products import put_columns
from .skus_write import put_columns as put_sku_columns
from .skus_write import reprice
from .stock import put_stock, recount, refresh_product
from .store import Product, Sku

Entry = dict[str, Any]


def mass_update(call: Call) -> Any:
    """Change many SKUs and products at once; the answer is "ok" whatever was skipped."""
    skus, products = _entries(call, "sku"), _entries(call, "product")
    if not skus and not products:
        raise ApiError(400, "invalid_param", "No data to update.")
    for entry in skus:
        _check_sku(call, entry)
    for entry in products:
        _check_id("product", entry)
    touched: dict[int, Product] = {}
    for entry in skus:
        _put_sku(call, entry, touched)
    for entry in products:
        _put_product(call, entry, touched)
    for product in touched.values():
        _finish(call, product)
    return "ok"


def _entries(call: Call, name: str) -> list[Entry]:
    sent = call.post.get(name)
    found = [one for one in sent.values() if isinstance(one, dict)] if isinstance(sent, dict) else []
    text = call.form("j" + name)
    if text:
        try:
            decoded = json.loads(text)
        except ValueError:
            decoded = []
        found += [one for one in decoded if isinstance(one, dict)] if isinstance(decoded, list) else []
    return [{str(key): value for key, value in one.items()} for one in found]


def _check_id(what: str, entry: Entry) -> None:
    value = entry.get("id")
    if value is not None and not str(value).strip().isdigit():
        raise ApiError(200, "invalid_param", f"{what}.id must be integer: {php.to_str(value)}")


def _check_sku(call: Call, entry: Entry) -> None:
    _check_id("sku", entry)
    stock = entry.get("stock")
    for key, value in stock.items() if isinstance(stock, dict) else ():
        if php.to_int(key) not in call.store.stocks.rows and php.to_int(key) != 0:
            raise ApiError(200, "invalid_param", f"stock_id does not exist: {key}")
        _check_count(value)
    if "count" in entry:
        _check_count(entry["count"])


def _check_count(value: Any) -> None:
    if value not in ("", None) and not is_numeric(value):
        text = f"sku.stocks counts must be integers, fractional or empty strings: {php.to_str(value)}"
        raise ApiError(200, "invalid_param", text)


def _product_of(call: Call, product_id: int) -> Product | None:
    product = call.store.products.get(product_id)
    return product if product is not None and call.user.may_edit_type(product.type_id) else None


def _put_sku(call: Call, entry: Entry, touched: dict[int, Product]) -> None:
    sku = call.store.skus.get(php.to_int(entry.get("id", 0)))
    product = None if sku is None else _product_of(call, sku.product_id)
    if sku is None or product is None:
        return
    put_sku_columns(sku, entry)
    _put_counts(call, sku, entry)
    if "price" in entry:
        reprice(call.state, product, sku, entry["price"], rounded=True)
    touched[product.id] = product


def _put_counts(call: Call, sku: Sku, entry: Entry) -> None:
    stock = entry.get("stock")
    if isinstance(stock, dict):
        put_stock(call.state, sku, {php.to_int(key): value for key, value in stock.items()})
    elif "count" in entry:
        sku.stock = None
        sku.count = quantity(entry["count"]) if is_numeric(entry["count"]) else None


def _put_product(call: Call, entry: Entry, touched: dict[int, Product]) -> None:
    product = _product_of(call, php.to_int(entry.get("id", 0)))
    if product is not None:
        put_columns(product, {key: value for key, value in entry.items() if key not in ("id", "sku_id")})
        touched[product.id] = product


def _finish(call: Call, product: Product) -> None:
    """SKUs that have some warehouse rows but not all become unlimited; edit_datetime always moves."""
    for sku in product.skus:
        if sku.stock:
            recount(call.state, sku)
    refresh_product(call.state, product)
    product.edit_datetime = call.state.now()


METHODS: dict[str, Method] = {"product.massUpdate": writes(mass_update)}
