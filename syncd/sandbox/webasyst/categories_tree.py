"""The nested-set view of the category tree: left and right keys, depth and full URLs worked out from parents and order."""

from __future__ import annotations

from typing import Any

from .state import State
from .store import Category, Product, Store


def keys(store: Store) -> dict[int, tuple[int, int, int]]:
    """id -> (left_key, right_key, depth) for all categories."""
    found: dict[int, tuple[int, int, int]] = {}
    counter = 0

    def walk(category_id: int, depth: int) -> None:
        nonlocal counter
        counter += 1
        left = counter
        for child in store.categories.rows[category_id].children:
            walk(child, depth + 1)
        counter += 1
        found[category_id] = (left, counter, depth)

    for root in store.root_categories:
        walk(root, 0)
    return found


def full_url(store: Store, category: Category) -> str:
    """The URLs of the parents and its own, joined with slashes."""
    parent = store.categories.get(category.parent_id)
    return category.url if parent is None else f"{full_url(store, parent)}/{category.url}"


def row(state: State, category: Category, places: dict[int, tuple[int, int, int]]) -> dict[str, Any]:
    """One category as the shop shows it in lists and in product.getInfo."""
    left, right, depth = places[category.id]
    return {
        "id": str(category.id),
        "left_key": str(left),
        "right_key": str(right),
        "depth": str(depth),
        "parent_id": str(category.parent_id),
        "name": category.name,
        "meta_title": category.meta_title,
        "meta_keywords": category.meta_keywords,
        "meta_description": category.meta_description,
        "thumb_ext": None,
        "type": category.type,
        "url": category.url,
        "full_url": full_url(state.store, category),
        "count": str(len(state.store.in_category.get(category.id, ()))),
        "description": category.description,
        "conditions": None,
        "create_datetime": category.create_datetime,
        "edit_datetime": category.edit_datetime,
        "filter": None,
        "sort_products": category.sort_products,
        "include_sub_categories": category.include_sub_categories,
        "status": category.status,
    }


def put_product(store: Store, product: Product, ids: list[int]) -> None:
    """Give a product exactly these categories; the first is its primary one; unknown ids are dropped."""
    known = tuple(dict.fromkeys(one for one in ids if one in store.categories.rows))
    for old in set(product.category_ids).difference(known):
        store.in_category.get(old, {}).pop(product.id, None)
    for new in known:
        store.in_category.setdefault(new, {})[product.id] = None
    product.category_ids = known
    product.category_id = known[0] if known else None


def with_children(store: Store, category_id: int) -> list[int]:
    """The category and everything below it."""
    found = [category_id]
    for child in store.categories.rows[category_id].children:
        found += with_children(store, child)
    return found
