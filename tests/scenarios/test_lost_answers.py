"""Answers that never come: nothing is doubled, nothing is lost (issue: what it must show, point 3)."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import ANY_WRITE, ORDER_ACTION, ORDER_ADD, ORDER_SAVE, Pair

Fault = dict[str, Any]
LOST: dict[str, Fault] = {
    "connection lost": {"when": "after", "kind": "drop"},
    "connection reset": {"when": "after", "kind": "reset"},
    "gateway time-out": {"when": "after", "kind": "status", "status": 504, "body": "<html>504</html>"},
    "bad gateway": {"when": "after", "kind": "status", "status": 502, "body": "<html>502</html>"},
    "server error after the work": {"when": "after", "kind": "status", "status": 500, "body": ""},
    "cut in the middle": {"when": "answer", "kind": "cut"},
    "half an answer": {"when": "answer", "kind": "truncate"},
    "a page instead of JSON": {"when": "answer", "kind": "html"},
    "an empty answer": {"when": "answer", "kind": "empty"},
    "a PHP warning before the JSON": {"when": "answer", "kind": "warning"},
}


def ten_orders(pair: Pair) -> None:
    for number in range(10):
        pair.place("A", customer={"email": f"buyer{number}@example.test", "firstname": f"B{number}"})


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_ten_orders_whose_every_write_lost_its_answer_arrive_once_each(started: Pair, fault: Fault) -> None:
    """Ten orders with the answer of every write lost are ten linked orders in Webasyst after at most two runs."""
    started.set(http={"deadline": 1})
    ten_orders(started)
    started.webasyst.faults.add({**fault, "match": ANY_WRITE, "times": None})
    started.run("orders")
    started.run("orders")
    started.webasyst.faults.clear()
    in_step(started)
    assert len(started.office_orders()) == 10
    assert len(started.customers()) == 10
    for number in started.source_orders():
        assert started.link(number).confirmed


def test_lost_answers_cost_one_search_for_a_page_of_orders(started: Pair) -> None:
    """Fifty doubtful creations are settled by one search, not by fifty."""
    ten_orders(started)
    started.webasyst.faults.add({"when": "after", "kind": "drop", "match": ORDER_ADD, "times": None})
    started.forget_counts()
    started.run("orders")
    assert started.calls("shop.order.search") <= 2
    in_step(started)


@pytest.mark.parametrize("name", [ORDER_ADD, ORDER_SAVE, ORDER_ACTION], ids=["add", "save", "action"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_error_at_any_write_of_an_order_is_healed_by_the_next_run(
    started: Pair, name: dict[str, str], when: str
) -> None:
    """A 500 before or after the work of any write leaves one order, with its prices and its status."""
    number = started.place({"sku": "A", "amount": 2, "price": "8.50"}, status="P")
    started.webasyst.faults.add({"when": when, "kind": "status", "status": 500, "match": name})
    started.run("orders")
    run = started.run("orders")
    assert run.exit is Exit.OK
    in_step(started)
    assert started.office_order(number)["state_id"] == "processing"


def test_a_creation_that_never_reached_the_shop_is_sent_again_when_the_call_is_over(started: Pair) -> None:
    """Dropped before the work: nothing is sent again before the abandoned call's deadline, and then exactly once."""
    started.set(http={"deadline": 1})
    number = started.place("A")
    started.webasyst.faults.add({"when": "before", "kind": "drop", "match": ORDER_ADD})
    run = started.run("orders")
    assert run.exit is Exit.OK
    assert started.calls("shop.order.add") == 2
    assert started.office_order(number)["state_id"] == "new"


def test_the_daemon_does_not_send_again_while_the_abandoned_call_may_run(started: Pair) -> None:
    """A cycle that finds no trace before the deadline of the abandoned call leaves the order in doubt."""
    started.set(http={"deadline": 3600})
    started.place("A")
    started.webasyst.faults.add({"when": "before", "kind": "drop", "match": ORDER_ADD})
    assert started.cycle("orders").doubts == 1
    assert started.cycle("orders").doubts == 1
    assert started.calls("shop.order.add") == 1
    started.later(3700)
    assert started.cycle("orders").doubts == 0
    assert started.calls("shop.order.add") == 2
    in_step(started)


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_products_whose_every_write_lost_its_answer_stand_once_each(shops: Opener, fault: Fault) -> None:
    """A first run of products with every answer lost makes every product once, with all its SKUs."""
    pair = shops(CSCartShop(products=12))
    pair.set(products={"images": False}, http={"deadline": 1})
    pair.webasyst.faults.add({**fault, "match": ANY_WRITE, "times": None})
    for _ in range(3):
        pair.run("products")
        pair.later(60)
    pair.webasyst.faults.clear()
    run = pair.run("products")
    assert run.exit is Exit.OK, run.failures
    codes = [sku["sku"] for product in pair.office_products() for sku in product["skus"]]
    assert sorted(codes) == sorted(row["code"] for row in pair.cscart.dump()["products"].values())
    in_step(pair)


def test_a_half_written_order_is_held_for_a_person(started: Pair) -> None:
    """Webasyst died between an order's row and its params: nothing is sent again before a person deletes that row."""
    number = started.place("A")
    started.at_webasyst("half_write")
    for _ in range(3):
        run = started.run("orders")
        assert run.reasons == {str(number): "half-written"}
        assert run.exit is Exit.OUTSTANDING
    assert len(started.office_orders()) == 1
    started.at_webasyst("order.action", id=started.office_orders()[0]["id"], action="delete")
    assert started.run("orders").exit is Exit.OK
    assert started.office_order(number)["state_id"] == "new"


def test_an_ordinary_order_of_the_same_minute_is_no_half_written_one(started: Pair) -> None:
    """An order that a customer of Webasyst's own storefront places meanwhile does not hold ours back."""
    started.set(http={"deadline": 1})
    number = started.place("A")
    sku = started.office_sku("A")["id"]
    started.at_webasyst(
        "order.create",
        contact={"firstname": "Other", "email": "o@example.test"},
        items=[{"sku_id": sku, "quantity": 3}],
    )
    started.webasyst.faults.add({"when": "before", "kind": "drop", "match": ORDER_ADD})
    assert started.run("orders").exit is Exit.OK
    assert started.office_order(number)["state_id"] == "new"


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_order_waits_for_a_product_whose_creation_is_in_doubt(started: Pair, when: str) -> None:
    """The product may be there already: the order is not sent with a free line instead of it."""
    started.set(http={"deadline": 600})
    product = started.product("B")
    number = started.place("B")
    started.webasyst.faults.add({"when": when, "kind": "drop", "match": {"name": "shop.product.add"}})
    started.cycle("orders")
    started.cycle("orders")
    assert started.office_orders() == []
    started.later(700)
    assert started.run().exit is Exit.OK
    assert [item["sku_code"] for item in started.office_order(number)["items"]] == ["B"]
    assert started.source_product("B")["product_id"] == product
    in_step(started)
