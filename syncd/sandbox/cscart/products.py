"""``/api/products`` put together (cscart §3)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.cscart import product_write
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, privileges
from syncd.sandbox.cscart.product_list import list_products
from syncd.sandbox.cscart.product_rows import detail
from syncd.sandbox.cscart.replies import ApiError


def index(context: Context, call: Call) -> tuple[int, Any]:
    """List products."""
    return 200, list_products(context.store, call, context.url)


def read(context: Context, call: Call) -> tuple[int, Any]:
    """Return one product; raises ApiError 404, also for a product without any category."""
    store = context.store
    product = store.products.get(call.number)
    if product is None or not store.visible(product):
        raise ApiError(404)
    if call.company_id and product.company_id != call.company_id:
        raise ApiError(404)
    lang = store.language(call.text("lang_code", store.default_language))
    return 200, detail(store, product, call.version, context.url, lang)


ENTITY = Entity(
    "products", privileges("view_catalog", "manage_catalog"), index, read,
    product_write.create, product_write.update, product_write.delete,
)  # fmt: skip
