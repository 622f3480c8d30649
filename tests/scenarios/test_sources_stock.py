"""What further sources sell comes off the shared shelf, once, and CS-Cart hears of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from syncd.daemon.once import Exit
from tests.scenarios.shops import Pair
from tests.scenarios.sources import SOURCES, World

EVERYTHING = (
    "orders",
    "orders.horoshop",
    "orders.justclick",
    "orders.marketplace",
    "orders-back",
    "products",
    "products-back",
)


@pytest.fixture
def shared(world: World) -> World:
    """Both shops sell from one shelf of 50 pieces, and every stream runs."""
    world.set(products={"owners": '{"quantity":"shared"}', "sweep_time": 0})
    world.streams = EVERYTHING
    world.run()
    world.run()
    assert (world.amount("A"), world.stock("A")) == (50, Decimal(50))
    return world


def both(pair: Pair, code: str = "A") -> tuple[int, Decimal | None]:
    return pair.amount(code), pair.stock(code)


def settle(world: World) -> None:
    """Two runs: what the first one carries to one shop, the second one has seen there."""
    for _ in range(2):
        run = world.run()
        assert run.exit is Exit.OK, (run.failures, run.reports)


@pytest.mark.parametrize("source", SOURCES)
def test_a_sale_at_a_source_comes_off_both_shelves(shared: World, source: str) -> None:
    """Three pieces sold at a source are gone in Webasyst when staff process the order, and in CS-Cart after it; once."""
    piece = "amount" if source == "marketplace" else "quantity"
    number = shared.buy(source, {"sku": "A", piece: 3})
    settle(shared)
    order_id = shared.delivery(source, number)["id"]
    if shared.stock("A") == Decimal(50):
        shared.at_webasyst("order.action", id=order_id, action="process")
    shared.later(5)
    settle(shared)
    assert both(shared) == (47, Decimal(47))
    shared.later(3600)
    settle(shared)
    assert both(shared) == (47, Decimal(47))


@pytest.mark.parametrize("source", SOURCES)
def test_a_cancelled_sale_comes_back_to_both_shelves(shared: World, source: str) -> None:
    """What was sold at a source and cancelled there is on both shelves again."""
    number = shared.buy(source)
    settle(shared)
    order_id = shared.delivery(source, number)["id"]
    shared.at_webasyst("order.action", id=order_id, action="process")
    shared.later(5)
    settle(shared)
    assert both(shared) == (49, Decimal(49))
    cancel = {"horoshop": 4, "justclick": "cancel", "marketplace": "I"}[source]
    shared.at(source, "change_status", order_id=number, status=cancel)
    shared.later(5)
    settle(shared)
    assert both(shared) == (50, Decimal(50))


def test_a_sale_in_cs_cart_counts_once_beside_them(shared: World) -> None:
    """One piece of CS-Cart's own and one of each source leave 46 on both shelves, whoever processes them and when."""
    own = shared.place("A")
    numbers = {source: shared.buy(source) for source in SOURCES}
    settle(shared)
    shared.at_webasyst("order.action", id=shared.office_order(own)["id"], action="process")
    for source, number in numbers.items():
        order = shared.delivery(source, number)
        shared.at_webasyst("order.action", id=order["id"], action="process")
        shared.later(5)
        settle(shared)
    assert both(shared) == (46, Decimal(46))
    shared.later(3600)
    settle(shared)
    assert both(shared) == (46, Decimal(46))


def test_sources_that_began_before_the_shelf_was_shared(world: World) -> None:
    """An order of a source that stood in Webasyst before stock was shared is no sale of CS-Cart's afterwards."""
    number = world.buy("horoshop")
    world.run("orders.horoshop")
    world.set(products={"owners": '{"quantity":"shared"}', "sweep_time": 0})
    world.streams = EVERYTHING
    settle(world)
    world.at_webasyst("order.action", id=world.delivery("horoshop", number)["id"], action="process")
    world.later(5)
    settle(world)
    assert both(world) == (49, Decimal(49))
