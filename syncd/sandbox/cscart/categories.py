"""``/api/categories``: pages by position, rows inside a page by descending id (cscart §5)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, privileges
from syncd.sandbox.cscart.paging import asked_page, echo
from syncd.sandbox.cscart.product_list import category_path, like
from syncd.sandbox.cscart.records import Category
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.cscart.store import Store

DEFAULT_ECHO: dict[str, Any] = {
    "category_id": 0, "visible": False, "current_category_id": 0, "simple": False, "plain": True, "limit": 0,
    "item_ids": "", "group_by_level": False, "get_images": False, "category_delimiter": "/",
    "get_frontend_urls": False, "max_nesting_level": None, "get_company_name": False, "storefront_ids": None,
}  # fmt: skip
DETAIL: dict[str, Any] = {
    "is_op": "N", "localization": "", "age_verification": "N", "age_limit": "0", "parent_age_verification": "N",
    "parent_age_limit": "0", "selected_views": [], "default_view": "", "product_details_view": "default",
    "product_columns": "0", "is_trash": "N", "is_default": "N",
}  # fmt: skip
TEXTS = ("description", "meta_keywords", "meta_description", "page_title", "age_warning_message")


def id_path(store: Store, row: Category) -> str:
    """Return the ids from the root, joined by slashes."""
    return "/".join(map(str, category_path(store, row.category_id)))


def list_row(store: Store, row: Category, counts: Counter[int]) -> dict[str, Any]:
    """Return one row of the list."""
    path = id_path(store, row)
    return {
        "category_id": str(row.category_id), "parent_id": str(row.parent_id), "id_path": path,
        "category": row.name, "position": str(row.position), "status": row.status,
        "company_id": str(row.company_id), "storefront_id": "1", "product_count": str(counts[row.category_id]),
        "seo_name": f"cat-{row.category_id}", "seo_path": path.rpartition("/")[0],
    }  # fmt: skip


def _counts(store: Store) -> Counter[int]:
    return Counter(number for product in store.products.values() for number in product.category_ids)


def index(context: Context, call: Call) -> tuple[int, Any]:
    """List categories flat; past the end the last page comes again."""
    store = context.store
    rows = sorted((row for row in store.categories.values() if _fits(store, row, call)),
                  key=lambda row: (row.parent_id != 0, row.position, row.name))  # fmt: skip
    page = asked_page(call, store.settings.items_per_page).clamped(len(rows))
    defaults = {**DEFAULT_ECHO, "sort_order": "asc", "sort_by": "position", "sort_order_rev": "desc"}
    counts = _counts(store)
    shown = sorted(page.slice(rows), key=lambda row: -row.category_id)
    params = echo(call, defaults, page, len(rows) if page.size else None)
    return 200, {"categories": [list_row(store, row, counts) for row in shown], "params": params}


def _fits(store: Store, row: Category, call: Call) -> bool:
    if call.company_id and row.company_id != call.company_id:
        return False
    if (parent := php.to_int(call.params.get("category_id"))) and parent not in category_path(
        store, row.parent_id
    ):
        return False
    if (numbers := call.numbers("category_ids")) and row.category_id not in numbers:
        return False
    if "parent_category_id" in call.params and row.parent_id != php.to_int(call.params["parent_category_id"]):
        return False
    if call.text("status") and row.status not in call.names("status"):
        return False
    return not call.text("search_query") or like(call.text("search_query")).search(row.name) is not None


def read(context: Context, call: Call) -> tuple[int, Any]:
    """Return one category."""
    store, row = context.store, _find(context, call)
    path = category_path(store, row.category_id)
    detail: dict[str, Any] = {
        "category_id": str(row.category_id), "parent_id": str(row.parent_id), "id_path": id_path(store, row),
        "level": str(len(path)), "company_id": str(row.company_id), "storefront_id": "1", "usergroup_ids": "0",
        "status": row.status, "product_count": str(_counts(store)[row.category_id]), "position": str(row.position),
        "timestamp": str(row.timestamp), **DETAIL, "lang_code": store.default_language, "category": row.name,
        **dict.fromkeys(TEXTS, ""),
    }  # fmt: skip
    return 200, {**detail, **row.columns, "main_pair": [], "seo_name": f"cat-{row.category_id}"}


def create(context: Context, call: Call) -> tuple[int, Any]:
    """Create a category; raises ApiError 400 without a name."""
    store, data = context.store, call.data
    if not php.truthy(data.get("category")):
        raise ApiError(400, "The category field is required")
    company_id = call.company_id or php.to_int(data.get("company_id")) or next(iter(store.companies))
    number = store.next_id("category")
    row = Category(number, 0, "", company_id=company_id, timestamp=store.now)
    store.categories[number] = row
    _change(row, data)
    return 201, {"category_id": number}


def _change(row: Category, data: php.PhpArray) -> None:
    row.name = php.to_str(data.get("category")) or row.name
    row.parent_id = php.to_int(data.get("parent_id", row.parent_id))
    row.position = php.to_int(data.get("position", row.position))
    row.status = php.to_str(data.get("status", row.status))[:1]
    row.columns.update({key: php.to_str(data[key]) for key in TEXTS if key in data})


def update(context: Context, call: Call) -> tuple[int, Any]:
    """Change a category."""
    row = _find(context, call)
    _change(row, call.data)
    context.store.touch_products()
    return 200, {"category_id": str(row.category_id)}


def delete(context: Context, call: Call) -> tuple[int, Any]:
    """Delete a category with everything below it; products only there become invisible."""
    store, gone = context.store, _find(context, call).category_id
    for number in [number for number in store.categories if gone in category_path(store, number)]:
        del store.categories[number]
    store.touch_products()
    return 204, None


def _find(context: Context, call: Call) -> Category:
    row = context.store.categories.get(call.number)
    if row is None:
        raise ApiError(404)
    return row


ENTITY = Entity(
    "categories", privileges("view_catalog", "manage_catalog"), index, read, create, update, delete
)  # fmt: skip
