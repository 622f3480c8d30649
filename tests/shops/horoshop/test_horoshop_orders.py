"""Changed orders of Horoshop: the window by creation, pages that shift, and the open orders by number."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.errors import NotAuthorised, ShopUnavailable
from syncd.model.exchange import Page
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.horoshop.local_time import to_local
from syncd.shops.horoshop.order_reader import OVERLAP
from syncd.shops.horoshop.source import HoroshopSource
from syncd.sync.ports import OrderSource
from tests.shops.horoshop.conftest import Reading, no_calls
from tests.shops.horoshop.small_shop import NOON, SmallShop, Told, an_order, envelope
from tests.shops.samples import sample

pytestmark = pytest.mark.anyio

SINCE = NOON - timedelta(hours=1)


async def pages_of(source: OrderSource, since: datetime | None = SINCE) -> list[Page[Order]]:
    return [page async for page in source.changed_orders(since)]


async def keys_of(source: OrderSource, since: datetime | None = SINCE) -> list[str]:
    return [order.key for page in await pages_of(source, since) for order in page.records]


def fill(shop: SmallShop, count: int) -> None:
    shop.orders = [an_order(number) for number in range(1, count + 1)]


async def test_the_window_is_told_in_the_shops_time(shop: SmallShop, reading: Reading) -> None:
    """From a day before the cursor to a day after now, in Kyiv's time; without a cursor from before there were shops."""
    await pages_of(reading())
    await pages_of(reading(), None)
    first, second = shop.called("orders/get")
    assert (first["from"], first["to"]) == ("2026-11-20 13:00:00", "2026-11-22 14:00:00")
    assert second["from"] == "2000-01-01 02:00:00"
    assert first["additionalData"] is True


@pytest.mark.parametrize("zone", ["Asia/Almaty", "America/New_York"])
async def test_a_zone_that_is_set_wrong_makes_no_order_late(
    shop: SmallShop, reading: Reading, zone: str
) -> None:
    """The shop's local time may be hours ahead of what we take for it, or behind: its newest order comes all the same."""
    shop.orders = [an_order(7, stat_created=to_local(NOON, ZoneInfo(zone)))]
    assert await keys_of(reading()) == ["7"]


async def test_the_orders_of_the_sample_come(shop: SmallShop, reading: Reading) -> None:
    """The answer of the contract as it is, with the shop's clock."""
    shop.orders = sample("horoshop_orders_get_ok.json")["response"]["orders"]
    shop.now = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
    (page,) = await pages_of(reading(), shop.now)
    assert [order.key for order in page.records] == ["1001", "1003", "1004"]
    assert (page.clock, list(page.broken)) == (shop.now, [])


async def test_no_orders_are_an_empty_page(shop: SmallShop, reading: Reading) -> None:
    """A quiet day still brings the shop's clock, from which the next cycle starts (contracts/sources §6, 9)."""
    (page,) = await pages_of(reading())
    assert (list(page.records), page.clock) == ([], shop.now)
    assert len(shop.called("orders/get")) == 1


@pytest.mark.parametrize("count", [99, 100, 101, 195, 196, 250])
async def test_every_page_is_read(shop: SmallShop, reading: Reading, count: int) -> None:
    """All orders come, each once, whatever their number; a short page is the last."""
    fill(shop, count)
    assert await keys_of(reading()) == [str(number) for number in range(1, count + 1)]
    assert [body["limit"] for body in shop.called("orders/get")] == [100] * len(shop.called("orders/get"))
    assert len(shop.called("orders/get")) == 1 + max(0, -(-(count - 99) // 95))


async def test_new_orders_that_shift_the_pages_double_nothing(shop: SmallShop, reading: Reading) -> None:
    """Newest first, every new order pushes the others on: they come once, and none is lost (contracts/sources §6, 10)."""
    shop.orders = [an_order(number) for number in range(250, 0, -1)]

    def arrives(function: str, body: dict[str, Any]) -> Told | None:
        if body.get("offset"):
            shop.orders[:0] = [an_order(1000 + len(shop.orders) + more) for more in range(3)]
        return None

    shop.before = arrives
    keys = await keys_of(reading())
    assert len(keys) == len(set(keys))
    assert {str(number) for number in range(1, 251)} <= set(keys)


@pytest.mark.parametrize("gone", [1, 2, 5])
async def test_orders_that_vanish_while_pages_are_read_hide_no_other(
    shop: SmallShop, reading: Reading, gone: int
) -> None:
    """Deleted orders pull the rest back over the boundary, where the pages overlap (contracts/sources §6, 10)."""
    fill(shop, 180)

    def vanishes(function: str, body: dict[str, Any]) -> Told | None:
        if body.get("offset") == 95:
            del shop.orders[:gone]
        return None

    shop.before = vanishes
    assert await keys_of(reading()) == [str(number) for number in range(1, 181)]


@pytest.mark.parametrize("count", [40, 100, 350])
async def test_a_shop_that_ignores_limit_is_not_read_for_ever(
    shop: SmallShop, reading: Reading, count: int
) -> None:
    """Before 3.30 every page holds everything: one without anything new is the last (contracts/sources §6, 10)."""
    shop.knows_limit = False
    fill(shop, count)
    assert await keys_of(reading()) == [str(number) for number in range(1, count + 1)]
    assert len(shop.called("orders/get")) == (1 if count < 100 else 2)


async def test_a_token_that_ends_in_mid_paging_is_renewed(shop: SmallShop, reading: Reading) -> None:
    """Expired by the clock or forgotten by the shop between two pages: one more login, no order lost or doubled
    (contracts/sources §6, 8)."""
    fill(shop, 250)

    def ends(function: str, body: dict[str, Any]) -> Told | None:
        if body.get("offset") == 95 and len(shop.tokens) == 1:
            shop.passes(601)
        if body.get("offset") == 190 and len(shop.tokens) == 2:
            shop.tokens = dict.fromkeys(shop.tokens, shop.now)
        return None

    shop.before = ends
    assert await keys_of(reading()) == [str(number) for number in range(1, 251)]
    assert len(shop.called("auth")) == 3


async def test_open_orders_are_read_by_number(shop: SmallShop, reading: Reading) -> None:
    """Those that the window did not hold, and no others; what is gone in the shop is just absent."""
    shop.orders = [an_order(1), an_order(2, "2026-01-05 10:00:00", stat_status=3), an_order(3)]
    pages = await pages_of(reading("1", "2", "77"))
    assert [[order.key for order in page.records] for page in pages] == [["1", "3"], ["2"]]
    assert pages[1].records[0].status == "3"
    assert shop.called("orders/get")[1]["ids"] == [2, 77]


async def test_no_open_order_costs_no_call(shop: SmallShop, reading: Reading) -> None:
    """All of them stood in the window."""
    shop.orders = [an_order(1)]
    await pages_of(reading("1"))
    assert len(shop.called("orders/get")) == 1


async def test_open_orders_are_asked_for_in_portions(shop: SmallShop, reading: Reading) -> None:
    """A hundred numbers a call, each once; what is no number is no order of this shop."""
    shop.orders = [an_order(number, "2026-01-05 10:00:00") for number in range(1, 231)]
    keys = [str(number) for number in range(1, 231)]
    assert await keys_of(reading("x", "٩٩٩", *keys, "007", "9" * 19)) == keys
    assert [len(body["ids"]) for body in shop.called("orders/get")[1:]] == [100, 100, 30]


async def test_the_open_orders_are_asked_for_after_the_window(shop: SmallShop, client: Any) -> None:
    """What the window brought may have ended meanwhile: it is not looked up again."""
    asked: list[int] = []

    async def told() -> list[str]:
        asked.append(len(shop.called("orders/get")))
        return []

    source = HoroshopSource(
        client,
        zone=ZoneInfo("Europe/Kyiv"),
        currency=None,
        open_orders=told,
        calls=no_calls,
        now=shop.clock,
    )
    await pages_of(source)
    assert asked == [1]


async def test_a_few_pages_tell_their_total(shop: SmallShop, reading: Reading) -> None:
    """Window and open orders together, broken ones too; the reading is over before the first page is handed on."""
    fill(shop, 120)
    shop.orders.append(an_order(900, products=None))
    source = reading("1", "900", "901").changed_orders(SINCE)
    first = await anext(source)
    calls = len(shop.calls)
    pages = [first, *[page async for page in source]]
    assert {page.total for page in pages} == {121}
    assert len(shop.calls) == calls


async def test_a_long_backfill_is_handed_on_page_by_page(
    shop: SmallShop, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing but its first pages is held in memory, and no total is told."""
    monkeypatch.setattr("syncd.shops.horoshop.order_reader._AHEAD", 2)
    fill(shop, 450)
    source = reading("1").changed_orders(SINCE)
    first = await anext(source)
    calls = len(shop.calls)
    pages = [first, *[page async for page in source]]
    assert {page.total for page in pages} == {None}
    assert sum(len(page.records) for page in pages) == 450
    assert len(shop.calls) > calls


async def test_an_order_nobody_asked_for_is_not_handed_on(shop: SmallShop, reading: Reading) -> None:
    """A shop that ignores the numbers answers with anything."""
    shop.before = lambda function, body: (
        envelope("OK", orders=[an_order(5), an_order(6)]) if "ids" in body else None
    )
    assert await keys_of(reading("5")) == ["5"]
    order = await reading().order("6")
    assert isinstance(order, Order)
    assert order.key == "6"
    assert await reading().order("7") is None


async def test_one_order(shop: SmallShop, reading: Reading) -> None:
    """By its number; unknown ones and those that are no number are not there, the latter without a call."""
    shop.orders = [an_order(7, "2020-01-05 10:00:00")]
    order = await reading().order("7")
    assert isinstance(order, Order)
    assert order.key == "7"
    assert await reading().order("8") is None
    calls = len(shop.calls)
    assert await reading().order("8; drop") is None
    assert len(shop.calls) == calls


async def test_one_order_that_cannot_be_read(shop: SmallShop, reading: Reading) -> None:
    """It is told with its reason."""
    shop.orders = [an_order(7, total_sum="much")]
    broken = await reading().order("7")
    assert isinstance(broken, BrokenRecord)
    assert "total_sum" in broken.reason


async def test_a_broken_order_stops_no_other(shop: SmallShop, reading: Reading) -> None:
    """It is set aside under its number, one without a number under its content, and the others come
    (contracts/sources §6, 17)."""
    shop.orders = [an_order(1), an_order(2, products=None), an_order(0), an_order(4)]
    (page,) = await pages_of(reading())
    assert [order.key for order in page.records] == ["1", "4"]
    second, nameless = page.broken
    assert second.key == "2"
    assert "products" in second.reason
    assert json.loads(second.payload)["order_id"] == 2
    assert nameless.key.startswith("without-id-")
    assert nameless.reason.startswith("Horoshop")


async def test_orders_on_which_the_shop_breaks_down_stop_no_other(shop: SmallShop, reading: Reading) -> None:
    """Asked for in one call with others, each of them is set aside by its own number (contracts/sources §6, 17)."""
    shop.orders = [an_order(number) for number in range(1, 10)]
    bad = {3, 4, 9}
    shop.before = lambda function, body: (
        (200, sample("horoshop_exception.json")) if bad.intersection(body.get("ids", ())) else None
    )
    source = reading(*map(str, range(1, 10)))
    pages = await pages_of(source, NOON + timedelta(days=400))
    assert [order.key for page in pages for order in page.records] == ["1", "2", "5", "6", "7", "8"]
    assert [record.key for page in pages for record in page.broken] == ["3", "4", "9"]
    assert isinstance(await source.order("3"), BrokenRecord)


async def test_a_shop_that_is_down_is_no_broken_order(shop: SmallShop, reading: Reading) -> None:
    """When the shop fails at everything, nothing is said about the order."""
    shop.orders = [an_order(3)]
    shop.before = lambda function, body: (200, sample("horoshop_exception.json"))
    with pytest.raises(ShopUnavailable):
        await reading().order("3")


async def test_trouble_in_the_window_ends_the_cycle(shop: SmallShop, reading: Reading) -> None:
    """A failed answer is never a short page: nothing may look as if it had ended there."""
    fill(shop, 150)
    shop.before = lambda function, body: (
        (200, sample("horoshop_exception.json")) if body.get("offset") else None
    )
    with pytest.raises(ShopUnavailable):
        await pages_of(reading("999"))


async def test_a_refused_login_is_told_to_the_stream(shop: SmallShop, reading: Reading) -> None:
    """The stream stops with one alarm."""
    shop.before = lambda function, body: (200, sample("horoshop_auth_error.json"))
    with pytest.raises(NotAuthorised):
        await pages_of(reading())


async def test_the_statuses_of_the_shop(shop: SmallShop, reading: Reading) -> None:
    """An object keyed by id, with the shop's own statuses, in the first of its languages (contracts/sources §6, 11)."""
    shop.before = lambda function, body: (
        (200, sample("horoshop_statuses.json")) if function == "orders/get_available_statuses" else None
    )
    told = sample("horoshop_statuses.json")["response"]["statuses"]
    assert await reading().statuses() == {key: status["title"]["ua"] for key, status in told.items()}
    assert (len(told), told["17"]["title"]["en"]) == (6, "Awaiting prepayment")


async def test_statuses_in_other_shapes(shop: SmallShop, reading: Reading) -> None:
    """A list, a title in one language, a status without its id or title."""
    told = {"5": {"title": {"ua": "", "en": "Five"}}, "7": {"id": 7, "title": "Seven"}, "8": {}}
    shop.before = lambda function, body: envelope("OK", statuses=told) if "get_av" in function else None
    assert await reading().statuses() == {"5": "Five", "7": "Seven", "8": ""}
    listed = [{"id": 1, "title": "One"}]
    shop.before = lambda function, body: envelope("OK", statuses=listed) if "get_av" in function else None
    assert await reading().statuses() == {"1": "One"}


@settings(max_examples=200)
@given(
    st.datetimes(
        datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(ZoneInfo("UTC")), allow_imaginary=False
    ),
    st.integers(0, 10**6),
    st.sampled_from(["Europe/Kyiv", "UTC", "America/New_York", "Asia/Kolkata"]),
)
def test_no_window_misses_an_order_by_a_change_of_the_clocks(placed: datetime, after: int, zone: str) -> None:
    """An order that was placed since the cursor stands in the window's local times, in any zone, around any change of the
    clocks (contracts/sources §6, 18)."""
    place = ZoneInfo(zone)
    start = to_local(placed - timedelta(seconds=after) - OVERLAP, place)
    end = to_local(placed + OVERLAP, place)
    assert start <= to_local(placed, place) <= end
