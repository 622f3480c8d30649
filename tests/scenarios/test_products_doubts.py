"""Product writes whose outcome is unknown: never sent a second time before it is known, and never forgotten."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.shops import Pair
from tests.scenarios.variations import group

PRODUCT_ADD = {"name": "shop.product.add"}
SKU_ADD = {"name": "shop.product.skus.add"}


def lose(pair: Pair, match: dict[str, str], when: str = "before", **fault: Any) -> None:
    """One call gets no answer."""
    pair.webasyst.faults.add({"when": when, "kind": "drop", "match": match, "times": 1, **fault})


def test_a_creation_in_doubt_is_not_sent_again_by_the_next_cycle(started: Pair) -> None:
    """Until the abandoned call must have ended nothing is created; then exactly one product is."""
    lose(started, PRODUCT_ADD)
    started.product("NEW")
    started.cycle("products")
    started.forget_counts()
    report = started.cycle("products")
    assert started.calls("shop.product.add") == 0
    assert report.doubts == 1
    started.later(60)
    started.cycle("products")
    assert started.calls("shop.product.add") == 1
    assert started.office_sku("NEW")


def test_an_order_does_not_bring_a_product_whose_creation_is_in_doubt(started: Pair) -> None:
    """A product that an order needs is not created while its creation may still be under way."""
    lose(started, PRODUCT_ADD)
    started.product("NEW")
    started.cycle("products")
    started.place("NEW")
    started.forget_counts()
    started.cycle("orders")
    assert started.calls("shop.product.add") == 0


def test_a_further_sku_in_doubt_is_not_sent_again_by_the_next_cycle(started: Pair) -> None:
    """The same holds for one more variation of a product that exists."""
    first, second = started.product("G1"), started.product("G2")
    group(started, first, second)
    started.run()
    started.later(1000)
    lose(started, SKU_ADD)
    group(started, first, second, started.product("G3"))
    started.cycle("products")
    started.forget_counts()
    started.cycle("products")
    assert started.calls("shop.product.skus.add") == 0
    started.later(60)
    started.run()
    assert len(started.office_product("G1")["skus"]) == 3


def test_a_member_that_joins_a_group_in_doubt_waits_for_it(started: Pair) -> None:
    """A variation that comes while its group's product is in doubt becomes a SKU of it, not a product of its own."""
    first, second = started.product("G1"), started.product("G2")
    group(started, first, second)
    lose(started, PRODUCT_ADD)
    started.cycle("products")
    group(started, first, second, started.product("G3"))
    started.forget_counts()
    report = started.cycle("products")
    assert (started.calls("shop.product.add"), report.failures) == (0, 1)
    started.later(60)
    started.run()
    assert len(started.office_product("G1")["skus"]) == 3


def test_what_staff_made_in_webasyst_since_the_scan_is_not_made_again(started: Pair) -> None:
    """Before something is created the office is asked for what was made there meanwhile."""
    started.later(600)
    started.office_has("NEW")
    started.later(60)
    started.product("NEW")
    started.run()
    assert started.office_sku("NEW")


def test_what_the_office_does_not_list_as_new_is_found_by_its_code(started: Pair) -> None:
    """A code that stands in the office without being touched is searched for before a product is made of it."""
    started.later(600)
    made = started.office_has("NEW")
    assert isinstance(started.webasyst.shop, WebasystShop)
    for row in started.webasyst.shop.state.store.products:
        if row.id == made:
            row.create_datetime = "2001-01-01 00:00:00"
    started.later(60)
    started.product("NEW")
    started.run()
    assert started.office_sku("NEW")
