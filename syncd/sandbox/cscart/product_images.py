"""Images of products through the API: deleted first, downloaded afterwards (cscart §3.5)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from syncd.sandbox import php
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.pictures import png, png_size
from syncd.sandbox.cscart.records import Image, Product
from syncd.sandbox.cscart.store import Store

ALLOWED = frozenset({"jpg", "jpeg", "png", "gif", "ico", "webp"})
BY_TYPE = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/x-icon": "ico",
}
MAX_SIDE = 6000
SEEDED = re.compile(r"detailed/0/product-(\d+)-(\d+)\.png\Z")


def update_images(context: Context, product: Product, data: php.PhpArray) -> None:
    """Replace images as a body asks: the old ones go before the new ones are fetched; failures are silent."""
    if "main_pair" in data:
        forget(context, product.main_image)
        product.main_image = None
    if "image_pairs" in data:
        for image in product.images or ():
            forget(context, image)
        product.images = None
    if "main_pair" in data:
        product.main_image = _fetch(context, data["main_pair"], 0)
    if isinstance(data.get("image_pairs"), dict):
        fetched = [_fetch(context, row, index) for index, row in enumerate(data["image_pairs"].values())]
        product.images = [image for image in fetched if image is not None] or None
    if product.main_image is None and product.images:
        product.main_image = product.images.pop(0)


def forget(context: Context, image: Image | None) -> None:
    """Delete the file of an image."""
    if image is not None:
        context.store.files[image.path] = None


def _fetch(context: Context, row: Any, index: int) -> Image | None:
    detailed = row.get("detailed") if isinstance(row, dict) else None
    if not isinstance(detailed, dict):
        return None
    source = php.to_str(detailed.get("image_path"))
    if "://" not in source:
        return None  # a path below the store's files directory; this shop has no files there
    content = _download(context, source)
    if content is None:
        return None
    kind, data = content
    name = _file_name(source, kind)
    if name is None:
        return None
    width, height = png_size(data)
    if max(width, height) > MAX_SIDE:
        return None
    return keep(
        context, name, data, php.to_str(detailed.get("alt")), php.to_int(row.get("position", index * 10))
    )


def _download(context: Context, source: str) -> tuple[str, bytes] | None:
    own = f"{context.url}/images/"
    if source.startswith(own):
        data = read_file(context.store, php.urldecode(source.removeprefix(own)))
        return None if data is None else ("image/png", data)
    return context.network.get(source)


def _file_name(source: str, kind: str) -> str | None:
    last = source.rpartition("/")[2]
    if "?" in last or "&" in last:
        return f"url_uploaded_file.{BY_TYPE[kind]}" if kind in BY_TYPE else None
    name = php.urldecode(urlsplit(source).path.rpartition("/")[2].replace("+", "%2B"))
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension in ALLOWED:
        return name if kind.startswith("image/") or kind == "application/octet-stream" else None
    return f"{name}.{BY_TYPE[kind]}" if kind in BY_TYPE and not extension else None


def keep(context: Context, name: str, data: bytes, alt: str, position: int) -> Image:
    """Store a picture under a name that was never used before and return its pair."""
    store = context.store
    number = store.next_id("image", 912)
    stem, _, extension = name.rpartition(".")
    path = f"detailed/{number // 1000}/{name}"
    if path in store.files or SEEDED.match(path):
        path = f"detailed/{number // 1000}/{stem}_{number}.{extension}"
    store.files[path] = data
    width, height = png_size(data)
    return Image(store.next_id("pair", 823), number, path, alt, position, width, height)


def read_file(store: Store, path: str) -> bytes | None:
    """Return a picture by its path below ``/images/``; seeded ones are painted on demand, deleted ones are gone."""
    if path in store.files:
        return store.files[path]
    found = SEEDED.match(path)
    return png(int(found.group(1)) * 10 + int(found.group(2))) if found else None
