"""What a plan would overwrite at the source, told to the brakes of the way back; and the plan without what they block."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from syncd.model.exchange import SourceChange
from syncd.sync.brake import Kind, Overview
from syncd.sync.product_decision import ProductPlan


def source_overview(plans: Iterable[ProductPlan], into: Overview) -> None:
    """Count what the plans would overwrite at the source."""
    for plan in plans:
        change, product = plan.source_change, plan.product
        name = f"{product.code} (CS-Cart {product.key})"
        if change.price is not None:
            into.note(Kind.PRICE, f"{name}: {product.price} -> {change.price}")
            into.zero_prices += change.price == 0 and product.price > 0
        elif change.list_price is not None and product.list_price:
            into.note(Kind.PRICE, f"{name}: list price {product.list_price} -> {change.list_price}")
        if change.quantity is not None:
            into.note(Kind.STOCK, f"{name}: {product.quantity} -> {change.quantity}")
        changed = [*sorted(change.texts), *(["category"] if change.category_ids else [])]
        changed += ["images"] if plan.pictures_back else []
        if changed:
            into.note(Kind.TEXT, f"{name}: {', '.join(changed)}")
        if change.visible is not None:
            into.note(Kind.STATUS, f"{name}: {'shown' if change.visible else 'hidden'}")
            into.hidden += not change.visible


def source_allowed(change: SourceChange, blocked: set[Kind]) -> SourceChange:
    """The change without the kinds that a brake blocks."""
    if Kind.PRICE in blocked:
        change = replace(change, price=None, list_price=None)
    if Kind.STOCK in blocked:
        change = replace(change, quantity=None)
    if Kind.TEXT in blocked:
        change = replace(change, texts={}, category_ids=None)
    if Kind.STATUS in blocked:
        change = replace(change, visible=None)
    return change
