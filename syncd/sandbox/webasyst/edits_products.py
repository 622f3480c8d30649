"""Edits of products, SKUs, categories, types, warehouses and features (listed in `edits`)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import categories, categories_tree, lists, products, skus_write
from .edits_values import without
from .features import define
from .state import State
from .stock import recount, refresh_product
from .store import Product, Sku

if TYPE_CHECKING:
    from .shop import WebasystShop


def _product(state: State, key: Any) -> Product:
    product = state.store.products.get(int(key))
    if product is None:
        raise ValueError(f"There is no product {key}.")
    return product


def _sku(state: State, key: Any) -> Sku:
    sku = state.store.skus.get(int(key))
    if sku is None:
        raise ValueError(f"There is no SKU {key}.")
    return sku


def create(shop: WebasystShop, args: dict[str, Any]) -> int:
    """product.create."""
    return products.create(shop.state, {"type_id": "1", **without(args)}, 1).id


def update(shop: WebasystShop, args: dict[str, Any]) -> int:
    """product.update."""
    product = _product(shop.state, args["id"])
    products.change(shop.state, product, without(args, "id"))
    return product.id


def delete(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """product.delete."""
    products.remove(shop.state, _product(shop.state, args["id"]))
    return True


def duplicate(shop: WebasystShop, args: dict[str, Any]) -> int:
    """product.duplicate: the codes of the SKUs stay the same."""
    state, source = shop.state, _product(shop.state, args["id"])
    made = copy.copy(source)
    made.id, made.create_datetime, made.edit_datetime = state.store.products.reserve(), state.now(), None
    made.url, made.images, made.image_id, made.ext = f"{source.url}_1", (), None, None
    made.category_ids, made.skus = (), []
    state.store.products.put(made.id, made)
    for sku in source.skus:
        twin = copy.copy(sku)
        twin.id, twin.product_id = state.store.skus.reserve(), made.id
        twin.stock = dict(sku.stock) if sku.stock else None
        state.store.skus.put(twin.id, twin)
        made.skus.append(twin)
        if source.sku_id == sku.id:
            made.sku_id = twin.id
    categories_tree.put_product(state.store, made, list(source.category_ids))
    return made.id


def sku_update(shop: WebasystShop, args: dict[str, Any]) -> int:
    """sku.update: like saving the product in the back office, so edit_datetime moves."""
    state, sku, sent = shop.state, _sku(shop.state, args["id"]), without(args, "id")
    product = state.store.products.rows[sku.product_id]
    skus_write.put_columns(sku, sent)
    skus_write.put_counts(state, sku, sent)
    skus_write.reprice(state, product, sku)
    refresh_product(state, product)
    product.edit_datetime = state.now()
    return sku.id


def sku_create(shop: WebasystShop, args: dict[str, Any]) -> int:
    """sku.create."""
    state, product = shop.state, _product(shop.state, args["product_id"])
    last = max((sku.sort for sku in product.skus), default=0)
    sku = skus_write.insert_sku(state, product, without(args, "product_id"), last + 1)
    product.sku_id = product.sku_id or sku.id
    refresh_product(state, product)
    product.edit_datetime = state.now()
    return sku.id


def sku_delete(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """sku.delete."""
    state, sku = shop.state, _sku(shop.state, args["id"])
    product = state.store.products.rows[sku.product_id]
    if len(product.skus) == 1:
        raise ValueError(f"SKU {sku.id} is the last one of product {product.id}; delete the product instead.")
    product.skus = [one for one in product.skus if one is not sku]
    if product.sku_id == sku.id:
        product.sku_id = product.skus[0].id
    state.store.skus.drop(sku.id)
    refresh_product(state, product)
    product.edit_datetime = state.now()
    return True


def category_create(shop: WebasystShop, args: dict[str, Any]) -> int:
    """category.create."""
    return categories.create(
        shop.state, str(args["name"]), int(args.get("parent_id", 0)), args.get("url", "")
    ).id


def category_update(shop: WebasystShop, args: dict[str, Any]) -> int:
    """category.update."""
    category = shop.state.store.categories.rows[int(args["id"])]
    categories.put_columns(category, without(args, "id"))
    category.edit_datetime = shop.state.now()
    return category.id


def category_delete(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """category.delete."""
    categories.remove(shop.state, shop.state.store.categories.rows[int(args["id"])])
    return True


def type_create(shop: WebasystShop, args: dict[str, Any]) -> int:
    """type.create."""
    key = shop.state.store.types.reserve()
    shop.state.store.types.put(key, lists.type_row(shop.state, key, str(args["name"])))
    return key


def stock_create(shop: WebasystShop, args: dict[str, Any]) -> int:
    """stock.create: SKUs without a row there become unlimited only when something recounts them."""
    key = shop.state.store.stocks.reserve()
    shop.state.store.stocks.put(key, lists.stock_row(key, str(args["name"])))
    return key


def stock_delete(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """stock.delete: rows of this warehouse vanish, totals are recounted."""
    state, key = shop.state, int(args["id"])
    if key not in state.store.stocks.rows:
        raise ValueError(f"There is no warehouse {key}.")
    state.store.stocks.drop(key)
    for product in state.store.products:
        for sku in product.skus:
            if sku.stock and sku.stock.pop(key, None) is not None:
                recount(state, sku)
        refresh_product(state, product)
    return True


def feature_create(shop: WebasystShop, args: dict[str, Any]) -> int:
    """feature.create."""
    row = define(
        shop.state,
        args["code"],
        args.get("name", args["code"]),
        args.get("type", "varchar"),
        selectable=str(args.get("selectable", 0)),
        multiple=str(args.get("multiple", 0)),
    )
    return int(row["id"])


OPERATIONS: dict[str, Callable[[WebasystShop, dict[str, Any]], Any]] = {
    "product.create": create,
    "product.update": update,
    "product.delete": delete,
    "product.duplicate": duplicate,
    "sku.update": sku_update,
    "sku.create": sku_create,
    "sku.delete": sku_delete,
    "category.create": category_create,
    "category.update": category_update,
    "category.delete": category_delete,
    "type.create": type_create,
    "stock.create": stock_create,
    "stock.delete": stock_delete,
    "feature.create": feature_create,
}
