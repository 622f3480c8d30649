"""How products, SKUs and images look in answers: texts of the database, numbers of PHP (contracts/webasyst §2, §3)."""

from __future__ import annotations

import html
from typing import Any

from .amounts import number, text
from .call import php_map
from .state import State
from .store import Product, Sku

_RATING = (
    '<span class="rate nowrap" title="Average user rating: 0 / 5">'
    + '<i class="icon10 star-empty"></i>' * 5
    + "</span>"
)
EXTRA_DEFAULTS: dict[str, Any] = {
    "meta_title": None,
    "meta_keywords": None,
    "meta_description": None,
    "contact_id": "1",
    "video_url": None,
    "tax_id": None,
    "cross_selling": None,
    "upselling": None,
    "badge": None,
    "sku_type": "0",
}


def escape(value: str) -> str:
    """Escaping of search results: an apostrophe stays (contracts/webasyst §3.2)."""
    return html.escape(value, quote=False).replace('"', "&quot;")


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)


def stored(p: Product) -> dict[str, Any]:
    """All 47 columns as the database gives them: strings and nulls."""
    extra = EXTRA_DEFAULTS if p.extra is None else {**EXTRA_DEFAULTS, **p.extra}
    return {
        "id": str(p.id),
        "name": p.name,
        "summary": p.summary,
        "meta_title": extra["meta_title"],
        "meta_keywords": extra["meta_keywords"],
        "meta_description": extra["meta_description"],
        "description": p.description,
        "contact_id": extra["contact_id"],
        "create_datetime": p.create_datetime,
        "edit_datetime": p.edit_datetime,
        "status": p.status,
        "type_id": p.type_id,
        "image_id": _id(p.image_id),
        "image_filename": "",
        "video_url": extra["video_url"],
        "sku_id": _id(p.sku_id),
        "ext": p.ext,
        "url": p.url,
        "rating": "0.00",
        "price": str(p.price),
        "compare_price": str(p.compare_price),
        "currency": p.currency,
        "min_price": str(p.min_price),
        "max_price": str(p.max_price),
        "tax_id": extra["tax_id"],
        "count": text(p.count),
        "count_denominator": "1",
        "order_multiplicity_factor": "1.000",
        "stock_unit_id": "0",
        "base_unit_id": "0",
        "stock_base_ratio": "1.00000000",
        "order_count_min": "1.000",
        "order_count_step": "1.000",
        "base_price": str(p.price),
        "min_base_price": str(p.min_price),
        "max_base_price": str(p.max_price),
        "cross_selling": extra["cross_selling"],
        "upselling": extra["upselling"],
        "rating_count": "0",
        "total_sales": "0.0000",
        "category_id": _id(p.category_id),
        "badge": extra["badge"],
        "sku_type": extra["sku_type"],
        "base_price_selectable": "0.0000",
        "compare_price_selectable": "0.0000",
        "purchase_price_selectable": "0.0000",
        "sku_count": str(p.sku_count),
    }


def searched(state: State, p: Product, escaped: bool) -> dict[str, Any]:
    """A row of product.search: prices are numbers, plus the two html columns and the image's URL."""
    row = stored(p)
    if escaped:
        row["name"], row["url"] = p.name and escape(p.name), escape(p.url)
    row["rating"] = row["total_sales"] = row["base_price_selectable"] = 0
    row["price"], row["compare_price"] = number(p.price), number(p.compare_price)
    row["min_price"], row["max_price"] = number(p.min_price), number(p.max_price)
    row["total_sales_html"], row["rating_html"] = "", _RATING
    if p.image_id is not None:
        row["image_url"] = f"http://{state.settings.domain}{image_path(p.id, p.image_id, p.ext, '200x0')}"
    return row


def image_path(product_id: int, image_id: int, ext: str | None, size: str) -> str:
    """The path of a thumbnail (contracts/webasyst §3.8)."""
    tail = f"{product_id:04d}"
    folder = f"{tail[-2:]}/{tail[-4:-2]}/{product_id}"
    return f"/wa-data/public/shop/products/{folder}/images/{image_id}/{image_id}.{size}.{ext}"


def sku_row(sku: Sku) -> dict[str, Any]:
    """All columns of a SKU as strings."""
    return {
        "id": str(sku.id),
        "product_id": str(sku.product_id),
        "sku": sku.sku,
        "sort": str(sku.sort),
        "name": sku.name,
        "image_id": _id(sku.image_id),
        "price": str(sku.price),
        "primary_price": str(sku.primary_price),
        "purchase_price": str(sku.purchase_price),
        "compare_price": str(sku.compare_price),
        "count": text(sku.count),
        "available": sku.available,
        "status": sku.status,
        "stock_base_ratio": None,
        "order_count_min": None,
        "order_count_step": None,
        "dimension_id": None,
        "file_name": "",
        "file_size": "0",
        "file_description": None,
        "virtual": "0",
    }


def sku_numbers(sku: Sku) -> dict[str, Any]:
    """A SKU with its prices as numbers, as getInfo and skus.getList show it."""
    row = sku_row(sku)
    for name in ("price", "primary_price", "purchase_price", "compare_price"):
        row[name] = number(getattr(sku, name))
    return row


def sku_searched(sku: Sku, with_stock: bool) -> dict[str, Any]:
    """A SKU inside product.search: strings plus `*_float`; `stock` is null when there is no warehouse row."""
    row = sku_row(sku)
    if with_stock:
        row["stock"] = None if not sku.stock else {str(key): str(value) for key, value in sku.stock.items()}
    row["price_float"] = number(sku.price)
    row["purchase_price_float"] = number(sku.purchase_price)
    row["compare_price_float"] = number(sku.compare_price)
    row["primary_price_float"] = number(sku.primary_price)
    return row


def sku_info(sku: Sku) -> dict[str, Any]:
    """skus.getInfo: strings and the warehouse map (contracts/webasyst §3.7)."""
    row = sku_row(sku)
    row["stock"] = php_map({str(key): str(value) for key, value in (sku.stock or {}).items()})
    return row
