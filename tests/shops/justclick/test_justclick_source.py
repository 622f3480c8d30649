"""Reading what changed: windows by creation and by payment, and open orders in turn (contracts/sources §2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import BrokenAnswer, Misconfigured, ShopUnavailable, Throttled
from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.justclick.client import JustClickClient
from syncd.shops.justclick.rotation import Rotation
from syncd.shops.justclick.source import SWEPT, JustClickSource
from syncd.sync.ports import OrderSource
from tests.shops.justclick.justclick_account import (
    NOW,
    Account,
    an_order,
    answer_body,
    unix,
)

pytestmark = pytest.mark.anyio

MOSCOW = ZoneInfo("Europe/Moscow")
DAY = timedelta(days=1)
WINDOW, DETAILS = "getOrdersWithGoods", "getOrderDetails"


def source_of(
    client: JustClickClient, open_orders: Sequence[str] = (), zone: ZoneInfo = MOSCOW
) -> JustClickSource:
    async def names() -> Sequence[str]:
        return open_orders

    return JustClickSource(client, currency="RUB", open_orders=names, now=lambda: NOW, zone=zone)


async def pages(source: OrderSource, since: datetime | None = NOW - DAY) -> list[Page[Order]]:
    return [page async for page in source.changed_orders(since)]


async def keys(source: OrderSource, since: datetime | None = NOW - DAY) -> list[str]:
    """Keys of all orders in the order of their coming; none may be broken."""
    found = await pages(source, since)
    assert not [broken for page in found for broken in page.broken]
    return [order.key for page in found for order in page.records]


def at(moment: datetime, number: int = 1, paid: datetime | None = None, **changes: Any) -> dict[str, Any]:
    """An order created then, and paid or not."""
    return an_order(number, created=unix(moment), paid=unix(paid) if paid else "0", **changes)


async def test_one_cycle(shop: Account, client: JustClickClient) -> None:
    """Two windows, from two days before `since` to tomorrow by the account's calendar: by creation and by payment."""
    shop.orders = [at(NOW - timedelta(hours=1))]
    found = await pages(source_of(client))
    assert shop.methods() == [WINDOW, WINDOW]
    windows = [
        {name: fields.get(name) for name in ("begin_date", "end_date", "paid")} for _, fields in shop.calls
    ]
    days = {"begin_date": "29.03.2026", "end_date": "02.04.2026"}
    assert windows == [days | {"paid": None}, days | {"paid": "1"}]
    assert [[order.key for order in page.records] for page in found] == [["1"], []]
    assert {page.clock for page in found} == {NOW}
    assert {page.total for page in found} == {1}


async def test_an_order_comes_once(shop: Account, client: JustClickClient) -> None:
    """One that is in both windows, or in two pieces, comes with the first of them only."""
    shop.orders = [at(NOW - DAY, 1, paid=NOW), at(NOW - DAY, 2), at(NOW - 40 * DAY, 3, paid=NOW - DAY)]
    assert sorted(await keys(source_of(client), NOW - 90 * DAY)) == ["1", "2", "3"]


async def test_a_late_payment(shop: Account, client: JustClickClient) -> None:
    """An old order that was paid now is in the window of payments alone."""
    shop.orders = [at(NOW - 300 * DAY, 7, paid=NOW - timedelta(hours=2))]
    assert await keys(source_of(client)) == ["7"]


@pytest.mark.parametrize("whole_days", [True, False])
async def test_point_4_no_order_of_a_long_span_is_lost(
    shop: Account, client: JustClickClient, whole_days: bool
) -> None:
    """An order an hour from every day's end, over months: all come, from a shop that cuts windows longer than a month from
    the start, whether or not it counts a window's last day."""
    shop.whole_days = whole_days
    moments = [
        (NOW - 200 * DAY).replace(hour=hour, minute=59) + number * DAY
        for number in range(200)
        for hour in (0, 23)
    ]
    shop.orders = [at(moment, number + 1) for number, moment in enumerate(moments) if moment <= NOW]
    found = await keys(source_of(client, zone=ZoneInfo("UTC")), NOW - 200 * DAY)
    assert sorted(found, key=int) == [row["id"] for row in shop.orders]
    assert len(shop.calls) > 14


async def test_broken_rows_stop_nobody(shop: Account, client: JustClickClient) -> None:
    """A row that cannot be read is told with its number, or by its content; no pin code and no double comes with it."""
    bad = at(NOW - DAY, 5, paid=NOW, price="dear")
    rows = [at(NOW - DAY, 4), bad, {"first_name": "x", "pincode": "PIN-1"}, "rubbish", at(NOW - DAY, 6)]
    shop.instead = lambda method, fields: answer_body((0, "OK", rows))
    first, second = await pages(source_of(client))
    assert [order.key for order in first.records] == ["4", "6"]
    known, *nameless = [broken.key for broken in first.broken]
    assert known == "5"
    assert [key.startswith("without-id-") for key in nameless] == [True, True]
    assert "order.price" in first.broken[0].reason
    assert "PIN" not in repr(first.broken)
    assert "Тестов" in first.broken[0].payload
    assert (second.records, second.broken) == ([], [])


async def test_a_failure_in_the_middle_is_one(shop: Account, client: JustClickClient) -> None:
    """A window that is not told ends the reading with an error: what is missing is never taken for nothing."""
    shop.instead = lambda method, fields: b"<html>" if fields.get("paid") else None
    with pytest.raises(BrokenAnswer):
        await pages(source_of(client))
    shop.instead = lambda method, fields: answer_body((6, "Permission denied", None))
    with pytest.raises(Misconfigured):
        await pages(source_of(client))


async def test_open_orders_are_read_alone(shop: Account, client: JustClickClient) -> None:
    """An open order that no window told comes by its number, with the state of now and its goods."""
    shop.orders = [
        at(NOW - 60 * DAY, 8, pay_status="cancel"),
        at(NOW - timedelta(hours=1), 9),
    ]
    found = await pages(source_of(client, ["8", "9", "10"]))
    assert [[order.key for order in page.records] for page in found] == [["9"], [], ["8"]]
    swept = found[-1].records[0]
    assert swept.status == "cancel"
    assert [(line.code, int(line.quantity)) for line in swept.lines] == [("book_1", 2), ("bonus", 1)]
    # Number 9 was in a window; number 10 is not there, which is no deletion.
    assert shop.methods() == [WINDOW, WINDOW, DETAILS, WINDOW, DETAILS]


async def test_open_orders_of_one_day_share_a_window(shop: Account, client: JustClickClient) -> None:
    """Their goods come with one call."""
    shop.orders = [at(NOW - 60 * DAY, number) for number in range(1, 6)]
    assert await keys(source_of(client, ["1", "2", "3", "4", "5"])) == ["1", "2", "3", "4", "5"]
    assert shop.methods() == [WINDOW, WINDOW, DETAILS, WINDOW, *[DETAILS] * 4]


async def test_open_orders_take_turns(shop: Account, client: JustClickClient) -> None:
    """At most twenty a cycle; after three cycles each of fifty has had its turn."""
    shop.orders = [at(NOW - 60 * DAY, number) for number in range(1, 51)]
    source = source_of(client, [str(number) for number in range(1, 51)])
    since = [NOW - DAY + timedelta(minutes=number) for number in range(4)]
    cycles = [await keys(source, moment) for moment in since]
    assert [len(cycle) for cycle in cycles] == [SWEPT] * 4
    assert {key for cycle in cycles[:3] for key in cycle} == {str(number) for number in range(1, 51)}
    assert cycles[2] == [*map(str, range(41, 51)), *map(str, range(1, 11))]


async def test_a_cycle_that_reads_twice(shop: Account, client: JustClickClient) -> None:
    """The look ahead and the work behind it see the same open orders."""
    shop.orders = [at(NOW - 60 * DAY, number) for number in range(1, 51)]
    source = source_of(client, [str(number) for number in range(1, 51)])
    assert await keys(source) == await keys(source) == [str(number) for number in range(1, 21)]


async def test_the_total(shop: Account, client: JustClickClient) -> None:
    """A short span tells from the first page how many records come, broken ones and open orders included; a long one is
    told page by page, without a total."""
    shop.orders = [at(NOW - DAY, 1), at(NOW - DAY, 2, price=""), at(NOW - 60 * DAY, 3)]
    source = source_of(client, ["3"])
    found = await pages(source)
    assert [page.total for page in found] == [3, 3, 3]
    assert sum(len(page.records) + len(page.broken) for page in found) == 3
    assert {page.total for page in await pages(source, NOW - 90 * DAY)} == {None}


async def test_one_order_on_which_the_shop_breaks_down(shop: Account, client: JustClickClient) -> None:
    """It is a broken record while the shop answers other calls, and the others come; a shop that is down is an error."""
    shop.orders = [at(NOW - 60 * DAY, number) for number in (1, 2, 3)]

    def told(method: str, fields: dict[str, str]) -> bytes | None:
        return b"<html>" if fields.get("bill_id") == "2" else None

    shop.instead = told
    swept = (await pages(source_of(client, ["1", "2", "3"])))[-1]
    assert [order.key for order in swept.records] == ["1", "3"]
    assert [broken.key for broken in swept.broken] == ["2"]


async def test_an_order_that_the_shop_answers_with_an_error(shop: Account, client: JustClickClient) -> None:
    """A page instead of one order is a broken record if the shop still lists its goods, else the shop is unwell."""
    down = [False]

    def told(method: str, fields: dict[str, str]) -> bytes | None:
        shop.status = 404 if method == DETAILS or down[0] else 200
        return b"<html>" if shop.status != 200 else None

    shop.instead = told
    record = await source_of(client).order("2")
    assert isinstance(record, BrokenRecord)
    assert "although the shop answers" in record.reason
    down[0] = True
    with pytest.raises(ShopUnavailable):
        await source_of(client).order("2")


async def test_a_refused_order_is_a_broken_record(shop: Account, client: JustClickClient) -> None:
    """A code that is permanent for one order is that order's; a code that says stop is not."""
    shop.instead = lambda method, fields: answer_body((3, "Wrong data", None))
    record = await source_of(client).order("2")
    assert isinstance(record, BrokenRecord)
    assert "Wrong data" in record.reason
    shop.instead = lambda method, fields: answer_body((8, "Limit", None))
    with pytest.raises(Throttled):
        await source_of(client).order("2")


async def test_one_order(shop: Account, client: JustClickClient) -> None:
    """By details and a window around its creation; `None` for a number that the account does not have, and for what is no
    number nothing is asked."""
    created = datetime(2025, 3, 1, 20, 59, 59, tzinfo=UTC)
    shop.orders = [at(created, 7, paid=created + 90 * DAY, pay_status="sent")]
    order = await source_of(client).order("7")
    assert isinstance(order, Order)
    assert (order.status, order.paid, len(order.lines), order.placed_at) == ("sent", True, 2, created)
    assert shop.calls[-1][1]["begin_date"] == "28.02.2025"
    assert shop.calls[-1][1]["end_date"] == "03.03.2025"
    assert await source_of(client).order("8") is None
    asked = len(shop.calls)
    for key in ("", "x", "7;8", "-7", "٣", "²"):
        assert await source_of(client).order(key) is None
    assert len(shop.calls) == asked


async def test_details_that_tell_the_goods(shop: Account, client: JustClickClient) -> None:
    """Then no window is asked for."""
    shop.goods_in_details = True
    shop.orders = [at(NOW - 60 * DAY, 7)]
    order = await source_of(client).order("7")
    assert isinstance(order, Order)
    assert len(order.lines) == 2
    assert shop.methods() == [DETAILS]


async def test_the_details_are_the_truth(shop: Account, client: JustClickClient) -> None:
    """State, payment and total are those of the details; the window lends the goods and what the details leave out."""
    row = at(NOW - 60 * DAY, 7, pay_status="waiting", comment="from the window")
    details = {
        "id": "7",
        "created": row["created"],
        "pay_status": "moneyback",
        "paid": "1700003600",
        "price": "2490.00",
        "items": [],
    }
    shop.orders = [row]
    shop.instead = lambda method, fields: answer_body((0, "OK", details)) if method == DETAILS else None
    order = await source_of(client).order("7")
    assert isinstance(order, Order)
    assert (order.status, order.paid, order.comment) == ("moneyback", True, "from the window")
    assert len(order.lines) == 2


async def test_rubbish_around_the_goods(shop: Account, client: JustClickClient) -> None:
    """Other rows of the window, whatever they are, hide no order."""
    row = at(NOW - 60 * DAY, 7)
    rows: list[Any] = ["rubbish", None, [], {"id": None}, {}, row]
    shop.orders = [row]
    shop.instead = lambda method, fields: answer_body((0, "OK", rows)) if method == WINDOW else None
    order = await source_of(client).order("7")
    assert isinstance(order, Order)
    assert len(order.lines) == 2


async def test_goods_that_no_window_tells(shop: Account, client: JustClickClient) -> None:
    """An order without its goods is never made: it is a failure that a person sees, without its pin codes."""
    details = {**at(NOW - 60 * DAY, 7), "items": [], "pincode": "PIN-1"}
    shop.instead = lambda method, fields: answer_body((0, "OK", details)) if method == DETAILS else None
    record = await source_of(client).order("7")
    assert isinstance(record, BrokenRecord)
    assert "no window around its day of creation tells its goods" in record.reason
    assert "PIN" not in record.payload


async def test_details_that_cannot_be_read(shop: Account, client: JustClickClient) -> None:
    """No time of creation, another order, a page: broken records with the reason."""
    wrong: list[Any] = [{"id": "7"}, {"id": "8"}, []]
    for details in wrong:
        body = answer_body((0, "OK", details))
        shop.instead = lambda method, fields, body=body: body
        record = await source_of(client).order("7")
        assert isinstance(record, BrokenRecord)
        assert record.key == "7"
    shop.instead = lambda method, fields: b"<html>"
    assert isinstance(await source_of(client).order("7"), BrokenRecord)


@given(st.lists(st.integers(1, 60).map(str), max_size=40), st.integers(1, 7))
def test_a_rotation_leaves_nobody_out(names: list[str], most: int) -> None:
    """As many turns as the keys need, and each had one; never more than `most`, never one twice in a turn."""
    rotation, wanted = Rotation(), set(names)
    turns = [rotation.take(names, most, turn) for turn in range(-(-len(wanted) // most))]
    assert {key for turn in turns for key in turn} == wanted
    assert all(len(turn) == min(most, len(wanted)) == len(set(turn)) for turn in turns)


def test_a_rotation_goes_on_where_it_stopped() -> None:
    """By number, also when the last one has gone meanwhile; nothing to take changes nothing."""
    rotation = Rotation()
    assert rotation.take(["10", "9", "100"], 2, 1) == ["9", "10"]
    assert rotation.take([], 2, 2) == []
    assert rotation.take(["9", "11", "100"], 2, 3) == ["11", "100"]
    assert rotation.take(["9", "11", "100"], 2, 4) == ["9", "11"]


def test_a_rotation_repeats_a_turn() -> None:
    """The same turn has the same keys, and nobody is passed over afterwards; the first turn may be any value."""
    rotation = Rotation()
    assert [rotation.take("12345", 2, turn) for turn in (None, None, 1, 1, 2)] == [
        ["1", "2"],
        ["1", "2"],
        ["3", "4"],
        ["3", "4"],
        ["5", "1"],
    ]


@pytest.mark.parametrize(("told", "paid"), [("500.00", False), ("0.00", True), ("2490.00", True)])
async def test_a_prepayment_in_a_window_is_not_taken_for_the_whole(
    shop: Account, client: JustClickClient, told: str, paid: bool
) -> None:
    """A row of a window does not tell of prepayments: one that looks paid and still waits is looked at in detail."""
    row = at(NOW - DAY, paid=NOW - DAY, pay_status="waiting")

    def details(method: str, fields: dict[str, str]) -> bytes | None:
        if method != DETAILS:
            return None
        whole = {name: value for name, value in row.items() if name != "items"}
        return answer_body((0, "OK", whole | {"prepayment_sum": told}))

    shop.orders, shop.instead = [row], details
    [order] = [order for page in await pages(source_of(client)) for order in page.records]
    assert (order.paid, len(order.lines)) == (paid, 2)
    assert shop.methods().count(DETAILS) == 1


async def test_an_order_that_says_paid_costs_no_further_call(shop: Account, client: JustClickClient) -> None:
    """Its status leaves nothing open."""
    shop.orders = [at(NOW - DAY, paid=NOW - DAY)]
    assert await keys(source_of(client)) == ["1"]
    assert shop.methods() == [WINDOW, WINDOW]


async def test_an_order_whose_details_are_refused_is_not_called_paid(
    shop: Account, client: JustClickClient
) -> None:
    """It is set aside, visibly, rather than shipped for a prepayment; the others go on."""
    shop.orders = [at(NOW - DAY, paid=NOW - DAY, pay_status="waiting"), at(NOW - DAY, 2)]
    shop.instead = lambda method, fields: answer_body((3, "Wrong data", None)) if method == DETAILS else None
    found = await pages(source_of(client))
    assert [order.key for page in found for order in page.records] == ["2"]
    assert [broken.key for page in found for broken in page.broken] == ["1"]
