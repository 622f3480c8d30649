"""One line of an order as the API prints it (cscart §4.3)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.product_rows import money, variation_name
from syncd.sandbox.cscart.records import Line, Order
from syncd.sandbox.cscart.store import Store


def line_row(context: Context, order: Order, line: Line, lang: str) -> dict[str, Any]:
    """Return one line: the current name, or the name at order time when the product was deleted."""
    store = context.store
    product = store.products.get(line.product_id)
    shipped = shipped_amount(store, order, line)
    row: dict[str, Any] = {
        "item_id": str(line.item_id), "order_id": str(order.order_id), "product_id": str(line.product_id),
        "product_code": line.code, "price": money(line.price), "amount": str(line.amount),
        "extra": _extra(line),
        "product": line.name if product is None else variation_name(store, product, lang),
        "product_status": None if product is None else product.status, "deleted_product": product is None,
        "discount": line.discount, "company_id": line.company_id,
    }  # fmt: skip
    if line.promotions:
        row["promotions"] = line.promotions
    row.update({
        "base_price": line.base_price, "original_price": line.original_price, "cart_id": str(line.item_id),
        "tax_value": line.tax_value, "subtotal": line.subtotal, "display_subtotal": line.subtotal,
        "shipped_amount": str(shipped) if shipped else 0,
        "shipment_amount": line.amount - shipped if shipped else str(line.amount),
        "is_accessible": product is not None and product.status != "D",
        "product_url": f"{context.url}/index.php?dispatch=products.view&product_id={line.product_id}&storefront_id=1",
    })  # fmt: skip
    return row


def _extra(line: Line) -> dict[str, Any]:
    extra: dict[str, Any] = {
        "product_options": {number: str(value) for number, value in line.options.items()},
        "unlimited_download": "N", "updated_timestamp": str(line.updated_timestamp), "product": line.name,
        "company_id": line.company_id, "is_edp": line.is_edp, "edp_shipping": "N", "discount": line.discount,
        "base_price": line.base_price,
    }  # fmt: skip
    if line.option_values:
        extra["product_options_value"] = line.option_values
    if line.promotions:
        extra["promotions"] = line.promotions
    return extra | line.extra


def shipped_amount(store: Store, order: Order, line: Line) -> int:
    """Return how many pieces of a line have been shipped."""
    parcels = (row for row in store.shipments.values() if row.order_id == order.order_id)
    return sum(row.products.get(line.item_id, 0) for row in parcels)
