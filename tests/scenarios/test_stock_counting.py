"""Stock is right after orders were processed in Webasyst, however it counts (issue: what it must show, point 9)."""

from __future__ import annotations

import pytest

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair

COUNTING = ("processing", "create", "none")


def opened(shops: Opener, action: str) -> Pair:
    """Product A with 50 pieces in both shops, in a Webasyst that counts in this way."""
    pair = shops(CSCartShop(products=0), WebasystShop(products=0, stock_counting_action=action))
    pair.product("A", amount=50)
    pair.run()
    return pair


def agrees(pair: Pair, pieces: int) -> None:
    """Both shops have so many pieces, and a further run changes nothing."""
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    assert pair.source_product("A")["amount"] == pieces
    assert pair.stock("A") == pieces
    pair.forget_counts()
    pair.run()
    assert pair.webasyst.counters.writes == 0
    in_step(pair)


@pytest.mark.parametrize("action", COUNTING)
def test_a_sale_that_our_status_move_processed_is_counted_once(shops: Opener, action: str) -> None:
    """CS-Cart's amount already contains the sale; what Webasyst subtracts once more is put right by the same run."""
    pair = opened(shops, action)
    pair.place({"sku": "A", "amount": 4}, status="P")
    agrees(pair, 46)


@pytest.mark.parametrize("action", COUNTING)
def test_a_sale_that_the_staff_processed_is_counted_once(shops: Opener, action: str) -> None:
    """Staff processes the order in Webasyst by hand; the next sweep puts the stock right."""
    pair = opened(shops, action)
    number = pair.place({"sku": "A", "amount": 4})
    agrees(pair, 46)
    pair.at_webasyst("order.action", id=pair.office_order(number)["id"], action="process")
    pair.set(products={"sweep_time": 0})
    agrees(pair, 46)


@pytest.mark.parametrize("action", COUNTING)
def test_an_edited_and_a_cancelled_sale_are_counted_once(shops: Opener, action: str) -> None:
    """More pieces in an order that is being processed, then its cancellation, leave both shops with the same stock."""
    pair = opened(shops, action)
    pair.set(statuses='{"P":"processed","C":"completed","I":"deleted"}')
    number = pair.place({"sku": "A", "amount": 4}, status="P")
    agrees(pair, 46)
    pair.at_cscart("order.edit", order_id=number, lines=[{"sku": "A", "amount": 10}])
    pair.later(60)
    agrees(pair, 40)
    pair.at_cscart("order.status", order_id=number, status="I")
    pair.later(60)
    agrees(pair, 50)


@pytest.mark.parametrize("action", COUNTING)
def test_the_other_warehouse_keeps_its_pieces(shops: Opener, action: str) -> None:
    """Orders and stock go to the chosen warehouse; the other one is never touched."""
    pair = opened(shops, action)
    pair.at_webasyst("sku.update", id=pair.office_sku("A")["id"], stock={"1": 50, "2": 9})
    pair.place({"sku": "A", "amount": 4}, status="P")
    agrees(pair, 46)
    assert pair.stock("A", "2") == 9
