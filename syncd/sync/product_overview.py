"""What a plan would overwrite, told to the brakes; and the plan without what they block."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from syncd.sync.brake import Kind, Overview
from syncd.sync.product_decision import ProductPlan


def overview(plans: Iterable[ProductPlan], into: Overview) -> None:
    """Count what the plans would overwrite."""
    for plan in plans:
        name = f"{plan.product.code} (CS-Cart {plan.product.key})"
        change = plan.sku_change
        if change is not None and change.price is not None:
            into.note(Kind.PRICE, f"{name}: {plan.sku.price} -> {change.price}")
            into.zero_prices += change.price == 0 and plan.sku.price > 0
        elif change is not None and change.compare_price is not None and plan.sku.compare_price:
            into.note(Kind.PRICE, f"{name}: list price {plan.sku.compare_price} -> {change.compare_price}")
        # What the source did not change is our own orders' doing, or staff's: it is put right without a question.
        if change is not None and change.stock is not None and plan.source_sold:
            into.note(Kind.STOCK, f"{name}: -> {change.stock}")
        if changed := [*sorted(plan.texts), *(["category"] if plan.category_ids else [])]:
            into.note(Kind.TEXT, f"{name}: {', '.join(changed)}")
        flags = [
            flag for flag in (plan.product_visible, change.visible if change else None) if flag is not None
        ]
        if flags:
            into.note(Kind.STATUS, f"{name}: {'shown' if flags[0] else 'hidden'}")
            into.hidden += not all(flags)


def without(plan: ProductPlan, blocked: set[Kind]) -> ProductPlan:
    """The plan without the kinds that a brake blocks."""
    change = plan.sku_change
    if change is not None and Kind.PRICE in blocked:
        change = replace(change, price=None, compare_price=None)
    if change is not None and Kind.STOCK in blocked:
        change = replace(change, stock=None)
    if change is not None and Kind.STATUS in blocked:
        change = replace(change, visible=None)
    if change is not None and change.empty:
        change = None
    return replace(
        plan,
        sku_change=change,
        texts={} if Kind.TEXT in blocked else plan.texts,
        category_ids=None if Kind.TEXT in blocked else plan.category_ids,
        product_visible=None if Kind.STATUS in blocked else plan.product_visible,
        hides=() if Kind.STATUS in blocked else plan.hides,
    )
