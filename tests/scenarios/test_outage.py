"""A shop that is away, slow, or refuses: nothing is lost, nothing is hammered (issue: what it must show, point 6)."""

from __future__ import annotations

import pytest

from syncd.daemon.cycle import Ending
from syncd.daemon.once import Exit
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import ORDER_ADD, Pair, Row, money

DAY = 86_400
DOWN: Row = {"when": "before", "kind": "status", "status": 503, "body": "<html>closed</html>", "times": None}


def side(pair: Pair, name: str) -> Row:
    """What can be told to one of the shops."""
    return {"faults": (pair.cscart if name == "cscart" else pair.webasyst).faults}


@pytest.mark.parametrize("shop", ["cscart", "webasyst"])
def test_an_outage_longer_than_every_interval_loses_nothing(started: Pair, shop: str) -> None:
    """Two days without a shop, with changes on the way: the first run afterwards catches up with all of them."""
    faults = side(started, shop)["faults"]
    started.set(http={"deadline": 1})
    first = started.place("A")
    started.run()
    faults.add(dict(DOWN))
    numbers: list[int] = []
    for _ in range(4):
        started.later(DAY / 2)
        numbers.append(
            started.place("A", customer={"email": f"{len(numbers)}@example.test", "firstname": "X"})
        )
        assert started.run().exit is Exit.FAILED
    started.at_cscart("order.status", order_id=first, status="P")
    started.at_cscart("product.update", sku="A", price="12.50")
    started.later(DAY / 2)
    started.run()
    faults.clear()
    run = started.run()
    assert run.exit is Exit.OK, run.reports
    in_step(started)
    assert started.office_order(first)["state_id"] == "processing"
    assert money(started.office_sku("A")["price"]) == money("12.50")


def test_an_outage_in_the_middle_of_the_orders_keeps_the_cursor(started: Pair) -> None:
    """Webasyst goes away after the third of ten orders: the stream stops, and the rest follows when it is back."""
    started.set(http={"deadline": 1})
    for number in range(10):
        started.place("A", customer={"email": f"{number}@example.test", "firstname": "X"})
    started.webasyst.faults.add(
        {"when": "before", "kind": "status", "status": 503, "match": ORDER_ADD, "skip": 3, "times": None}
    )
    assert started.run("orders").exit is Exit.FAILED
    assert started.calls("shop.order.add") <= 10 + 3
    started.webasyst.faults.clear()
    assert started.run("orders").exit is Exit.OK
    in_step(started)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("shop", ["cscart", "webasyst"])
def test_a_refused_key_stops_the_stream_after_one_probe(started: Pair, shop: str, status: int) -> None:
    """401 and 403 end the run with exit code 12, without repeating the call; a valid key goes on where it stopped."""
    number = started.place("A")
    started.forget_counts()
    body = '{"error":"access_denied"}' if shop == "webasyst" else f'{{"message":"No","status":{status}}}'
    side(started, shop)["faults"].add(
        {"when": "before", "kind": "status", "status": status, "body": body, "content_type": "application/json",
         "times": None}
    )  # fmt: skip
    run = started.run("orders")
    assert run.exit is Exit.NOT_AUTHORISED
    refused = started.cscart if shop == "cscart" else started.webasyst
    assert refused.counters.requests == 1
    refused.faults.clear()
    assert started.run("orders").exit is Exit.OK
    started.office_order(number)


def test_a_token_that_dies_in_the_middle_stops_the_stream_and_loses_nothing(started: Pair) -> None:
    """A 401 at the second order ends the stream; with a new token the others arrive, the first not again."""
    for number in range(3):
        started.place("A", customer={"email": f"{number}@example.test", "firstname": "X"})
    started.webasyst.faults.add(
        {"when": "before", "kind": "status", "status": 401, "body": '{"error":"invalid_token"}',
         "content_type": "application/json", "match": ORDER_ADD, "skip": 1, "times": None}
    )  # fmt: skip
    assert started.run("orders").ending("orders") is Ending.NOT_AUTHORISED
    assert started.calls("shop.order.add") == 2
    started.webasyst.faults.clear()
    assert started.run("orders").exit is Exit.OK
    in_step(started)


def test_a_429_is_waited_for_as_long_as_the_shop_says(started: Pair) -> None:
    """A short Retry-After is kept inside the call; every order arrives once."""
    number = started.place("A")
    fault = started.webasyst.faults.add(
        {
            "when": "before",
            "kind": "status",
            "status": 429,
            "headers": {"Retry-After": "1"},
            "match": {"name": "shop.customer.search"},
        }
    )
    assert started.run("orders").exit is Exit.OK
    assert fault.hits == 1
    started.office_order(number)
    in_step(started)


def test_a_long_retry_after_ends_the_cycle_and_the_record_waits(started: Pair) -> None:
    """A pause longer than a call's deadline is not waited for: the stream stops and nothing else is sent."""
    started.place("A")
    started.place("A")
    started.webasyst.faults.add(
        {
            "when": "before",
            "kind": "status",
            "status": 429,
            "headers": {"Retry-After": "600"},
            "match": ORDER_ADD,
            "times": None,
        }
    )
    run = started.run("orders")
    assert run.exit is Exit.FAILED
    assert started.calls("shop.order.add") == 1
    started.webasyst.faults.clear()
    assert started.run("orders").exit is Exit.OK
    in_step(started)


@pytest.mark.parametrize("kind", ["html", "truncate", "empty", "cut", "warning"])
@pytest.mark.parametrize("shop", ["cscart", "webasyst"])
def test_reads_without_a_usable_answer_change_nothing(started: Pair, shop: str, kind: str) -> None:
    """A read that is no JSON is an error of the shop, never an empty list; the next run goes on."""
    started.set(http={"deadline": 1}, products={"sweep_time": 0})
    number = started.place("A")
    side(started, shop)["faults"].add(
        {"when": "answer", "kind": kind, "match": {"method": "GET"}, "times": None}
    )
    run = started.run()
    assert run.exit in {Exit.FAILED, Exit.OUTSTANDING}
    assert started.writes == 0
    side(started, shop)["faults"].clear()
    run = started.run()
    assert run.exit is Exit.OK, run.reports
    started.office_order(number)
    in_step(started)
