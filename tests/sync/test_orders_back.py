"""The way back of orders: what happens in the office reaches the source once, and nothing of anybody's is overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from syncd.errors import Misconfigured, NotAuthorised, ShopUnavailable
from syncd.model.backoffice import OfficeLine
from syncd.state import brakes, failures, product_links
from syncd.state.database import Database
from syncd.state.order_stock import Demand
from syncd.sync.brake import BrakeRule
from syncd.sync.facets import version_of
from syncd.sync.letters import STREAM
from syncd.sync.order_decision import Skip, SkipReason, decide
from syncd.sync.order_handling import DELETED
from syncd.sync.outcome import Event
from syncd.sync.pulse import Stopped
from tests.sync import builders as make
from tests.sync.way_back import BACK, WayBack, edited

pytestmark = pytest.mark.anyio
D = Decimal


@pytest.fixture
def way(db: Database) -> WayBack:
    """Order 98, which both shops agree on, one hour ago."""
    way = WayBack(db)
    way.sells()
    way.clock.later(hours=1)
    return way


# -- statuses -------------------------------------------------------------------------------------------------------------


async def test_a_state_that_moved_sets_its_letter_once(way: WayBack) -> None:
    """Read, written and read back; then both sides are in step and the next cycle asks one question."""
    way.office.moves(501, "shipped")
    tally = await way.run()
    assert way.source.orders["98"].status == "S"
    assert way.source.calls == ["order 98", "statuses", "status 98 S", "order 98"]
    assert way.source.mailed == [frozenset()]
    assert (way.link().status, way.link().state, way.link().carried) == ("S", "shipped", "shipped")
    assert tally.of(Event.MOVED) == 1
    assert way.events() == ["told"]
    way.source.calls.clear()
    way.office.calls.clear()
    await way.run()
    assert (way.source.calls, len(way.office.calls)) == ([], 1)


async def test_the_other_stream_has_nothing_to_do_after_it(way: WayBack) -> None:
    """What we wrote is known to it, although the shop stamped the order as changed."""
    way.office.moves(501, "completed")
    await way.run()
    order = way.source.orders["98"]
    assert decide(order, way.link(), way.policy) == Skip(SkipReason.UNCHANGED)


async def test_an_edit_that_came_along_is_left_to_the_other_stream(way: WayBack) -> None:
    """The letter is known, the new comment is not: it must still arrive in the office."""
    way.source.orders["98"] = replace(way.source.orders["98"], comment="Ring once")
    way.office.moves(501, "completed")
    await way.run()
    assert way.link().status == "C"
    assert way.link().version != version_of(way.source.orders["98"])


async def test_those_who_are_to_be_told_get_the_shops_mail(way: WayBack) -> None:
    """Nobody by default; else those of the setting."""
    way.policy = replace(way.policy, notify=frozenset({"user", "vendor"}))
    way.office.moves(501, "shipped")
    await way.run()
    assert way.source.mailed == [frozenset({"user", "vendor"})]


async def test_an_order_that_moved_before_the_first_cycle_is_not_replayed(way: WayBack) -> None:
    """The first cycle begins a little before its own moment; what the other stream saw moving counts all the same."""
    way.office.moves(501, "shipped")
    way.sells("99", 502)
    way.change_link("99", state="processing")
    way.office.orders[502] = replace(way.office.orders[502], state="processing")
    way.clock.later(hours=1)
    await way.run()
    assert {key: order.status for key, order in way.source.orders.items()} == {"98": "O", "99": "P"}
    assert way.cursor() == way.clock.time


async def test_the_cursor_is_in_the_offices_clock(way: WayBack) -> None:
    """Whose stamps are compared with it."""
    way.office.offset = 600.0
    await way.run()
    assert way.cursor() == way.clock.time + timedelta(minutes=10)
    assert way.office.calls == ["touched since 13:08"]


async def test_an_order_of_the_offices_own_is_none_of_ours(way: WayBack) -> None:
    """Nor one whose lines and total never agreed: its status waits for that."""
    way.office.orders[777] = make.office_order(order_id=777, state="shipped", updated_at=way.clock.time)
    way.change_link(confirmed=False)
    way.office.moves(501, "shipped")
    tally = await way.run()
    assert (way.source.calls, way.link().state, way.link().carried) == ([], "shipped", "new")
    assert (tally.of(Event.READ), tally.of(Event.FAILED)) == (1, 0)
    way.change_link(confirmed=True)
    way.clock.later(hours=1)
    await way.run()
    assert way.source.orders["98"].status == "S"


async def test_a_state_without_a_letter_is_passed_over_and_counts_from_its_next_move(way: WayBack) -> None:
    """A state that gets a letter later is not told for orders that were there already."""
    way.office.moves(501, "paid")
    await way.run()
    assert (way.source.calls, way.link().carried) == ([], "paid")
    way.policy = replace(way.policy, states_back=BACK | {"paid": "P"})
    await way.run()
    assert way.source.writes == []


async def test_a_letter_that_stands_there_is_only_noted(way: WayBack) -> None:
    """The shop's own people were quicker."""
    way.office.moves(501, "shipped")
    way.source.moves("98", "S")
    await way.run()
    assert way.source.writes == []
    assert (way.link().status, way.link().carried) == ("S", "shipped")
    assert decide(way.source.orders["98"], way.link(), way.policy) == Skip(SkipReason.UNCHANGED)


async def test_a_source_that_is_further_is_left_to_the_other_stream(way: WayBack) -> None:
    """The office's move is the stale one."""
    way.office.moves(501, "processing")
    way.source.moves("98", "C")
    await way.run()
    assert (way.source.writes, way.reasons(), way.link().status) == ([], {}, "O")


async def test_a_contradiction_is_reported_with_growing_pauses_until_a_person_settles_it(
    way: WayBack,
) -> None:
    """Neither status is touched; when the two say the same, the failure is gone."""
    way.office.moves(501, "deleted")
    way.source.moves("98", "C")
    tally = await way.run()
    assert (way.source.writes, way.reasons()) == ([], {"98": "status-conflict"})
    assert "order 98" in way.failures()["98"].message
    assert tally.of(Event.FAILED) == 1
    for attempts in (2, 3):
        way.clock.later(hours=1)
        await way.run()
        assert way.failures()["98"].attempts == attempts
    way.source.moves("98", "I")
    way.clock.later(days=1)
    await way.run()
    assert (way.reasons(), way.link().carried) == ({}, "deleted")


async def test_a_resting_failure_costs_nothing_and_a_new_move_ends_its_pause(way: WayBack) -> None:
    """Within the overlap the office shows the order again and again."""
    way.office.moves(501, "deleted")
    way.source.moves("98", "C")
    await way.run()
    way.source.calls.clear()
    way.clock.later(seconds=5)
    await way.run()
    assert way.source.calls == []
    way.office.moves(501, "completed")
    await way.run()
    assert (way.reasons(), way.link().carried) == ({}, "completed")


async def test_an_unknown_letter_of_the_map_is_a_wrong_setting(way: WayBack) -> None:
    """The shop would store it; the error names the setting and what the shop has."""
    way.policy = replace(way.policy, states_back=BACK | {"refunded": "X"})
    way.office.moves(501, "shipped")
    with pytest.raises(Misconfigured, match=r"SYNCD_STATUSES_BACK names X.*O \(Open\), P \(Paid\)"):
        await way.run()
    assert (way.source.writes, way.cursor()) == ([], way.clock())


async def test_letters_are_asked_for_when_needed_and_believed_for_an_hour(way: WayBack) -> None:
    """A status that the shop has got meanwhile is believed at once."""
    way.sells("99", 502)
    way.office.moves(501, "shipped")
    way.office.moves(502, "shipped")
    await way.run()
    assert way.source.calls.count("statuses") == 1
    way.source.letters["X"] = "Ready"
    way.policy = replace(way.policy, states_back=BACK | {"packed": "X"})
    way.office.moves(501, "packed")
    await way.run()
    assert way.source.calls.count("statuses") == 2
    assert way.source.orders["98"].status == "X"
    way.clock.later(hours=2)
    way.office.moves(501, "completed")
    await way.run()
    assert way.source.calls.count("statuses") == 3


async def test_short_stock_is_reported_and_tried_again_with_growing_pauses(way: WayBack) -> None:
    """The shop stores B instead; when the stock is there the letter is set after all."""
    way.source.short_of_stock = True
    way.office.moves(501, "shipped")
    await way.run()
    assert (way.reasons(), way.source.orders["98"].status) == ({"98": "short-stock"}, "B")
    assert "short of stock" in way.failures()["98"].message
    assert (way.link().status, way.link().carried) == ("B", "new")
    assert decide(way.source.orders["98"], way.link(), way.policy) == Skip(SkipReason.UNCHANGED)
    way.clock.later(seconds=90)
    await way.run()
    assert (way.failures()["98"].attempts, way.source.writes.count("status 98 S")) == (2, 2)
    way.source.short_of_stock = False
    way.clock.later(hours=1)
    await way.run()
    assert (way.reasons(), way.source.orders["98"].status, way.link().carried) == ({}, "S", "shipped")


@pytest.mark.parametrize("rate", [D("7.50"), None])
async def test_a_shop_that_edits_the_order_instead_stops_the_stream_at_the_first_one(
    way: WayBack, rate: Decimal | None
) -> None:
    """Without the privilege update_status the call recalculates the order (contracts/cscart §1.3), whether that moves an
    amount or not. No further order is touched until a person ran it by hand or the pause is over."""
    way.sells("99", 502)
    way.source.may_set_status, way.source.rate = False, rate
    for order_id in (501, 502):
        way.office.moves(order_id, "shipped")
    with pytest.raises(NotAuthorised, match=r"order 98.*update_status"):
        await way.run()
    assert way.source.writes == ["status 98 S"]
    assert way.cursor() == way.clock()
    way.clock.later(seconds=5)
    with pytest.raises(NotAuthorised):
        await way.run()
    assert way.source.writes == ["status 98 S"]
    way.source.may_set_status = True
    await way.run(retry_all=True)
    assert {order.status for order in way.source.orders.values()} == {"S"}
    assert way.reasons() == {}


async def test_a_status_that_stays_as_it_was_is_reported(way: WayBack) -> None:
    """An add-on's veto; the shop answered yes all the same."""
    way.source.vetoes = True
    way.office.moves(501, "shipped")
    await way.run()
    assert way.reasons() == {"98": "short-stock"}
    assert "it is O as before" in way.failures()["98"].message


# -- lost answers ---------------------------------------------------------------------------------------------------------


async def test_a_lost_answer_is_settled_by_reading(way: WayBack) -> None:
    """The letter stands there: nothing is in doubt."""
    way.source.lose = "after"
    way.office.moves(501, "shipped")
    tally = await way.run()
    assert (way.source.writes, way.doubts()) == (["status 98 S"], [])
    assert (way.link().status, tally.of(Event.DOUBTFUL)) == ("S", 0)


async def test_a_lost_answer_of_a_short_stock_is_settled_too(way: WayBack) -> None:
    """B stands there now, which it did not before."""
    way.source.lose, way.source.short_of_stock = "after", True
    way.office.moves(501, "shipped")
    await way.run()
    assert (way.reasons(), way.doubts(), way.link().status) == ({"98": "short-stock"}, [], "B")


async def test_a_lost_call_is_repeated_when_it_cannot_run_any_more(way: WayBack) -> None:
    """Until then the order is left alone: an old letter could come in after a newer one."""
    way.source.lose = "before"
    way.office.moves(501, "shipped")
    tally = await way.run()
    assert (tally.of(Event.DOUBTFUL), len(way.doubts())) == (1, 1)
    way.clock.later(seconds=20)
    way.office.moves(501, "completed")
    await way.run(retry_all=True)
    assert way.source.writes == ["status 98 S"]
    way.clock.later(minutes=2)
    await way.run()
    assert way.source.writes == ["status 98 S", "status 98 C"]
    assert (way.doubts(), way.reasons(), way.link().carried) == ([], {}, "completed")


async def test_a_call_that_comes_in_late_is_recognised(way: WayBack) -> None:
    """It is found by reading, not sent again."""
    way.source.lose = "late"
    way.office.moves(501, "shipped")
    await way.run()
    way.source.waiting.pop()()
    way.clock.later(minutes=2)
    await way.run()
    assert way.source.writes == ["status 98 S"]
    assert (way.doubts(), way.reasons(), way.link().status) == ([], {}, "S")


async def test_short_stock_that_a_lost_call_met_is_no_contradiction(way: WayBack) -> None:
    """B came of our own letter, not of anybody's move."""
    way.source.lose, way.source.short_of_stock = "late", True
    way.office.moves(501, "shipped")
    await way.run()
    way.source.waiting.pop()()
    way.clock.later(minutes=2)
    await way.run()
    assert (way.reasons(), way.link().status, way.doubts()) == ({"98": "short-stock"}, "B", [])


async def test_a_letter_that_cannot_be_read_back_stays_in_doubt(way: WayBack) -> None:
    """What was written is settled by the next look, and nobody takes it for the shop's own move meanwhile."""

    original = way.source.set_status

    async def set_and_go_blind(key: str, letter: str, notify: frozenset[str]) -> None:
        await original(key, letter, notify)
        way.source.blind = True

    way.source.set_status = set_and_go_blind  # type: ignore[method-assign]
    way.office.moves(501, "shipped")
    tally = await way.run()
    assert tally.of(Event.DOUBTFUL) == 1
    assert [doubt.payload for doubt in way.doubts()] == [{"letter": "S"}]
    way.source.blind = False
    way.clock.later(minutes=2)
    await way.run()
    assert (way.source.writes, way.link().status, way.doubts()) == (["status 98 S"], "S", [])


# -- tracking numbers -----------------------------------------------------------------------------------------------------


async def test_a_tracking_number_becomes_a_shipment_once(way: WayBack) -> None:
    """By the order's shipping method, before the status, and never again."""
    way.office.moves(501, "shipped", params={"tracking_number": " RR1 "})
    await way.run()
    assert way.source.writes == ["ship 98 by 2: RR1", "status 98 S"]
    assert (way.link().tracking, way.link().shipment_id) == ("RR1", "1")
    way.office.moves(501)
    await way.run(retry_all=True)
    assert len(way.source.parcels) == 1
    assert way.events() == ["shipped", "told"]


async def test_another_number_renumbers_our_shipment(way: WayBack) -> None:
    """Staff mistyped it; an empty one takes nothing away."""
    way.office.moves(501, params={"tracking_number": "RR1"})
    await way.run()
    way.office.moves(501, params={"tracking_number": "RR2"})
    await way.run()
    assert [parcel.tracking_number for parcel in way.source.parcels.values()] == ["RR2"]
    way.office.moves(501, params={"tracking_number": ""})
    await way.run()
    assert way.source.writes == ["ship 98 by 2: RR1", "renumber 1: RR2"]
    assert way.link().tracking == "RR2"


async def test_a_shipment_that_has_the_number_is_taken_for_ours(way: WayBack) -> None:
    """Whoever made it."""
    await way.source.add_shipment("98", "2", "RR1")
    way.office.moves(501, params={"tracking_number": "RR1"})
    await way.run()
    assert len(way.source.parcels) == 1
    assert (way.link().tracking, way.link().shipment_id) == ("RR1", "1")


@pytest.mark.parametrize("fate", ["after", "before", "late"])
async def test_a_lost_answer_never_makes_a_second_shipment(way: WayBack, fate: str) -> None:
    """It is looked for by its number before anything is sent again."""
    way.source.lose = fate
    way.office.moves(501, params={"tracking_number": "RR1"})
    await way.run()
    for late in way.source.waiting:
        late()
    for _ in range(3):
        way.clock.later(minutes=10)
        await way.run()
    assert [parcel.tracking_number for parcel in way.source.parcels.values()] == ["RR1"]
    assert (way.link().tracking, way.doubts(), way.reasons()) == ("RR1", [], {})


async def test_a_crash_after_the_call_makes_no_second_shipment(way: WayBack) -> None:
    """The intent says what to look for."""
    way.office.moves(501, params={"tracking_number": "RR1"})
    tally = await way.run()
    assert tally.of(Event.UPDATED) == 1
    way.change_link(tracking="", shipment_id="")
    way.office.moves(501)
    await way.run()
    assert len(way.source.parcels) == 1
    assert way.link().shipment_id == "1"


async def test_an_order_that_nothing_is_shipped_by_is_reported_and_its_status_goes_on(way: WayBack) -> None:
    """The shop has no shipment without a method."""
    way.source.orders["98"] = replace(way.source.orders["98"], shipping_id="")
    way.office.moves(501, "shipped", params={"tracking_number": "RR1"})
    await way.run()
    assert (way.source.writes, way.reasons()) == (["status 98 S"], {"98": "no-shipping"})


async def test_an_order_that_is_shipped_under_another_number_is_reported(way: WayBack) -> None:
    """A further parcel would be an empty one."""
    await way.source.add_shipment("98", "2", "ZZ9")
    way.office.moves(501, params={"tracking_number": "RR1"})
    await way.run()
    assert way.reasons() == {"98": "shipped-already"}
    assert "ZZ9" in way.failures()["98"].message


async def test_a_number_that_the_shop_did_not_take_is_reported(way: WayBack) -> None:
    """Without the right to edit shipments it answers yes all the same (contracts/cscart §10)."""
    way.office.moves(501, params={"tracking_number": "RR1"})
    await way.run()
    way.source.may_edit_shipments = False
    way.office.moves(501, params={"tracking_number": "RR2"})
    await way.run()
    assert (way.reasons(), way.link().tracking) == ({"98": "shipment"}, "RR1")


# -- edits ----------------------------------------------------------------------------------------------------------------

COFFEE = OfficeLine(1, 4, 3, "Coffee", "COF-1", D("3.000"), D("10.5000"))
FREE = OfficeLine(2, None, None, "Gift wrap", "", D(1), D(3))


async def test_an_edit_is_shown_with_both_values_and_never_written_by_itself(way: WayBack) -> None:
    """The shop would recalculate the whole order (contracts/cscart §4.6)."""
    way.office.moves(501, **edited(way.office.orders[501], COFFEE, discount=D("1.50")))
    await way.run()
    assert way.link().difference == (
        "lines are 3 x Coffee at 10.50, agreed 2 x Coffee at 10.50; discount is 1.50, agreed 0.00; "
        "total is 35.00, agreed 26.00"
    )
    assert (way.source.calls, way.reasons(), way.events()) == ([], {}, ["edited"])


async def test_an_edit_that_is_taken_back_is_no_difference_any_more(way: WayBack) -> None:
    """Nor is it to be written then."""
    before = way.office.orders[501]
    way.office.moves(501, **edited(before, COFFEE))
    await way.run()
    way.change_link(requested=True)
    way.office.moves(501, **edited(before, *before.lines))
    await way.run()
    assert (way.link().difference, way.link().requested, way.source.writes) == (None, False, [])


async def test_an_edit_is_written_when_a_person_asked_for_it(way: WayBack) -> None:
    """Both totals agree: so do both sides again, and the other stream has nothing to do."""
    way.knows_product()
    way.office.moves(501, **edited(way.office.orders[501], COFFEE, discount=D("1.50")))
    await way.run()
    way.change_link(requested=True)
    way.clock.later(hours=1)
    await way.run()
    assert way.source.writes == ["lines 98: 3 x 12 at 10.50; discount 1.50"]
    assert way.source.orders["98"].total == D("35.00")
    assert (way.link().difference, way.link().requested) == (None, False)
    assert decide(way.source.orders["98"], way.link(), way.policy) == Skip(SkipReason.UNCHANGED)
    assert way.demand() == Demand(open=D(3))
    await way.run()
    assert len(way.source.writes) == 1


async def test_a_request_is_heard_long_after_the_edit(way: WayBack) -> None:
    """Nothing in the office need happen again; a failure of it has its pauses."""
    way.office.moves(501, **edited(way.office.orders[501], COFFEE))
    for _ in range(2):
        await way.run()
        way.clock.later(hours=1)
    way.change_link(requested=True)
    await way.run()
    assert way.reasons() == {"98": "edit-unwritable"}
    way.office.calls.clear()
    await way.run()
    assert len(way.office.calls) == 1
    way.knows_product()
    way.clock.later(hours=1)
    await way.run()
    assert (way.source.orders["98"].total, way.reasons()) == (D("36.50"), {})


async def test_an_edit_in_another_currency_is_not_written(way: WayBack) -> None:
    """The shop knows one only."""
    way.knows_product()
    way.source.orders["98"] = replace(way.source.orders["98"], currency="EUR")
    way.office.moves(501, **edited(way.office.orders[501], COFFEE))
    await way.run()
    way.change_link(requested=True)
    await way.run()
    assert (way.source.writes, way.reasons()) == ([], {"98": "edit-unwritable"})


async def test_an_edit_keeps_a_discount_that_is_not_carried_over(way: WayBack) -> None:
    """With discounts switched off the office never saw it."""
    way.policy = replace(way.policy, discounts=False)
    way.knows_product()
    order = replace(way.source.orders["98"], discount=D("2.00"), total=D("24.00"))
    way.source.orders["98"] = order
    way.office.moves(501, **edited(way.office.orders[501], COFFEE, discount=D("0.50")))
    await way.run()
    way.change_link(requested=True)
    await way.run()
    assert way.source.writes == ["lines 98: 3 x 12 at 10.50; discount 2.50"]
    assert (way.source.orders["98"].total, way.reasons()) == (D("34.00"), {})


async def test_an_edit_that_the_shop_reckons_otherwise_is_reported_with_both_totals(way: WayBack) -> None:
    """Its shipping was rated anew. It is not recalculated again and again; once the totals agree, so do both sides."""
    way.knows_product()
    way.source.rate = D("9.00")
    way.office.moves(501, **edited(way.office.orders[501], COFFEE))
    await way.run()
    way.change_link(requested=True)
    await way.run()
    assert way.reasons() == {"98": "totals-differ"}
    assert "reckons 40.50, Webasyst 36.50" in way.failures()["98"].message
    way.clock.later(hours=1)
    await way.run()
    assert way.link().requested
    assert len(way.source.writes) == 1
    way.source.orders["98"] = replace(way.source.orders["98"], shipping_cost=D("5.00"), total=D("36.50"))
    way.clock.later(hours=1)
    await way.run()
    assert (way.link().requested, way.reasons(), len(way.source.writes)) == (False, {}, 1)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (FREE, "'Gift wrap' is no product"),
        (replace(COFFEE, sku_id=9), "'Coffee' is no product"),
        (replace(COFFEE, quantity=D("1.5")), "whole pieces and 'Coffee' is 1.5"),
    ],
)
async def test_an_edit_that_the_source_cannot_take_is_refused_before_any_call(
    way: WayBack, line: OfficeLine, told: str
) -> None:
    """Free lines, products that only the office has, parts of a piece."""
    way.knows_product()
    way.office.moves(501, **edited(way.office.orders[501], line))
    await way.run()
    way.change_link(requested=True)
    await way.run()
    assert (way.source.writes, way.reasons()) == ([], {"98": "edit-unwritable"})
    assert told in way.failures()["98"].message


@pytest.mark.parametrize("fate", ["after", "before", "late"])
async def test_a_lost_answer_of_an_edit_is_settled_by_the_total(way: WayBack, fate: str) -> None:
    """What stands there is compared; only what surely was not done is sent again."""
    way.knows_product()
    way.office.moves(501, **edited(way.office.orders[501], COFFEE))
    await way.run()
    way.change_link(requested=True)
    way.source.lose = fate
    await way.run()
    for late in way.source.waiting:
        late()
    for _ in range(3):
        way.clock.later(minutes=10)
        await way.run()
    assert (way.source.orders["98"].total, way.link().requested) == (D("36.50"), False)
    assert (way.doubts(), way.reasons()) == ([], {})


# -- stock ----------------------------------------------------------------------------------------------------------------


async def test_what_orders_ask_of_the_stock_follows_the_office(way: WayBack) -> None:
    """Open until the office has taken it; what is on the shelf again is asked for by nobody."""
    way.office.moves(501)
    await way.run()
    assert way.demand() == Demand(open=D(2))
    way.office.moves(501, "processing", params={"reduced": "1"})
    await way.run()
    assert way.demand() == Demand(taken=D(2))
    way.office.moves(501, "deleted", params={"reduced": "0"})
    await way.run()
    assert way.demand() == Demand()


async def test_only_pieces_that_both_shops_sold_count_twice(way: WayBack) -> None:
    """What staff put into the order is the office's own sale; what they took out was never taken."""
    more = replace(COFFEE, quantity=D(5)), replace(COFFEE, item_id=2, sku_id=9)
    way.office.moves(501, **edited(way.office.orders[501], *more))
    await way.run()
    assert (way.demand(4), way.demand(9)) == (Demand(open=D(2)), Demand())
    way.office.moves(501, **edited(way.office.orders[501], replace(COFFEE, quantity=D(1))))
    await way.run()
    assert way.demand(4) == Demand(open=D(1))


async def test_a_status_that_moves_the_sources_stock_asks_for_a_comparison(way: WayBack) -> None:
    """The shop leaves no trace of it in its products (contracts/cscart §3.7)."""
    way.knows_product()
    way.office.moves(501, "deleted")
    await way.run()
    assert way.db.run_sync(lambda conn: product_links.dirty_keys(conn, "main")) == ["12"]


# -- brakes ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(db: Database) -> WayBack:
    """Ten orders, and a brake that always lets three statuses through."""
    way = WayBack(db, rule=BrakeRule(0.3, 3))
    for number in range(10):
        way.sells(str(100 + number), 600 + number)
    way.clock.later(hours=1)
    return way


async def test_too_many_statuses_at_once_pull_the_brake(many: WayBack) -> None:
    """No letter is set, tracking numbers go on; a release lets one pass through."""
    for order_id in range(600, 604):
        many.office.moves(order_id, "deleted", params={"tracking_number": f"RR{order_id}"})
    tally = await many.run()
    assert tally.brakes == ["status: 4 of 10 existing values would be overwritten at once"]
    assert not any(call.startswith("status ") for call in many.source.writes)
    assert len(many.source.parcels) == 4
    assert set(many.reasons().values()) == {"braked"}
    many.clock.later(hours=1)
    await many.run()
    assert not any(call.startswith("status ") for call in many.source.writes)
    many.db.run_sync(lambda conn: brakes.release(conn, "main", STREAM, None, many.clock.time))
    await many.run()
    assert [many.source.orders[str(key)].status for key in range(100, 104)] == ["I"] * 4
    assert many.reasons() == {}
    assert many.db.run_sync(lambda conn: brakes.all(conn, "main")) == []


async def test_what_the_other_stream_saw_moving_counts_for_the_brake(many: WayBack) -> None:
    """However the orders came to be looked at."""
    for number in range(4):
        many.change_link(str(100 + number), state="deleted")
        many.office.orders[600 + number] = replace(many.office.orders[600 + number], state="deleted")
    tally = await many.run()
    assert tally.of(Event.BRAKED) == 1
    assert many.source.writes == []


async def test_as_many_as_are_always_allowed_are_no_accident(many: WayBack) -> None:
    """And a yes by hand lets any number through."""
    for order_id in range(600, 603):
        many.office.moves(order_id, "deleted")
    assert (await many.run()).of(Event.MOVED) == 3
    for order_id in range(603, 610):
        many.office.moves(order_id, "deleted")
    assert (await many.run(override=True)).of(Event.MOVED) == 7


# -- trouble --------------------------------------------------------------------------------------------------------------


async def test_an_order_that_the_source_does_not_show_any_more_is_let_go_at_the_second_look(
    way: WayBack,
) -> None:
    """The first one may be a hiccup (contracts/cscart §1.6)."""
    del way.source.orders["98"]
    way.office.moves(501, "shipped")
    await way.run()
    assert way.reasons() == {"98": "gone"}
    way.office.moves(501, "completed")
    await way.run()
    assert way.link().flag is None
    way.clock.later(hours=1)
    await way.run()
    assert (way.link().flag, way.reasons()) == (DELETED, {})
    way.source.calls.clear()
    way.office.moves(501, "deleted", params={"tracking_number": "RR1"})
    await way.run()
    assert (way.source.calls, way.link().carried) == ([], "deleted")


async def test_one_order_that_cannot_be_read_stops_no_other(way: WayBack) -> None:
    """On either side."""
    way.sells("99", 502)
    way.sells("100", 503)
    way.office.broken.add(501)
    way.source.broken.add("99")
    for order_id in (501, 502, 503):
        way.office.moves(order_id, "shipped")
    await way.run()
    assert way.reasons() == {"98": "unreadable", "99": "unreadable"}
    assert way.source.orders["100"].status == "S"
    way.office.broken.clear()
    way.source.broken.clear()
    way.clock.later(hours=1)
    await way.run()
    assert way.reasons() == {}
    assert {order.status for order in way.source.orders.values()} == {"S"}


async def test_an_order_that_keeps_failing_in_the_office_stops_nobody_either(way: WayBack) -> None:
    """Poison is told from an outage by asking another question."""
    for number in range(99, 103):
        way.sells(str(number), 403 + number)
    for order_id in (501, 502, 503, 504, 505):
        way.office.moves(order_id, "shipped")
    way.office.broken |= {501, 502, 503, 504}
    for _ in range(3):
        await way.run()
        way.clock.later(hours=1)
    assert set(way.reasons()) == {"98", "99", "100", "101"}
    assert way.office.calls.count("by reference") == 1
    assert way.source.orders["102"].status == "S"


async def test_an_outage_leaves_the_cursor_where_it_was(way: WayBack) -> None:
    """Everything since is read again."""
    await way.run()
    before = way.cursor()
    way.office.moves(501, "shipped")
    way.office.down = True
    with pytest.raises(ShopUnavailable):
        await way.run()
    way.office.down = False
    way.source.blind = True
    for number in range(3):
        way.sells(str(200 + number), 700 + number)
        way.office.moves(700 + number, "shipped")
    with pytest.raises(ShopUnavailable):
        await way.run()
    assert way.cursor() == before
    way.source.blind = False
    way.clock.later(hours=1)
    await way.run()
    assert {order.status for order in way.source.orders.values()} == {"S"}


async def test_a_cycle_that_is_asked_to_end_does_so_between_two_orders(way: WayBack) -> None:
    """Nothing is lost: the cursor stays."""
    way.office.moves(501, "shipped")
    way.pulse.stop()
    with pytest.raises(Stopped):
        await way.run()
    assert (way.source.calls, way.cursor()) == ([], way.clock())
    assert not way.crossing.busy.locked()


async def test_an_order_that_vanished_from_the_office_is_reported(way: WayBack) -> None:
    """It is not made again."""
    way.change_link(state="shipped")
    del way.office.orders[501]
    await way.run()
    assert way.reasons() == {"98": "vanished"}


async def test_an_order_that_the_other_stream_set_aside_is_not_looked_at_for_its_state(way: WayBack) -> None:
    """It has its own pauses; only a new move of the office's counts."""
    way.change_link(state="shipped")
    way.office.orders[501] = replace(way.office.orders[501], state="shipped")
    way.db.run_sync(
        lambda conn: failures.record(
            conn, "main", "orders", "98", code="differs", message="", now=way.clock.time
        )
    )
    await way.run()
    assert way.source.calls == []
    way.office.moves(501)
    await way.run()
    assert way.source.orders["98"].status == "S"


async def test_a_bug_in_one_order_stops_no_other(way: WayBack, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is set aside like any failure, and told in the log."""
    way.sells("99", 502)
    for order_id in (501, 502):
        way.office.moves(order_id, "shipped")
    original = way.source.order

    async def surprising(key: str) -> object:
        if key == "98":
            raise ZeroDivisionError("a bug")
        return await original(key)

    monkeypatch.setattr(way.source, "order", surprising)
    await way.run()
    assert (way.reasons(), way.source.orders["99"].status) == ({"98": "ZeroDivisionError"}, "S")


async def test_a_failure_of_an_order_that_is_linked_no_more_is_forgotten(way: WayBack) -> None:
    """There is nothing to tell."""
    way.db.run_sync(
        lambda conn: failures.record(conn, "main", STREAM, "7", code="gone", message="", now=make.NOON)
    )
    await way.run()
    assert way.reasons() == {}


@pytest.mark.parametrize("read", ["order", "shipments"])
async def test_a_lost_answer_that_cannot_be_looked_into_stays_in_doubt(way: WayBack, read: str) -> None:
    """Of a shipment, or of an edit; the next look settles it."""
    way.knows_product()
    changes = edited(way.office.orders[501], COFFEE) if read == "order" else {}
    params = {"tracking_number": "RR1"} if read == "shipments" else {}
    way.office.moves(501, **changes, params=params)
    if read == "order":
        await way.run()
        way.change_link(requested=True)
    way.source.lose = "after"
    original = way.source._write

    def blinding(told: str, work: object) -> None:
        way.source.blind = True
        original(told, work)  # type: ignore[arg-type]

    way.source._write = blinding  # type: ignore[method-assign]
    assert (await way.run()).of(Event.DOUBTFUL) == 1
    way.source._write = original  # type: ignore[method-assign]
    way.source.blind = False
    way.clock.later(minutes=5)
    await way.run()
    assert (len(way.source.writes), way.doubts(), way.reasons()) == (1, [], {})
    assert (way.link().tracking, way.link().difference) == (params.get("tracking_number", ""), None)


# -- both directions at once ----------------------------------------------------------------------------------------------


async def test_what_the_other_stream_wrote_meanwhile_is_read_anew(way: WayBack) -> None:
    """The list was read before; by it the office would have gone back."""
    way.sells("99", 502)
    way.office.moves(501, "processing")
    way.office.moves(502, "processing")
    original = way.source.order

    async def interleaved(key: str) -> object:
        if key == "98":
            way.crossing.at_office.add("99")
            way.office.moves(502, "shipped")
            way.source.moves("99", "S")
            way.change_link("99", state="shipped", carried="shipped", status="S")
        return await original(key)

    way.source.order = interleaved  # type: ignore[method-assign, assignment]
    await way.run()
    assert way.source.writes == ["status 98 P"]
    assert (way.link("99").state, way.link("99").carried) == ("shipped", "shipped")


async def test_an_order_is_marked_as_written_before_it_is(way: WayBack) -> None:
    """So that the other stream reads it anew, however their steps interleave."""
    way.office.moves(501, "shipped")
    seen = []
    original = way.source.set_status

    async def watched(key: str, letter: str, notify: frozenset[str]) -> None:
        seen.append((set(way.crossing.at_source), way.crossing.busy.locked()))
        await original(key, letter, notify)

    way.source.set_status = watched  # type: ignore[method-assign]
    await way.run()
    assert seen == [({"98"}, True)]


async def test_links_of_another_source_are_left_alone(way: WayBack) -> None:
    """They have a stream of their own."""
    way.put(replace(way.link(), source="other", source_key="7", order_id=900))
    way.office.orders[900] = make.office_order(order_id=900, state="shipped", updated_at=way.clock.time)
    assert (await way.run()).of(Event.READ) == 0
