"""One record that cannot be delivered stops nobody else (issue: what it must show, point 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from syncd.app import PAIR
from syncd.daemon.once import Exit
from syncd.state import failures
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import ORDER_ADD, Pair

CROWD = 12


@dataclass(frozen=True, slots=True)
class Poison:
    """How an order goes bad, what its failure is called, and what heals it."""

    spoil: Callable[[Pair], int]
    code: str
    heal: Callable[[Pair, int], object]


def unknown_sku(pair: Pair) -> int:
    pair.set(orders={"unknown_sku": "hold"})
    pair.product("LOST")
    number = pair.place("LOST")
    pair.at_cscart("product.delete", sku="LOST")
    return number


def broken_json(pair: Pair) -> int:
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, invalid_json=True)
    return number


def missing_total(pair: Pair) -> int:
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, drop=["total"])
    return number


def refused_by_webasyst(pair: Pair) -> int:
    number = pair.place("A", notes="poison")
    body = '{"status":"fail","errors":{"customer":{"email":["Invalid Email"]}}}'
    pair.webasyst.faults.add(
        {"when": "before", "kind": "status", "status": 200, "content_type": "application/json", "body": body,
         "match": {**ORDER_ADD, "body": "poison"}, "times": None}
    )  # fmt: skip
    return number


POISONS = {
    "unknown SKU with hold": Poison(unknown_sku, "unknown-sku", lambda pair, number: pair.office_has("LOST")),
    "broken JSON": Poison(
        broken_json, "unreadable", lambda pair, number: pair.at_cscart("order.mend", order_id=number)
    ),
    "a field is missing": Poison(
        missing_total, "unreadable", lambda pair, number: pair.at_cscart("order.mend", order_id=number)
    ),
    "validation error": Poison(
        refused_by_webasyst, "refused", lambda pair, number: pair.webasyst.faults.clear()
    ),
}


def crowd(pair: Pair, size: int) -> None:
    for number in range(size):
        pair.place("A", customer={"email": f"b{number}@example.test", "firstname": f"B{number}"})


def one_bad_order(pair: Pair, poison: Poison, size: int) -> None:
    """The bad order stands in the failures with its reason, the others arrive, and the cause's end delivers it."""
    crowd(pair, size // 2)
    bad = poison.spoil(pair)
    crowd(pair, size - size // 2)
    run = pair.run()
    assert run.exit is Exit.OUTSTANDING
    assert run.reasons == {str(bad): poison.code}
    assert len(pair.office_orders()) == size
    in_step(pair, but=[bad])
    poison.heal(pair, bad)
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    assert len(pair.office_orders()) == size + 1
    in_step(pair)


@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
def test_a_bad_order_in_a_crowd_waits_alone(started: Pair, poison: Poison) -> None:
    """A dozen orders arrive, the bad one is set aside with exit code 3, and arrives when its cause is gone."""
    one_bad_order(started, poison, CROWD)


@pytest.mark.slow
@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
def test_a_bad_order_among_a_hundred_waits_alone(started: Pair, poison: Poison) -> None:
    """The same with 99 others."""
    started.at_cscart("product.update", sku="A", amount=1000)
    one_bad_order(started, poison, 99)


def test_the_daemon_leaves_a_failure_its_pause_and_hastens_to_a_new_version(started: Pair) -> None:
    """The same version of a failed order waits for its pause; an edit of the order ends it at once."""
    number = unknown_sku(started)
    started.cycle("orders")
    assert started.cycle("orders").failures == 1
    with started.database() as db:
        assert [row.attempts for row in db.run_sync(lambda conn: failures.all(conn, PAIR))] == [1]
    started.at_cscart("order.edit", order_id=number, lines=[{"sku": "A", "amount": 1}])
    assert started.cycle("orders").failures == 0
    in_step(started)


def test_an_order_that_never_gets_an_answer_does_not_stop_the_others(started: Pair) -> None:
    """One order whose every creation ends with 500 is set aside; the orders after it arrive."""
    crowd(started, 3)
    number = started.place("A", notes="poison")
    crowd(started, 3)
    started.webasyst.faults.add(
        {
            "when": "before",
            "kind": "status",
            "status": 500,
            "match": {**ORDER_ADD, "body": "poison"},
            "times": None,
        }
    )
    run = started.run()
    assert run.exit is Exit.OUTSTANDING
    assert len(started.office_orders()) == 6
    started.webasyst.faults.clear()
    assert started.run().exit is Exit.OK
    assert started.office_order(number)["comment"] == "poison"
    in_step(started)


def test_many_orders_that_never_get_an_answer_do_not_stop_the_others(started: Pair) -> None:
    """Four poisonous orders, tried again by every run by hand, do not keep a new order waiting."""
    for number in range(4):
        started.place("A", notes="poison", customer={"email": f"{number}@example.test", "firstname": "X"})
    started.webasyst.faults.add(
        {
            "when": "before",
            "kind": "status",
            "status": 500,
            "match": {**ORDER_ADD, "body": "poison"},
            "times": None,
        }
    )
    for _ in range(3):
        started.run()
    number = started.place("A")
    started.run()
    started.office_order(number)
    started.webasyst.faults.clear()
    assert started.run().exit is Exit.OK
    in_step(started)


def test_a_page_of_orders_that_is_broken_is_read_one_by_one(started: Pair) -> None:
    """One order with bytes that are no text spoils its whole page; the others are still delivered."""
    crowd(started, 3)
    bad = started.place("A")
    crowd(started, 3)
    started.at_cscart("order.break", order_id=bad, invalid_utf8=True)
    run = started.run()
    assert run.exit is Exit.OUTSTANDING
    assert list(run.reasons) == [str(bad)]
    assert len(started.office_orders()) == 6
    started.at_cscart("order.mend")
    assert started.run().exit is Exit.OK
    in_step(started)


def test_a_broken_product_is_set_aside_and_the_others_go_on(started: Pair) -> None:
    """A product whose price is no number is set aside by name; the products around it arrive."""
    started.product("B")
    broken = started.product("C", product="")
    started.at_cscart("product.untranslate", sku="C", lang="en")
    started.product("D")
    run = started.run()
    assert set(run.reasons) <= {str(broken)}
    assert {"B", "D"} <= {sku["sku"] for row in started.office_products() for sku in row["skus"]}


def test_an_action_that_the_user_may_not_run_stops_no_other_order(started: Pair) -> None:
    """One order waits for a right of the token's user, those behind it arrive; with the right it goes on by itself."""
    some = {"orders": 1, "customers": 1, "products": 1, "type.1": 2, "workflow_actions.process": 1}
    started.at_webasyst("rights", contact_id=1, rights=some)
    waits = started.place("A", status="C")
    goes_on = started.place("A", status="P")
    run = started.run("orders")
    assert run.reasons == {str(waits): "status-out-of-reach"}
    assert started.office_order(goes_on)["state_id"] == "processing"
    started.at_webasyst("rights", contact_id=1, admin=True)
    assert started.run("orders").exit is Exit.OK
    assert started.office_order(waits)["state_id"] == "completed"
    in_step(started)
