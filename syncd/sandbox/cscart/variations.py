"""Product variations and their groups (cscart §3.8)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart import product_write, products
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, privileges
from syncd.sandbox.cscart.paging import asked_page
from syncd.sandbox.cscart.records import Product, VariationGroup
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.cscart.store import Store

RIGHTS = privileges("view_catalog", "manage_catalog")


def read_variation(context: Context, call: Call) -> tuple[int, Any]:
    """Return a product that belongs to a group; others are 404."""
    _grouped(context, call)
    return products.read(context, call)


def update_variation(context: Context, call: Call) -> tuple[int, Any]:
    """Change a product that belongs to a group."""
    _grouped(context, call)
    return product_write.update(context, call)


def _grouped(context: Context, call: Call) -> Product:
    product = context.store.products.get(call.number)
    if product is None or not product.group_id:
        raise ApiError(404)
    return product


def generate(context: Context, call: Call) -> tuple[int, Any]:
    """Create child variations for the given combinations of feature values."""
    store, parent = context.store, _grouped(context, call)
    combinations = call.data.get("combinations")
    if not isinstance(combinations, dict) or not combinations:
        raise ApiError(400, empty_map=True)
    created = [_child(store, parent, row) for row in combinations.values() if isinstance(row, dict)]
    store.touch_products()
    return 201, {"product_ids": created}


def _child(store: Store, parent: Product, values: php.PhpArray) -> int:
    number, now = store.next_id("product"), store.now
    child = Product(
        number, "", parent.name, parent.price, 0, now, now, parent.status, parent.company_id, parent.category_ids,
        tax_ids=parent.tax_ids, product_type="V", parent_product_id=parent.product_id, group_id=parent.group_id,
    )  # fmt: skip
    store.add_product(child)
    labels = {php.to_int(key): (php.to_int(value), f"Variant {value}") for key, value in values.items()}
    store.groups[parent.group_id].labels[number] = labels
    return number


def group_row(store: Store, group: VariationGroup) -> dict[str, Any]:
    """Return one group; its numbers are numbers."""
    members = [store.products[number] for number in group.labels if number in store.products]
    return {
        "id": group.group_id, "code": group.code, "created_at": group.created_at, "updated_at": group.updated_at,
        "features": [{"feature_id": str(number), "purpose": purpose} for number, purpose in group.features],
        "products": [
            {"product_id": row.product_id, "parent_product_id": row.parent_product_id,
             "feature_values": [{"feature_id": str(number), "variant_id": str(value)}
                                for number, (value, _) in group.labels[row.product_id].items()]}
            for row in members
        ],
    }  # fmt: skip


def index_groups(context: Context, call: Call) -> tuple[int, Any]:
    """List groups; past the end the list is empty."""
    wanted, features = call.numbers("product_ids"), call.numbers("feature_ids")
    rows = [
        row for row in context.store.groups.values()
        if (not wanted or wanted & row.labels.keys()) and (not features or features & dict(row.features).keys())
    ]  # fmt: skip
    page = asked_page(call, context.store.settings.items_per_page)
    params = {"items_per_page": page.size, "page": page.number, "total_items": len(rows)}
    return 200, {"groups": [group_row(context.store, row) for row in page.slice(rows)], "params": params}


def read_group(context: Context, call: Call) -> tuple[int, Any]:
    """Return a group by its id or its code."""
    return 200, group_row(context.store, _group(context, call))


def _group(context: Context, call: Call) -> VariationGroup:
    for row in context.store.groups.values():
        if call.object_id in {str(row.group_id), row.code}:
            return row
    raise ApiError(404)


def create_group(context: Context, call: Call) -> tuple[int, Any]:
    """Group products; fails with 400 and an empty message that is an object (public report, cscart §1.6)."""
    store, data = context.store, call.data
    ids, features = data.get("product_ids"), data.get("features")
    numbers = [php.to_int(number) for number in ids.values()] if isinstance(ids, dict) else []
    free = [number for number in numbers if number in store.products and not store.products[number].group_id]
    if not isinstance(features, dict) or not features or not free or len(free) < len(numbers):
        raise ApiError(400, empty_map=True)
    group_id, now = store.next_id("group", 10), store.now
    code = php.to_str(data.get("code")) or f"PV-{group_id:08X}F"
    known = [(php.to_int(row["feature_id"]), php.to_str(row.get("purpose", "group_catalog_item")))
             for row in features.values() if isinstance(row, dict) and "feature_id" in row]  # fmt: skip
    group = VariationGroup(group_id, code, now, now, known, {})
    store.groups[group_id] = group
    for place, number in enumerate(free):
        product = store.products[number]
        product.group_id = group_id
        if place:
            product.product_type, product.parent_product_id = "V", free[0]
        group.labels[number] = {feature: (1190 + place, f"Variant {place + 1}") for feature, _ in known}
    store.touch_products()
    status = dict.fromkeys(free, "success")
    return 201, {"message": "", "group": group_row(store, group), "products_status": status}


def delete_group(context: Context, call: Call) -> tuple[int, Any]:
    """Dissolve a group; its products become ordinary ones."""
    group = _group(context, call)
    for number in group.labels:
        product = context.store.products[number]
        product.group_id, product.parent_product_id, product.product_type = 0, 0, "P"
    del context.store.groups[group.group_id]
    context.store.touch_products()
    return 204, None


VARIATIONS = Entity(
    "product_variations", RIGHTS, products.index, read_variation, product_write.create, update_variation,
    product_write.delete, children={"POST generate_product_variations": generate},
)  # fmt: skip
GROUPS = Entity(
    "product_variations_groups",
    RIGHTS,
    index_groups,
    read_group,
    create_group,
    delete=delete_group,
    numeric=False,
)
