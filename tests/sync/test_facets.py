"""Facets: which part of an order changed, and only that part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from syncd.model.order import LineKind, Order
from syncd.sync.facets import Facet, changed_facets, digest, facets_of, version_of
from tests.sync import builders as make
from tests.sync.strategies import orders

EDITS: dict[str, tuple[dict[str, Any], set[Facet]]] = {
    "quantity": ({"lines": (make.line(quantity=Decimal(3)),)}, {Facet.LINES}),
    "price": ({"lines": (make.line(unit_price=Decimal("9.99")),)}, {Facet.LINES}),
    "code": ({"lines": (make.line(code="COF-2"),)}, {Facet.LINES}),
    "another product": ({"lines": (make.line(product_key="13"),)}, {Facet.LINES}),
    "one more line": ({"lines": (make.line(), make.line(code="TEA"))}, {Facet.LINES}),
    "surcharge": ({"extras": (make.extra("Cash fee", "1.00"),)}, {Facet.LINES}),
    "shipping cost": ({"shipping_cost": Decimal("6.00")}, {Facet.SHIPPING}),
    "shipping method": ({"shipping_name": "Post"}, {Facet.SHIPPING_NAME}),
    "discount": ({"discount": Decimal("1.00")}, {Facet.DISCOUNT}),
    "city": ({"shipping_address": make.address(city="Moscow")}, {Facet.ADDRESS}),
    "region": ({"shipping_address": make.address(region="MOW")}, {Facet.ADDRESS}),
    "comment": ({"comment": "Ring once"}, {Facet.COMMENT}),
    "payment": ({"payment_name": "Cash"}, {Facet.NAMES}),
    "coupon": ({"coupons": ("spring",)}, {Facet.NAMES}),
    "higher total": ({"total": Decimal("30.00")}, {Facet.LINES}),
    "lower total": ({"total": Decimal("20.00")}, {Facet.DISCOUNT}),
}

SAME: dict[str, Callable[[Order], Order]] = {
    "a product was renamed": lambda order: replace(order, lines=_renamed(order, "Coffee", "Arabica")),
    "a rename changed the order of lines": lambda order: replace(order, lines=order.lines[::-1]),
    "a tax was renamed": lambda order: replace(order, extras=(make.extra("VAT 20 %", "2.00", LineKind.TAX),)),
    "zeros were added": lambda order: replace(
        order, shipping_cost=Decimal("5.0000"), discount=Decimal("-0.00")
    ),
    "zeros were added to a quantity": lambda order: replace(
        order, lines=(replace(order.lines[0], quantity=Decimal("2.000")), *order.lines[1:])
    ),
    "the status moved": lambda order: replace(order, status="C"),
}


def _renamed(order: Order, old: str, new: str) -> tuple[Any, ...]:
    return tuple(replace(line, name=line.name.replace(old, new)) for line in order.lines)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_its_facet_and_no_other(name: str) -> None:
    """Each edit of an order shows in its own facet alone."""
    fields, facets = EDITS[name]
    assert changed_facets(make.order(**fields), facets_of(make.order())) == facets


@pytest.mark.parametrize("name", SAME)
def test_what_is_no_edit_changes_no_facet(name: str) -> None:
    """Renaming things in the shop, writing amounts differently and moving the status edit no order."""
    order = make.order(
        lines=(make.line(), make.line(name="Tea", code="TEA")),
        extras=(make.extra("VAT", "2.00", LineKind.TAX),),
    )
    assert changed_facets(SAME[name](order), facets_of(order)) == set()


def test_a_line_without_code_and_product_is_known_by_its_name() -> None:
    """The name of a product line counts only where nothing else says what was sold."""
    bare = make.line(code="", product_key="")
    before = facets_of(make.order(lines=(bare,)))
    assert changed_facets(make.order(lines=(replace(bare, name="Tea"),)), before) == {Facet.LINES}


@pytest.mark.parametrize("known", [{"code": ""}, {"product_key": ""}])
def test_code_or_product_is_enough_to_know_a_line(known: dict[str, str]) -> None:
    """With a code or a product of its own a line's name does not count."""
    named = make.order(lines=(make.line(**known),))
    renamed = make.order(lines=(make.line(name="Tea", **known),))
    assert facets_of(named) == facets_of(renamed)


def test_a_comment_that_was_not_told_is_no_news() -> None:
    """A source that may leave the comment out erases nothing by it; one that tells an empty comment does."""
    agreed = facets_of(make.order(comment="Ring twice"))
    assert changed_facets(make.order(comment="", comment_told=False), agreed) == frozenset()
    assert changed_facets(make.order(comment=""), agreed) == {Facet.COMMENT}
    assert Facet.COMMENT in changed_facets(make.order(comment="", comment_told=False), {})


def test_nothing_agreed_means_everything_changed() -> None:
    """Without a base every facet is to be written; with a base that lacks one, that one is."""
    order = make.order()
    assert changed_facets(order, {}) == set(Facet)
    assert changed_facets(order, {**facets_of(order), Facet.COMMENT: "?"}) == {Facet.COMMENT}


@given(orders())
def test_equal_orders_have_equal_facets(order: Order) -> None:
    """An order that says the same has the same facets and version, however its amounts are written."""
    again = replace(
        order, total=order.total * Decimal("1.00"), shipping_cost=order.shipping_cost * Decimal("1.0")
    )
    assert facets_of(again) == facets_of(order)
    assert version_of(again) == version_of(order)
    assert changed_facets(again, facets_of(order)) == set()


@given(orders(), orders())
def test_the_version_tells_facets_and_status_apart(one: Order, other: Order) -> None:
    """Two orders have one version exactly when their facets and statuses are the same."""
    same = facets_of(one) == facets_of(other) and one.status == other.status
    assert (version_of(one) == version_of(other)) == same


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    """A fingerprint depends on the data alone, not on the order of keys: it is kept in the database."""
    assert digest({"b": 1, "a": ["ж"]}) == digest({"a": ["ж"], "b": 1}) == "2f6f7066811046b43b7aa00e"
