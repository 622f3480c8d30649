"""A call that was abandoned may still be running in the shop: meanwhile nothing is sent a second time."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock

import pytest

from syncd.daemon.once import Exit
from syncd.shops.transport import Transport
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import ORDER_ACTION, ORDER_ADD, ORDER_SAVE, Pair

DEADLINE = 1.0
SLOW = {"when": "before", "kind": "delay", "seconds": 1.6}
"""The shop takes longer than syncd's deadline, and does the work all the same."""

Fault = dict[str, Any]


@pytest.fixture
def hasty(started: Pair) -> Pair:
    """A pair whose calls are abandoned after a second."""
    started.set(http={"deadline": DEADLINE})
    return started


def test_a_creation_slower_than_the_deadline_makes_one_order(hasty: Pair) -> None:
    """The deadline of a whole call more must pass after a creation was abandoned before it may be sent again."""
    hasty.place("A")
    hasty.webasyst.faults.add({**SLOW, "match": ORDER_ADD})
    assert hasty.cycle("orders").doubts == 1
    assert hasty.calls("shop.order.add") == 1
    assert hasty.run("orders").exit is Exit.OK
    assert hasty.calls("shop.order.add") == 1
    in_step(hasty)


def test_an_order_that_comes_twice_after_all_is_told(started: Pair) -> None:
    """A call that outlives every patience makes a second order: a person is told until one of the two is deleted."""
    started.set(http={"deadline": 600})
    number = started.place("A")
    started.webasyst.faults.add({"when": "before", "kind": "drop", "match": ORDER_ADD})
    started.cycle("orders")
    started.later(700)
    assert started.run("orders").exit is Exit.OK
    first = started.office_order(number)
    late = started.at_webasyst(
        "order.create",
        contact_id=first["contact_id"],
        items=[{"sku_id": started.office_sku("A")["id"]}],
        params={name: first["params"][name] for name in ("syncd_ref", "cscart_order_id")},
    )
    for _ in range(2):
        run = started.run("orders")
        assert (run.exit, run.reasons) == (Exit.OUTSTANDING, {str(number): "twice"})
        assert str(late) in run.text(number)
    started.at_webasyst("order.action", id=late, action="delete")
    assert started.run("orders").exit is Exit.OK


def test_a_repeated_creation_is_watched_for_an_hour(started: Pair) -> None:
    """A search a cycle looks for a second order, and ends when no call can be under way any more."""
    started.set(http={"deadline": 600})
    started.place("A")
    started.webasyst.faults.add({"when": "before", "kind": "drop", "match": ORDER_ADD})
    started.cycle("orders")
    searches = []
    for _ in range(5):
        started.later(1500)
        started.forget_counts()
        started.cycle("orders")
        searches.append(started.calls("shop.order.search"))
    assert searches[1:] == [1, 1, 1, 0]
    in_step(started)


@pytest.mark.parametrize("status", [502, 503, 504, 520, 524])
def test_an_error_page_of_a_proxy_does_not_end_a_creation(started: Pair, status: int) -> None:
    """Only PHP's own 500 tells that the call has ended; behind another 5xx it may run on."""
    started.set(http={"deadline": 600})
    started.place("A")
    started.webasyst.faults.add(
        {"when": "before", "kind": "status", "status": status, "body": "<html></html>", "match": ORDER_ADD}
    )
    for _ in range(2):
        assert started.cycle("orders").doubts == 1
    assert started.calls("shop.order.add") == 1
    started.later(700)
    assert started.cycle("orders").doubts == 0
    assert started.calls("shop.order.add") == 2
    in_step(started)


CHANGES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "save": (ORDER_SAVE, {"notes": "Ring twice"}),
    "lines": (ORDER_SAVE, {"lines": [{"sku": "A", "amount": 3}]}),
    "action": (ORDER_ACTION, {"status": "P"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_in_doubt_is_not_sent_again_while_the_first_may_run(started: Pair, name: str) -> None:
    """A save or an action without an answer leaves its order alone until the abandoned call cannot run any more."""
    call, change = CHANGES[name]
    number = started.place("A")
    started.run("orders")
    started.set(http={"deadline": 600})
    started.later(30)
    started.at_cscart("order.status" if name == "action" else "order.edit", order_id=number, **change)
    started.forget_counts()
    started.webasyst.faults.add({"when": "before", "kind": "drop", "match": call})
    for _ in range(2):
        assert started.cycle("orders").doubts == 1
    assert started.calls(call["name"]) == 1
    started.later(700)
    assert started.run("orders").exit is Exit.OK
    assert started.calls(call["name"]) == 2
    in_step(started)
    order = started.office_order(number)
    assert order["comment"] == change.get("notes", "")
    assert order["state_id"] == ("processing" if name == "action" else "new")


def test_an_action_slower_than_the_deadline_runs_once(hasty: Pair) -> None:
    """The state is looked at when the abandoned action must have ended: it was reached, nothing is sent again."""
    number = hasty.place("A")
    hasty.run("orders")
    hasty.at_cscart("order.status", order_id=number, status="P")
    hasty.forget_counts()
    hasty.webasyst.faults.add({**SLOW, "match": ORDER_ACTION})
    assert hasty.run("orders").exit is Exit.OK
    assert hasty.calls("shop.order.action") == 1
    assert hasty.office_order(number)["state_id"] == "processing"


def test_a_creation_that_waited_for_its_turn_before_the_crash_is_not_sent_again_too_early(
    shops: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pause that the shop asked for passes between the intent and its call, which has a whole deadline from there on."""
    pair = shops()
    pair.product("A")
    pair.run()
    number = pair.place("A")
    pair.set(http={"deadline": 30})
    asked = AsyncMock(side_effect=asyncio.CancelledError)
    monkeypatch.setattr(Transport, "write", asked)  # the process dies in mid-call
    with pytest.raises(asyncio.CancelledError):
        pair.cycle("orders")
    monkeypatch.undo()
    pair.forget_counts()

    pair.later(29 + 29)  # nearly a deadline of waiting, then nearly one of the call
    assert pair.cycle("orders").doubts == 1
    assert pair.calls("shop.order.add") == 0

    pair.later(3)
    assert pair.cycle("orders").doubts == 0
    assert pair.delivered() == {str(number): 1}


def test_an_order_that_staff_moved_before_it_was_finished_is_no_conflict(started: Pair) -> None:
    """Its save is in doubt when staff completes it: nobody moved it in CS-Cart, which is told the state."""
    started.set(http={"deadline": 600}, statuses_back='{"processing":"P","completed":"C"}')
    number = started.place({"sku": "A", "amount": 1, "price": "7.77"})
    started.webasyst.faults.add({"when": "before", "kind": "drop", "match": ORDER_SAVE})
    assert started.cycle("orders").doubts == 1
    started.at_webasyst("order.action", id=started.office_order(number)["id"], action="process")
    started.later(700)
    run = started.run()
    assert (run.exit, run.reasons) == (Exit.OK, {})
    assert started.source_orders()[str(number)]["status"] == "P"
