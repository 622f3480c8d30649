"""One contact per customer, however often and however doubtfully they order."""

from __future__ import annotations

from typing import Any

from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import ORDER_ADD, Pair

ANNA: dict[str, Any] = {"email": "anna@example.test", "firstname": "Anna"}


def test_a_guest_who_orders_again_is_the_same_contact(started: Pair) -> None:
    """Guests are known by their e-mail, whatever its case; a later order makes no second contact."""
    started.place("A", customer=ANNA)
    started.run()
    started.place("A", customer={**ANNA, "email": "Anna@Example.TEST"})
    started.run()
    assert len(started.customers()) == 1
    assert len({row["contact_id"] for row in started.office_orders()}) == 1


def test_two_orders_of_a_new_customer_in_one_page_are_one_contact(started: Pair) -> None:
    """The second order of the page uses the contact that the first one made."""
    for _ in range(3):
        started.place("A", customer=ANNA)
    started.run()
    assert len(started.customers()) == 1
    in_step(started)


def test_further_orders_wait_while_the_new_customers_first_is_in_doubt(started: Pair) -> None:
    """The answer of the first creation is lost: the second order of the same new customer makes no second contact."""
    for _ in range(3):
        started.place("A", customer=ANNA)
    started.webasyst.faults.add({"when": "after", "kind": "drop", "match": ORDER_ADD})
    assert started.run().exit is Exit.OK
    assert len(started.customers()) == 1
    in_step(started)


def test_further_orders_wait_in_later_cycles_too(started: Pair) -> None:
    """While the abandoned call may still be running, no later cycle sends an order of the same new customer."""
    started.set(http={"deadline": 600})
    started.place("A", customer=ANNA)
    started.webasyst.faults.add({"when": "before", "kind": "drop", "match": ORDER_ADD})
    started.cycle("orders")
    second = started.place("A", customer=ANNA)
    stranger = started.place("A", customer={"email": "other@example.test", "firstname": "Other"})
    started.cycle("orders")
    assert started.delivered() == {str(stranger): 1}
    started.later(700)
    assert started.run("orders").exit is Exit.OK
    assert len(started.customers()) == 2
    started.office_order(second)
    in_step(started)


def test_a_registered_customer_keeps_the_contact_when_the_address_changes(shops: Opener) -> None:
    """A CS-Cart user is known by the user's number: a new e-mail makes no second contact."""
    pair = shops(CSCartShop(products=1))
    user = next(row for row in pair.cscart.dump()["users"].values() if row["user_type"] == "C")["user_id"]
    code = next(iter(pair.cscart.dump()["products"].values()))["code"]
    pair.place(code, user_id=user)
    pair.run()
    pair.place(code, user_id=user, customer={"email": "new@example.test"})
    pair.run()
    assert len(pair.customers()) == 1


def test_a_customer_of_webasysts_own_shop_is_found_by_e_mail(started: Pair) -> None:
    """Somebody who already bought in Webasyst is that contact, not a new one."""
    sku = started.office_sku("A")["id"]
    started.at_webasyst("order.create", contact=ANNA, items=[{"sku_id": sku, "quantity": 1}])
    number = started.place("A", customer=ANNA)
    started.run()
    assert len(started.customers()) == 1
    assert started.office_order(number)["contact_id"] == started.customers()[0]["id"]


def test_an_e_mail_that_merely_contains_another_is_somebody_else(started: Pair) -> None:
    """`anna@example.test` is not `joanna@example.test`."""
    started.place("A", customer={"email": "joanna@example.test", "firstname": "Joanna"})
    started.run()
    started.place("A", customer=ANNA)
    started.run()
    assert len(started.customers()) == 2


def test_guests_without_e_mail_are_known_by_their_phone(started: Pair) -> None:
    """Two orders with the same phone and no e-mail are one contact, however the phone is written."""
    started.place("A", customer={"email": "", "phone": "+7 (900) 123-45-67", "firstname": "Phone"})
    started.run()
    started.place("A", customer={"email": "", "phone": "+79001234567", "firstname": "Phone"})
    assert started.run().exit is Exit.OK
    assert len(started.customers()) == 1


def test_nameless_guests_without_mail_and_phone_are_not_thrown_together(started: Pair) -> None:
    """Nothing tells them apart or together: each order has a contact of its own."""
    for _ in range(2):
        started.place("A", customer={"email": "", "firstname": "Nobody"})
    assert started.run().exit is Exit.OK
    assert len({row["contact_id"] for row in started.office_orders()}) == 2
