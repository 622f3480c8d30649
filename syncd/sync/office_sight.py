"""The first look at the office's products: which linked ones say something else than when both sides agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from syncd.model.backoffice import OfficeProduct, OfficeSku
from syncd.state.product_links import ProductLink
from syncd.sync.facets import digest
from syncd.sync.picture_sight import office_pictures_moved
from syncd.sync.product_base import office_texts, office_values, seen, text_mark
from syncd.sync.product_categories import office_categories_moved


def moved(
    products: Iterable[OfficeProduct], links: Mapping[int, ProductLink], stock_id: int | None
) -> dict[str, str]:
    """The source products linked to SKUs of these office products that have to be compared, each with its version in the
    office. What says the same as when it was agreed is an echo of our own write, or an edit that was taken back, and no
    work."""
    return {
        links[sku.sku_id].source_key: version_there(product, sku)
        for product in products
        for sku in product.skus
        if sku.sku_id in links and _moved(product, sku, links[sku.sku_id], stock_id)
    }


def version_there(product: OfficeProduct, sku: OfficeSku) -> str:
    """The fingerprint of what the office says of a SKU, its stock left out, for the failures of the way back: a new
    version is tried at once."""
    said = office_values(sku.price, sku.compare_price, None, shown=product.visible and sku.visible)
    pictures = [image.image_id for image in product.images or ()]
    return digest([said, office_texts(product), sku.code, product.category_ids, pictures])


def sku_ids(products: Sequence[OfficeProduct]) -> list[int]:
    """The SKUs of all of them."""
    return [sku.sku_id for product in products for sku in product.skus]


def _moved(product: OfficeProduct, sku: OfficeSku, link: ProductLink, stock_id: int | None) -> bool:
    stock = sku.count if stock_id is None else sku.stock.get(stock_id)
    own = None if stock is None else stock + Decimal(link.base.get("taken", "0"))
    shown = product.visible and sku.visible
    answered = office_values(sku.price, sku.compare_price, own, shown=shown)
    if any(seen(link.base, name).office != value for name, value in answered.items()):
        return True
    if office_pictures_moved(product, link.base) or office_categories_moved(product, link.base):
        return True
    there = office_texts(product)
    return any(seen(link.texts, name).office != text_mark(there[name]) for name in link.texts)
