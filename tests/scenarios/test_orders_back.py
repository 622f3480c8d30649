"""What staff does with orders in Webasyst reaches CS-Cart, once, and neither shop overwrites what is newer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from syncd.app import PAIR, App, OrderStreams, Shops
from syncd.daemon.cycle import Cycles, Ending, no_progress
from syncd.daemon.once import Exit
from syncd.model.order import Order
from syncd.state import brakes, cursors, order_links
from syncd.state.database import Database
from syncd.sync.outcome import Tally
from syncd.sync.pulse import Pulse
from tests.scenarios.child import KILLED
from tests.scenarios.conftest import Opener
from tests.scenarios.invariants import in_step
from tests.scenarios.processes import start
from tests.scenarios.shops import Pair, Row, money

BACK = '{"new":"O","processing":"P","shipped":"C","completed":"C","deleted":"I"}'
"""As in a fresh CS-Cart, which has no letter for shipped orders; `C` means completed on the way there."""
DOCUMENTS = {"invoice_id", "credit_memo_id"}
"""What the shop itself hands out with some statuses."""
STEP = 11
"""The fast run tries every eleventh crash point."""
PUT_ORDER = {"name": "PUT orders"}
POST_SHIPMENT = {"name": "POST shipments"}
LOST: dict[str, dict[str, Any]] = {
    "connection lost": {"when": "after", "kind": "drop"},
    "never arrived": {"when": "before", "kind": "drop"},
    "bad gateway": {"when": "after", "kind": "status", "status": 502, "body": "<html>502</html>"},
    "server error before": {
        "when": "before",
        "kind": "status",
        "status": 500,
        "body": "<h1>Service unavailable</h1>",
    },
    "server error after": {
        "when": "after",
        "kind": "status",
        "status": 500,
        "body": "<h1>Service unavailable</h1>",
    },
    "a page instead of JSON": {"when": "answer", "kind": "html"},
    "an empty answer": {"when": "answer", "kind": "empty"},
}


@pytest.fixture
def sold(started: Pair) -> tuple[Pair, int]:
    """An order of two pieces of A that has arrived in Webasyst, ten minutes ago."""
    started.set(statuses_back=BACK)
    number = started.place({"sku": "A", "amount": 2}, shipping=1)
    assert started.run().exit is Exit.OK
    started.later(600)
    started.forget_counts()
    return started, number


def act(pair: Pair, number: int, action: str, **data: Any) -> None:
    """Staff runs an action of the workflow."""
    pair.at_webasyst("order.action", id=pair.office_order(number)["id"], action=action, **data)


def letter(pair: Pair, number: int) -> str:
    return str(pair.source_orders()[str(number)]["status"])


def parcels(pair: Pair) -> list[Row]:
    return list(pair.cscart.dump()["shipments"].values())


def quiet(pair: Pair) -> None:
    """Everything is told: two further runs, at once and later, write nothing in either shop."""
    for seconds in (5, 600):
        pair.later(seconds)
        pair.forget_counts()
        run = pair.run("orders", "orders-back")
        assert (run.exit, pair.writes) == (Exit.OK, 0), run.failures


# -- one side moves -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "wanted"), [("process", "P"), ("ship", "C"), ("complete", "C"), ("delete", "I")]
)
def test_a_move_of_the_staff_sets_the_letter(sold: tuple[Pair, int], action: str, wanted: str) -> None:
    """One PUT, no mail, nothing recalculated; and nothing comes back as an echo, not even a letter that means more."""
    pair, number = sold
    before = pair.source_orders()[str(number)]
    act(pair, number, action)
    state = pair.office_order(number)["state_id"]
    run = pair.run("orders", "orders-back")
    assert (run.exit, run.count("orders-back", "moved")) == (Exit.OK, 1)
    assert pair.calls("PUT orders") == 1
    after = pair.source_orders()[str(number)]
    assert {name for name in after if after[name] != before[name]} - DOCUMENTS == {"status", "updated_at"}
    assert letter(pair, number) == wanted
    quiet(pair)
    assert pair.office_order(number)["state_id"] == state
    in_step(pair)


def test_our_own_move_is_no_news(sold: tuple[Pair, int]) -> None:
    """CS-Cart paid, Webasyst processed by us: there is nothing to tell, and it costs one request."""
    pair, number = sold
    pair.at_cscart("order.status", order_id=number, status="P")
    run = pair.run("orders", "orders-back")
    assert (run.count("orders", "moved"), run.count("orders-back", "moved")) == (1, 0)
    assert pair.calls("PUT orders") == 0
    quiet(pair)


@pytest.mark.parametrize("staff_was_there", [False, True])
def test_a_state_that_came_from_cscart_never_comes_back(
    sold: tuple[Pair, int], staff_was_there: bool
) -> None:
    """Not even where the state has another letter than the one it came from, and not when staff was as quick."""
    pair, number = sold
    pair.set(statuses_back='{"processing":"B"}')
    pair.at_cscart("order.status", order_id=number, status="P")
    if staff_was_there:
        act(pair, number, "process")
    assert pair.run("orders", "orders-back").exit is Exit.OK
    assert (pair.office_order(number)["state_id"], letter(pair, number)) == ("processing", "P")
    quiet(pair)


def test_without_a_map_no_status_goes_back(started: Pair) -> None:
    """The default: only tracking numbers do; and a move that nothing maps fails the forward stream as ever."""
    number = started.place("A")
    started.run()
    started.later(600)
    act(started, number, "ship", tracking_number="RR1")
    started.at_cscart("order.status", order_id=number, status="P")
    run = started.run("orders", "orders-back")
    assert run.reasons == {str(number): "status-out-of-reach"}
    assert (letter(started, number), [row["tracking_number"] for row in parcels(started)]) == ("P", ["RR1"])


def test_a_custom_state_may_have_a_letter(sold: tuple[Pair, int]) -> None:
    """By its id; the letter is the shop's own as well."""
    pair, number = sold
    pair.set(statuses_back='{"fulfilling":"B"}')
    act(pair, number, "fulfilling")
    pair.run("orders", "orders-back")
    assert letter(pair, number) == "B"


def test_an_unknown_letter_in_the_map_is_a_wrong_setting(sold: tuple[Pair, int]) -> None:
    """CS-Cart would store it; nothing is written, and the run says which letters there are."""
    pair, number = sold
    pair.set(statuses_back='{"processing":"Z"}')
    act(pair, number, "process")
    run = pair.run("orders", "orders-back")
    assert run.exit is Exit.MISCONFIGURED
    assert "SYNCD_STATUSES_BACK names Z" in run.reports["orders-back"].message
    assert "C (Complete)" in run.reports["orders-back"].message
    assert letter(pair, number) == "O"


def test_a_cancelled_and_a_restored_order_are_told(sold: tuple[Pair, int]) -> None:
    """Back from deleted; CS-Cart's stock follows both times, and so does Webasyst's."""
    pair, number = sold
    act(pair, number, "delete")
    pair.run()
    assert letter(pair, number) == "I"
    assert pair.source_product("A")["amount"] == pair.stock("A") == 50
    pair.later(600)
    act(pair, number, "restore")
    pair.run()
    assert letter(pair, number) == "O"
    assert pair.source_product("A")["amount"] == pair.stock("A") == 48
    quiet(pair)


def test_short_stock_is_reported_and_healed(sold: tuple[Pair, int]) -> None:
    """CS-Cart makes it B when a restored order finds the shelf empty; once there is stock, the letter is set."""
    pair, number = sold
    act(pair, number, "delete")
    pair.run()
    pair.at_cscart("product.update", sku="A", amount=1)
    pair.later(600)
    act(pair, number, "restore")
    run = pair.run("orders", "orders-back")
    assert (run.reasons, letter(pair, number)) == ({str(number): "short-stock"}, "B")
    pair.at_cscart("product.update", sku="A", amount=9)
    pair.later(600)
    assert pair.run("orders", "orders-back").exit is Exit.OK
    assert letter(pair, number) == "O"


@pytest.mark.parametrize("price", ["99.00", "10.00"])
def test_a_user_who_may_not_set_statuses_stops_the_stream_at_the_first_order(
    started: Pair, price: str
) -> None:
    """The call recalculates an order then (contracts/cscart §1.3); the next cycle does not try another one."""
    started.set(statuses_back=BACK)
    numbers = [started.place("A") for _ in range(3)]
    started.run()
    started.later(600)
    started.at_cscart("setting", update_status=False)
    started.at_cscart("product.update", sku="A", price=price)
    for number in numbers:
        act(started, number, "process")
    for _ in range(3):
        report = started.cycle("orders-back")
        assert (report.ending, "update_status" in report.message) == (Ending.NOT_AUTHORISED, True)
        started.later(5)
    assert started.calls("PUT orders") == 1
    totals = [money(started.source_orders()[str(number)]["total"]) for number in numbers]
    assert totals == [money(price), money(10), money(10)]
    started.at_cscart("setting", update_status=True)
    started.run("orders", "orders-back")
    assert {letter(started, number) for number in numbers} == {"P"}


# -- both sides move ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "status", "state", "stands"),
    [
        ("ship", "P", "shipped", "C"),
        ("process", "C", "completed", "C"),
        ("process", "P", "processing", "P"),
        ("complete", "P", "completed", "C"),
    ],
)
def test_when_both_moved_the_one_further_along_wins(
    sold: tuple[Pair, int], action: str, status: str, state: str, stands: str
) -> None:
    """Between two cycles, so that nobody knows who was first; the other side follows, and nothing fails."""
    pair, number = sold
    act(pair, number, action)
    pair.at_cscart("order.status", order_id=number, status=status)
    run = pair.run("orders", "orders-back")
    assert run.exit is Exit.OK, run.failures
    assert (pair.office_order(number)["state_id"], letter(pair, number)) == (state, stands)
    quiet(pair)


@pytest.mark.parametrize(("action", "status"), [("delete", "P"), ("process", "F")])
def test_a_contradiction_is_reported_and_nothing_overwritten(
    sold: tuple[Pair, int], action: str, status: str
) -> None:
    """Cancelled here and paid there; processed here and a letter without a meaning there. A person settles it."""
    pair, number = sold
    act(pair, number, action)
    pair.at_cscart("order.status", order_id=number, status=status)
    state = pair.office_order(number)["state_id"]
    run = pair.run("orders", "orders-back")
    assert run.exit is Exit.OUTSTANDING
    assert "status-conflict" in {failure.code for failure in run.failures}
    assert (pair.office_order(number)["state_id"], letter(pair, number)) == (state, status)
    assert pair.calls("PUT orders") == 0
    pair.later(600)
    pair.at_cscart("order.status", order_id=number, status="I" if action == "delete" else "P")
    assert pair.run("orders", "orders-back").exit is Exit.OK
    quiet(pair)


def test_a_cancellation_in_cscart_wins_over_progress_in_webasyst(sold: tuple[Pair, int]) -> None:
    """It may come at any time, as on the way there."""
    pair, number = sold
    pair.set(statuses='{"P":"processed","C":"completed","I":"deleted"}')
    act(pair, number, "ship")
    pair.at_cscart("order.status", order_id=number, status="I")
    assert pair.run("orders", "orders-back").exit is Exit.OK
    assert (pair.office_order(number)["state_id"], letter(pair, number)) == ("deleted", "I")
    quiet(pair)


def test_an_edit_in_cscart_still_arrives_after_a_move_in_webasyst(sold: tuple[Pair, int]) -> None:
    """The letter that we set hides nothing of what the customer changed at the same time."""
    pair, number = sold
    act(pair, number, "process")
    pair.run("orders-back")
    pair.at_cscart("order.edit", order_id=number, lines=[{"sku": "A", "amount": 3}])
    pair.later(60)
    assert pair.run("orders", "orders-back").exit is Exit.OK
    assert money(pair.office_order(number)["items"][0]["quantity"]) == 3
    in_step(pair)
    quiet(pair)


# -- tracking numbers and edits -------------------------------------------------------------------------------------------


def test_a_tracking_number_becomes_one_shipment(sold: tuple[Pair, int]) -> None:
    """With the order's own method, everything in it; another number renumbers it."""
    pair, number = sold
    act(pair, number, "ship", tracking_number="RR1")
    assert pair.run("orders", "orders-back").exit is Exit.OK
    (parcel,) = parcels(pair)
    assert (parcel["tracking_number"], parcel["order_id"], parcel["shipping_id"]) == ("RR1", number, 1)
    assert list(parcel["products"].values()) == [2]
    quiet(pair)
    act(pair, number, "editshippingdetails", tracking_number="RR2")
    assert pair.run("orders", "orders-back").exit is Exit.OK
    assert [row["tracking_number"] for row in parcels(pair)] == ["RR2"]
    quiet(pair)


def test_an_edit_in_webasyst_is_shown_and_written_on_request(sold: tuple[Pair, int]) -> None:
    """Never by itself; once a person asked for it both shops say the same, and nothing comes back."""
    pair, number = sold
    row = pair.office_order(number)
    line = row["items"][0]
    pair.at_webasyst(
        "order.edit", id=row["id"], items=[{"item_id": line["id"], "quantity": 3}], discount="2.50"
    )
    assert pair.run("orders", "orders-back").exit is Exit.OK
    assert money(pair.source_orders()[str(number)]["total"]) != money(pair.office_order(number)["total"])
    assert "3 x Product A at 10.00, agreed 2 x Product A" in (pair.link(number).difference or "")
    quiet(pair)
    with pair.database() as db:
        link = pair.link(number)
        db.run_sync(lambda conn: order_links.put(conn, replace(link, requested=True)))
    run = pair.run("orders", "orders-back")
    assert run.exit is Exit.OK, run.failures
    assert money(pair.source_orders()[str(number)]["total"]) == money(pair.office_order(number)["total"])
    assert pair.link(number).difference is None
    quiet(pair)
    in_step(pair)


def test_a_status_of_cscart_does_not_make_an_edit_of_the_staff_agreed(sold: tuple[Pair, int]) -> None:
    """What was not compared is not agreed: the difference stays, and a later edit in CS-Cart does not overwrite it."""
    pair, number = sold
    row = pair.office_order(number)
    pair.at_webasyst("order.edit", id=row["id"], items=[{"item_id": row["items"][0]["id"], "quantity": 3}])
    pair.at_cscart("order.status", order_id=number, status="P")
    assert pair.run("orders", "orders-back").exit is Exit.OK
    assert pair.link(number).difference is not None
    pair.later(600)
    pair.at_cscart("order.edit", order_id=number, lines=[{"sku": "A", "amount": 7}])
    assert pair.run("orders", "orders-back").reasons == {str(number): "edited-too-late"}
    assert money(pair.office_order(number)["items"][0]["quantity"]) == 3


# -- lost answers, crashes, brakes, cost ----------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_a_lost_answer_of_either_write_is_healed(sold: tuple[Pair, int], fault: dict[str, Any]) -> None:
    """One shipment, the right letter, and no doubt left."""
    pair, number = sold
    pair.set(http={"deadline": 1})
    act(pair, number, "ship", tracking_number="RR1")
    for match in (PUT_ORDER, POST_SHIPMENT):
        pair.cscart.faults.add({**fault, "match": match})
    for _ in range(3):
        pair.run("orders", "orders-back")
        pair.later(60)
    assert (letter(pair, number), [row["tracking_number"] for row in parcels(pair)]) == ("C", ["RR1"])
    assert pair.office_order(number)["state_id"] == "shipped"
    quiet(pair)


def back_story(pair: Pair) -> None:
    """Three orders that staff shipped with numbers, processed and cancelled, and one that both sides moved."""
    pair.set(statuses_back=BACK)
    pair.product("A")
    numbers = [pair.place("A", shipping=1) for _ in range(4)]
    assert pair.run().exit is Exit.OK
    pair.later(600)
    act(pair, numbers[0], "ship", tracking_number="RR1")
    act(pair, numbers[1], "process")
    act(pair, numbers[2], "delete")
    act(pair, numbers[3], "ship")
    pair.at_cscart("order.status", order_id=numbers[3], status="P")


def try_points(shops: Opener, points: Iterator[int]) -> int:
    """Crash at each of these points until the run has no more; answers how many were tried."""
    for tried, point in enumerate(points):
        pair = shops()
        back_story(pair)
        code = start(pair, crash_at=point).wait()
        pair.later(60)
        run = pair.run()
        assert run.exit is Exit.OK, f"point {point}: {run.failures}"
        states = [row["state_id"] for row in pair.office_orders()]
        letters = [row["status"] for row in pair.source_orders().values()]
        told = [row["tracking_number"] for row in parcels(pair)]
        assert (states, letters, told) == (
            ["shipped", "processing", "deleted", "shipped"],
            ["C", "P", "I", "C"],
            ["RR1"],
        ), f"point {point}"
        quiet(pair)
        in_step(pair)
        if code != KILLED:
            return tried
    raise AssertionError("the points never end")


@pytest.mark.parametrize("part", range(2))
def test_every_eleventh_crash_point_converges(shops: Opener, part: int) -> None:
    """Dead at a commit or a write, the next run ends where an undisturbed one does: one shipment, no echo."""
    assert try_points(shops, count(1 + STEP * part, 2 * STEP)) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_every_crash_point_converges(shops: Opener, part: int) -> None:
    """The same for every point."""
    assert try_points(shops, count(1 + part, 4)) >= 10


def test_too_many_statuses_at_once_wait_for_a_person(started: Pair) -> None:
    """Somebody deletes a page of orders in Webasyst: nothing is cancelled in CS-Cart before a person says so."""
    started.set(statuses_back=BACK, brakes={"min": 3})
    numbers = [started.place("A") for _ in range(8)]
    started.run()
    started.later(600)
    for number in numbers[:5]:
        act(started, number, "delete")
    run = started.run("orders", "orders-back")
    assert run.reports["orders-back"].brakes == [
        "status: 5 of 8 existing values would be overwritten at once"
    ]
    assert {letter(started, number) for number in numbers} == {"O"}
    with started.database() as db:
        db.run_sync(lambda conn: brakes.release(conn, PAIR, "orders-back", None, started.now()))
    assert started.run("orders", "orders-back").exit is Exit.OK
    assert [letter(started, number) for number in numbers] == ["I"] * 5 + ["O"] * 3


def test_a_quiet_cycle_asks_one_question(sold: tuple[Pair, int]) -> None:
    """Beside what every new process asks to get to know the office."""
    pair, _ = sold
    pair.run("orders-back")
    pair.later(600)
    pair.forget_counts()
    run = pair.run("orders-back")
    assert (run.commits, pair.cscart.counters.requests) == (1, 0)
    assert pair.calls("shop.order.search") == 1
    assert pair.webasyst.counters.requests == 4


def test_what_the_way_back_wrote_meanwhile_is_read_anew(sold: tuple[Pair, int]) -> None:
    """The orders stream lists many orders and comes to each of them later: a letter that we set in between is no news,
    and the one that it read before is none either."""
    pair, number = sold

    async def story(db: Database) -> None:
        async with App(pair.settings(), db, now=pair.now) as app:
            shops = await Shops.connect(app)
            tally = Tally("orders")
            forward = OrderStreams(shops).orders(
                tally, no_progress, lambda conn: None, Pulse(), override=False
            )
            await forward.failing.load()
            read = await shops.source.order(str(number))
            assert isinstance(read, Order)
            act(pair, number, "ship")
            await Cycles(shops).run("orders-back")
            await forward.handling.handle(read)

    with pair.database() as db:
        asyncio.run(story(db))
    assert (pair.link(number).status, letter(pair, number)) == ("C", "C")
    assert pair.office_order(number)["state_id"] == "shipped"


def test_what_happens_before_a_first_cycle_ever_ended_is_told_by_the_one_that_does(started: Pair) -> None:
    """A map with a letter that CS-Cart lacks ends every cycle; when it is put right hours later, nothing is lost."""
    first, second = started.place("A"), started.place("A")
    started.set(statuses_back='{"processing":"Z"}')
    assert started.run("orders").exit is Exit.OK
    act(started, first, "process")
    with started.database() as db:
        db.run_sync(lambda conn: cursors.reset(conn, PAIR, "orders-back.cscart"))
    assert started.run("orders-back").ending("orders-back") is Ending.MISCONFIGURED
    act(started, second, "ship", tracking_number="RR7")
    started.later(7200)
    started.set(statuses_back=BACK)
    assert started.run("orders-back").exit is Exit.OK
    assert (letter(started, first), letter(started, second)) == ("P", "C")
    assert [row["tracking_number"] for row in parcels(started)] == ["RR7"]
