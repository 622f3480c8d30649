"""What is in doubt is settled, whatever happens while it is being settled."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.processes import start
from tests.scenarios.shops import ORDER_ADD, Pair, lines_of

Fault = dict[str, Any]
SEARCH = {"name": "shop.order.search"}
REFUSED: Fault = {
    "when": "before",
    "kind": "status",
    "status": 400,
    "body": '{"error":"invalid_param"}',
    "content_type": "application/json",
}
"""An answer that says: nothing was done."""

FAILS: dict[str, Fault] = {
    "refused": REFUSED,
    "not authorised": {**REFUSED, "status": 401, "body": '{"error":"invalid_token"}'},
}


@pytest.mark.parametrize("fault", FAILS.values(), ids=FAILS)
def test_an_order_that_was_saved_but_not_found_stays_in_doubt(shops: Opener, fault: Fault) -> None:
    """`order.save` tells no id: when the search after it fails, the intent stays and the order is found later."""
    pair = shops(CSCartShop(products=0), WebasystShop(products=0, currencies={"USD": 1, "EUR": "1.1"}))
    pair.set(cscart={"currency": "EUR"})
    pair.product("A")
    pair.run()
    number = pair.place("A")
    pair.webasyst.faults.add({**fault, "match": SEARCH, "skip": 1, "times": 2})
    assert pair.cycle("orders").doubts == 1
    pair.webasyst.faults.clear()
    assert pair.run("orders").exit is Exit.OK
    assert pair.delivered() == {str(number): 1}
    in_step(pair)


def test_rights_that_are_lost_meanwhile_make_no_second_order(
    shops: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the right to orders they can still be made, but no search finds them: nothing is made again."""
    pair = shops(CSCartShop(products=0), WebasystShop(products=0, currencies={"USD": 1, "EUR": "1.1"}))
    pair.set(cscart={"currency": "EUR"})
    pair.product("A")
    pair.run()
    number = pair.place("A")
    shop = pair.webasyst.shop
    handle = shop.handle

    def losing(request: Any) -> Any:
        """An administrator takes the right away while the order is being made."""
        answer = handle(request)
        if request.path.endswith("shop.order.save"):
            shop.edit("rights", {"contact_id": 1, "rights": {"customers": 1, "products": 1, "type.1": 2}})
        return answer

    monkeypatch.setattr(shop, "handle", losing)
    for _ in range(2):
        assert pair.run("orders").exit is Exit.NOT_AUTHORISED
        assert len(pair.office_orders()) == 1
        pair.later(3600)
    monkeypatch.setattr(shop, "handle", handle)
    pair.at_webasyst("rights", contact_id=1, admin=True)
    assert pair.run("orders").exit is Exit.OK
    assert pair.delivered() == {str(number): 1}
    in_step(pair)


@pytest.mark.parametrize("commit", range(1, 5))
def test_a_crash_while_a_creation_is_repeated_forgets_nothing(started: Pair, commit: int) -> None:
    """Dead at any commit around a repetition: the order is older than the cursor by then, and arrives all the same."""
    number = started.place("A")
    started.later(3600)
    started.webasyst.faults.add({"when": "before", "kind": "drop", "match": ORDER_ADD})
    assert started.cycle("orders").doubts == 1
    started.later(3600)
    start(started, crash_at=commit).wait()
    started.later(3600)
    assert started.run().exit is Exit.OK
    assert started.delivered() == {str(number): 1}
    in_step(started)


def test_an_edit_made_while_doubts_are_settled_arrives(
    started: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is settled first and listed later in the same cycle: the cursor does not pass a newer version."""
    number = started.place("A", notes="old")
    started.webasyst.faults.add({"when": "after", "kind": "drop", "match": ORDER_ADD})
    started.webasyst.faults.add({**REFUSED, "match": SEARCH, "skip": 1})
    started.cycle("orders")
    started.webasyst.faults.clear()
    started.later(600)
    shop = started.cscart.shop
    handle = shop.handle

    def busy(request: Any) -> Any:
        """The customer edits the order just before the list is read, and the list comes late."""
        if "updated_at_from" in request.target:
            monkeypatch.setattr(shop, "handle", handle)
            lines = [{"sku": "A", "amount": 4}]
            shop.edit("order.edit", {"order_id": number, "notes": "new", "lines": lines})
            started.later(600)
        return handle(request)

    monkeypatch.setattr(shop, "handle", busy)
    started.cycle("orders")
    for _ in range(2):
        started.later(3600)
        started.cycle("orders")
    assert started.office_order(number)["comment"] == "new"
    in_step(started)


def test_a_spell_of_404_at_the_source_forgets_neither_failure_nor_doubt(started: Pair) -> None:
    """CS-Cart's API hides an order for a moment: what failed or is in doubt waits for another look."""
    started.set(http={"deadline": 1})
    failed = started.place("A", notes="refuse me")
    doubtful = started.place("A", customer={"email": "b@example.test", "firstname": "B"})
    started.later(3600)
    started.webasyst.faults.add({**REFUSED, "match": {**ORDER_ADD, "body": "refuse"}})
    started.webasyst.faults.add({"when": "before", "kind": "drop", "match": ORDER_ADD, "skip": 0})
    started.cycle("orders")
    started.later(3600)
    body = '{"message":"Not Found","status":404}'
    started.cscart.faults.add(
        {"when": "before", "kind": "status", "status": 404, "content_type": "application/json", "body": body,
         "match": {"path": r"orders/\d+"}, "times": None}
    )  # fmt: skip
    for _ in range(2):
        assert started.run("orders").reasons == {str(failed): "gone", str(doubtful): "gone"}
    started.cscart.faults.clear()
    assert started.run("orders").exit is Exit.OK
    in_step(started)


def test_a_suspect_is_an_order_without_any_params(started: Pair) -> None:
    """An order of the storefront for the same product, by a new customer, is never taken for a half-written one."""
    number = started.place("A")
    sku = started.office_sku("A")["id"]
    started.at_webasyst(
        "order.create", contact={"firstname": "Other", "email": "o@example.test"}, items=[{"sku_id": sku}]
    )
    started.webasyst.faults.add({"when": "before", "kind": "status", "status": 500, "match": ORDER_ADD})
    assert started.run("orders").exit is Exit.OK
    assert started.office_order(number)["state_id"] == "new"
    assert len(started.office_orders()) == 2


def test_a_suspect_costs_nothing_while_a_person_is_asked(started: Pair) -> None:
    """The daemon looks for a half-written order's fate when its pause is over, not in every cycle."""
    number = started.place("A")
    started.at_webasyst("half_write")
    started.cycle("orders")
    started.later(700)
    assert started.cycle("orders").failures == 1
    started.forget_counts()
    assert started.cycle("orders").failures == 1
    assert started.calls("shop.order.search") == 0
    assert started.calls("shop.order.add") == 0
    started.at_webasyst("order.action", id=started.office_orders()[0]["id"], action="delete")
    assert started.run("orders").exit is Exit.OK
    assert lines_of(started.office_order(number))[0][0] == "A"
