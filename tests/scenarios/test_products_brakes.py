"""Brakes of the products stream: what pulls them, and what a release lets through."""

from __future__ import annotations

from syncd.daemon.once import Exit
from tests.scenarios.shops import Pair


def test_our_own_orders_do_not_pull_the_stock_brake(started: Pair) -> None:
    """Sales in CS-Cart that Webasyst subtracts once more are put right, however many they are."""
    codes = [f"K{number}" for number in range(8)]
    for code in codes:
        started.product(code)
    started.set(brakes={"min": 5})
    started.run()
    for code in codes:
        started.at_cscart("order.status", order_id=started.place(code), status="P")
    assert started.run().exit is Exit.OK
    assert started.run().exit is Exit.OK
    assert {started.stock(code) for code in codes} == {49}
    assert {started.source_product(code)["amount"] for code in codes} == {49}


def test_overwritten_list_prices_pull_the_price_brake(started: Pair) -> None:
    """The first contact with a filled Webasyst does not wipe its list prices without a question."""
    for number in range(8):
        started.at_webasyst(
            "product.create",
            name=f"Product K{number}",
            skus=[{"sku": f"K{number}", "price": "10", "compare_price": "15", "stock": {"1": 50, "2": 0}}],
        )
        started.product(f"K{number}")
    started.set(brakes={"min": 5})
    started.later(90_000)
    run = started.run()
    assert run.exit is Exit.OUTSTANDING
    assert [brake.split(":")[0] for brake in run.reports["products"].brakes] == ["price"]


def test_texts_that_cscart_never_had_do_not_empty_webasysts(started: Pair) -> None:
    """At the first contact an empty text in CS-Cart is no news."""
    started.office_has("K1", summary="Staff's words", description="Staff's story")
    started.product("K1")
    assert started.run().exit is Exit.OK
    product = started.office_product("K1")
    assert (product["summary"], product["description"]) == ("Staff's words", "Staff's story")
