"""Product rows as the API prints them: the list row and the detail object (cscart §3.1, §3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.records import Image, Product
from syncd.sandbox.cscart.store import Store

BOX = ("min_items_in_box", "max_items_in_box", "box_length", "box_width", "box_height")
SHIPPING_PARAMS = "a:5:{" + "".join(f's:{len(name)}:"{name}";i:0;' for name in BOX) + "}"
COLUMNS: Mapping[str, str] = {
    "list_price": "0.00", "amount": "0", "weight": "0.000", "length": "0", "width": "0", "height": "0",
    "shipping_freight": "0.00", "low_avail_limit": "0", "timestamp": "0", "updated_timestamp": "0",
    "usergroup_ids": "0", "is_edp": "N", "edp_shipping": "N", "unlimited_download": "N", "tracking": "B",
    "free_shipping": "N", "zero_price_action": "R", "is_pbp": "Y", "is_op": "N", "is_oper": "N",
    "is_returnable": "Y", "return_period": "10", "avail_since": "0", "out_of_stock_actions": "N",
    "localization": "", "min_qty": "0", "max_qty": "0", "qty_step": "0", "list_qty_count": "0", "tax_ids": "",
    "age_verification": "N", "age_limit": "0", "options_type": "P", "exceptions_type": "F",
    "details_layout": "default", "shipping_params": SHIPPING_PARAMS, "show_videos_before_images": "N",
    "autoplay_videos": "N",
}  # fmt: skip
RAW_TWINS = (
    "options_type", "exceptions_type", "tracking", "zero_price_action", "min_qty", "max_qty", "qty_step",
    "list_qty_count", "details_layout", "show_videos_before_images", "autoplay_videos",
)  # fmt: skip
TEXTS = (
    "shortname", "short_description", "full_description", "meta_keywords", "meta_description", "search_words",
    "page_title", "age_warning_message", "promo_text",
)  # fmt: skip
SHORT_FIELDS = ("product_id", "product", "product_type", "parent_product_id", "product_code", "status", "company_id",
                "amount", "price", "category_ids", "main_category")  # fmt: skip
_HEAD = dict.fromkeys(("product_id", "product", "product_type", "parent_product_id", "product_code", "status",
                       "company_id"), "")  # fmt: skip
_TEMPLATE: dict[str, Any] = {**_HEAD, **COLUMNS, "price": "", "category_ids": [], "main_category": 0}
_TEMPLATE.update({f"{name}_raw": None for name in RAW_TWINS})
_NO_DISCOUNTS = {"A": 0, "P": 0}


def money(value: Decimal) -> str:
    """Print money with two decimals, as a DECIMAL(12,2) column comes out."""
    return f"{value:.2f}"


def table_row(store: Store, product: Product, lang: str) -> dict[str, Any]:
    """Return the columns of the products table with the name, all as text."""
    row = _TEMPLATE.copy()
    row["product_id"] = str(product.product_id)
    row["product"] = product.text("product", lang)
    row["product_type"] = product.product_type
    row["parent_product_id"] = str(product.parent_product_id)
    row["product_code"] = product.code
    row["status"] = product.status
    row["company_id"] = str(product.company_id)
    row["list_price"] = money(product.list_price)
    row["amount"] = str(product.amount)
    row["weight"] = f"{product.weight:.3f}"
    row["timestamp"] = str(product.timestamp)
    row["updated_timestamp"] = str(product.updated_timestamp)
    row["tax_ids"] = ",".join(map(str, product.tax_ids))
    if product.columns is not None:
        row.update(product.columns)
    row["price"] = money(product.price)
    row["category_ids"] = [number for number in product.category_ids if number in store.categories]
    row["main_category"] = row["category_ids"][0] if row["category_ids"] else 0
    return row


def list_row(store: Store, product: Product, call: Call, url: str, lang: str) -> dict[str, Any]:
    """Return one row of ``GET products`` with the extra data the parameters ask for."""
    row = table_row(store, product, lang)
    if call.text("only_short_fields") in {"1", "Y"}:
        return {key: row[key] for key in SHORT_FIELDS}
    if call.params.get("get_icon") != "0" or call.params.get("get_detailed") != "0":
        if product.main_image is not None:
            row["main_pair"] = pair(product, product.main_image, "M", url)
        if product.images:
            row["image_pairs"] = {image.pair_id: pair(product, image, "A", url) for image in product.images}
    if call.version != "2.0" and call.params.get("get_additional") != "0":
        gather(store, product, row, options=call.text("get_options") == "1", lang=lang)
        if call.params.get("get_features") == "0":
            row["product_features"] = []
    elif call.version == "2.0":
        _plain_prices(product, row)
    _extend(store, product, row, call, lang)
    return row


def _plain_prices(product: Product, row: dict[str, Any]) -> None:
    """Version 2.0: prices as the database has them, no promotions (cscart §3.2)."""
    row["price"] = row["base_price"] = f"{product.price:.8f}"
    row["product_features"] = product.features or []


def _extend(store: Store, product: Product, row: dict[str, Any], call: Call, lang: str) -> None:
    extend = set(call.names("extend"))
    wants_text = (
        "description" in extend or call.text("q") or "Y" in {call.text(k) for k in ("pshort", "pfull")}
    )
    if wants_text or call.text("pkeywords") == "Y" or "full_description" in extend:
        short, full = product.text("short_description", lang), product.text("full_description", lang)
        row["short_description"] = short
        row["full_description"] = full if "full_description" in extend or not short else ""
    if "meta_data" in extend:
        row["meta_keywords"] = product.text("meta_keywords", lang)
        row["meta_description"] = product.text("meta_description", lang)
    for key in ("page_title", "promo_text", "search_words"):
        if key in extend:
            row[key] = product.text(key, lang)
    if "popularity" in extend:
        row["popularity"] = popularity(product)
    if "companies" in extend:
        row["company_name"] = company_name(store, product.company_id)


def gather(store: Store, product: Product, row: dict[str, Any], *, options: bool, lang: str) -> None:
    """Add what the shop gathers for a storefront: promotions, options, features, variations (cscart §3.1, §3.8)."""
    row["base_price"] = money(product.price)
    row["selected_options"] = []
    row["has_options"] = product.product_id in store.options
    row["product_options"] = product_options(store, product) if options else []
    price = product.price
    row["discounts"] = _NO_DISCOUNTS
    if (found := store.discount_for(product)) is not None:
        promotion, discount = found
        percent = php.fixed(promotion.percent, 0)
        bonus = {"discount_bonus": "by_percentage", "discount_value": percent, "discount": discount}
        price -= discount
        row["price"] = money(price)
        row.update(
            discount=discount, discount_prc=percent, promotions={promotion.promotion_id: {"bonuses": [bonus]}}
        )
        row["discounts"] = {"A": 0, "P": promotion.percent}
    if product.list_price > price:
        row["list_discount"] = product.list_price - price
        row["list_discount_prc"] = str(int((product.list_price - price) * 100 / product.list_price))
    row["product_features"] = product.features or []
    row["qty_content"] = []
    if product.group_id:
        _variation(store, product, row, lang)


def _variation(store: Store, product: Product, row: dict[str, Any], lang: str) -> None:
    group = store.groups[product.group_id]
    row["variation_feature_ids"] = {number: str(number) for number, _ in group.features}
    row["variation_feature_collection"] = {
        number: {"feature_id": str(number), "purpose": purpose} for number, purpose in group.features
    }
    row["variation_group_id"] = group.group_id
    row["variation_group_code"] = group.code
    row["variation_parent_product_id"] = product.parent_product_id
    labels = group.labels.get(product.product_id, {})
    first = next(iter(labels.items()), (0, (0, "")))
    row["variation_sub_group_id"] = f"{group.group_id}_{first[0]}_{first[1][0]}"
    row["variation_name"] = variation_name(store, product, lang)


def variation_name(store: Store, product: Product, lang: str) -> str | None:
    """Return ``Name (Color, Size)`` for a variation, the plain name for another product."""
    name = product.text("product", lang)
    group = store.groups.get(product.group_id)
    if group is None or name is None:
        return name
    return f"{name} ({', '.join(label for _, label in group.labels.get(product.product_id, {}).values())})"


def product_options(store: Store, product: Product) -> dict[int, Any]:
    """Return the options of a product by option id, variants by variant id (cscart §3.8)."""
    result: dict[int, Any] = {}
    for option in store.options.get(product.product_id, ()):
        variants = {
            number: {"variant_id": str(number), "variant_name": name, "modifier": f"{modifier:.3f}",
                     "modifier_type": "A", "position": "10", "status": "A"}
            for number, (name, modifier) in option.variants.items()
        }  # fmt: skip
        result[option.option_id] = {
            "option_id": str(option.option_id), "product_id": str(product.product_id), "option_type": "S",
            "option_name": option.name, "required": "N", "inventory": "Y", "status": "A", "variants": variants,
        }  # fmt: skip
    return result


def pair(product: Product, image: Image, kind: str, url: str) -> dict[str, Any]:
    """Return one image pair; addresses use the scheme of the API request (cscart §3.2)."""
    owner = {"object_id": str(product.product_id), "object_type": "product"}
    address = f"{url}/images/{image.path}"
    bare = address.partition("://")[2]
    return {
        "pair_id": str(image.pair_id), "image_id": "0", "detailed_id": str(image.detailed_id),
        "position": str(image.position), **owner,
        "detailed": {
            **owner, "type": kind, "image_path": address, "alt": image.alt, "image_x": str(image.width),
            "image_y": str(image.height), "http_image_path": f"http://{bare}", "https_image_path": f"https://{bare}",
            "absolute_path": f"/var/www/html/images/{image.path}", "relative_path": image.path,
        },
    }  # fmt: skip


def detail(store: Store, product: Product, version: str, url: str, lang: str) -> dict[str, Any]:
    """Return ``GET products/{id}``: a number as id, texts, images, prices (cscart §3.2)."""
    row = table_row(store, product, lang)
    row["product_id"] = product.product_id
    row["tax_ids"] = [str(number) for number in product.tax_ids]
    row["category_ids"], row["main_category"] = list(row["category_ids"]), row["main_category"]
    if version == "2.0":
        _plain_prices(product, row)
    else:
        gather(store, product, row, options=True, lang=lang)
    row["lang_code"] = lang
    row.update({key: product.text(key, lang) for key in TEXTS})
    row["popularity"] = popularity(product)
    row["company_name"] = company_name(store, product.company_id)
    row.update(dict.fromkeys(BOX, 0))
    if store.edition == "ULTIMATE":
        row["shared_product"] = "N"
    row["seo_name"] = product.text("seo_name", lang) or f"product-{product.product_id}"
    row["seo_path"] = store.categories[row["main_category"]].columns.get("id_path", str(row["main_category"]))
    row["image_pairs"] = {image.pair_id: pair(product, image, "A", url) for image in product.images or ()}
    row["main_pair"] = pair(product, product.main_image, "M", url) if product.main_image is not None else []
    if version != "2.0":
        row["prices"] = prices(product)
    row["detailed_params"] = {"info_type": "D", "is_preview": False}
    return row


def prices(product: Product) -> list[dict[str, str]]:
    """Return the base row and the quantity discounts."""
    number = str(product.product_id)
    base = {"product_id": number, "lower_limit": "1", "usergroup_id": "0", "percentage_discount": "0.00",
            "price": money(product.price)}  # fmt: skip
    return [base, *({"product_id": number, **row} for row in product.prices or ())]


def popularity(product: Product) -> str:
    """Return a made-up but stable popularity."""
    return str(product.product_id % 97)


def company_name(store: Store, company_id: int) -> str:
    """Return the name of a company, empty for none."""
    company = store.companies.get(company_id)
    return company.name if company is not None else ""
