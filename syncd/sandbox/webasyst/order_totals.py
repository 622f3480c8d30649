"""Totals of an order and the share of the discount each line bears (contracts/webasyst §5.3)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from .amounts import CENT, MONEY, ZERO
from .store import Item, Order


def subtotal(items: list[Item]) -> Decimal:
    """Sum of price times quantity."""
    return sum((item.price * item.quantity for item in items), ZERO).quantize(MONEY, ROUND_HALF_UP)


def set_totals(order: Order, discount: Decimal) -> None:
    """Cap the discount at the subtotal and compute the total."""
    whole = subtotal(order.items)
    order.discount = min(discount, whole)
    order.total = (whole - order.discount + order.shipping + order.tax).quantize(MONEY, ROUND_HALF_UP)


def spread_discount(order: Order) -> None:
    """Distribute the discount over the lines by their worth, to the cent; the last line takes the rest."""
    whole, left = subtotal(order.items), order.discount
    for item in order.items:
        item.total_discount = ZERO
    worthy = [item for item in order.items if item.price * item.quantity]
    for item in worthy[:-1]:
        share = order.discount * item.price * item.quantity / whole if whole else ZERO
        item.total_discount = share.quantize(CENT, ROUND_HALF_UP).quantize(MONEY)
        left -= item.total_discount
    if worthy:
        worthy[-1].total_discount = left.quantize(MONEY)
