"""``GET products``: filters, sort keys with the silent fall-back, paging and the echo of parameters (cscart §3.1)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call, need_number
from syncd.sandbox.cscart.paging import asked_page
from syncd.sandbox.cscart.periods import period_test
from syncd.sandbox.cscart.product_rows import COLUMNS, list_row, popularity
from syncd.sandbox.cscart.records import Product
from syncd.sandbox.cscart.store import Store, fold

Test = Callable[[Product], bool]
SORT_KEYS: dict[str, Callable[[Product], Any]] = {
    "code": lambda p: p.code.casefold(),
    "status": lambda p: p.status,
    "product": lambda p: p.name.casefold(),
    "position": lambda p: p.product_id,
    "price": lambda p: p.price,
    "list_price": lambda p: p.list_price,
    "weight": lambda p: p.weight,
    "amount": lambda p: p.amount,
    "timestamp": lambda p: p.timestamp,
    "updated_timestamp": lambda p: p.updated_timestamp,
    "popularity": lambda p: int(popularity(p)),
    "company": lambda p: p.company_id,
    "null": lambda p: 0,
}
NOT_FILTERS = frozenset({
    "page", "items_per_page", "sort_by", "sort_order", "sl", "lang_code", "extend", "get_options", "get_features",
    "get_icon", "get_detailed", "get_additional", "only_short_fields", "ajax_custom",
})  # fmt: skip
DEFAULT_ECHO: dict[str, Any] = {
    "area": "A", "use_caching": True, "extend": ["product_name", "prices", "categories", "categories"],
    "custom_extend": [], "pname": "Y", "pshort": "Y", "pfull": "Y", "pkeywords": "Y", "feature": [],
    "type": "simple", "page": 1, "action": "", "filter_variants": [], "features_hash": "", "limit": 0, "bid": 0,
    "match": "all", "tracking": [], "get_frontend_urls": False, "items_per_page": 50, "apply_disabled_filters": "",
    "load_products_extra_data": True, "storefront": None, "company_ids": "", "subcats": "Y", "pcode_from_q": "Y",
    "search_performed": "Y", "hide_out_of_stock_products": False, "usergroup_ids": [],
    "include_child_variations": True, "group_child_variations": False, "sort_by": "product", "sort_order": "asc",
    "sort_order_rev": "desc", "total_items": "0",
}  # fmt: skip


def list_products(store: Store, call: Call, url: str) -> dict[str, Any]:
    """Return the envelope of ``GET products``; a page past the end is empty and echoes the asked number."""
    lang = store.language(call.text("lang_code", store.default_language))
    sort_by, descending = _sorting(call)
    found = _found(store, call, sort_by, descending)
    page = asked_page(call, store.settings.items_per_page)
    echo = DEFAULT_ECHO | {key: value for key, value in call.params.items() if key != "extend"}
    order = ("desc", "asc") if descending else ("asc", "desc")
    total: int | str = str(len(found)) if page.size else len(found)
    echo.update(
        page=page.number, items_per_page=page.size if page.size else "0", sort_by=sort_by, sort_order=order[0],
        sort_order_rev=order[1], total_items=total,
    )  # fmt: skip
    rows = [list_row(store, product, call, url, lang) for product in page.slice(found)]
    return {"products": rows, "params": echo}


def _sorting(call: Call) -> tuple[str, bool]:
    asked = call.text("sort_by") if "sort_by" in call.params else "product"
    order = call.text("sort_order", "asc")
    return (asked if asked in SORT_KEYS else "null"), order in {"desc", "descasc"}


def _found(store: Store, call: Call, sort_by: str, descending: bool) -> list[Product]:
    asked = {key: value for key, value in call.params.items() if key not in NOT_FILTERS}
    lasting = "updated_in_hours" not in asked
    key = (repr(sorted(asked.items(), key=str)), sort_by, descending, call.company_id, call.entity)
    if lasting and (kept := store.kept_list(key)) is not None:
        return kept
    tests = _tests(store, call)
    found = [product for product in _candidates(store, call) if all(test(product) for test in tests)]
    if "item_ids" in call.params:
        place = {php.to_int(number): index for index, number in enumerate(call.names("item_ids"))}
        found.sort(key=lambda product: place[product.product_id])
    elif sort_by != "null":
        sort_key = SORT_KEYS[sort_by]
        found.sort(key=lambda product: product.product_id)
        found.sort(key=sort_key, reverse=descending)
    if lasting:
        store.keep_list(key, found)
    return found


def _candidates(store: Store, call: Call) -> list[Product]:
    """Return the rows worth testing; single ids and exact codes need no walk over the whole table."""
    if "pid" in call.params or "item_ids" in call.params:
        wanted = call.numbers("pid") or call.numbers("item_ids")
        return [store.products[number] for number in sorted(wanted) if number in store.products]
    filters = call.params.get("filter_params")
    if isinstance(filters, dict) and isinstance(filters.get("product_code"), dict):
        rows = [row for code in filters["product_code"].values() for row in store.by_code(php.to_str(code))]
        return list({row.product_id: row for row in rows}.values())
    return list(store.products.values())


def _tests(store: Store, call: Call) -> list[Test]:
    categories = store.categories.keys()
    tests = _time_tests(store, call)
    tests.append(lambda p: not categories.isdisjoint(p.category_ids))
    if call.company_id:
        tests.append(lambda p: p.company_id == call.company_id)
    if call.entity == "product_variations":
        tests.append(lambda p: p.group_id != 0)
    tests += _number_tests(call)
    tests += _set_tests(store, call)
    tests += _text_tests(call)
    return tests


def _number_tests(call: Call) -> list[Test]:
    getters: dict[str, Callable[[Product], float]] = {
        "price": lambda p: float(p.price), "amount": lambda p: p.amount, "weight": lambda p: float(p.weight),
        "popularity": lambda p: int(popularity(p)),
    }  # fmt: skip
    tests: list[Test] = []
    for name, get in getters.items():
        low = php.to_float(call.params[f"{name}_from"]) if call.text(f"{name}_from") else -math.inf
        top = php.to_float(call.params[f"{name}_to"]) if call.text(f"{name}_to") else math.inf
        if low > -math.inf or top < math.inf:
            tests.append(partial(_between, get, low, top))
    return tests


def _between(get: Callable[[Product], float], low: float, top: float, product: Product) -> bool:
    return low <= get(product) <= top


def _set_tests(store: Store, call: Call) -> list[Test]:
    tests: list[Test] = []
    if exclude := call.numbers("exclude_pid"):
        tests.append(lambda p: p.product_id not in exclude)
    if wanted := call.numbers("cid"):
        if call.text("subcats", "Y") != "N":
            wanted = {number for number in store.categories if wanted & set(category_path(store, number))}
        tests.append(lambda p: not wanted.isdisjoint(p.category_ids))
    if companies := call.numbers("company_id") | call.numbers("company_ids"):
        tests.append(lambda p: p.company_id in companies)
    if letters := call.letters("status"):
        tests.append(lambda p: p.status in letters)
    if types := call.names("product_type"):
        tests.append(lambda p: p.product_type in types)
    if groups := call.numbers("variation_group_id"):
        tests.append(lambda p: p.group_id in groups)
    if parents := call.numbers("parent_product_id"):
        tests.append(lambda p: p.parent_product_id in parents)
    if call.text("include_child_variations", "1") in {"0", "N", "false"}:
        tests.append(lambda p: p.product_type != "V")
    if orders := call.numbers("order_ids"):
        sold = {
            line.product_id
            for number in orders
            if number in store.orders
            for line in store.orders[number].lines
        }
        tests.append(lambda p: p.product_id in sold)
    for name, column in (
        ("free_shipping", "free_shipping"),
        ("downloadable", "is_edp"),
        ("tracking", "tracking"),
    ):
        if value := call.text(name):
            tests.append(partial(_has_column, column, frozenset({fold(value)})))
    return tests


def category_path(store: Store, number: int) -> list[int]:
    """Return the ids from the root to a category."""
    path: list[int] = []
    while number in store.categories and number not in path:
        path.insert(0, number)
        number = store.categories[number].parent_id
    return path


def _text_tests(call: Call) -> list[Test]:
    tests: list[Test] = []
    if code := call.text("pcode"):
        pattern = like(code)
        tests.append(lambda p: pattern.search(p.code) is not None)
    if query := call.text("q"):
        tests.append(_search(call, query))
    filters = call.params.get("filter_params")
    for column, values in filters.items() if isinstance(filters, dict) else ():
        wanted = {fold(php.to_str(v)) for v in (values.values() if isinstance(values, dict) else [values])}
        tests.append(partial(_has_column, str(column), frozenset(wanted)))
    return tests


def _has_column(column: str, wanted: frozenset[str], product: Product) -> bool:
    return fold(table_column(product, column)) in wanted


def like(value: str) -> re.Pattern[str]:
    """Return a pattern for ``LIKE %value%``: case-insensitive, ``%`` and ``_`` inside stay wildcards."""
    translated = {"%": ".*", "_": "."}
    return re.compile("".join(translated.get(char, re.escape(char)) for char in value), re.I | re.S)


def table_column(product: Product, name: str) -> str:
    """Return any column of the products table as text; an unknown one matches nothing."""
    own: dict[str, object] = {
        "product_id": product.product_id, "product_code": product.code, "status": product.status,
        "company_id": product.company_id, "amount": product.amount, "timestamp": product.timestamp,
        "updated_timestamp": product.updated_timestamp, "product_type": product.product_type,
        "parent_product_id": product.parent_product_id, "list_price": f"{product.list_price:.2f}",
        "weight": f"{product.weight:.3f}",
    }  # fmt: skip
    return str(own[name]) if name in own else product.column(name, COLUMNS.get(name, "\0"))


def _search(call: Call, query: str) -> Test:
    words = [query] if call.text("match", "all") not in {"all", "any"} else query.split()
    need = any if call.text("match", "all") == "any" else all
    parts = {"pname": "product", "pshort": "short_description", "pfull": "full_description",
             "pkeywords": "meta_keywords"}  # fmt: skip
    keys = [key for name, key in parts.items() if call.text(name, "Y") != "N"]
    with_code = call.text("pcode_from_q", "Y") != "N"

    def test(product: Product) -> bool:
        texts = [product.name if key == "product" else (product.texts or {}).get(key, "") for key in keys]
        whole = "\n".join([*texts, product.code if with_code else ""]).casefold()
        return need(word.casefold() in whole for word in words)

    return test


def _time_tests(store: Store, call: Call) -> list[Test]:
    tests: list[Test] = []
    if call.params.get("updated_in_hours", "") != "":
        since = store.clock.now() - need_number(call.params["updated_in_hours"], "updated_in_hours") * 3600
        tests.append(lambda p: p.updated_timestamp >= since)
    if (wanted := period_test(store, call)) is not None:
        tests.append(lambda p: wanted(p.timestamp))
    return tests
