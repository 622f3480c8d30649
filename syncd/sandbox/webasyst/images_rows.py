"""Rows of product images (contracts/webasyst §3.8)."""

from __future__ import annotations

from typing import Any

from .product_rows import image_path
from .state import State
from .store import Image, Product


def bare_row(image: Image) -> dict[str, Any]:
    """The columns of an image."""
    return {
        "id": str(image.id),
        "product_id": str(image.product_id),
        "upload_datetime": image.upload_datetime,
        "edit_datetime": None,
        "description": image.description,
        "sort": str(image.sort),
        "width": None if image.width is None else str(image.width),
        "height": None if image.height is None else str(image.height),
        "size": str(image.size),
        "filename": "",
        "original_filename": image.original_filename,
        "ext": image.ext,
        "badge_type": None,
        "badge_code": None,
    }


def url(state: State, image: Image, size: str, absolute: bool = True) -> str:
    """The URL of a thumbnail."""
    path = image_path(image.product_id, image.id, image.ext, size)
    return f"http://{state.settings.domain}{path}" if absolute else path


def listed_row(state: State, image: Image, product: Product) -> dict[str, Any]:
    """A row of getList and product.getInfo; a null description shows the product's name."""
    row = bare_row(image)
    row["description"] = product.name if image.description is None else image.description
    row["edit_datetime_ts"] = None
    row["url_thumb"] = url(state, image, "200x0")
    return row


def info_rows(state: State, product: Product) -> list[dict[str, Any]]:
    """The images of a product in their order."""
    return [listed_row(state, image, product) for image in product.images]


def searched_rows(state: State, product: Product, double: bool) -> dict[str, Any]:
    """`images` of product.search: keyed by id, with relative URLs."""
    mark = "@2x" if double else ""
    rows = {}
    for image in product.images:
        row = listed_row(state, image, product)
        for name, size in (("url_thumb", "200x0"), ("url_crop", "96x96"), ("url_big", "970")):
            row[name] = url(state, image, size + mark, absolute=False)
        rows[str(image.id)] = row
    return rows
