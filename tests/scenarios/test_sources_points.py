"""The 20 points of contracts/sources §6 for further sources, with the tests of each.

== ============================================================= =====================================================
 1 all JustClick vectors                                         shops/justclick/test_justclick_signing.py
                                                                 test_point_1_request_vectors
                                                                 test_point_1_response_vectors
                                                                 test_point_1_hook_vectors
 2 response hash: mismatch, missing, non-string, upper case      shops/justclick/test_justclick_client.py
                                                                 test_point_2_a_wrong_response_hash
                                                                 test_point_2_a_missing_response_hash
 3 JustClick 401 on a list is empty; 4, 5, 6, 7 stop the source  shops/justclick/test_justclick_client.py
                                                                 test_point_3_no_orders_are_an_empty_list
                                                                 test_point_3_what_stops_the_source
                                                                 scenarios/test_sources_points.py
                                                                 test_3_a_source_that_stops_stops_no_other
 4 windows over 30 days and month ends, no gap, no overlap loss  shops/justclick/test_justclick_windows.py
                                                                 test_point_4_no_gap
                                                                 test_point_4_month_ends
                                                                 test_point_4_no_overlap_loss
                                                                 scenarios/test_sources_points.py
                                                                 test_4_orders_of_months_arrive_once
 5 created with both stamps, forged id, cancel with reused hash  shops/justclick/test_justclick_hook.py
                                                                 test_point_5_created_with_both_stamps
                                                                 test_point_5_a_forged_id
                                                                 scenarios/test_sources_hooks.py
                                                                 test_5_a_cancel_with_a_reused_hash_does_not_cancel
 6 nested form: items[10], repeated keys, 1000+ fields           shops/justclick/test_justclick_form.py
                                                                 test_point_6_indices
                                                                 test_point_6_repeated_keys
                                                                 test_point_6_a_thousand_fields_and_more
 7 PUT, POST, DELETE, wrong token, too large, BOM, not JSON      web/test_hooks.py
                                                                 test_contract_6_7_horoshop_may_put_and_post
                                                                 test_contract_6_7_a_removed_subscriber_is_an_alarm
                                                                 test_contract_6_7_every_wrong_address_gets_the_same_404
                                                                 test_contract_6_7_a_body_beyond_the_limit_gets_413
                                                                 test_contract_6_7_a_bom_is_no_matter
                                                                 test_contract_6_7_what_makes_no_sense_gets_400_and_is_forgotten
 8 token ends in mid paging; two callers log in once             shops/horoshop/test_horoshop_client.py
                                                                 test_calls_that_meet_a_dead_token_together_log_in_once_more
                                                                 scenarios/test_sources_points.py
                                                                 test_8_a_token_that_ends_in_mid_paging_loses_no_order
 9 EMPTY, UNDEFINED_FUNCTION, HTML with 200                      shops/horoshop/test_horoshop_client.py
                                                                 test_empty_means_no_orders
                                                                 test_nothing_but_empty_is_read_as_no_orders
                                                                 scenarios/test_sources_points.py
                                                                 test_9_an_answer_that_is_none_lets_no_order_go
10 shifting pages, a server that ignores limit                   scenarios/test_sources_points.py
                                                                 test_10_pages_that_shift_lose_and_double_nothing
                                                                 test_10_a_shop_that_ignores_limit_is_read_once
11 coupon 799/599, -1 delivery, gifts and sets, fractions ...    scenarios/test_sources_points.py
                                                                 test_11_a_coupon_counts_by_its_amount
                                                                 test_11_gifts_sets_and_fractions_are_counted_once
                                                                 shops/horoshop/test_horoshop_decode.py
                                                                 test_a_campaign_may_be_a_number
                                                                 test_empty_maps_of_php_are_empty
                                                                 shops/horoshop/test_horoshop_orders.py
                                                                 test_statuses_in_other_shapes
12 products and extra in all shapes, injection, H, a licence     shops/marketplace/test_marketplace_decode.py
                                                                 test_products_and_extra_may_be_lists
                                                                 shops/marketplace/test_marketplace_hook.py
                                                                 test_anything_but_digits_is_refused
                                                                 scenarios/test_sources_hooks.py
                                                                 test_12_a_second_hook_adds_a_licence_to_the_same_order
                                                                 test_12_an_order_that_was_placed_by_api_is_left_alone
                                                                 scenarios/test_sources_points.py
                                                                 test_12_every_shape_of_the_marketplace_makes_the_same_order
13 crash after create, before the commit: no duplicate           scenarios/test_sources_crash.py
                                                                 test_13_killed_after_the_creation_makes_no_second_order
                                                                 scenarios/test_sources_points.py
                                                                 test_13_a_creation_whose_answer_is_lost_is_found_again
14 the same hook 20 times in parallel is one order               scenarios/test_sources_hooks.py
                                                                 test_14_twenty_identical_hooks_at_once_are_one_order
15 unknown status on create and on update                        scenarios/test_sources_points.py
                                                                 test_15_an_unknown_status_creates_and_then_leaves_alone
16 a stale event after a newer one                               scenarios/test_sources_hooks.py
                                                                 test_16_a_stale_event_after_a_newer_one_moves_nothing
                                                                 scenarios/test_sources_stale.py
                                                                 test_16_a_list_that_was_read_before_a_call_is_older
17 a poison order stops nobody, is visible, and replays          scenarios/test_sources_points.py
                                                                 test_17_a_poison_order_waits_alone_and_is_replayed
                                                                 scenarios/test_sources_hooks.py
                                                                 test_17_a_poison_order_does_not_stop_the_calls_behind_it
18 03:30 on the last Sunday of March and October                 scenarios/test_sources_points.py
                                                                 test_18_orders_of_the_night_when_the_clocks_change
                                                                 shops/horoshop/test_horoshop_decode.py
                                                                 test_local_times_around_a_change_of_the_clocks
19 no secret in any log line                                     scenarios/test_sources_secrets.py
                                                                 test_19_no_secret_of_a_source_is_written_down
                                                                 web/test_logs.py
                                                                 test_contract_6_19_no_secret_is_in_any_line
20 a mismatch of totals only flags                               scenarios/test_sources_points.py
                                                                 test_20_a_total_that_differs_only_flags
== ============================================================= =====================================================
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from syncd.daemon.cycle import Ending
from syncd.daemon.once import Exit
from syncd.sandbox.horoshop.shop import HoroshopShop
from syncd.sandbox.wire import Request, Response
from tests.scenarios.shops import Row, lines_of, money
from tests.scenarios.sources import CODES, HOROSHOP, JUSTCLICK, MARKETPLACE, SOURCES, World, five_shops

TESTS = Path(__file__).parents[1]
CREATION = {"horoshop": "shop.order.save", "justclick": "shop.order.save", "marketplace": "shop.order.add"}
"""How Webasyst is told to make an order: in another currency than its own by a save (contracts/webasyst §5.4)."""
MANY = 130
"""More orders than Horoshop tells on one page."""


def test_every_test_of_the_table_exists() -> None:
    """All 20 points are there, and each names tests that exist in the file above them."""
    rows = (__doc__ or "").split("\n== =")[1].splitlines()[1:]
    points, found, text = [], dict[int, int](), ""
    for row in rows:
        number, place = row[:2].strip(), row.split()[-1]
        points += [int(number)] if number else []
        if place.endswith(".py"):
            text = (TESTS / place).read_text("utf-8")
            continue
        assert re.search(rf"^(async )?def {place}\(", text, re.MULTILINE), place
        found[points[-1]] = found.get(points[-1], 0) + 1
    assert points == list(found) == list(range(1, 21))


def watch(
    world: World, source: str, monkeypatch: pytest.MonkeyPatch, deed: Callable[[Request], None]
) -> None:
    """Do something in a source, whose lock is held, after each of its answers."""
    shop = world.sources[source].shop
    handle: Callable[[Request], Response] = shop.handle

    def watched(request: Request) -> Response:
        answer = handle(request)
        deed(request)
        return answer

    monkeypatch.setattr(shop, "handle", watched)


def all_once(world: World, source: str) -> None:
    """Every order of the source stands in Webasyst once."""
    numbers = world.sources[source].dump()["orders"]
    kind = world.sources[source].shop.name
    there = sorted(row["params"]["syncd_ref"] for row in world.office_orders())
    assert there == sorted(f"{kind}:{source}:{number}" for number in numbers)


@pytest.mark.parametrize("code", [5, 6, 7, 8])
def test_3_a_source_that_stops_stops_no_other(world: World, code: int) -> None:
    """JustClick refuses every call; the orders of the other sources arrive, and its own when it is well again: after code 8
    no sooner than half an hour later."""
    numbers = {source: world.buy(source) for source in SOURCES}
    world.at("justclick", "refuse", code=code)
    run = world.run()
    assert run.ending(JUSTCLICK) in {Ending.MISCONFIGURED, Ending.NOT_AUTHORISED, Ending.FAILED}
    assert (run.ending(HOROSHOP), run.ending(MARKETPLACE)) == (Ending.OK, Ending.OK)
    assert [len(world.arrived(source, number)) for source, number in numbers.items()] == [1, 0, 1]
    world.at("justclick", "refuse", code=0)
    world.later(1801 if code == 8 else 0)
    assert world.run().exit is Exit.OK
    world.delivery("justclick", numbers["justclick"])


def test_4_orders_of_months_arrive_once(world: World) -> None:
    """Orders of each week of five months, read in windows of four weeks, stand in Webasyst once each."""
    now = int(world.now().timestamp())
    for week in range(22):
        world.buy("justclick", created=now - week * 7 * 86_400, customer={"email": f"{week}@example.test"})
    world.let("justclick", since="2020-01-01")
    assert world.run(JUSTCLICK).exit is Exit.OK
    all_once(world, "justclick")
    assert world.run(JUSTCLICK).count(JUSTCLICK, "created") == 0


def test_8_a_token_that_ends_in_mid_paging_loses_no_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two pages the shop forgets all tokens: one login more, and every order arrives once."""
    for number in range(MANY):
        world.buy("horoshop", customer={"email": f"{number}@example.test"})
    pages: list[Request] = []

    def forget(request: Request) -> None:
        if request.path == "/api/orders/get/":
            pages.append(request)
            if len(pages) == 1:
                world.sources["horoshop"].shop.edit("expire_tokens", {})

    watch(world, "horoshop", monkeypatch, forget)
    assert world.run(HOROSHOP).exit is Exit.OK
    all_once(world, "horoshop")
    assert world.sources["horoshop"].counters.by_method["auth"] == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"body": '{"status":"UNDEFINED_FUNCTION","response":[]}', "content_type": "application/json"},
        {"body": '{"status":"EMPTY","response":[]}', "content_type": "application/json"},
        {"body": "<html><body>Checking your browser</body></html>", "content_type": "text/html"},
    ],
    ids=["UNDEFINED_FUNCTION", "EMPTY", "HTML"],
)
def test_9_an_answer_that_is_none_lets_no_order_go(world: World, fault: dict[str, str]) -> None:
    """Whatever Horoshop says instead of its orders, the known order stays as it is, and moves on afterwards."""
    number = world.buy("horoshop")
    world.run(HOROSHOP)
    world.at("horoshop", "change_status", order_id=number, status=2)
    when = {"when": "before", "kind": "status", "status": 200, "times": None, "match": {"name": "orders/get"}}
    world.sources["horoshop"].faults.add({**when, **fault})
    for _ in range(2):
        run = world.run(HOROSHOP)
        assert (run.ending(HOROSHOP) is Ending.OK) == ("EMPTY" in fault["body"])
        assert world.delivery("horoshop", number)["state_id"] == "new"
    world.sources["horoshop"].faults.clear()
    assert world.run(HOROSHOP).exit is Exit.OK
    assert world.delivery("horoshop", number)["state_id"] == "processing"


def test_10_pages_that_shift_lose_and_double_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """New orders come in while the pages are read: all of them arrive once, the new ones with the next cycle at last."""
    for number in range(MANY):
        world.buy("horoshop", customer={"email": f"{number}@example.test"})
    left = iter(range(3))

    def sell(request: Request) -> None:
        if request.path == "/api/orders/get/" and next(left, None) is not None:
            world.sources["horoshop"].shop.edit("place_order", {})

    watch(world, "horoshop", monkeypatch, sell)
    for _ in range(3):
        assert world.run(HOROSHOP).exit is Exit.OK
    all_once(world, "horoshop")


def test_10_a_shop_that_ignores_limit_is_read_once(tmp_path: Path, unpaced: None) -> None:
    """A shop before 3.30 answers everything to every page: each order arrives once, and the reading ends."""
    old = {"old-shop": HoroshopShop(skus=CODES, version="3.20")}
    with five_shops(tmp_path / "data", also=old) as world:
        world.product("A")
        world.run("products")
        for number in range(MANY):
            world.buy("old-shop", customer={"email": f"{number}@example.test"})
        assert world.run("orders.old-shop").exit is Exit.OK
        all_once(world, "old-shop")
        assert world.sources["old-shop"].counters.by_method["orders/get"] <= 4


def test_11_a_coupon_counts_by_its_amount(world: World) -> None:
    """25 % of 799 are 200 at Horoshop: the order is over 599, and a delivery by the carrier's tariff costs nothing here."""
    number = world.buy(
        "horoshop",
        {"sku": "A", "price": "799"},
        coupon={"code": "AUTUMN", "percent": 25},
        delivery_price=-1,
        analytics={"utm_campaign": 20000000001},
    )
    assert world.run(HOROSHOP).exit is Exit.OK
    order = world.delivery("horoshop", number)
    amounts = [money(order[name]) for name in ("total", "discount", "shipping")]
    assert amounts == [money(599), money(200), money(0)]
    assert order["params"]["coupon_codes"] == "AUTUMN"
    assert order["params"]["utm_campaign"] == "20000000001"
    assert "carrier" in order["params"]["syncd_note"]


def test_11_gifts_sets_and_fractions_are_counted_once(world: World) -> None:
    """A gift and the parts of a set are lines that cost nothing, and pieces may be told in fractions of the currency."""
    number = world.buy(
        "horoshop",
        {"sku": "A", "price": "33.33", "quantity": 3},
        {"sku": "B", "price": "0", "type": "gift"},
        {"sku": "C", "price": "100.01", "type": "set_main"},
        {"sku": "B", "price": "0", "type": "set_item"},
        delivery_price="45.50",
    )
    assert world.run(HOROSHOP).exit is Exit.OK
    order = world.delivery("horoshop", number)
    assert money(order["total"]) == money("245.50")
    assert lines_of(order) == [
        ("A", Decimal(3), money("33.33")),
        ("B", Decimal(1), money(0)),
        ("B", Decimal(1), money(0)),
        ("C", Decimal(1), money("100.01")),
    ]


@pytest.mark.parametrize("shape", ["map", "list"])
def test_12_every_shape_of_the_marketplace_makes_the_same_order(world: World, shape: str) -> None:
    """Lines as a map or a list, with the developer's own id or the code only: the right SKUs and licences arrive."""
    world.at("marketplace", "setting", shape=shape)
    lines: list[Row] = [
        {"sku": "A", "price": "5", "licence": "CSC-AAAA-0001", "amount": 2},
        {"sku": "B", "price": "7", "external_id": "", "product_code": "B"},
    ]
    number = world.buy("marketplace", *lines, status="P")
    assert world.run(MARKETPLACE).exit is Exit.OK
    order = world.delivery("marketplace", number)
    assert lines_of(order) == [("A", Decimal(2), money(5)), ("B", Decimal(1), money(7))]
    assert order["params"]["licence_numbers"] == "A: CSC-AAAA-0001"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", ["drop", "status"])
def test_13_a_creation_whose_answer_is_lost_is_found_again(world: World, source: str, kind: str) -> None:
    """Webasyst makes the order, and its answer never comes: the order is found by its reference, not made again."""
    number = world.buy(source)
    fault = {"when": "after", "kind": kind, "match": {"name": CREATION[source]}}
    world.webasyst.faults.add(fault)
    world.run()
    world.later(120)
    run = world.run()
    assert run.exit is Exit.OK, run.failures
    world.delivery(source, number)
    assert len(world.office_orders()) == 1


@pytest.mark.parametrize(("source", "status"), [("horoshop", 77), ("justclick", "thinking")])
def test_15_an_unknown_status_creates_and_then_leaves_alone(world: World, source: str, status: Any) -> None:
    """An order in a status without a meaning is made as new; one that gets such a status stays as it is. Each is told once,
    with the status as it came."""
    if source == "horoshop":
        world.at(source, "add_status", status=status, title="On the moon")
    first, second = world.buy(source), world.buy(source)
    world.at(source, "change_status", order_id=first, status=status)
    told = _unknown(world)
    assert told == [(str(first), str(status))]
    assert world.delivery(source, first)["state_id"] == "new"
    onward = 6 if source == "horoshop" else "sent"
    world.at(source, "change_status", order_id=second, status=onward)
    world.run()
    assert world.delivery(source, second)["state_id"] == "shipped"
    world.at(source, "change_status", order_id=second, status=status)
    assert _unknown(world) == [(str(second), str(status))]
    assert world.delivery(source, second)["state_id"] == "shipped"
    assert _unknown(world) == []


def _unknown(world: World) -> list[tuple[str, str]]:
    """Run; answers the orders with an unknown status that were warned of."""
    with capture_logs() as lines:
        run = world.run()
    assert run.exit is Exit.OK, run.failures
    warned = [line for line in lines if line["event"] == "order.unknown_status"]
    assert all(line["log_level"] == "warning" for line in warned)
    return [(line["order"], line["status"]) for line in warned]


@pytest.mark.parametrize("source", SOURCES)
def test_17_a_poison_order_waits_alone_and_is_replayed(world: World, source: str) -> None:
    """An order that Webasyst refuses stands in the failures with its reason; those around it arrive, and it does, once,
    when the reason is gone."""
    poison = {"notes": "poison"} if source == "marketplace" else {"comment": "poison"}
    good = [world.buy(source, customer={"email": f"{n}@example.test"}) for n in range(3)]
    bad = world.buy(source, customer={"email": "bad@example.test"}, **poison)
    good += [world.buy(source, customer={"email": f"{n}@example.test"}) for n in range(3, 6)]
    refusal = '{"status":"fail","errors":{"customer":{"email":["Invalid Email"]}}}'
    when = {
        "when": "before",
        "kind": "status",
        "status": 200,
        "times": None,
        "content_type": "application/json",
    }
    world.webasyst.faults.add(
        {**when, "body": refusal, "match": {"name": CREATION[source], "body": "poison"}}
    )
    run = world.run()
    assert (run.exit, list(run.reasons)) == (Exit.OUTSTANDING, [str(bad)])
    assert [len(world.arrived(source, number)) for number in (*good, bad)] == [1, 1, 1, 1, 1, 1, 0]
    world.webasyst.faults.clear()
    assert world.run().exit is Exit.OK
    all_once(world, source)


@pytest.mark.parametrize("month", [3, 10])
def test_18_orders_of_the_night_when_the_clocks_change(world: World, month: int) -> None:
    """In the night in which Kyiv's clocks change an order comes every half hour, a cycle after each: all arrive once."""
    midnight = _last_sunday(month, after=world.now())
    world.later((midnight - world.now()).total_seconds())
    for step in range(8):
        world.buy("horoshop", customer={"email": f"{step}@example.test"})
        assert world.cycle(HOROSHOP).ending is Ending.OK
        all_once(world, "horoshop")
        world.later(1800)
    world.later(86_400)
    assert world.run(HOROSHOP).count(HOROSHOP, "created") == 0
    all_once(world, "horoshop")


def _last_sunday(month: int, *, after: datetime) -> datetime:
    """Midnight UTC of the next last Sunday of a month."""
    for year in (after.year, after.year + 1):
        last = date(year, month, calendar.monthrange(year, month)[1])
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        if sunday > after.date():
            break
    return datetime(sunday.year, sunday.month, sunday.day, tzinfo=UTC)


@pytest.mark.parametrize("difference", ["-1.00", "2.50"])
@pytest.mark.parametrize("source", SOURCES)
def test_20_a_total_that_differs_only_flags(world: World, source: str, difference: str) -> None:
    """The total that the source declares stands in Webasyst, with a note; the order is no failure and is read again in
    peace."""
    total = {"horoshop": "total_sum", "justclick": "price", "marketplace": "total"}[source]
    declared = money(100) + Decimal(difference)
    price = {"sum": "100"} if source == "justclick" else {"price": "100"}
    number = world.buy(source, {"sku": "A", **price}, **{total: str(declared)})
    assert world.run().exit is Exit.OK
    order = world.delivery(source, number)
    assert money(order["total"]) == declared
    assert "lines" in order["params"]["syncd_note"]
    world.forget_counts()
    assert (world.run().exit, world.writes) == (Exit.OK, 0)
