"""Orders that cannot go through stop nobody else, cost little, and end with their cause."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.app import PAIR
from syncd.daemon.cycle import Ending
from syncd.daemon.once import Exit
from syncd.state import cursors
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import ORDER_ADD, Pair

Fault = dict[str, Any]


def buyer(name: str) -> dict[str, str]:
    """A customer of this name."""
    return {"email": f"{name}@example.test", "firstname": name}


@pytest.mark.parametrize("status", [403, 404, 406])
def test_a_firewall_that_blocks_one_order_stops_that_order_only(started: Pair, status: int) -> None:
    """A page in front of Webasyst for one order's comment is that order's failure, not missing rights or a wrong URL."""
    blocked = started.place("A", notes="union select 1", customer=buyer("x"))
    for name in "abc":
        started.place("A", customer=buyer(name))
    fault: Fault = {"when": "before", "kind": "status", "status": status, "body": "<html>blocked</html>"}
    started.webasyst.faults.add({**fault, "match": {**ORDER_ADD, "body": "union"}, "times": None})
    run = started.run("orders")
    assert (run.exit, set(run.reasons)) == (Exit.OUTSTANDING, {str(blocked)})
    in_step(started, but=[blocked])
    started.webasyst.faults.clear()
    assert started.run("orders").exit is Exit.OK
    in_step(started)


def test_a_page_of_a_firewall_at_the_first_call_is_told_to_the_operator(started: Pair) -> None:
    """The very first call of a run tells whether the address is right: a 404 page there is no bad order."""
    started.webasyst.faults.add(
        {"when": "before", "kind": "status", "status": 404, "body": "<html></html>", "times": None}
    )
    assert started.run("orders").exit is Exit.MISCONFIGURED


def test_orders_whose_reads_fail_do_not_freeze_the_cursor(started: Pair) -> None:
    """Three poisonous orders in a row are three failures when the shop answers other questions; the cursor moves on."""
    bad = [started.place("A", customer=buyer(f"bad{number}")) for number in range(3)]
    started.webasyst.faults.add(
        {"when": "before", "kind": "status", "status": 403, "body": "<html></html>", "times": None,
         "match": {"name": "shop.customer.search", "path": "bad"}}
    )  # fmt: skip
    started.place("A", customer=buyer("good"))
    run = started.run("orders")
    assert run.ending("orders") is Ending.OK
    assert set(run.reasons) == {str(number) for number in bad}
    in_step(started, but=bad)
    with started.database() as db:
        assert db.run_sync(lambda conn: cursors.get(conn, PAIR, "orders.cscart")) is not None
    started.webasyst.faults.clear()
    assert started.run("orders").exit is Exit.OK


def test_an_unfinished_link_of_a_deleted_order_is_let_go(started: Pair) -> None:
    """An order that is deleted in CS-Cart while its status waits is looked for twice, and then not any more."""
    number = started.place("A")
    started.run("orders")
    started.at_webasyst("order.action", id=started.office_order(number)["id"], action="complete")
    started.at_cscart("order.status", order_id=number, status="P")
    assert started.run("orders").reasons == {str(number): "status-out-of-reach"}
    started.at_cscart("order.delete", order_id=number)
    for _ in range(2):
        started.later(4000)
        run = started.run("orders")
    assert run.exit is Exit.OK
    started.later(4000)
    started.forget_counts()
    started.run("orders")
    assert [entry.path for entry in started.cscart.counters.journal] == ["/api/orders"]


def test_a_held_order_goes_as_soon_as_its_sku_is_there(started: Pair) -> None:
    """The daemon delivers an order with an unknown SKU in the cycle after the SKU appears, whatever its pause."""
    started.set(orders={"unknown_sku": "hold"}, products={"create_missing": False})
    started.product("Z")
    number = started.place("Z")
    for _ in range(3):
        started.cycle("orders")
        started.later(400)
    started.office_has("Z")
    started.cycle("products")
    assert started.cycle("orders").failures == 0
    assert started.office_order(number)["state_id"] == "new"
    in_step(started)


def test_an_order_without_any_customer_arrives(started: Pair) -> None:
    """A nameless customer becomes a contact that is called after the order, which says what CS-Cart knows: nothing."""
    number = started.place("A", customer={})
    assert started.run("orders").exit is Exit.OK
    contact = next(
        row for row in started.customers() if row["id"] == started.office_order(number)["contact_id"]
    )
    assert contact["firstname"] == f"Customer of order {number}"
    in_step(started)


def test_an_order_too_large_for_a_form_is_held_before_anything_is_written(started: Pair) -> None:
    """A save that could not carry all lines is foreseen: no empty order is created in front of it."""
    started.set(products={"enabled": False})
    codes = [f"Z{number}" for number in range(185)]
    for code in codes:
        started.product(code)
    number = started.place(*codes)
    assert started.run("orders").reasons == {str(number): "too-large"}
    assert started.writes == 0


def test_a_comparison_in_a_customers_note_is_no_markup(started: Pair) -> None:
    """Tags of a note become plain text; what only looks a little like one stays word for word."""
    text = "price<budget and qty>3, a<b and c>d"
    number = started.place("A", notes=f"<p>{text}</p>")
    assert started.run("orders").exit is Exit.OK
    assert started.office_order(number)["comment"] == text
