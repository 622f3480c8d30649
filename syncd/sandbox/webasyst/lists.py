"""Types, warehouses and sets (contracts/webasyst §4)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php

from .call import Call, Method, reads
from .errors import not_found
from .state import State


def type_row(state: State, key: int, name: str) -> dict[str, Any]:
    """A product type as the database has it."""
    return {
        "id": str(key),
        "sort": str(key - 1),
        "name": name,
        "icon": "box",
        "cross_selling": "alsobought",
        "upselling": "0",
        "count": "0",
        "stock_unit_fixed": "2",
        "stock_unit_id": "0",
        "base_unit_fixed": "2",
        "base_unit_id": None,
        "stock_base_ratio_fixed": "2",
        "stock_base_ratio": "1.00000000",
        "count_denominator_fixed": "2",
        "count_denominator": None,
        "order_multiplicity_factor_fixed": "2",
        "order_multiplicity_factor": None,
        "order_count_min_fixed": "2",
        "order_count_min": None,
        "order_count_step_fixed": "2",
        "order_count_step": None,
    }


def stock_row(key: int, name: str) -> dict[str, Any]:
    """A warehouse."""
    return {
        "id": str(key),
        "low_count": "5",
        "critical_count": "2",
        "sort": str(key),
        "name": name,
        "public": "1",
    }


def _type(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    count = sum(1 for product in call.store.products if product.type_id == row["id"])
    return {**row, "count": str(count)}


def type_list(call: Call) -> Any:
    """shop.type.getList."""
    return [_type(call, row) for row in call.store.types]


def type_info(call: Call) -> Any:
    """shop.type.getInfo."""
    row = call.store.types.get(php.to_int(call.need_get("id")))
    if row is None:
        raise not_found("Product type")
    return _type(call, row)


def stock_list(call: Call) -> Any:
    """shop.stock.getList: [] when the shop has no warehouses."""
    return list(call.store.stocks)


def stock_info(call: Call) -> Any:
    """shop.stock.getInfo."""
    row = call.store.stocks.get(php.to_int(call.need_get("id")))
    if row is None:
        raise not_found("Stock")
    return row


def set_list(call: Call) -> Any:
    """shop.set.getList."""
    return call.store.sets


METHODS: dict[str, Method] = {
    "type.getList": reads(type_list),
    "type.getInfo": reads(type_info),
    "stock.getList": reads(stock_list),
    "stock.getInfo": reads(stock_info),
    "set.getList": reads(set_list),
}
