"""The cart: lines priced from the catalogue, discounts, shipping, taxes, surcharge and the total (cscart §2, §4.3)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from syncd.sandbox.cscart.records import ZERO, Line, Order, Product, Promotion, Tax
from syncd.sandbox.cscart.store import Store

CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    """Round to cents, halves away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


def item_id(product_id: int, options: Mapping[int, int]) -> int:
    """Return the CRC-32 of product id and option values, the values in natural order (cscart §2)."""
    values = sorted((str(value) for value in options.values()), key=_natural)
    return zlib.crc32("_".join([str(product_id), *values]).encode())


def _natural(text: str) -> list[tuple[int, int, str]]:
    return [
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part
    ]


def make_line(
    store: Store, product: Product, amount: int, options: Mapping[int, int], extra: dict[str, Any]
) -> Line:
    """Price one line: base price, option modifiers, then the catalog promotion."""
    chosen, values, modifier = _options(store, product, options)
    line = Line(
        item_id(product.product_id, chosen), product.product_id, product.code, product.name,
        product.price + modifier, amount, product.price, product.price + modifier, product.company_id,
        product.updated_timestamp, options=chosen, option_values=values, is_edp=product.column("is_edp", "N"),
        extra=extra,
    )  # fmt: skip
    if (found := store.discount_for(product)) is not None:
        promotion, discount = found
        bonus = {
            "discount_bonus": "by_percentage",
            "discount_value": f"{promotion.percent:.0f}",
            "discount": discount,
        }
        line.discount, line.price = discount, line.price - discount
        line.promotions = {promotion.promotion_id: {"bonuses": [bonus]}}
    return line


def _options(
    store: Store, product: Product, asked: Mapping[int, int]
) -> tuple[dict[int, int], list[dict[str, str]], Decimal]:
    chosen: dict[int, int] = {}
    values: list[dict[str, str]] = []
    modifier = ZERO
    for option in store.options.get(product.product_id, ()):
        variant = asked.get(option.option_id)
        if variant not in option.variants:
            variant = next(iter(option.variants))
        name, price = option.variants[variant]
        chosen[option.option_id] = variant
        modifier += price
        values.append({
            "option_id": str(option.option_id), "product_id": str(product.product_id),
            "company_id": str(product.company_id), "option_type": "S", "inventory": "Y", "regexp": "",
            "required": "N", "multiupload": "N", "allowed_extensions": "", "max_file_size": "0",
            "missing_variants_handling": "M", "status": "A", "position": "10", "value": str(variant),
            "option_name": option.name, "option_text": "", "description": "", "inner_hint": "",
            "incorrect_message": "", "internal_option_name": option.name, "modifier": f"{price:.3f}",
            "modifier_type": "A", "variant_name": name,
        })  # fmt: skip
    return chosen, values, modifier


def apply_promotions(store: Store, order: Order, coupons: list[str]) -> None:
    """Note the line discounts and apply cart promotions, with coupons in lower case (cscart §4.3)."""
    order.promotions, order.coupons, order.subtotal_discount = {}, {}, ZERO
    for line in order.lines:
        for number in line.promotions:
            row = order.promotions.setdefault(number, _promotion_row(store.promotions.get(number)))
            row["total_discount"] += line.discount * line.amount
    lowered = [code.lower() for code in coupons]
    for promotion in store.promotions.values():
        if promotion.zone != "cart" or not promotion.active:
            continue
        if promotion.coupon and promotion.coupon.lower() not in lowered:
            continue
        discount = cents(order.subtotal * promotion.percent / 100)
        row = _promotion_row(promotion)
        row["total_discount"] = discount
        row["bonuses"] = [_bonus(promotion, discount)]
        order.promotions[promotion.promotion_id] = row
        order.subtotal_discount += discount
        if promotion.coupon:
            order.coupons[promotion.coupon.lower()] = [promotion.promotion_id]
        if promotion.free_shipping:
            for shipping in order.shippings:
                shipping["rate"] = ZERO


def _promotion_row(promotion: Promotion | None) -> dict[str, Any]:
    name = promotion.name if promotion is not None else ""
    return {"bonuses": [], "total_discount": ZERO, "name": name, "short_description": ""}


def _bonus(promotion: Promotion, discount: Decimal) -> dict[str, Any]:
    bonus: dict[str, Any] = {"bonus": "order_discount", "discount_bonus": "by_percentage"}
    bonus["discount_value"] = f"{promotion.percent:.0f}"
    if promotion.coupon:
        bonus["coupon_code"] = promotion.coupon.lower()
    return {**bonus, "promotion_id": str(promotion.promotion_id), "discount": discount}


def apply_taxes(store: Store, order: Order, rates: Mapping[int, Tax] | None = None) -> None:
    """Compute taxes per unit price; only taxes on top of the prices count in ``tax_subtotal`` (cscart §4.3).

    ``rates`` replaces the product's own taxes by these for all lines (an order with its own tax).
    """
    order.taxes, order.tax_subtotal, order.shipping_tax = {}, ZERO, ZERO
    for line in order.lines:
        line.tax_value = ZERO
        product = store.products.get(line.product_id)
        for tax in _taxes_of(store, product.tax_ids if product is not None else (), rates):
            value = _tax_value(tax, line.subtotal)
            line.tax_value += value
            _add_tax(order, tax, f"P_{line.item_id}", value)
    for chosen in order.shippings:
        method = store.shippings.get(chosen["shipping_id"])
        for tax in _taxes_of(
            store, method.tax_ids if method is not None else (), None if rates is None else {}
        ):
            value = _tax_value(tax, chosen["rate"])
            order.shipping_tax += value
            _add_tax(order, tax, f"S_{chosen['group_key']}_{chosen['shipping_id']}", value)


def _taxes_of(store: Store, numbers: tuple[int, ...], rates: Mapping[int, Tax] | None) -> list[Tax]:
    if rates is not None:
        return list(rates.values())
    return [store.taxes[number] for number in numbers if number in store.taxes]


def _tax_value(tax: Tax, amount: Decimal) -> Decimal:
    return cents(amount * tax.rate / ((100 + tax.rate) if tax.included else 100))


def _add_tax(order: Order, tax: Tax, key: str, value: Decimal) -> None:
    row = order.taxes.setdefault(tax.tax_id, {"tax": tax, "tax_subtotal": ZERO, "applies": {}})
    row["applies"][key] = value
    row["tax_subtotal"] += value
    if not tax.included:
        order.tax_subtotal += value


def settle(store: Store, order: Order, forced: Mapping[str, Decimal] | None = None) -> None:
    """Add up shipping, surcharge and total; ``forced`` gives amounts that staff typed in."""
    forced = forced or {}
    payment = store.payments.get(order.payment_id)
    order.shipping_cost = forced.get("shipping_cost", sum((row["rate"] for row in order.shippings), ZERO))
    order.subtotal_discount = forced.get("subtotal_discount", order.subtotal_discount)
    base = order.subtotal - order.subtotal_discount + order.shipping_cost + order.tax_subtotal
    surcharge = ZERO
    if payment is not None:
        surcharge = payment.surcharge + cents(base * payment.surcharge_percent / 100)
    order.payment_surcharge = forced.get("payment_surcharge", surcharge)
    order.total = forced.get("total", max(ZERO, base + order.payment_surcharge))
