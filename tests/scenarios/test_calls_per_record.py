"""How many calls a record costs, counted by the shops (issue: what it must show, point 7)."""

from __future__ import annotations

import pytest

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair


def test_an_order_that_says_what_the_catalogue_says_is_one_write(started: Pair) -> None:
    """Catalogue price, no shipping cost, no discount: a new customer's order is one call, the customer included."""
    started.place("A", shipping=2)
    started.forget_counts()
    started.run("orders")
    assert started.webasyst.counters.writes == 1
    in_step(started)


def test_an_order_that_differs_from_the_catalogue_is_two_writes(started: Pair) -> None:
    """Another price, shipping, a discount, a comment, a new customer with an address: two calls."""
    started.place(
        {"sku": "A", "amount": 3, "price": "7.77"},
        shipping=1, discount="1.50", surcharge="0.99", notes="Ring twice",
        customer={"email": "n@example.test", "firstname": "N", "s_city": "Tver", "s_country": "RU"},
    )  # fmt: skip
    started.forget_counts()
    started.run("orders")
    assert started.webasyst.counters.writes == 2
    in_step(started)


def test_a_status_move_is_one_write_more(started: Pair) -> None:
    """An order that arrives paid is created and moved; a later move is one call."""
    number = started.place("A", shipping=2, status="P")
    started.forget_counts()
    started.run("orders")
    assert started.webasyst.counters.writes == 2
    started.at_cscart("order.status", order_id=number, status="C")
    started.forget_counts()
    started.run("orders")
    assert started.webasyst.counters.writes == 1
    assert started.office_order(number)["state_id"] == "completed"


def test_a_known_customers_order_with_another_address_is_two_writes(started: Pair) -> None:
    """A known contact's stored address wins in the creation; the second call puts the delivery address right."""
    started.place(
        "A", customer={"email": "k@example.test", "firstname": "K", "s_city": "Tver", "s_country": "RU"}
    )
    started.run("orders")
    started.place(
        "A", customer={"email": "k@example.test", "firstname": "K", "s_city": "Perm", "s_country": "RU"}
    )
    started.forget_counts()
    started.run("orders")
    assert started.webasyst.counters.writes == 2
    assert len(started.customers()) == 1


def orders_by_fifty(pair: Pair, number: int) -> None:
    """Orders are read fifty to a call."""
    pair.forget_counts()
    pair.run("orders")
    assert pair.calls("GET orders") <= -(-number // 50) + 1
    in_step(pair)


def test_orders_are_read_fifty_to_a_call(shops: Opener) -> None:
    """120 orders take three calls to CS-Cart, or four with the one that finds the end."""
    pair = shops(CSCartShop(products=10, orders=120))
    pair.run("products")
    orders_by_fifty(pair, 120)


def many_prices(pair: Pair, number: int) -> None:
    """Changed prices and stock of many products cost one write per hundred."""
    pair.set(products={"images": False}, brakes={"min": 100_000})
    assert pair.run("products").exit is Exit.OK
    for index, code in enumerate(row["code"] for row in pair.cscart.dump()["products"].values()):
        pair.at_cscart("product.update", sku=code, price=f"{index + 1}.55", amount=index)
    pair.later(60)
    pair.forget_counts()
    run = pair.run("products")
    assert run.exit is Exit.OK
    assert run.count("products", "updated") == number
    assert pair.webasyst.counters.writes <= number / 100
    assert pair.webasyst.counters.by_method.keys() & {"shop.product.massUpdate"}


def test_changed_prices_and_stock_cost_a_hundredth_of_a_write(shops: Opener) -> None:
    """300 products with new prices and stock are three writes."""
    many_prices(shops(CSCartShop(products=300, variations=False)), 300)


@pytest.mark.slow
def test_ten_thousand_changed_prices_cost_a_hundred_writes(shops: Opener) -> None:
    """10,000 products with new prices and stock are at most a hundred writes."""
    many_prices(shops(CSCartShop(products=10_000, variations=False)), 10_000)


def test_stock_that_orders_moved_at_the_source_costs_one_write(shops: Opener) -> None:
    """A sweep of a hundred products whose stock changed behind the time stamps is one write."""
    pair = shops(CSCartShop(products=100, variations=False))
    pair.set(products={"images": False, "sweep_time": 0}, brakes={"min": 1000})
    pair.run("products")
    for code in [row["code"] for row in pair.cscart.dump()["products"].values()]:
        pair.at_cscart("product.update", sku=code, amount=3, touch=False)
    pair.later(3600)
    pair.forget_counts()
    assert pair.run("products").exit is Exit.OK
    assert pair.webasyst.counters.writes == 1
    assert {pair.stock(row["code"]) for row in pair.cscart.dump()["products"].values()} == {3}
