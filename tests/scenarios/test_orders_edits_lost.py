"""Edits of an order arrive whole or not at all: no lost text, no shipping cost left at 0, no half of an edit."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.daemon.cycle import Ending
from syncd.daemon.once import Exit
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import ORDER_SAVE, Pair, lines_of, money

Fault = dict[str, Any]
SERVER_ERROR: Fault = {"when": "before", "kind": "status", "status": 500, "match": ORDER_SAVE}
STAY_AWAY: Fault = {**SERVER_ERROR, "status": 429, "headers": {"Retry-After": "60"}}


@pytest.fixture
def sent(started: Pair) -> tuple[Pair, int]:
    """An order with a paid shipping method that has arrived."""
    number = started.place({"sku": "A", "amount": 2}, shipping=2, shipping_cost="7.50", notes="first")
    assert started.run().exit is Exit.OK
    started.later(300)
    return started, number


@pytest.mark.parametrize("save", [0, 1], ids=["the name's save", "the cost's save"])
@pytest.mark.parametrize("fault", [SERVER_ERROR, STAY_AWAY], ids=["500", "429"])
def test_a_renamed_shipping_method_keeps_its_cost(sent: tuple[Pair, int], fault: Fault, save: int) -> None:
    """Writing the name zeroes the cost for a moment: whichever of the two saves fails, both are right in the end."""
    pair, number = sent
    pair.set(http={"deadline": 1})
    pair.at_cscart("order.edit", order_id=number, shipping=1, shipping_cost="7.50")
    pair.webasyst.faults.add({**fault, "skip": save})
    pair.cycle("orders")
    pair.webasyst.faults.clear()
    pair.later(3600)
    assert pair.run("orders").exit is Exit.OK
    order = pair.office_order(number)
    assert (order["params"]["shipping_name"], money(order["shipping"])) == ("Courier", money("7.50"))
    in_step(pair)


TEXTS: dict[str, dict[str, Any]] = {
    "comment": {"notes": "Ring twice"},
    "recipient": {"customer": {"s_firstname": "Olga", "s_lastname": "Petrova"}},
    "address": {"customer": {"s_city": "Tver", "s_address": "New street 2", "s_country": "RU"}},
}
WRITTEN: dict[str, tuple[str, str]] = {
    "comment": ("comment", "Ring twice"),
    "recipient": ("shipping_recipient", "Olga Petrova"),
    "address": ("shipping_address.city", "Tver"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_lost_save_of_texts_is_sent_again(sent: tuple[Pair, int], name: str) -> None:
    """A save that ended with 500 before its work is no agreement: what it should have written is written later."""
    pair, number = sent
    pair.at_cscart("order.edit", order_id=number, **TEXTS[name])
    pair.webasyst.faults.add(dict(SERVER_ERROR))
    pair.run("orders")
    pair.webasyst.faults.clear()
    pair.later(3600)
    assert pair.run("orders").exit is Exit.OK
    order = pair.office_order(number)
    field, text = WRITTEN[name]
    assert {**order["params"], "comment": order["comment"]}[field] == text


def test_an_edit_that_is_taken_back_before_it_was_settled_is_taken_back_in_both_shops(
    sent: tuple[Pair, int],
) -> None:
    """The save was done and its answer lost; the order reads as before by then, and Webasyst is put right all the same."""
    pair, number = sent
    pair.set(http={"deadline": 600})
    before = lines_of(pair.office_order(number))
    pair.at_cscart("order.edit", order_id=number, lines=[{"sku": "A", "amount": 5}], notes="second")
    pair.webasyst.faults.add({"when": "after", "kind": "drop", "match": ORDER_SAVE})
    pair.webasyst.faults.add(
        {**SERVER_ERROR, "status": 401, "match": {"name": "shop.order.getInfo"}, "skip": 1, "times": None}
    )
    assert pair.cycle("orders").ending is Ending.NOT_AUTHORISED
    assert lines_of(pair.office_order(number)) != before
    pair.webasyst.faults.clear()
    pair.at_cscart("order.edit", order_id=number, lines=[{"sku": "A", "amount": 2}], notes="first")
    pair.later(3600)
    assert pair.run("orders").exit is Exit.OK
    assert lines_of(pair.office_order(number)) == before
    assert pair.office_order(number)["comment"] == "first"
    in_step(pair)


def test_an_edit_of_lines_that_comes_too_late_keeps_its_amounts_back(started: Pair) -> None:
    """Lines of a shipped order stay; the discount and the shipping of the new lines are not written either."""
    number = started.place({"sku": "A", "amount": 10}, discount="10.00", shipping=2, shipping_cost="7.50")
    started.run("orders")
    order = started.office_order(number)
    started.at_webasyst("order.action", id=order["id"], action="ship")
    started.later(300)
    lines = [{"sku": "A", "amount": 30}]
    started.at_cscart("order.edit", order_id=number, lines=lines, shipping=1, discount="90.00", notes="more")
    run = started.run("orders")
    assert run.reasons == {str(number): "edited-too-late"}
    after = started.office_order(number)
    amounts = [(lines_of(row), row["discount"], row["shipping"], row["total"]) for row in (order, after)]
    assert amounts[0] == amounts[1]
    assert after["params"]["shipping_name"] == order["params"]["shipping_name"]
    assert after["comment"] == "more"
