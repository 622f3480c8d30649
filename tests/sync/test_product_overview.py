"""What of a plan the brakes are told, and what they leave of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from syncd.model.backoffice import OfficeSku
from syncd.model.exchange import SkuChange
from syncd.sync.brake import Kind, Overview
from syncd.sync.product_decision import ProductPlan
from syncd.sync.product_overview import overview, without
from tests.sync import builders as make

NOTHING: dict[str, Any] = {"texts": {}, "product_visible": None}


def plan(sku: OfficeSku | None = None, change: dict[str, Any] | None = None, **fields: Any) -> ProductPlan:
    sku = sku or make.office_sku()
    changed = SkuChange(sku.sku_id, sku.product_id, **change) if change else None
    return replace(
        make.plan(office=make.office_product(skus=(sku,))), **{**NOTHING, "sku_change": changed, **fields}
    )


def told(*plans: ProductPlan) -> Overview:
    whole = Overview(existing=len(plans))
    overview(plans, whole)
    return whole


@pytest.mark.parametrize(
    ("change", "fields", "kinds"),
    [
        ({"price": Decimal(9)}, {}, {Kind.PRICE}),
        ({"compare_price": Decimal(9)}, {}, {Kind.PRICE}),
        ({"price": Decimal(9), "compare_price": Decimal(9)}, {}, {Kind.PRICE}),
        ({"stock": Decimal(9)}, {}, {Kind.STOCK}),
        ({"visible": False}, {}, {Kind.STATUS}),
        (None, {"texts": {"name": "Tea"}}, {Kind.TEXT}),
        (None, {"product_visible": True}, {Kind.STATUS}),
        (None, {}, set()),
    ],
)
def test_every_overwritten_value_counts_once(
    change: dict[str, Any] | None, fields: dict[str, Any], kinds: set[Kind]
) -> None:
    """Prices and list prices, stock, texts and visibility each count for their kind, once per product."""
    assert dict(told(plan(change=change, **fields)).overwritten) == dict.fromkeys(kinds, 1)


def test_a_list_price_that_did_not_exist_is_not_overwritten() -> None:
    """A list price that is filled in for the first time takes nothing away."""
    bare = make.office_sku(compare_price=Decimal("0.0000"))
    assert not told(plan(bare, {"compare_price": Decimal(9)})).overwritten


def test_stock_that_the_source_did_not_change_does_not_count() -> None:
    """Stock that our own orders reduced in the office once more is put right without pulling a brake."""
    assert not told(plan(change={"stock": Decimal(9)}, source_sold=False)).overwritten


def test_zero_prices_and_hidden_products_are_counted() -> None:
    """A price that becomes 0 and a product that is hidden count for the brakes of their own."""
    free = plan(change={"price": Decimal(0), "visible": False})
    never_priced = plan(make.office_sku(price=Decimal(0)), {"price": Decimal(0)})
    whole = told(free, never_priced, plan(product_visible=True))
    assert (whole.zero_prices, whole.hidden) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        (Kind.PRICE, {"stock": Decimal(3), "visible": False}),
        (Kind.STOCK, {"price": Decimal(1), "compare_price": Decimal(2), "visible": False}),
        (Kind.STATUS, {"price": Decimal(1), "compare_price": Decimal(2), "stock": Decimal(3)}),
    ],
)
def test_a_brake_takes_its_kind_only(kind: Kind, left: dict[str, Any]) -> None:
    """What another brake would block still goes out."""
    change = {
        "price": Decimal(1),
        "compare_price": Decimal(2),
        "stock": Decimal(3),
        "visible": False,
    }
    whole = plan(change=change, texts={"name": "Tea"}, product_visible=False)
    allowed = without(whole, {kind})
    assert allowed.sku_change == SkuChange(4, 3, **left)
    assert allowed.texts == {"name": "Tea"}
    assert (allowed.product_visible is None) == (kind is Kind.STATUS)


def test_who_is_not_shown_hides_nobody() -> None:
    """Siblings are hidden for the sake of showing the product, and with it they wait for the brake."""
    hides = (SkuChange(5, 3, visible=False),)
    shown = plan(product_visible=True, hides=hides)
    assert told(shown).hidden == 0
    assert without(shown, {Kind.STATUS}).empty
    assert without(shown, {Kind.PRICE}).hides == hides


def test_nothing_is_left_of_a_plan_that_is_blocked_as_a_whole() -> None:
    """With its kinds blocked a plan is empty; one that is not touched stays what it is."""
    whole = plan(change={"price": Decimal(1)}, texts={"name": "Tea"})
    assert without(whole, {Kind.PRICE, Kind.TEXT}).empty
    assert without(whole, set()) == whole
