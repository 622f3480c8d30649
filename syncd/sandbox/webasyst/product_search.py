"""shop.product.search: hashes, conditions, filters, sorting, paging (contracts/webasyst §3.2)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from typing import Any

from syncd.sandbox import php

from . import conditions, fulltext
from .amounts import ZERO, loose
from .call import Call, Method, as_map, reads
from .categories_tree import with_children
from .errors import server_error
from .features import by_code
from .product_fields import shown_rows
from .product_rows import EXTRA_DEFAULTS
from .skus_write import price_sum
from .state import State
from .store import Product

Filter = Callable[[Product], bool]
Getter = Callable[[Product], Any]
COLUMN_KINDS = {
    **dict.fromkeys(
        (
            *("id", "price", "compare_price", "min_price", "max_price", "sku_id", "image_id", "category_id"),
            *("status", "type_id", "count", "sku_count"),
        ),
        "number",
    ),
    **dict.fromkeys(("name", "url", "summary", "description", "currency", "ext"), "text"),
    **dict.fromkeys(("create_datetime", "edit_datetime"), "time"),
}
CONSTANTS = {"total_sales": 0, "rating": 0, "rating_count": 0, "stock_unit_id": 0, "image_filename": ""}


def search(call: Call) -> Any:
    """One page of products; the count is of all that match."""
    offset, limit = call.page()
    found = _ordered(call, find(call.state, call.get("hash"), as_map(call.query.get("filters"))))
    words = _query_words(call)
    if words and not call.get("sort"):
        rows = call.store.products.rows
        found.sort(key=lambda one: (-fulltext.weight(rows[one], words)[0], one))
        words = [word for word in words if any(fulltext.weight(rows[one], [word])[0] for one in found)]
    page = found[offset : offset + limit]
    shown = shown_rows(call, page)
    for key, row in zip(page, shown, strict=True) if words else ():
        _put_weight(row, *fulltext.weight(call.store.products.rows[key], words), len(words) > 1)
    return {"count": len(found), "offset": offset, "limit": limit, "products": shown}


def _query_words(call: Call) -> list[str]:
    """The words of `search/query=` that the index knows; such searches are ranked and show their weight."""
    kind, _, rest = call.get("hash").lstrip("#/").partition("/")
    asked = (
        [one for one in conditions.parse(php.urldecode(rest)) if one.field == "query"]
        if kind == "search"
        else []
    )
    words = fulltext.query_words(asked[0].value) if asked else []
    return words if fulltext.is_indexed(words) else []


def _put_weight(row: dict[str, Any], weight: int, matched: int, several: bool) -> None:
    row["weight"] = str(weight)
    if several:
        row["weight_count"] = str(matched)


def find(state: State, text: str, filters: dict[Any, Any]) -> list[int]:
    """The ids of the matching products in ascending order."""
    kind, _, rest = text.lstrip("#/").partition("/")
    ids: Iterable[int]
    if kind in ("", "all"):
        ids = state.store.products.ids
    elif kind == "search":
        ids = _search(state, php.urldecode(rest))
    else:
        ids = _listed(state, kind, rest)
    tests = _filters(state, filters)
    rows = state.store.products.rows
    return [one for one in ids if all(test(rows[one]) for test in tests)] if tests else list(ids)


def _listed(state: State, kind: str, rest: str) -> list[int]:
    products = state.store.products
    if kind == "id":
        return sorted({one for one in map(php.to_int, rest.split(",")) if one in products.rows})
    if kind == "category":
        return _in_category(state, php.to_int(rest))
    if kind == "type":
        return [row.id for row in products if row.type_id == rest]
    if kind == "tag":
        return [row.id for row in products if rest in row.tags]
    if kind == "set":
        best = any(row["id"] == rest and row["type"] == "1" for row in state.store.sets)
        return list(products.ids) if best else []
    raise server_error(f"Unknown collection hash type: “{kind}”.")


def _in_category(state: State, category_id: int) -> list[int]:
    category = state.store.categories.get(category_id)
    if category is None:
        return []
    ids = with_children(state.store, category_id) if category.include_sub_categories == "1" else [category_id]
    return list(dict.fromkeys(key for one in ids for key in state.store.in_category.get(one, ())))


def _search(state: State, text: str) -> list[int]:
    wanted = conditions.parse(text)
    ids, rest = _id_range(state.store.products.ids, wanted)
    tests = [test for test in (condition_test(state, one) for one in rest) if test is not None]
    rows = state.store.products.rows
    return [one for one in ids if all(test(rows[one]) for test in tests)] if tests else ids


def _id_range(
    ids: list[int], wanted: list[conditions.Condition]
) -> tuple[list[int], list[conditions.Condition]]:
    """Answer comparisons of the id by bisection, so that paging through a big catalogue stays cheap."""
    low, high, rest = 0, len(ids), []
    for one in wanted:
        if one.field != "id" or one.op not in (">", ">=", "<", "<="):
            rest.append(one)
            continue
        bound = loose(one.value)
        if one.op in (">", ">="):
            low = max(low, bisect_right(ids, bound) if one.op == ">" else bisect_left(ids, bound))
        else:
            high = min(high, bisect_left(ids, bound) if one.op == "<" else bisect_right(ids, bound))
    return ids[low:high], rest


def condition_test(state: State, one: conditions.Condition) -> Filter | None:
    """The test of a condition; None when the field is unknown, which lets every product pass."""
    special = SPECIAL.get(one.field)
    if special is not None:
        return special(state, one)
    column = _column(one.field)
    if column is not None:
        return _column_test(one, *column)
    return _feature_test(state, one)


def _column(field: str) -> tuple[str, Getter] | None:
    kind = COLUMN_KINDS.get(field)
    if kind is not None:
        return kind, lambda row: getattr(row, field)
    if field in EXTRA_DEFAULTS:
        return "text", lambda row: {**EXTRA_DEFAULTS, **(row.extra or {})}[field]
    return ("number", lambda row: CONSTANTS[field]) if field in CONSTANTS else None


def _column_test(one: conditions.Condition, kind: str, getter: Getter) -> Filter:
    if not one.op:
        return lambda row: False
    test = conditions.test(kind, one.op, one.value)
    if one.field == "count" and one.op in (">", ">="):
        return lambda row: row.count is None or test(row.count)
    return lambda row: test(getter(row))


def _sku_test(state: State, one: conditions.Condition) -> Filter:
    if one.op != "=":
        return _column_test(one, "number", lambda row: row.sku_id)
    wanted = {php.to_int(part) for part in re.split(r",|\|\|", one.value)}
    owners = {sku.product_id for sku in (state.store.skus.get(key) for key in wanted) if sku is not None}
    return lambda row: row.id in owners


def _category_test(state: State, one: conditions.Condition) -> Filter:
    if one.value.strip().lower() == "null":
        return lambda row: not row.category_ids
    wanted = {php.to_int(part) for part in re.split(r",|\|\|", one.value)}
    return lambda row: any(key in wanted for key in row.category_ids)


def _tag_test(state: State, one: conditions.Condition) -> Filter:
    wanted = {part.casefold() for part in conditions.alternatives(one.value)}
    return lambda row: any(name.casefold() in wanted for name in row.tags)


def _query_test(state: State, one: conditions.Condition) -> Filter:
    return fulltext.words_found(one.value)


def _feature_test(state: State, one: conditions.Condition) -> Filter | None:
    code, _, tail = one.field.partition(".")
    code = "gtin" if code == "by_code" else code
    if by_code(state, code) is None:
        return (lambda row: False) if one.field == "by_code" else None
    if tail == "value_id":
        ids = {php.to_int(part) for part in one.value.split(",")}
        return lambda row: bool(ids.intersection(_ids((row.features or {}).get(code))))
    wanted = one.value.casefold()
    values = state.store.feature_values.rows

    def test(row: Product) -> bool:
        value = (row.features or {}).get(code)
        if isinstance(value, list):
            return any(values[key]["value"].casefold() == wanted for key in value)
        return isinstance(value, str) and value.casefold() == wanted

    return test


def _ids(value: Any) -> list[int]:
    return value if isinstance(value, list) else []


SPECIAL: dict[str, Callable[[State, conditions.Condition], Filter]] = {
    "sku_id": _sku_test,
    "category_id": _category_test,
    "tag": _tag_test,
    "query": _query_test,
}


def _filters(state: State, sent: dict[Any, Any]) -> list[Filter]:
    found = [_filter(state, name, value) for name, value in sent.items()]
    return [test for test in found if test is not None]


def _filter(state: State, name: Any, value: Any) -> Filter | None:
    if isinstance(value, dict):
        ids = {php.to_int(one) for one in value.values()}
        known = by_code(state, name) is not None
        return (lambda row: bool(ids & set(_ids((row.features or {}).get(name))))) if known else None
    bound = loose(value)
    if name == "price_min" and value:
        return lambda row: row.max_price >= bound
    if name == "price_max" and value:
        return lambda row: row.min_price <= bound
    if name == "in_stock_only" and php.truthy(value):
        return lambda row: row.count is None or row.count > 0
    return None


def _ordered(call: Call, ids: list[int]) -> list[int]:
    sort = call.query.get("sort", "")
    name = php.to_str(sort[0] if isinstance(sort, dict) and 0 in sort else sort)
    down = call.get("order") == "desc"
    rows = call.store.products.rows
    if name == "id":
        return (
            sorted(ids, reverse=down)
            if call.get("hash").lstrip("#/").startswith("category/")
            else (ids[::-1] if down else ids)
        )
    key = _sort_key(name)
    if key is None and call.get("hash").lstrip("#/").startswith("category/"):
        return ids
    if key is None:
        return sorted(ids, key=lambda one: rows[one].create_datetime, reverse=True)
    return sorted(ids, key=lambda one: key(rows[one]), reverse=down)


def _sort_key(name: str) -> Getter | None:
    if name in ("sku", "stock_worth", "stock"):
        return {"sku": _main_code, "stock_worth": lambda row: price_sum(row.skus), "stock": _count_key}[name]
    column = _column(name)
    if column is None:
        return None
    kind, getter = column
    empty: Any = ZERO if kind == "number" else ""

    def key(row: Product) -> Any:
        value = getter(row)
        if value is None:
            return (0, empty)
        return (1, value.casefold() if kind == "text" else loose(value) if kind == "number" else value)

    return key


def _main_code(row: Product) -> str:
    return next((sku.sku.casefold() for sku in row.skus if sku.id == row.sku_id), "")


def _count_key(row: Product) -> Any:
    return (1, ZERO) if row.count is None else (0, row.count)


METHODS: dict[str, Method] = {"product.search": reads(search)}
