"""shop.product.images.*: real bytes are kept with their digest (contracts/webasyst §3.8)."""

from __future__ import annotations

import hashlib
from typing import Any

from syncd.sandbox import php

from .call import Call, Method, Upload, as_map, reads, writes
from .errors import ApiError, not_found, server_error
from .image_size import measure
from .images_rows import bare_row, info_rows, url
from .state import State
from .store import Image, Product

KNOWN = ("jpg", "jpeg", "png", "gif", "webp")


def _product(call: Call) -> Product:
    product = call.store.products.get(php.to_int(call.get("product_id")))
    if product is None:
        raise not_found("Product")
    return product


def _image(call: Call, value: Any) -> Image:
    image = call.store.images.get(php.to_int(value))
    if image is None:
        raise not_found("Product image")
    return image


def _full_row(state: State, image: Image) -> dict[str, Any]:
    return {**bare_row(image), "url_thumb": url(state, image, "200x0"), "url_big": url(state, image, "750x0")}


def add(call: Call) -> Any:
    """shop.product.images.add?product_id=: one file in the field `file`."""
    product = _product(call)
    upload = next((one for one in call.files if one.field == "file"), None)
    if upload is None:
        raise server_error("No file uploaded.")
    return _full_row(call.state, store(call.state, product, upload, call.form("description") or None))


def add_many(call: Call) -> Any:
    """shop.product.images.addMany?product_id=: files in `files[]`, texts in `descriptions[]`."""
    product = _product(call)
    uploads = [one for one in call.files if one.field.startswith("files[")]
    if not uploads:
        raise ApiError(400, "invalid_param", "Missing required parameter: “files”.")
    texts = [php.to_str(one) or None for one in as_map(call.post.get("descriptions")).values()]
    texts += [None] * len(uploads)
    return [
        _full_row(call.state, store(call.state, product, *pair)) for pair in zip(uploads, texts, strict=False)
    ]


def store(state: State, product: Product, upload: Upload, description: str | None) -> Image:
    """Keep a file; the kind comes from the name's extension, and a bad one leaves a broken row behind."""
    size = measure(upload.content)
    if size is None:
        raise server_error("Not an image or invalid image: /var/tmp/upload")
    ext = upload.filename.rpartition(".")[2] if "." in upload.filename else ""
    image = Image(
        id=state.store.images.reserve(),
        product_id=product.id,
        upload_datetime=state.now(),
        description=description,
        sort=max((one.sort for one in product.images), default=-1) + 1,
        width=size[0],
        height=size[1],
        size=len(upload.content),
        original_filename=upload.filename,
        ext=ext,
        content=upload.content,
        digest=hashlib.sha256(upload.content).hexdigest(),
        broken=ext.lower() not in KNOWN,
    )
    state.store.images.put(image.id, image)
    product.images = (*product.images, image)
    if product.image_id is None:
        _set_main(product, image)
    if image.broken:
        raise server_error(f"GD does not support {ext} images")
    return image


def _set_main(product: Product, image: Image | None) -> None:
    product.image_id = None if image is None else image.id
    product.ext = None if image is None else image.ext


def get_list(call: Call) -> Any:
    """shop.product.images.getList."""
    return info_rows(call.state, _product(call))


def get_info(call: Call) -> Any:
    """shop.product.images.getInfo; `size` adds one more URL."""
    image = _image(call, call.need_get("id"))
    row = _full_row(call.state, image)
    size = call.get("size")
    return {**row, "url_size": url(call.state, image, size)} if size else row


def delete(call: Call) -> Any:
    """shop.product.images.delete: the main image passes to the next."""
    image = _image(call, call.need("id"))
    drop(call.state, call.store.products.rows[image.product_id], image)
    return True


def drop(state: State, product: Product, image: Image) -> None:
    """Take an image away; the main one passes to the next."""
    product.images = tuple(one for one in product.images if one is not image)
    state.store.images.drop(image.id)
    if product.image_id == image.id:
        _set_main(product, product.images[0] if product.images else None)


def update(call: Call) -> Any:
    """shop.product.images.update?product_id=: order and texts; every image not listed is deleted."""
    product = _product(call)
    sent = [one for one in as_map(call.post.get("images")).values() if isinstance(one, dict)]
    own = {image.id: image for image in product.images}
    listed = [
        (own[php.to_int(one.get("id", ""))], one) for one in sent if php.to_int(one.get("id", "")) in own
    ]
    kept = [image for image, _ in listed]
    for image in product.images:
        if image not in kept:
            drop(call.state, product, image)
    for place, (image, one) in enumerate(listed):
        image.sort = place
        if "description" in one:
            image.description = php.to_str(one["description"])
    product.images = tuple(kept)
    return True


def sort(call: Call) -> Any:
    """shop.product.images.sort: sets the order and makes the first one main."""
    wanted = [php.to_int(one) for one in as_map(call.need("photo_ids")).values()]
    image = _image(call, wanted[0] if wanted else 0)
    put_in_order(call.store.products.rows[image.product_id], wanted)
    return {"status": "ok"}


def put_in_order(product: Product, wanted: list[int]) -> None:
    """Show a product's images in the order of these ids, the others behind them; the first one becomes main."""
    product.images = tuple(
        sorted(product.images, key=lambda one: wanted.index(one.id) if one.id in wanted else len(wanted))
    )
    for place, one in enumerate(product.images):
        one.sort = place
    _set_main(product, product.images[0])


METHODS: dict[str, Method] = {
    "product.images.add": writes(add),
    "product.images.addMany": writes(add_many),
    "product.images.getList": reads(get_list),
    "product.images.getInfo": reads(get_info),
    "product.images.delete": writes(delete),
    "product.images.update": writes(update),
    "product.images.sort": writes(sort),
}
