"""What looks like an accident is not written before a person said so."""

from __future__ import annotations

import pytest

from syncd.app import PAIR
from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.state import brakes
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.shops import Pair, Row, Run, money

SIZE = 40


@pytest.fixture
def shelf(shops: Opener) -> Pair:
    """Forty linked products without pictures; more than ten changes of a kind at once are an accident."""
    pair = shops(CSCartShop(products=SIZE, variations=False))
    pair.set(products={"images": False, "sweep_time": 0}, brakes={"min": 10, "share": "0.3"})
    assert pair.run().exit is Exit.OK
    pair.later(600)
    pair.forget_counts()
    return pair


def codes(pair: Pair) -> list[str]:
    return [row["code"] for row in pair.cscart.dump()["products"].values()]


def all_of(pair: Pair, **columns: object) -> None:
    for code in codes(pair):
        pair.at_cscart("product.update", sku=code, **columns)


def kinds(run: Run) -> set[str]:
    return {brake.partition(":")[0] for brake in run.reports["products"].brakes}


def release(pair: Pair) -> None:
    with pair.database() as db:
        db.run_sync(lambda conn: brakes.release(conn, PAIR, None, None, pair.now()))


def values(pair: Pair, column: str) -> list[str]:
    return [sku[column] for row in pair.office_products() for sku in row["skus"]]


ACCIDENTS: dict[str, tuple[Row, set[str]]] = {
    "every price": ({"price": "1.23"}, {"price"}),
    "every price to zero": ({"price": "0"}, {"price"}),
    "every stock": ({"amount": 999}, {"stock"}),
    "every text": ({"full_description": "oops"}, {"text"}),
    "every product hidden": ({"status": "H"}, {"status"}),
    "price and stock": ({"price": "1.23", "amount": 999}, {"price", "stock"}),
}


@pytest.mark.parametrize("name", ACCIDENTS)
def test_an_accident_is_not_written_and_goes_on_after_the_release(shelf: Pair, name: str) -> None:
    """Nothing of the kind is written, exit code 3 says so with the evidence, and a release lets one pass through."""
    change, expected = ACCIDENTS[name]
    before = shelf.office_products()
    all_of(shelf, **change)
    for _ in range(2):
        run = shelf.run()
        assert run.exit is Exit.OUTSTANDING
        assert kinds(run) == expected
        shelf.later(60)
    assert shelf.writes == 0
    assert shelf.office_products() == before
    release(shelf)
    run = shelf.run()
    assert run.exit is Exit.OK, run.reports
    assert shelf.writes > 0
    shelf.forget_counts()
    assert shelf.run().exit is Exit.OK
    assert shelf.writes == 0
    in_step(shelf)


def test_yes_lets_a_run_by_hand_through(shelf: Pair) -> None:
    """`run --once --yes` writes what a brake would hold, and leaves no brake behind."""
    all_of(shelf, price="1.23")
    assert shelf.run().exit is Exit.OUTSTANDING
    assert shelf.run(override=True).exit is Exit.OK
    assert set(values(shelf, "price")) == {"1.2300"}
    assert shelf.run().exit is Exit.OK


def test_a_brake_holds_its_kind_only(shelf: Pair) -> None:
    """While prices are held, changed stock and new products still arrive."""
    all_of(shelf, price="1.23")
    shelf.at_cscart("product.update", sku=codes(shelf)[0], amount=7)
    shelf.product("NEW")
    run = shelf.run()
    assert kinds(run) == {"price"}
    assert shelf.stock(codes(shelf)[0]) == 7
    shelf.office_product("NEW")
    assert money(shelf.office_sku(codes(shelf)[0])["price"]) != money("1.23")


def test_an_ordinary_day_pulls_no_brake(shelf: Pair) -> None:
    """A quarter of the products change their prices: that is work, no accident."""
    for code in codes(shelf)[: SIZE // 4]:
        shelf.at_cscart("product.update", sku=code, price="1.23")
    assert shelf.run().exit is Exit.OK


def test_a_brake_pulls_again_after_its_release_is_spent(shelf: Pair) -> None:
    """A release is for one pass: the next accident stops again."""
    all_of(shelf, price="1.23")
    shelf.run()
    release(shelf)
    shelf.run()
    shelf.later(600)
    all_of(shelf, price="4.56")
    assert shelf.run().exit is Exit.OUTSTANDING
    assert set(values(shelf, "price")) == {"1.2300"}


def test_an_accident_that_is_undone_needs_no_write(shelf: Pair) -> None:
    """The prices are put right in CS-Cart; after the release nothing differs and nothing is written."""
    before = {code: shelf.source_product(code)["price"] for code in codes(shelf)}
    all_of(shelf, price="1.23")
    shelf.run()
    for code, price in before.items():
        shelf.at_cscart("product.update", sku=code, price=price)
    release(shelf)
    assert shelf.run().exit is Exit.OK
    assert shelf.writes == 0


def test_the_first_contact_with_a_filled_webasyst_is_held(shops: Opener) -> None:
    """A Webasyst full of other prices is not overwritten by the first run; what it lacks is created all the same."""
    pair = shops(CSCartShop(products=SIZE, variations=False))
    pair.set(products={"images": False}, brakes={"min": 10})
    for code in codes(pair)[5:]:
        pair.office_has(code, price="77.00")
    run = pair.run()
    assert run.exit is Exit.OUTSTANDING
    assert "price" in kinds(run)
    assert values(pair, "price").count("77.0000") == SIZE - 5
    assert len(pair.office_products()) == SIZE
    release(pair)
    run = pair.run()
    assert run.exit is Exit.OK, run.reports
    assert values(pair, "price").count("77.0000") == 0
    in_step(pair)


def test_cscart_suddenly_without_products_stops_everything(shelf: Pair) -> None:
    """All products gone from CS-Cart: nothing follows from that in Webasyst."""
    before = shelf.office_products()
    for code in codes(shelf):
        shelf.at_cscart("product.update", sku=code, category_ids=[])
    run = shelf.run()
    assert run.exit is Exit.OUTSTANDING
    assert kinds(run) == {"empty"}
    assert shelf.office_products() == before
    assert shelf.writes == 0


def test_webasyst_suddenly_without_products_stops_everything(shelf: Pair) -> None:
    """All linked products gone from Webasyst: nothing is created again before a person has looked."""
    for row in shelf.office_products():
        shelf.at_webasyst("product.delete", id=row["id"])
    run = shelf.run()
    assert run.exit is Exit.OUTSTANDING
    assert kinds(run) == {"empty"}
    assert shelf.writes == 0
    assert shelf.run().exit is Exit.OUTSTANDING
    assert shelf.office_products() == []


def test_orders_go_on_while_products_are_braked(shelf: Pair) -> None:
    """A pulled brake of the products holds no order back."""
    all_of(shelf, price="1.23")
    shelf.run()
    number = shelf.place(codes(shelf)[0])
    shelf.run()
    shelf.office_order(number)
    in_step(shelf)


def test_a_crowd_of_moving_statuses_is_held(shops: Opener) -> None:
    """Somebody completes every order at once by mistake: no status moves before a person said so."""
    pair = shops(CSCartShop(products=5))
    pair.set(brakes={"min": 5, "share": "0.3"})
    code = codes(pair)[0]
    pair.at_cscart("product.update", sku=code, amount=1000)
    numbers = [pair.place(code, customer={"email": f"{n}@example.test", "firstname": "X"}) for n in range(20)]
    assert pair.run().exit is Exit.OK
    pair.later(600)
    for number in numbers:
        pair.at_cscart("order.status", order_id=number, status="C")
    run = pair.run()
    assert run.exit is Exit.OUTSTANDING
    assert {row["state_id"] for row in pair.office_orders()} == {"new"}
    release(pair)
    pair.run()
    assert {row["state_id"] for row in pair.office_orders()} == {"completed"}
    assert pair.run().exit is Exit.OK
