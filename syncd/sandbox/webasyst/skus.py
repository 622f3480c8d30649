"""shop.product.skus.* (contracts/webasyst §3.7)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php

from .call import Call, Method, php_map, reads, writes
from .errors import ApiError, denied, not_found, server_error
from .product_rows import sku_info, sku_numbers
from .skus_write import insert_sku, move, put_columns, put_counts, reprice
from .stock import refresh_product
from .store import Product, Sku


def _product(call: Call, value: str) -> Product:
    product = call.store.products.get(php.to_int(value))
    if product is None:
        raise not_found("Product")
    return product


def _sku(call: Call, value: Any) -> Sku:
    sku = call.store.skus.get(php.to_int(value))
    if sku is None:
        raise not_found("Product variant")
    return sku


def get_list(call: Call) -> Any:
    """shop.product.skus.getList: prices are numbers here."""
    product = _product(call, call.get("product_id"))
    rows = []
    for sku in product.skus:
        row = sku_numbers(sku)
        row["stock"] = php_map({str(key): str(value) for key, value in (sku.stock or {}).items()})
        row["currency"] = product.currency
        rows.append(row)
    return rows


def get_info(call: Call) -> Any:
    """shop.product.skus.getInfo: prices are strings here."""
    return sku_info(_sku(call, call.need_get("id")))


def update(call: Call) -> Any:
    """shop.product.skus.update?id=: sent fields only; edit_datetime is left alone."""
    sku = _sku(call, call.need_get("id"))
    product = call.store.products.rows[sku.product_id]
    if not call.user.may_edit_type(product.type_id):
        raise denied(500)
    put_columns(sku, call.post)
    put_counts(call.state, sku, call.post)
    reprice(call.state, product, sku, call.post.get("price"))
    target = call.store.products.get(php.to_int(call.form("product_id", "0")))
    if target is not None and target is not product:
        move(call.state, sku, target)
        product = target
    refresh_product(call.state, product)
    return sku_info(sku)


def add(call: Call) -> Any:
    """shop.product.skus.add?product_id=: codes need not be unique."""
    product = _product(call, call.get("product_id"))
    if not call.user.may_edit_type(product.type_id):
        raise denied()
    if not call.post:
        raise ApiError(400, "invalid_param", "Missing required data.")
    last = max((sku.sort for sku in product.skus), default=0)
    sku = insert_sku(call.state, product, call.post, last + 1)
    if product.sku_id is None:
        product.sku_id = sku.id
    refresh_product(call.state, product)
    return sku_info(sku)


def delete(call: Call) -> Any:
    """shop.product.skus.delete: the last SKU, or the last shown one, cannot go."""
    sku = _sku(call, call.need("id"))
    product = call.store.products.rows[sku.product_id]
    others = [one for one in product.skus if one is not sku]
    if not any(one.status == "1" for one in others):
        raise server_error()
    product.skus = others
    call.store.skus.drop(sku.id)
    if product.sku_id == sku.id:
        product.sku_id = others[0].id
    refresh_product(call.state, product)
    return True


METHODS: dict[str, Method] = {
    "product.skus.getList": reads(get_list),
    "product.skus.getInfo": reads(get_info),
    "product.skus.update": writes(update),
    "product.skus.add": writes(add),
    "product.skus.delete": writes(delete),
}
