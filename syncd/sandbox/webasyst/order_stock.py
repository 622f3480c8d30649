"""Stock moved by orders: once, to and from the named warehouse, without any check (contracts/webasyst §5.1)."""

from __future__ import annotations

from decimal import Decimal

from syncd.sandbox import php

from .amounts import NONE_LEFT
from .state import State
from .stock import recount, recount_product
from .store import Item, Order, Sku


def is_reduced(order: Order) -> bool:
    """Whether the stock of this order is subtracted right now."""
    return order.params.get("reduced") == "1"


def reduce(state: State, order: Order) -> None:
    """Subtract every line once; `reduced` and `reduce_times` remember it."""
    if is_reduced(order):
        return
    for item in order.items:
        take(state, order, item, item.quantity)
    order.params["reduced"] = "1"
    order.params["reduce_times"] = str(php.to_int(order.params.get("reduce_times", "0")) + 1)


def give_back(state: State, order: Order, return_stock: int | None = None) -> None:
    """Return every line to the given warehouse, or to where it came from."""
    if not is_reduced(order):
        return
    for item in order.items:
        if return_stock in state.store.stocks.rows:
            item.taken_from = return_stock
        take(state, order, item, -item.quantity)
    order.params["reduced"] = "0"
    order.params["return_times"] = str(php.to_int(order.params.get("return_times", "0")) + 1)


def take(state: State, order: Order, item: Item, amount: Decimal) -> None:
    """Move an amount out of the line's warehouse; over-selling drives it negative; unlimited stays unlimited."""
    sku = state.store.skus.get(item.sku_id)
    if sku is None or not amount:
        return
    stock_id = warehouse(state, order, item, sku)
    if stock_id is None:
        if sku.count is not None and not sku.stock:
            sku.count -= amount
    elif sku.stock and stock_id in sku.stock:
        sku.stock[stock_id] -= amount
        item.taken_from = stock_id
        recount(state, sku)
    elif sku.count is not None:
        sku.count = sku.count - amount + NONE_LEFT
    product = state.store.products.get(sku.product_id)
    if product is not None:
        recount_product(product)


def warehouse(state: State, order: Order, item: Item, sku: Sku) -> int | None:
    """Where it was taken before, else the line's stock, else the order's, else the first row of the SKU."""
    wanted = (item.taken_from, item.stock_id, php.to_int(order.params.get("stock_id", "0")))
    for one in wanted:
        if one in state.store.stocks.rows:
            return one
    return next(iter(sku.stock), None) if sku.stock else None
