"""Edits of product pictures (listed in `edits`); like the API's they leave `edit_datetime` alone (contracts/webasyst §9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from syncd.sandbox.cscart.pictures import png

from . import images
from .call import Upload
from .store import Product

if TYPE_CHECKING:
    from .shop import WebasystShop


def _product(shop: WebasystShop, key: Any) -> Product:
    product = shop.state.store.products.get(int(key))
    if product is None:
        raise ValueError(f"There is no product {key}.")
    return product


def create(shop: WebasystShop, args: dict[str, Any]) -> int:
    """image.create: a real picture of one colour, last in the row."""
    product = _product(shop, args["product_id"])
    colour = int(args.get("colour", shop.state.store.images.next_id))
    upload = Upload("file", str(args.get("name", f"photo-{colour}.png")), png(colour))
    return images.store(shop.state, product, upload, args.get("description")).id


def delete(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """image.delete."""
    image = shop.state.store.images.rows[int(args["id"])]
    images.drop(shop.state, _product(shop, image.product_id), image)
    return True


def sort(shop: WebasystShop, args: dict[str, Any]) -> bool:
    """image.sort."""
    images.put_in_order(_product(shop, args["product_id"]), [int(one) for one in args["ids"]])
    return True


OPERATIONS: dict[str, Callable[[WebasystShop, dict[str, Any]], Any]] = {
    "image.create": create,
    "image.delete": delete,
    "image.sort": sort,
}
