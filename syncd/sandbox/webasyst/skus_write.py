"""Writing SKUs: the columns, and the traps of `skus[KEY]` in product.update (contracts/webasyst §0.6-7, §3.5)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from syncd.sandbox import php

from .amounts import CENT, MONEY, ZERO, is_numeric, loose, money, quantity
from .errors import ApiError
from .features import read_features
from .state import State
from .stock import put_stock, refresh_product, to_primary
from .store import Product, Sku

TEXTS = ("sku", "name")
FLAGS = ("available", "status")
PRICES = ("price", "purchase_price", "compare_price")


def put_columns(sku: Sku, sent: dict[Any, Any]) -> None:
    """Set the plain columns that were sent; texts are cut at 255 characters."""
    for name in TEXTS:
        if name in sent:
            setattr(sku, name, php.to_str(sent[name])[:255])
    for name in PRICES:
        if name in sent:
            setattr(sku, name, money(sent[name]))
    for name in FLAGS:
        if name in sent:
            setattr(sku, name, str(php.to_int(sent[name])))


def put_counts(state: State, sku: Sku, sent: dict[Any, Any]) -> None:
    """`stock[ID]` sets warehouses; `count` sets only the total and leaves the rows as they are."""
    if isinstance(sent.get("stock"), dict):
        put_stock(state, sku, sent["stock"])
    elif "count" in sent:
        sku.count = quantity(sent["count"]) if is_numeric(sent["count"]) else None


def reprice(state: State, product: Product, sku: Sku, sent: Any = None, rounded: bool = False) -> None:
    """The price in the primary currency, from the price as sent; massUpdate rounds to cents (contracts/webasyst §3.6)."""
    price = sku.price if sent is None else loose(sent)
    sku.primary_price = to_primary(state, product.currency, price).quantize(MONEY, ROUND_HALF_UP)
    if rounded and product.currency != state.settings.currency:
        sku.primary_price = _cents(sku.primary_price)


def _cents(price: Decimal) -> Decimal:
    return price.quantize(CENT, ROUND_HALF_UP).quantize(MONEY)


def insert_sku(state: State, product: Product, sent: dict[Any, Any], sort: int) -> Sku:
    """A new SKU; what is missing is 0, on, and unlimited."""
    sku = Sku(id=state.store.skus.reserve(), product_id=product.id, sort=sort)
    put_columns(sku, sent)
    put_counts(state, sku, sent)
    reprice(state, product, sku, sent.get("price"))
    state.store.skus.put(sku.id, sku)
    product.skus.append(sku)
    _put_features(state, product, sku, sent)
    return sku


def add_skus(state: State, product: Product, sent: dict[Any, Any]) -> None:
    """What product.add does with `skus`: all are inserted in order, whatever their keys (contracts/webasyst §3.4)."""
    put_skus(state, product, {-place: value for place, value in enumerate(sent.values(), 1)})


def put_skus(state: State, product: Product, sent: dict[Any, Any]) -> None:
    """What product.update does with `skus`."""
    changed = [
        found for found in (_put_one(state, product, *pair) for pair in _numbered(sent)) if found is not None
    ]
    if changed and product.sku_id not in [sku.id for sku in changed]:
        product.sku_id = changed[0].id
    product.skus.sort(key=lambda sku: (sku.sort, sku.id))
    refresh_product(state, product)


def check_skus(sent: Any) -> None:
    """A scalar instead of an array answers 200 with an error (contracts/webasyst §3.4)."""
    if not isinstance(sent, dict):
        raise ApiError(200, "invalid_param", "Invalid value of parameter “skus”.")
    for value in sent.values():
        if not isinstance(value, dict):
            raise ApiError(200, "invalid_param", "Invalid value of parameter “skus”.")


def _numbered(sent: dict[Any, Any]) -> list[tuple[int, Any, dict[Any, Any]]]:
    return [(place, key, value) for place, (key, value) in enumerate(sent.items(), 1)]


def _put_one(state: State, product: Product, place: int, key: Any, sent: dict[Any, Any]) -> Sku | None:
    key = key if isinstance(key, int) else php.to_int(key)
    if key <= 0:
        return insert_sku(state, product, sent, place)
    sku = state.store.skus.get(key)
    if sku is None:
        return None
    if sku.product_id != product.id:
        move(state, sku, product)
    put_columns(sku, {"available": "1", "status": "1", **sent})
    put_counts(state, sku, sent)
    reprice(state, product, sku, sent.get("price"))
    sku.sort = place
    _put_features(state, product, sku, sent)
    return sku


def move(state: State, sku: Sku, product: Product) -> None:
    """Take a SKU away from its product; the old one keeps its dangling main SKU, price and count."""
    former = state.store.products.get(sku.product_id)
    if former is not None:
        former.skus.remove(sku)
    sku.product_id = product.id
    product.skus.append(sku)


def _put_features(state: State, product: Product, sku: Sku, sent: dict[Any, Any]) -> None:
    values = read_features(state, sent.get("features"))
    if values:
        product.sku_features = product.sku_features or {}
        product.sku_features.setdefault(sku.id, {}).update(values)


def price_sum(skus: list[Sku]) -> Decimal:
    """Worth of the stock of these SKUs, for sorting by stock_worth."""
    return sum((sku.primary_price * (sku.count or 0) for sku in skus), ZERO)
