"""Edits of goods: products, pictures, promotions (see the table in ``edits``)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncd.sandbox.cscart.bodies import array
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.pictures import png
from syncd.sandbox.cscart.product_images import forget, keep
from syncd.sandbox.cscart.product_write import remove, update_product
from syncd.sandbox.cscart.records import Product, Promotion

Args = dict[str, Any]
RENAMED = {"code": "product_code", "name": "product"}


def find_product(context: Context, args: Args) -> Product:
    """Return the product that ``product_id`` or ``sku`` names; raises ValueError."""
    store = context.store
    if "product_id" in args:
        product = store.products.get(int(args["product_id"]))
        if product is None:
            raise ValueError(f"no product {args['product_id']}")
        return product
    found = store.by_code(str(args["sku"]))
    if not found:
        raise ValueError(f"no product with the code {args['sku']!r}")
    return found[0]


def _columns(args: Args) -> dict[int | str, Any]:
    known = {"product_id", "sku", "lang", "touch"}
    changed: dict[int | str, Any] = {
        RENAMED.get(key, key): array(value) for key, value in args.items() if key not in known
    }
    return changed


def create(context: Context, args: Args) -> int:
    """Create a product."""
    store, now = context.store, context.store.now
    company_id = int(args.get("company_id", next(iter(store.companies))))
    default = next(row.category_id for row in store.categories.values() if row.company_id in {company_id, 1})
    categories = tuple(int(number) for number in args.pop("category_ids", (166, default)[:1]))
    product = Product(
        store.next_id("product"), "", str(args["name"]), Decimal(0), 0, now, now, company_id=company_id,
        category_ids=categories, texts={},
    )  # fmt: skip
    store.add_product(product)
    update_product(context, product, _columns(args), store.default_language)
    return product.product_id


def update(context: Context, args: Args) -> int:
    """Save a product in the admin panel, or change it behind the shop's back with ``touch`` false."""
    product = find_product(context, args)
    before = product.updated_timestamp
    lang = context.store.language(str(args.get("lang", context.store.default_language)))
    changed = _columns(args)
    without_category = args.get("category_ids") == []
    update_product(context, product, changed, lang)
    if without_category:
        product.category_ids = ()
        context.store.touch_products()
    if args.get("touch", True) is False:
        product.updated_timestamp = before
    return product.product_id


def delete(context: Context, args: Args) -> int:
    """Delete a product."""
    product = find_product(context, args)
    remove(context.store, product)
    return product.product_id


def image(context: Context, args: Args) -> str | None:
    """Give a product a new main picture or a further one, or take the main one away; returns the new one's address."""
    product = find_product(context, args)
    made = None
    if not args.get("remove"):
        colour = int(args.get("colour", context.store.next_id("colour", 1000)))
        made = keep(context, f"photo-{product.product_id}.png", png(colour), "", 0)
    if args.get("more") and made is not None:
        product.images = [*(product.images or []), made]
    else:
        forget(context, product.main_image)
        product.main_image = made
    product.updated_timestamp = context.store.now
    context.store.touch_products()
    return None if made is None else f"{context.url}/images/{made.path}"


def untranslate(context: Context, args: Args) -> int:
    """Remove the description row of one language."""
    product = find_product(context, args)
    product.translations = {**(product.translations or {}), str(args["lang"]): None}
    return product.product_id


def set_promotion(context: Context, args: Args) -> int:
    """Create or change a promotion; products keep their ``updated_timestamp`` (cscart §3.7)."""
    store = context.store
    number = int(args.get("promotion_id") or store.next_id("promotion"))
    zone = str(args.get("zone", "catalog"))
    if zone not in {"catalog", "cart"}:
        raise ValueError(f"promotion.set: zone must be catalog or cart, not {zone!r}")
    skus = args.get("skus")
    ids = None if skus is None else frozenset(find_product(context, {"sku": sku}).product_id for sku in skus)
    store.promotions[number] = Promotion(
        number, zone, str(args.get("name", "Promotion")), Decimal(str(args.get("percent", 0))), ids,
        str(args.get("coupon", "")), bool(args.get("free_shipping", False)), bool(args.get("active", True)),
    )  # fmt: skip
    return number


OPERATIONS = {
    "product.create": create,
    "product.update": update,
    "product.delete": delete,
    "product.image": image,
    "product.untranslate": untranslate,
    "promotion.set": set_promotion,
}
