"""shop.category.* and the membership of products (contracts/webasyst §4, §3.10)."""

from __future__ import annotations

import re
from typing import Any

from syncd.sandbox import php

from . import categories_tree as tree
from .call import Call, Method, reads, writes
from .errors import ApiError, missing
from .products import find
from .state import State
from .store import Category
from .tags import put_tags, split_names
from .transliterate import transliterate

COLUMNS = (
    "name",
    "url",
    "description",
    "meta_title",
    "meta_keywords",
    "meta_description",
    "status",
    "include_sub_categories",
)


def _find(call: Call, value: Any, what: str = "Category") -> Category:
    category = call.store.categories.get(php.to_int(value))
    if category is None:
        raise ApiError(404, "invalid_request", f"{what} not found.")
    return category


def get_tree(call: Call) -> Any:
    """shop.category.getTree: nested; with parent_id the parent itself is the root element."""
    parent = php.to_int(call.get("parent_id", "0"))
    depth = php.to_int(call.get("depth")) if call.get("depth") else None
    places = tree.keys(call.store)
    roots = (
        [one for one in [parent] if one in call.store.categories.rows]
        if parent
        else call.store.root_categories
    )
    return [_branch(call.state, one, places, depth) for one in roots]


def _branch(
    state: State, key: int, places: dict[int, tuple[int, int, int]], depth: int | None
) -> dict[str, Any]:
    category = state.store.categories.rows[key]
    row = {**tree.row(state, category, places), "thumb": None}
    deeper = depth is None or depth > 0
    left = None if depth is None else depth - 1
    row["categories"] = [_branch(state, one, places, left) for one in category.children] if deeper else []
    return row


def search(call: Call) -> Any:
    """shop.category.search: the exact name, whatever its case."""
    name = php.to_str(call.need_get("name")).casefold()
    places = tree.keys(call.store)
    return [tree.row(call.state, one, places) for one in call.store.categories if one.name.casefold() == name]


def get_info(call: Call) -> Any:
    """shop.category.getInfo."""
    return tree.row(call.state, _find(call, call.need_get("id")), tree.keys(call.store))


def get_parents(call: Call) -> Any:
    """shop.category.getParents: from the direct parent up to the root."""
    category = _find(call, call.need_get("id"))
    places, found = tree.keys(call.store), []
    while category.parent_id:
        category = call.store.categories.rows[category.parent_id]
        found.append(tree.row(call.state, category, places))
    return found


def add(call: Call) -> Any:
    """shop.category.add: a new root goes first, a child goes last; duplicate names are allowed."""
    call.need("name")
    parent_id = php.to_int(call.form("parent_id", "0"))
    if parent_id:
        _find(call, parent_id, "Parent category")
    category = create(call.state, call.form("name"), parent_id, call.form("url"))
    put_columns(category, call.post)
    category.url = unique_url(call.state, category, call.form("url") or category.name)
    return tree.row(call.state, category, tree.keys(call.store))


def create(state: State, name: str, parent_id: int = 0, url: str = "") -> Category:
    """Insert a category into the tree."""
    category = Category(id=state.store.categories.reserve(), name=name, create_datetime=state.now())
    category.parent_id = parent_id
    state.store.categories.put(category.id, category)
    if parent_id:
        state.store.categories.rows[parent_id].children.append(category.id)
    else:
        state.store.root_categories.insert(0, category.id)
    category.url = unique_url(state, category, url or name)
    return category


def unique_url(state: State, category: Category, wanted: str) -> str:
    """The transliterated name; `_1`, `_2`... when a sibling has it already."""
    base = re.sub(r"[^a-z0-9_.-]+", "-", transliterate(wanted).lower()).strip("-") or str(category.id)
    taken = {
        one.url
        for one in state.store.categories
        if one.parent_id == category.parent_id and one.id != category.id
    }
    url, place = base, 0
    while url in taken:
        place += 1
        url = f"{base}_{place}"
    return url


def put_columns(category: Category, sent: dict[Any, Any]) -> None:
    """Set the sent columns; an empty name or url is ignored."""
    for name in COLUMNS:
        if name in sent and not (name in ("name", "url") and not sent[name]):
            setattr(category, name, php.to_str(sent[name])[:255])


def update(call: Call) -> Any:
    """shop.category.update?id=."""
    category = _find(call, call.need_get("id"))
    put_columns(category, call.post)
    if "parent_id" in call.post:
        _move(call, category, php.to_int(call.post["parent_id"]))
    return tree.row(call.state, category, tree.keys(call.store))


def _move(call: Call, category: Category, parent_id: int) -> None:
    """Under another parent, or to the roots; never below itself."""
    store = call.store
    if parent_id:
        _find(call, parent_id, "Parent category")
    if parent_id == category.parent_id or parent_id in tree.with_children(store, category.id):
        return
    former = store.categories.get(category.parent_id)
    (store.root_categories if former is None else former.children).remove(category.id)
    category.parent_id = parent_id
    (store.categories.rows[parent_id].children if parent_id else store.root_categories).append(category.id)


def delete(call: Call) -> Any:
    """shop.category.delete: children move up to its parent."""
    category = _find(call, call.need("id"))
    remove(call.state, category)
    return True


def remove(state: State, category: Category) -> None:
    """Take a category out of the tree; its children take its place."""
    parent = state.store.categories.get(category.parent_id)
    siblings = state.store.root_categories if parent is None else parent.children
    place = siblings.index(category.id)
    siblings[place : place + 1] = category.children
    for child in category.children:
        state.store.categories.rows[child].parent_id = category.parent_id
    for product_id in list(state.store.in_category.get(category.id, ())):
        product = state.store.products.rows[product_id]
        tree.put_product(state.store, product, [one for one in product.category_ids if one != category.id])
    state.store.categories.drop(category.id)


def add_product(call: Call) -> Any:
    """shop.product.addToCategory?id=."""
    product = find(call, call.need_get("id"))
    wanted = _find(call, call.need("category_id")).id
    tree.put_product(call.store, product, [*product.category_ids, wanted])
    product.edit_datetime = call.state.now()
    return True


def remove_product(call: Call) -> Any:
    """shop.product.removeFromCategory?id=."""
    product = find(call, call.need_get("id"))
    wanted = _find(call, call.need("category_id")).id
    tree.put_product(call.store, product, [one for one in product.category_ids if one != wanted])
    product.edit_datetime = call.state.now()
    return True


def add_tags(call: Call) -> Any:
    """shop.product.addTags?id=: a comma list or an array."""
    product = find(call, call.need_get("id"))
    if not php.truthy(call.post.get("tags")):
        raise missing("tags")
    put_tags(call.state, product, [*product.tags, *split_names(call.post["tags"])])
    product.edit_datetime = call.state.now()
    return True


METHODS: dict[str, Method] = {
    "category.getTree": reads(get_tree),
    "category.search": reads(search),
    "category.getInfo": reads(get_info),
    "category.getParents": reads(get_parents),
    "category.add": writes(add),
    "category.update": writes(update),
    "category.delete": writes(delete),
    "product.addToCategory": writes(add_product),
    "product.removeFromCategory": writes(remove_product),
    "product.addTags": writes(add_tags),
}
