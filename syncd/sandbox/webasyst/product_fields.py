"""The `fields` of product.search: they are added to the default columns, never replace them (contracts/webasyst §3.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import categories_tree
from .call import Call, php_map
from .features import by_code
from .images_rows import searched_rows
from .product_rows import image_path, searched, sku_searched
from .state import State
from .store import Product

Row = dict[str, Any]


def shown_rows(call: Call, ids: list[int]) -> list[Row]:
    """The rows of a page with the extra fields asked for; unknown names are ignored."""
    escaped = call.get("escape", "1") != "0"
    names = [name.strip() for name in call.get("fields").split(",")]
    adders = [ADDERS[name] for name in names if name in ADDERS]
    codes = [name[8:] for name in names if name.startswith("feature_")]
    products = call.store.products.rows
    rows = []
    for key in ids:
        product = products[key]
        row = searched(call.state, product, escaped)
        for add in adders:
            add(call, product, row, names)
        for code in codes:
            _one_feature(call.state, product, row, code)
        rows.append(row)
    return rows


def _skus(call: Call, product: Product, row: Row, names: list[str]) -> None:
    with_stock = "stock_counts" in names
    row["skus"] = php_map({str(sku.id): sku_searched(sku, with_stock) for sku in product.skus})
    if with_stock:
        row["has_stock_counts"] = any(sku.stock for sku in product.skus)


def _skus_filtered(call: Call, product: Product, row: Row, names: list[str]) -> None:
    wanted = _wanted_skus(call)
    skus = [sku for sku in product.skus if wanted is None or sku.id in wanted]
    if wanted is not None:
        row["sku_ids"] = ",".join(str(sku.id) for sku in skus)
    row["skus"] = php_map({str(sku.id): sku_searched(sku, "stock_counts" in names) for sku in skus})


def _wanted_skus(call: Call) -> set[int] | None:
    text = call.get("hash")
    if "sku_id=" not in text:
        return None
    part = text.split("sku_id=", 1)[1].split("&")[0]
    return {int(one) for one in part.split(",") if one.isdigit()}


def _sku_filtered(call: Call, product: Product, row: Row, names: list[str]) -> None:
    row["skus"] = {str(sku.id): sku_searched(sku, False) for sku in product.skus if sku.id == product.sku_id}


def _sku(call: Call, product: Product, row: Row, names: list[str]) -> None:
    row["sku"] = next((sku.sku for sku in product.skus if sku.id == product.sku_id), None)


def _categories(call: Call, product: Product, row: Row, names: list[str]) -> None:
    _category_ids(call, product, row, names)
    places = categories_tree.keys(call.store) if product.category_ids else {}
    table = call.store.categories.rows
    row["categories"] = [categories_tree.row(call.state, table[one], places) for one in product.category_ids]


def _category_ids(call: Call, product: Product, row: Row, names: list[str]) -> None:
    row["category_ids"] = [str(one) for one in product.category_ids]


def _params(call: Call, product: Product, row: Row, names: list[str]) -> None:
    row["params"] = php_map(product.params)


def _tags(call: Call, product: Product, row: Row, names: list[str]) -> None:
    row["tag_ids"] = [call.store.tags[name] for name in product.tags]
    row["tags"] = list(product.tags)


def _images(call: Call, product: Product, row: Row, names: list[str]) -> None:
    row["images"] = php_map(searched_rows(call.state, product, double="images2x" in names))


def _image(call: Call, product: Product, row: Row, names: list[str]) -> None:
    if product.image_id is None:
        row["image"] = None
        return
    sizes = (("thumb_url", "200x0"), ("crop_url", "96x96"), ("big_url", "970"))
    row["image"] = {name: image_path(product.id, product.image_id, product.ext, size) for name, size in sizes}


def _image_count(call: Call, product: Product, row: Row, names: list[str]) -> None:
    row["image_count"] = str(len(product.images))


def _frontend_url(call: Call, product: Product, row: Row, names: list[str]) -> None:
    row["frontend_url"] = f"/shop/{product.url}/"


def _services(call: Call, product: Product, row: Row, names: list[str]) -> None:
    row["services"] = []


def _sales(call: Call, product: Product, row: Row, names: list[str]) -> None:
    row["sales_30days"], row["sales_30days_html"] = 0, ""


def _features(call: Call, product: Product, row: Row, names: list[str]) -> None:
    found = {}
    for code in product.features or {}:
        feature = by_code(call.state, code)
        if feature is not None:
            found[feature["id"]] = {**feature, "value": _feature_text(call.state, product, code)}
    row["features"] = php_map(found)


def _feature_text(state: State, product: Product, code: str) -> Any:
    value = (product.features or {}).get(code)
    if isinstance(value, list):
        return {str(key): state.store.feature_values.rows[key]["value"] for key in value}
    return value


def _one_feature(state: State, product: Product, row: Row, code: str) -> None:
    value = _feature_text(state, product, code)
    if value is not None:
        row["feature_" + code] = value
        row[f"feature_{code}_html"] = value if isinstance(value, str) else ", ".join(value.values())


ADDERS: dict[str, Callable[[Call, Product, Row, list[str]], None]] = {
    "skus": _skus,
    "skus_filtered": _skus_filtered,
    "sku_filtered": _sku_filtered,
    "sku": _sku,
    "categories": _categories,
    "category_ids": _category_ids,
    "params": _params,
    "tags": _tags,
    "images": _images,
    "images2x": _images,
    "image": _image,
    "image_count": _image_count,
    "frontend_url": _frontend_url,
    "services": _services,
    "sales_30days": _sales,
    "features": _features,
}
