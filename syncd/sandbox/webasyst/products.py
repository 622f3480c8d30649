"""shop.product.getInfo / add / update / delete (contracts/webasyst §3.3-3.5, §3.9)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php

from . import categories_tree
from .call import Call, Method, as_map, reads, writes
from .errors import PhpFatal, denied, missing, not_found
from .features import put_features, shown
from .images_rows import info_rows
from .product_rows import EXTRA_DEFAULTS, sku_numbers, stored
from .product_rows import image_path as _image_path
from .skus_write import add_skus, check_skus, put_skus
from .state import State
from .store import Product, Sku
from .tags import put_tags

SHORT = ("name", "url", "type_id", "currency", "meta_title", "badge", "video_url")
DIRECT = (
    "name",
    "url",
    "summary",
    "description",
    "status",
    "type_id",
    "currency",
    "create_datetime",
    "edit_datetime",
)


def find(call: Call, value: Any) -> Product:
    """The product of an id parameter; 404 for unknown ids and for text."""
    product = call.store.products.get(php.to_int(value)) if php.is_numeric(value) else None
    if product is None:
        raise not_found("Product")
    return product


def info(state: State, product: Product) -> dict[str, Any]:
    """The answer of getInfo, add and update."""
    places = categories_tree.keys(state.store) if product.category_ids else {}
    rows = state.store.categories.rows
    answer = stored(product)
    if product.image_id is not None:
        path = _image_path(product.id, product.image_id, product.ext, "750x0")
        answer["image_url"] = f"http://{state.settings.domain}{path}"
    answer["skus"] = [sku_with_stocks(sku) for sku in product.skus]
    answer["categories"] = [categories_tree.row(state, rows[one], places) for one in product.category_ids]
    answer["images"] = info_rows(state, product)
    answer["features"] = shown(state, product)
    return answer


def sku_with_stocks(sku: Sku) -> dict[str, Any]:
    """A SKU of getInfo; fractions of a piece are cut as the shop does without fractional units."""
    row = sku_numbers(sku)
    row["stocks"] = [{"id": key, "count": int(value)} for key, value in (sku.stock or {}).items()]
    return row


def get_info(call: Call) -> Any:
    """shop.product.getInfo."""
    return info(call.state, find(call, call.need_get("id")))


def add(call: Call) -> Any:
    """shop.product.add; `id` in the body is removed."""
    call.need("name")
    if not call.user.admin:
        call.need("type_id")
    if call.form("sku_type") != "1":
        call.need("skus")
        check_skus(call.post["skus"])
    if not call.user.may_edit_type(call.form("type_id") or None):
        raise denied()
    sent = {name: value for name, value in call.post.items() if name != "id"}
    return info(call.state, create(call.state, sent, call.user.contact_id))


def create(state: State, sent: dict[Any, Any], contact_id: int, product_id: int | None = None) -> Product:
    """Insert a product with what was sent; edit_datetime stays null unless categories or tags bump it."""
    key = product_id or state.store.products.reserve()
    product = Product(id=key, name="", create_datetime=state.now(), currency=state.settings.currency)
    product.url = str(key)
    state.store.products.put(key, product)
    put_columns(product, {"name": "", **sent, "contact_id": str(contact_id)})
    add_skus(state, product, as_map(sent.get("skus")))
    put_relations(state, product, sent)
    if "categories" in sent or "tags" in sent:
        product.edit_datetime = state.now()
    return product


def update(call: Call) -> Any:
    """shop.product.update?id=; a differing id in the body inserts another product (contracts/webasyst §0.8)."""
    product = find(call, call.need_get("id"))
    if not call.user.may_edit_type(product.type_id):
        raise denied()
    if "skus" in call.post:
        check_skus(call.post["skus"])
    other = php.to_int(call.form("id", str(product.id)))
    if other != product.id and other not in call.store.products.rows:
        return info(call.state, insert_by_update(call, other))
    change(call.state, product, call.post)
    return info(call.state, product)


def insert_by_update(call: Call, key: int) -> Product:
    """The product that an id in the body makes: without a name, with one empty SKU (contracts/webasyst §0.8)."""
    sent = {"skus": {0: {}}, **call.post}
    product = create(call.state, sent, call.user.contact_id, key)
    if "name" not in call.post:
        product.name = None
    return product


def change(state: State, product: Product, sent: dict[Any, Any]) -> None:
    """Write only what was sent; edit_datetime moves when anything differs or relations were sent."""
    if isinstance(sent.get("categories", {}), str):
        raise PhpFatal("categories must be an array")
    differs = put_columns(product, sent)
    if "skus" in sent:
        put_skus(state, product, sent["skus"])
        differs = True
    if put_relations(state, product, sent) or differs:
        product.edit_datetime = sent.get("edit_datetime") or state.now()


def put_columns(product: Product, sent: dict[Any, Any]) -> bool:
    """Set the columns; true when one of them changed. Short texts are cut at 255 characters without a word."""
    differs = False
    for name, value in sent.items():
        if (name not in DIRECT and name not in EXTRA_DEFAULTS) or isinstance(value, dict):
            continue
        text = php.to_str(value)[:255] if name in SHORT else php.to_str(value)
        if name == "name" and not text:
            text = "New product"
        if name == "status":
            text = str(php.to_int(text))
        differs |= _put_column(product, name, text)
    main = sent.get("sku_id")
    if main is not None and any(sku.id == php.to_int(main) for sku in product.skus):
        differs |= product.sku_id != php.to_int(main)
        product.sku_id = php.to_int(main)
    return differs


def _put_column(product: Product, name: str, text: str) -> bool:
    if name in DIRECT:
        before = getattr(product, name)
        if name == "url" and not text:
            text = str(product.id)
        setattr(product, name, text)
        return bool(before != text)
    extra = {**EXTRA_DEFAULTS, **(product.extra or {})}
    if extra[name] == text:
        return False
    product.extra = {**(product.extra or {}), name: text}
    return True


def put_relations(state: State, product: Product, sent: dict[Any, Any]) -> bool:
    """Categories, tags, params and features; true when one of them was sent."""
    touched = False
    if "categories" in sent:
        if not isinstance(sent["categories"], dict):
            raise PhpFatal("categories must be an array")
        categories_tree.put_product(
            state.store, product, [php.to_int(one) for one in sent["categories"].values()]
        )
        touched = True
    elif php.truthy(sent.get("category_id")):
        wanted = php.to_int(sent["category_id"])
        categories_tree.put_product(state.store, product, [wanted, *product.category_ids])
        touched = True
    if "tags" in sent:
        put_tags(state, product, [php.to_str(one) for one in as_map(sent["tags"]).values()])
        touched = True
    if isinstance(sent.get("params"), dict):
        product.params = {str(key)[:64]: php.to_str(one)[:255] for key, one in sent["params"].items()} or None
        touched = True
    if isinstance(sent.get("features"), dict):
        put_features(state, product, sent["features"])
        touched = True
    return touched


def delete(call: Call) -> Any:
    """shop.product.delete: one id, a comma list or `id[]`; unknown ids are no error."""
    sent = call.post.get("id")
    if not sent:
        raise missing("id")
    ids = list(sent.values()) if isinstance(sent, dict) else str(sent).split(",")
    products = [one for one in (call.store.products.get(php.to_int(key)) for key in ids) if one is not None]
    if any(not call.user.may_edit_type(product.type_id) for product in products):
        raise denied()
    for product in products:
        remove(call.state, product)
    return True


def remove(state: State, product: Product) -> None:
    """Delete a product with its SKUs and images; lines of orders keep their ids."""
    categories_tree.put_product(state.store, product, [])
    put_tags(state, product, [])
    for sku in product.skus:
        state.store.skus.drop(sku.id)
    for image in product.images:
        state.store.images.drop(image.id)
    state.store.products.drop(product.id)


METHODS: dict[str, Method] = {
    "product.getInfo": reads(get_info),
    "product.add": writes(add),
    "product.update": writes(update),
    "product.delete": writes(delete),
}
