"""``POST``, ``PUT`` and ``DELETE products`` (cscart §3.3, §3.4, §3.6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.product_images import update_images
from syncd.sandbox.cscart.product_rows import COLUMNS, TEXTS, detail
from syncd.sandbox.cscart.records import Category, Product
from syncd.sandbox.cscart.replies import ApiError, PhpCrash
from syncd.sandbox.cscart.store import Store

STRICT_PHP = 8
LAST_3_BYTE = 0xFFFF
NOT_FOUND = "The Product not found"
ARRAYS = ("usergroup_ids", "tax_ids", "product_features", "main_pair", "image_pairs", "prices")
LENGTHS = {
    "product": 255,
    "product_code": 64,
    "meta_keywords": 255,
    "meta_description": 255,
    "page_title": 255,
}
TEXT_KEYS = (*TEXTS, "seo_name")
OWN_COLUMNS = frozenset({"list_price", "amount", "weight", "timestamp", "updated_timestamp", "tax_ids"})


def create(context: Context, call: Call) -> tuple[int, Any]:
    """Create a product; the same texts go to all languages; raises ApiError 400."""
    store, data = context.store, call.data
    if "price" not in data or data["price"] is None:
        raise ApiError(400, "The price field is required")
    if not php.truthy(data.get("product")):
        raise ApiError(400, errors=("You have to specify product name",))
    company_id = _company(store, call)
    categories = _create_categories(store, data, company_id)
    now = store.now
    product = Product(
        store.next_id("product"), "", "", Decimal(0), 0, php.to_int(data.get("timestamp")) or now, now,
        php.to_str(data.get("status") or "A")[:1], company_id, categories, texts={},
    )  # fmt: skip
    _check_types(store, {**data, "category_ids": {}})
    _apply(store, product, data, None)
    _main_category(product, data)
    store.add_product(product)
    update_images(context, product, data)
    store.touch_products()
    context.trigger("new_product", detail(store, product, "2.1", context.url, store.default_language))
    return 201, {"product_id": product.product_id}


def _company(store: Store, call: Call) -> int:
    given = call.company_id or php.to_int(call.data.get("company_id"))
    if given or store.edition == "MULTIVENDOR":
        return given
    return next(iter(store.companies))


def _create_categories(store: Store, data: php.PhpArray, company_id: int) -> tuple[int, ...]:
    given = data.get("category_ids")
    numbers = list(given.values()) if isinstance(given, dict) else php.to_str(given).split(",")
    categories = tuple(php.to_int(number) for number in numbers if php.to_int(number))
    if not categories:
        return (_default_category(store, company_id),)
    owned = any(number in store.categories and store.categories[number].company_id == company_id
                for number in categories)  # fmt: skip
    if store.edition == "ULTIMATE" and not owned:
        text = "Product must belong to some category created by the owner company."
        raise ApiError(400, errors=(text,))
    return categories


def _default_category(store: Store, company_id: int) -> int:
    for row in store.categories.values():
        if row.columns.get("is_default") == "Y" and row.company_id == company_id:
            return row.category_id
    number = store.next_id("category", 400)
    store.categories[number] = Category(
        number, 0, "Default category", 0, "D", company_id, store.now, {"is_default": "Y"}
    )  # fmt: skip
    return number


def update(context: Context, call: Call) -> tuple[int, Any]:
    """Change the given fields; every success sets ``updated_timestamp``, even when nothing changed.

    A storefront context other than the owner's changes its own texts only and touches nothing (cscart §3.4).
    """
    store, data = context.store, call.data
    product = store.products.get(call.number)
    if product is None or not store.visible(product):
        raise ApiError(404, errors=(NOT_FOUND,))
    _check_types(store, data)
    shared = bool(call.company_id) and call.company_id != product.company_id
    before = product.updated_timestamp
    lang = store.language(call.text("lang_code", php.to_str(data.get("lang_code"))))
    update_product(context, product, data, lang)
    if shared:
        product.updated_timestamp = before
    return 200, {"product_id": product.product_id}


def update_product(context: Context, product: Product, data: php.PhpArray, lang: str) -> None:
    """Apply a partial change and set ``updated_timestamp`` to now."""
    store = context.store
    categories = data.get("category_ids")
    if isinstance(categories, dict) and categories and product.product_type != "V":
        product.category_ids = tuple(php.to_int(number) for number in categories.values())
    _main_category(product, data)
    _apply(store, product, data, lang)
    update_images(context, product, data)
    product.updated_timestamp = store.now
    store.touch_products()


def _main_category(product: Product, data: php.PhpArray) -> None:
    main = php.to_int(data.get("main_category"))
    if main in product.category_ids:
        product.category_ids = (main, *(number for number in product.category_ids if number != main))


def _check_types(store: Store, data: php.PhpArray) -> None:
    """Fail like PHP 8 where an array is required (``usergroup_ids`` of a GET body put back, cscart §3.4)."""
    if store.settings.php_version < STRICT_PHP:
        return
    for key in (*ARRAYS, "category_ids"):
        if key in data and not isinstance(data[key], dict):
            raise PhpCrash(f"TypeError: {key}: Argument must be of type array, string given")


def _apply(store: Store, product: Product, data: php.PhpArray, lang: str | None) -> None:
    """Write columns and texts; ``lang`` None writes the texts for all languages."""
    if "price" in data:
        product.price = Decimal(php.fixed(abs(php.to_float(data["price"]))))
    if "list_price" in data:
        product.list_price = Decimal(php.fixed(php.to_float(data["list_price"])))
    if "weight" in data:
        product.weight = Decimal(php.fixed(php.to_float(data["weight"]), 3))
    if "amount" in data:
        product.amount = php.to_int(data["amount"])
    if "product_code" in data:
        store.set_code(product, _clip("product_code", data["product_code"]))
    if "status" in data:
        product.status = php.to_str(data["status"])[:1]
    if "timestamp" in data:
        product.timestamp = php.to_int(data["timestamp"])
    if isinstance(data.get("tax_ids"), dict):
        product.tax_ids = tuple(php.to_int(number) for number in data["tax_ids"].values())
    if "variation_group_id" in data and php.to_int(data["variation_group_id"]) in store.groups:
        product.group_id = php.to_int(data["variation_group_id"])
    for key in COLUMNS.keys() - OWN_COLUMNS:
        if key in data:
            value = data[key]
            text = ",".join(map(php.to_str, value.values())) if isinstance(value, dict) else php.to_str(value)
            product.columns = {**(product.columns or {}), key: text}
    _apply_lists(product, data)
    _apply_texts(store, product, data, lang)


def _apply_lists(product: Product, data: php.PhpArray) -> None:
    if isinstance(data.get("prices"), dict):
        rows = [row for row in data["prices"].values() if isinstance(row, dict)]
        product.prices = [
            {"lower_limit": str(php.to_int(row.get("lower_limit"))),
             "usergroup_id": str(php.to_int(row.get("usergroup_id"))),
             "percentage_discount": "0.00", "price": php.fixed(php.to_float(row.get("price")))}
            for row in rows if php.to_int(row.get("lower_limit")) > 1
        ]  # fmt: skip
    features = data.get("product_features")
    if isinstance(features, dict):
        known = dict(product.features or {})
        for key, value in features.items():
            fields = (
                {str(k): v for k, v in value.items()}
                if isinstance(value, dict)
                else {"value": php.to_str(value)}
            )
            known[php.to_int(key)] = {**known.get(php.to_int(key), {"feature_id": str(key)}), **fields}
        product.features = known


def _apply_texts(store: Store, product: Product, data: php.PhpArray, lang: str | None) -> None:
    name = _clip("product", data.get("product"))
    if product.product_type == "V":
        name = ""  # the name of a child variation comes from its parent
    texts = {key: _clip(key, data[key]) for key in TEXT_KEYS if key in data}
    if lang is None:
        product.name = name or product.name
        product.texts = {**(product.texts or {}), **texts}
        return
    if name:
        texts["product"] = name
    if texts:
        write_texts(store, product, lang, texts)
    if name and lang == store.default_language:
        for child in store.products.values() if product.group_id else ():
            if child.parent_product_id == product.product_id:
                write_texts(store, child, lang, {"product": name})


def write_texts(store: Store, product: Product, lang: str, texts: dict[str, str]) -> None:
    """Write texts of one language; what the other languages show stays as it is."""
    if product.translations is None:
        product.translations = {}
    if lang != store.default_language:
        product.translations[lang] = {**(product.translations.get(lang) or {}), **texts}
        return
    before = {key: product.name if key == "product" else (product.texts or {}).get(key, "") for key in texts}
    for other in store.languages[1:]:
        row = product.translations.get(other, {})
        if row is not None:
            product.translations[other] = {**before, **row}
    product.name = texts.get("product", product.name)
    product.texts = {**(product.texts or {}), **{k: v for k, v in texts.items() if k != "product"}}


def _clip(key: str, value: Any) -> str:
    """Fit a text into its column: cut to length, and cut at the first 4-byte character (cscart §3.3)."""
    text = php.to_str(value)
    for place, char in enumerate(text):
        if ord(char) > LAST_3_BYTE:
            text = text[:place]
            break
    return text[: LENGTHS.get(key, len(text))]


def delete(context: Context, call: Call) -> tuple[int, Any]:
    """Delete a product; orders keep their lines."""
    product = context.store.products.get(call.number)
    if product is None:
        raise ApiError(404)
    remove(context.store, product)
    return 204, None


def remove(store: Store, product: Product) -> None:
    """Take a product out of the tables, with its files and its place in a variation group."""
    for image in list(store.images_of(product)):
        store.files[image.path] = None
    group = store.groups.get(product.group_id)
    if group is not None:
        group.labels.pop(product.product_id, None)
        if not group.labels:
            del store.groups[group.group_id]
    store.options.pop(product.product_id, None)
    del store.products[product.product_id]
    store.touch_products()
