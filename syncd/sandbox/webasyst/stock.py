"""Stock of SKUs: warehouse rows, totals, and the sums a product shows (contracts/webasyst §0.10-11, §3)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from syncd.sandbox import php

from .amounts import MONEY, NONE_LEFT, ZERO, is_numeric, quantity
from .state import State
from .store import Product, Sku


def recount(state: State, sku: Sku) -> None:
    """Total of a SKU from its rows: null unless every warehouse has a row."""
    if not len(state.store.stocks):
        return
    rows = sku.stock or {}
    complete = all(stock_id in rows for stock_id in state.store.stocks.rows)
    sku.count = sum(rows.values(), NONE_LEFT) if complete else None


def put_stock(state: State, sku: Sku, sent: dict[Any, Any]) -> None:
    """Set the sent warehouses; key 0 sets only the total; blank or garbage means unlimited; unknown ids are ignored."""
    touched = False
    for key, value in sent.items():
        if key == 0:
            sku.count = quantity(value) if is_numeric(value) else None
        elif key in state.store.stocks.rows:
            put_row(sku, php.to_int(key), quantity(value) if is_numeric(value) else None)
            touched = True
    if touched:
        recount(state, sku)


def put_row(sku: Sku, stock_id: int, amount: Decimal | None) -> None:
    """Write or delete one warehouse row."""
    if amount is None:
        if sku.stock:
            sku.stock.pop(stock_id, None)
        return
    if sku.stock is None:
        sku.stock = {}
    sku.stock[stock_id] = amount


def refresh_product(state: State, product: Product) -> None:
    """Recompute price, min, max and count of a product from its SKUs (contracts/webasyst §3.1)."""
    main = next((sku for sku in product.skus if sku.id == product.sku_id), None)
    if main is not None:
        product.price = main.primary_price
        product.compare_price = to_primary(state, product.currency, main.compare_price)
    prices = [sku.primary_price for sku in product.skus]
    product.min_price, product.max_price = (min(prices), max(prices)) if prices else (ZERO, ZERO)
    product.sku_count = len(product.skus)
    recount_product(product)


def recount_product(product: Product) -> None:
    """Sum of the SKUs that are available and shown; null if one is unlimited; negative ones are left out."""
    counts = [sku.count for sku in product.skus if sku.available != "0" and sku.status != "0"]
    if any(count is None for count in counts):
        product.count = None
        return
    product.count = sum((count for count in counts if count is not None and count > 0), NONE_LEFT)


def to_primary(state: State, currency: str, price: Decimal) -> Decimal:
    """A price of the product's currency in the primary one, 4 decimals."""
    if currency == state.settings.currency:
        return price
    return (price * state.rate(currency)).quantize(MONEY, ROUND_HALF_UP)
