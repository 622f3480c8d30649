"""Which orders count, and that none is missed or taken twice while the list is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncd.app import PAIR
from syncd.daemon.once import Exit
from syncd.model.hook import HookCall, HookNews
from syncd.sandbox.clock import Clock
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.state import inbox
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair

QUARTER = 15 * 60


def test_only_the_chosen_companys_orders_and_products_count(shops: Opener) -> None:
    """With a default company, other companies' orders and products are left alone."""
    pair = shops(CSCartShop(products=20, orders=20, companies=2))
    pair.set(cscart={"company_id": 1})
    assert pair.run().exit is Exit.OK
    source = pair.source_orders()
    wanted = {key for key, row in source.items() if row["company_id"] == 1 and row["status"] not in "FDI"}
    assert set(pair.delivered()) == wanted
    codes = {sku["sku"] for row in pair.office_products() for sku in row["skus"]}
    ours = {row["code"] for row in pair.cscart.dump()["products"].values() if row["company_id"] == 1}
    assert codes == ours


def test_without_a_company_all_count(shops: Opener) -> None:
    """An empty default company means all of them."""
    pair = shops(CSCartShop(products=20, orders=20, companies=2))
    assert pair.run().exit is Exit.OK
    in_step(pair)


def test_orders_placed_before_since_create_nothing_even_when_edited(started: Pair) -> None:
    """History is never created, not even when an old order changes its status later."""
    started.set(orders={"since": (started.now() - timedelta(hours=1)).isoformat()})
    old = started.place("A", timestamp=int(started.now().timestamp()) - 86_400)
    new = started.place("A")
    started.run()
    started.at_cscart("order.status", order_id=old, status="P")
    started.run()
    assert started.delivered() == {str(new): 1}


def test_without_since_the_first_start_counts(pair: Pair) -> None:
    """By default nothing placed before the first start is created."""
    pair.set(orders={"since": None})
    pair.place("A", timestamp=int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()))
    pair.run()
    pair.later(300)
    number = pair.place("A")
    pair.run()
    assert pair.delivered() == {str(number): 1}


def test_an_earlier_since_brings_the_older_orders(started: Pair) -> None:
    """Setting the date back reads again from there, and takes nothing twice."""
    started.set(orders={"since": (started.now() - timedelta(hours=1)).isoformat()})
    old = started.place("A", timestamp=int(started.now().timestamp()) - 86_400)
    new = started.place("A")
    started.run()
    started.later(86_400)
    started.set(orders={"since": "2000-01-01"})
    assert started.run().exit is Exit.OK
    assert started.delivered() == {str(old): 1, str(new): 1}


def test_an_order_skipped_when_first_seen_is_created_when_it_comes_alive(started: Pair) -> None:
    """A failed payment creates nothing; when the customer pays after all, the order arrives."""
    number = started.place("A", status="F")
    started.run()
    assert started.office_orders() == []
    started.at_cscart("order.status", order_id=number, status="P")
    assert started.run().exit is Exit.OK
    assert started.office_order(number)["state_id"] == "processing"


def test_an_order_that_its_customer_has_not_finished_creates_nothing(started: Pair) -> None:
    """The shop calls about an order as soon as it is written down, before it is paid elsewhere: letter N never creates one,
    whatever the settings skip, and the finished order arrives (contracts/cscart §4.3, §6)."""
    started.set(orders={"skip_statuses": '["F"]'})
    number = started.place("A", status="N")
    call = HookCall("new_order", "POST", "", b"", f"order_id={number}")
    with started.database() as db:
        news = HookNews(orders=(str(number),))
        db.run_sync(lambda conn: inbox.put(conn, PAIR, "cscart", call, news, started.now()))
    assert started.run().exit is Exit.OK
    assert started.office_orders() == []
    started.at_cscart("order.status", order_id=number, status="O")
    started.run()
    assert started.delivered() == {str(number): 1}


def test_an_order_that_arrived_and_is_cancelled_stays(started: Pair) -> None:
    """Letters that create nothing move nothing either, unless they are mapped."""
    number = started.place("A")
    started.run()
    started.at_cscart("order.status", order_id=number, status="I")
    assert started.run().exit is Exit.OK
    assert started.office_order(number)["state_id"] == "new"


def test_of_a_marketplace_cart_only_the_suborders_count(shops: Opener) -> None:
    """A cart of two vendors is a parent order and two suborders: Webasyst gets the two."""
    pair = shops(CSCartShop(products=20, companies=2, edition="MULTIVENDOR"))
    rows = list(pair.cscart.dump()["products"].values())
    one = next(row["code"] for row in rows if row["company_id"] == 1 and row["status"] == "A")
    two = next(row["code"] for row in rows if row["company_id"] == 2 and row["status"] == "A")
    placed = pair.at_cscart(
        "order.place", lines=[{"sku": one}, {"sku": two}], customer={"email": "m@example.test"}, shipping=None
    )
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    assert len(placed["suborder_ids"]) == 2
    assert set(pair.delivered()) == {str(number) for number in placed["suborder_ids"]}
    in_step(pair)


@pytest.mark.parametrize("skew", [-QUARTER, QUARTER])
@pytest.mark.parametrize("shop", ["cscart", "webasyst"])
def test_a_shop_whose_clock_is_wrong_loses_nothing(shops: Opener, shop: str, skew: int) -> None:
    """A quarter of an hour ahead or behind: every order, edit and price arrives, run after run."""
    clock = Clock()
    clock.advance(skew)
    pair = shops(
        CSCartShop(products=0, clock=clock if shop == "cscart" else None),
        WebasystShop(products=0, clock=clock if shop == "webasyst" else None),
    )
    pair.product("A")
    numbers = []
    for price in ("11.00", "12.00", "13.00"):
        numbers.append(pair.place("A", customer={"email": f"{price}@example.test", "firstname": "X"}))
        pair.at_cscart("product.update", sku="A", price=price)
        assert pair.run().exit is Exit.OK
        pair.later(90)
        assert pair.office_sku("A")["price"] == f"{price}00"
    pair.at_cscart("order.status", order_id=numbers[0], status="P")
    assert pair.run().exit is Exit.OK
    assert pair.office_order(numbers[0])["state_id"] == "processing"
    in_step(pair)


def test_a_clock_that_is_set_back_loses_nothing(started: Pair) -> None:
    """CS-Cart's clock jumps back by ten minutes between two runs: the next orders still arrive."""
    started.place("A")
    started.run()
    started.cscart.shop.clock.advance(-600)
    number = started.place("A")
    started.run()
    started.cscart.shop.clock.advance(600)
    started.run()
    started.office_order(number)
    in_step(started)


@pytest.mark.parametrize("number", [120])
def test_many_orders_of_the_same_second_are_all_taken_once(started: Pair, number: int) -> None:
    """More orders than a page holds share one time stamp: none is missed, none is doubled."""
    started.at_cscart("product.update", sku="A", amount=1000)
    moment = int(started.now().timestamp())
    for index in range(number):
        placed = started.place("A", customer={"email": f"{index % 7}@example.test", "firstname": "X"})
        started.at_cscart("order.touch", order_id=placed, updated_at=moment)
    assert started.run().exit is Exit.OK
    assert len(started.office_orders()) == number
    in_step(started)


def test_orders_that_are_edited_while_the_list_is_read_are_not_missed(
    started: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that move between pages, appear and vanish while pages are read: the end is the same."""
    started.at_cscart("product.update", sku="A", amount=1000)
    for index in range(120):
        started.place("A", customer={"email": f"{index % 5}@example.test", "firstname": "X"})
    shop = started.cscart.shop
    handle = shop.handle
    seen = 0

    def restless(request: object) -> object:
        nonlocal seen
        answer = handle(request)  # type: ignore[arg-type]
        if shop.method_of(request) == "GET orders" and seen < 3:  # type: ignore[arg-type]
            seen += 1
            shop.edit("order.status", {"order_id": seen * 40, "status": "P"})
            shop.edit("order.place", {"lines": [{"sku": "A"}], "customer": {"email": "late@example.test"}})
        return answer

    monkeypatch.setattr(shop, "handle", restless)
    started.run()
    assert started.run().exit is Exit.OK
    assert len(started.office_orders()) == 123
    in_step(started)


def test_an_order_hidden_by_a_rebuild_comes_with_the_next_run(started: Pair) -> None:
    """CS-Cart hides an order for the moment of an edit: the overlap finds it afterwards."""
    number = started.place("A")
    started.at_cscart("order.hide", order_id=number)
    started.run()
    started.at_cscart("order.show", order_id=number)
    started.later(30)
    started.run()
    started.office_order(number)


def test_a_shop_that_ignores_the_filters_is_read_all_the_same(started: Pair) -> None:
    """An older CS-Cart that knows neither `updated_at_from` nor `get_orders_data` delivers the same orders."""
    started.at_cscart("setting", ignore=["updated_at_from", "get_orders_data"])
    for index in range(5):
        started.place("A", customer={"email": f"{index}@example.test", "firstname": "X"})
    assert started.run().exit is Exit.OK
    started.run()
    assert len(started.office_orders()) == 5
    in_step(started)


def test_a_deleted_order_stays_in_webasyst(started: Pair) -> None:
    """Nothing is deleted in Webasyst because something was deleted in CS-Cart."""
    number = started.place("A")
    started.run()
    started.at_cscart("order.delete", order_id=number)
    assert started.run().exit is Exit.OK
    assert started.office_order(number)["state_id"] == "new"
