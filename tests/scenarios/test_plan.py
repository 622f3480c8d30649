"""Seeing before writing: what a plan says is what its application does, and what has moved since is left alone."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.app import PAIR
from syncd.daemon.cycle import Ending
from syncd.daemon.once import Exit
from syncd.daemon.planning import Applied, apply_plan
from syncd.errors import Misconfigured
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.state import failures
from syncd.sync.preview import plan as plans
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.planning import applied, planned, told
from tests.scenarios.shops import ORDER_ADD, Pair, two_shops
from tests.scenarios.sources import HOROSHOP, World
from tests.scenarios.test_orders_back import BACK

CODES = "ABC"
EVERY_WAY = {
    "products": {"owners": {"name": "both"}},
    "statuses_back": BACK,
}


def _orders(done: Applied) -> list[tuple[str, bool]]:
    """The orders that were left out, and whether they moved."""
    return [(one.write.record, one.moved) for one in done.refused if one.write.stream == "orders"]


def _whole(pair: Pair) -> None:
    """Make a plan, apply it, and see that it was carried out to the letter and that nothing is left to write."""
    made = planned(pair)
    assert made.exit is Exit.OK, [report.message for report in made.reports]
    done = applied(pair, made.plan)
    assert not done.refused, done.refused
    assert not done.not_done, done.not_done
    assert done.exit in {Exit.OK, Exit.OUTSTANDING}
    assert planned(pair).plan.writes == []
    before = pair.writes
    pair.run()
    assert pair.writes == before


# -- a first run ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counting", ["create", "processing", "none"])
def test_a_whole_first_run_is_foreseen(shops: Opener, counting: str) -> None:
    """Products with variations and pictures, orders of new and known customers in several states, and the stock that is put
    right after them, however the office counts it."""
    pair = shops(CSCartShop(products=25, orders=12), WebasystShop(products=0, stock_counting_action=counting))
    _whole(pair)
    in_step(pair)


def test_a_plan_leaves_nothing_behind(shops: Opener) -> None:
    """Neither shop is written to, and before the first run not even a database is made."""
    pair = shops(CSCartShop(products=5, orders=3))
    assert told(planned(pair).plan)
    assert not (pair.data_dir / "syncd.db").exists()
    assert pair.office_products() == []


def test_a_first_start_is_when_the_plan_was_made(pair: Pair) -> None:
    """Without a date in the settings, orders that come between the plan and its application are new, and not too old."""
    pair.set(orders={"since": None})
    made = planned(pair)
    pair.later(5)
    number = pair.place("A")
    pair.later(5)
    done = applied(pair, made.plan)
    assert _orders(done) == [(str(number), False)]
    pair.run()
    assert pair.delivered() == {str(number): 1}


# -- any edits ------------------------------------------------------------------------------------------------------------


def _status(pair: Pair, letter: str) -> None:
    orders = pair.source_orders()
    if orders:
        pair.at_cscart("order.status", order_id=int(max(orders, key=int)), status=letter)


def _office_action(pair: Pair, action: str) -> None:
    fresh = [row for row in pair.office_orders() if row["state_id"] == "new"]
    if fresh:
        pair.at_webasyst("order.action", id=fresh[0]["id"], action=action)


def _rename_there(pair: Pair, code: str) -> None:
    pair.at_webasyst("product.update", id=pair.office_product(code)["id"], name=f"There {code}")


def _stock_there(pair: Pair, code: str) -> None:
    pair.at_webasyst("sku.update", id=pair.office_sku(code)["id"], stock={"1": 7, "2": 0})


EDITS: dict[str, Callable[[Pair, str], object]] = {
    "price": lambda pair, code: pair.at_cscart("product.update", sku=code, price="12.34"),
    "name": lambda pair, code: pair.at_cscart("product.update", sku=code, product=f"New {code}"),
    "text": lambda pair, code: pair.at_cscart("product.update", sku=code, full_description="Word " * 60),
    "amount": lambda pair, code: pair.at_cscart("product.update", sku=code, amount=300),
    "hidden": lambda pair, code: pair.at_cscart("product.update", sku=code, status="H"),
    "new": lambda pair, code: pair.product(f"N{len(pair.source_codes())}", price="5.00"),
    "order": lambda pair, code: pair.place(code, {"sku": "A", "amount": 2}),
    "unknown": lambda pair, code: pair.place(
        {"sku": code, "amount": 1}, customer={"email": f"{code}@example.test"}
    ),
    "processed": lambda pair, code: _status(pair, "P"),
    "completed": lambda pair, code: _status(pair, "C"),
    "there: shipped": lambda pair, code: _office_action(pair, "ship"),
    "there: processed": lambda pair, code: _office_action(pair, "process"),
    "there: renamed": _rename_there,
    "there: counted": _stock_there,
}

FORWARD = sorted(name for name in EDITS if not name.startswith("there"))
"""What happens in CS-Cart only."""


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    rounds=st.lists(
        st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.sampled_from(CODES)), max_size=6),
        min_size=1,
        max_size=2,
    )
)
def test_whatever_a_plan_says_is_done_and_then_nothing_is_left(
    rounds: list[list[tuple[str, str]]],
) -> None:
    """Any edits in both shops: the application makes every planned write and no other, and the next plan is empty."""
    with (
        tempfile.TemporaryDirectory() as folder,
        two_shops(CSCartShop(products=0), WebasystShop(products=0), Path(folder) / "data") as pair,
    ):
        pair.set(**EVERY_WAY)
        for code in CODES:
            pair.product(code, amount=500)
        pair.run()
        for edits in rounds:
            pair.later(4000)
            for name, code in edits:
                EDITS[name](pair, code)
            _whole(pair)


# -- what moved since -----------------------------------------------------------------------------------------------------


def test_what_moved_since_is_left_alone_by_name(started: Pair) -> None:
    """A price that staff changed in the office after the plan is not overwritten; the next plan shows it as it is now."""
    started.set(products={"owners": {"price": "cscart"}})
    started.product("B", price="3.00")
    started.run()
    for code in "AB":
        started.at_cscart("product.update", sku=code, price="20.00")
    made = planned(started)
    started.at_webasyst("sku.update", id=started.office_sku("A")["id"], price="11")

    done = applied(started, made.plan)

    assert [(one.write.record, one.moved) for one in done.refused] == [("A", True)]
    assert done.exit == Exit.OUTSTANDING
    assert started.office_sku("A")["price"].startswith("11")
    assert started.office_sku("B")["price"].startswith("20")
    [write] = planned(started).plan.writes
    [field] = write.fields
    assert (field.name, field.before, field.after) == ("price", "11", "20")


def test_what_is_new_since_is_left_for_the_next_plan(started: Pair) -> None:
    """An order that comes after the plan is not made, is no failure, and is not forgotten."""
    first = started.place("A")
    made = planned(started)
    second = started.place("A")

    done = applied(started, made.plan)

    assert started.delivered() == {str(first): 1}
    assert _orders(done) == [(str(second), False)]
    assert done.result.failures == []
    assert {report.stream: report.ending for report in done.result.reports}["orders"] is Ending.PLANNED
    started.later(4000)
    _whole(started)
    assert started.delivered() == {str(first): 1, str(second): 1}


def test_what_nothing_asks_for_any_more_is_told(started: Pair) -> None:
    """A price that is put back before the application is not written, and told as not done."""
    started.at_cscart("product.update", sku="A", price="20.00")
    made = planned(started)
    started.at_cscart("product.update", sku="A", price="10.00")
    started.forget_counts()

    done = applied(started, made.plan)

    assert [write.record for write in done.not_done] == ["A"]
    assert (done.exit, done.refused, started.writes) == (Exit.OUTSTANDING, [], 0)


def test_an_order_edited_since_the_plan_is_left_alone_and_comes_later(started: Pair) -> None:
    """A status planned for an order that staff moved in the office meanwhile is not set by the old plan."""
    number = started.place("A")
    started.run()
    started.at_cscart("order.status", order_id=number, status="C")
    made = planned(started)
    started.at_webasyst("order.action", id=started.office_order(number)["id"], action="process")

    done = applied(started, made.plan)

    assert [(one.write.action, one.moved) for one in done.refused] == [("order.action", True)]
    assert started.office_order(number)["state_id"] == "processing"
    started.later(4000)
    _whole(started)
    assert started.office_order(number)["state_id"] == "completed"


def test_a_lost_answer_during_the_application_is_settled_like_any_other(started: Pair) -> None:
    """The order is found and not made twice."""
    number = started.place("A")
    made = planned(started)
    started.webasyst.faults.add({"when": "after", "kind": "drop", "match": ORDER_ADD})

    applied(started, made.plan)
    started.run()

    assert started.delivered() == {str(number): 1}


# -- what a plan tells ----------------------------------------------------------------------------------------------------


def test_fields_are_told_before_and_after(started: Pair) -> None:
    """Only what changes is told, with what stands there now."""
    started.at_cscart("product.update", sku="A", price="20.00", product="Better A")
    writes = planned(started).plan.writes
    fields = {(one.action, field.name): (field.before, field.after) for one in writes for field in one.fields}
    assert fields == {
        ("sku.change", "price"): ("10", "20"),
        ("product.update", "name"): ("Product A", "Better A"),
    }


def test_brakes_are_told_and_hold_in_the_application_too(shops: Opener) -> None:
    """What a brake holds back is not among the writes, and the application pulls the same brake."""
    pair = shops(CSCartShop(products=0))
    for n in range(8):
        pair.product(f"P{n}")
    pair.run()
    pair.set(brakes={"share": "0.3", "min": 2})
    for n in range(8):
        pair.at_cscart("product.update", sku=f"P{n}", price="1.00")
    made = planned(pair)
    assert made.plan.writes == []
    assert any("price" in brake for brake in made.plan.brakes)
    with pair.database():
        assert pair.run().exit is Exit.OUTSTANDING


def test_a_record_that_cannot_go_on_is_told(started: Pair) -> None:
    """An order that cannot be read is named; the plan of the others is made, and nothing is kept as a failure."""
    number = started.place("A")
    started.at_cscart("order.break", order_id=number, drop=["total"])
    plan = planned(started).plan
    assert [write.stream for write in plan.writes] == ["products"]
    assert any(f"orders {number}" in one for one in plan.set_aside)
    with started.database() as db:
        assert db.run_sync(lambda conn: failures.all(conn, PAIR)) == []


def test_a_plan_of_other_shops_is_refused(started: Pair) -> None:
    """Before anything is read."""
    made = planned(started)
    other = plans.read(plans.spelled(made.plan).replace(started.webasyst.url, "https://other.example"), "x")
    started.forget_counts()
    with pytest.raises(Misconfigured, match=r"other\.example"):
        apply_plan(started.settings(), other)
    assert started.webasyst.counters.requests == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1}'])
def test_what_is_no_plan_is_refused(text: str) -> None:
    """With its name and the command that makes one."""
    with pytest.raises(Misconfigured, match=r"x\.plan .*syncd plan -o FILE"):
        plans.read(text, "x.plan")


def test_a_stream_that_stops_makes_the_plan_incomplete(started: Pair) -> None:
    """The exit code says so."""
    started.cscart.faults.add({"when": "before", "kind": "status", "status": 503, "times": None})
    started.set(http={"deadline": 0.5})
    assert planned(started).exit is Exit.FAILED


# -- nothing is lost --------------------------------------------------------------------------------------------------------


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    before=st.lists(st.tuples(st.sampled_from(FORWARD), st.sampled_from(CODES)), min_size=1, max_size=5),
    after=st.lists(st.tuples(st.sampled_from(FORWARD), st.sampled_from(CODES)), min_size=1, max_size=5),
)
def test_a_plan_that_was_overtaken_loses_nothing(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    """Whatever is edited between the plan and its application: nothing is a failure, only planned writes are made, and an
    ordinary run brings both shops in step."""
    with (
        tempfile.TemporaryDirectory() as folder,
        two_shops(CSCartShop(products=0), WebasystShop(products=0), Path(folder) / "data") as pair,
    ):
        for code in CODES:
            pair.product(code, amount=500)
        pair.run()
        pair.later(4000)
        for name, code in before:
            EDITS[name](pair, code)
        made = planned(pair)
        for name, code in after:
            EDITS[name](pair, code)
        done = applied(pair, made.plan)
        assert Counter(write.digest for write in done.done) <= Counter(
            write.digest for write in made.plan.writes
        )
        assert done.result.failures == []
        pair.later(4000)
        pair.run()
        in_step(pair)
        _whole(pair)


def test_orders_of_further_sources_are_foreseen(world: World) -> None:
    """In their currencies, with licence numbers, which no plan tells."""
    world.let("marketplace", licences=["params", "comment"])
    number = world.buy("marketplace", {"sku": "A", "licence": "CSC-8F2K-19QX-0001"}, status="P")
    others = {source: world.buy(source, "A", "B") for source in ("horoshop", "justclick")}
    made = planned(world)
    assert "8F2K" not in plans.spelled(made.plan)
    done = applied(world, made.plan)
    assert (done.refused, done.not_done, done.exit) == ([], [], Exit.OK)
    order = world.delivery("marketplace", number)
    assert "CSC-8F2K-19QX-0001" in order["params"]["licence_numbers"]
    for source, other in others.items():
        world.delivery(source, other)
    assert planned(world).plan.writes == []


def test_a_state_for_a_further_source_is_foreseen(world: World) -> None:
    """What Horoshop would be told is told first, and nothing is said to it before the application."""
    world.let("horoshop", statuses_back={"processing": "2"})
    world.streams = (HOROSHOP, "orders-back.horoshop")
    number = world.buy("horoshop", "A")
    world.run()
    world.at_webasyst("order.action", id=world.delivery("horoshop", number)["id"], action="process")
    world.later(60)
    writes = world.sources["horoshop"].counters.writes
    made = planned(world)
    assert [(write.action, write.target) for write in made.plan.writes] == [
        ("order.status", f"Horoshop order {number}")
    ]
    assert world.sources["horoshop"].counters.writes == writes
    done = applied(world, made.plan)
    assert (done.refused, done.not_done) == ([], [])
    assert planned(world).plan.writes == []
