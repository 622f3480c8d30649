"""The state in plain values, for tests and for looking at it (control API)."""

from __future__ import annotations

from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from .state import State
from .store import Image, Product


def dump(state: State) -> dict[str, Any]:
    """Products with SKUs, orders, contacts, categories, images with digests, mails and settings."""
    store = state.store
    return {
        "time": state.now(),
        "settings": _plain(asdict(state.settings)),
        "products": [_product(row) for row in store.products],
        "categories": [_plain(asdict(row)) for row in store.categories],
        "orders": [_plain(asdict(row)) for row in store.orders],
        "log": [_plain(asdict(row)) for row in store.log],
        "contacts": [_plain(asdict(row)) for row in store.contacts],
        "images": [_image(row) for row in store.images],
        "stocks": list(store.stocks),
        "types": list(store.types),
        "features": list(store.features),
        "feature_values": list(store.feature_values),
        "channels": list(store.channels),
        "mails": list(store.mails),
    }


def _product(row: Product) -> dict[str, Any]:
    found = {
        field.name: _plain(getattr(row, field.name))
        for field in fields(row)
        if field.name not in ("skus", "images")
    }
    found["skus"] = [_plain(asdict(sku)) for sku in row.skus]
    found["images"] = [image.id for image in row.images]
    return found


def _image(row: Image) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row) if field.name != "content"}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
