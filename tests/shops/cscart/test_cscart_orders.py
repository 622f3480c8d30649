"""Changed orders: pages, fallbacks, and completeness while the shop is being used."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.errors import BrokenAnswer, NotAuthorised, ShopUnavailable, Throttled
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.listing import Listing, Portion, Walk
from syncd.shops.cscart.source import CSCartSource
from tests.shops.cscart.cscart_shop import NOW, FakeShop, an_order, page

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 2, 24, 10, 0, 0, 700_000, tzinfo=UTC)
START = 1771927200


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repetitions inside the transport are tested there."""
    with stamina.set_testing(True, attempts=1):
        yield


def fill(shop: FakeShop, count: int) -> None:
    shop.orders = {number: an_order(number, START) for number in range(1, count + 1)}


async def changed(
    source: CSCartSource, since: datetime | None = SINCE
) -> tuple[list[str], list[BrokenRecord]]:
    """The keys of all orders and what was broken."""
    keys: list[str] = []
    broken: list[BrokenRecord] = []
    async for part in source.changed_orders(since):
        keys += [order.key for order in part.records]
        broken += part.broken
    return keys, broken


async def test_the_query_says_everything(shop: FakeShop, client: CSCartClient) -> None:
    """Filter, full orders, page, size, sorting, company and language are all told (contracts/cscart §1.9, §4.1)."""
    source = CSCartSource(client, company="1", language="ru", currency="RUB")
    await changed(source)
    assert dict(shop.calls[0].params) == {
        "updated_at_from": str(START),
        "sort_by": "order_id",
        "sort_order": "asc",
        "page": "1",
        "items_per_page": "50",
        "get_orders_data": "1",
        "company_id": "1",
        "sl": "ru",
    }
    await changed(CSCartSource(client, company=None, language=None, currency="RUB"), None)
    assert not {"updated_at_from", "company_id", "sl"} & set(shop.calls[1].params)


async def test_one_page_is_one_call(shop: FakeShop, source: CSCartSource) -> None:
    """What fits into a page costs one call, and brings the shop's clock and count."""
    fill(shop, 50)
    pages = [part async for part in source.changed_orders(SINCE)]
    assert [len(part.records) for part in pages] == [50]
    assert (pages[0].clock, pages[0].total) == (NOW, 50)
    assert len(shop.calls) == 1


async def test_several_pages(shop: FakeShop, source: CSCartSource) -> None:
    """Pages are read by the shop's count, and then the short list once, in which every order is known."""
    fill(shop, 120)
    keys, broken = await changed(source)
    assert keys == [str(number) for number in range(1, 121)]
    assert not broken
    assert [url.params.get("items_per_page") for url in shop.calls] == ["50", "50", "50", "500"]


async def test_a_shop_that_caps_its_pages(shop: FakeShop, source: CSCartSource) -> None:
    """Pages shorter than asked for are not taken for the last ones."""
    shop.largest_page = 20
    fill(shop, 45)
    assert (await changed(source))[0] == [str(number) for number in range(1, 46)]


async def test_without_a_count_a_short_page_is_the_last(shop: FakeShop, source: CSCartSource) -> None:
    """Some shops do not tell how many rows there are."""
    shop.before = lambda request: httpx.Response(200, json={"orders": [an_order(7)], "params": []})
    assert (await changed(source))[0] == ["7"]
    assert len(shop.calls) == 1


async def test_repeated_pages_end(shop: FakeShop, source: CSCartSource) -> None:
    """A shop that repeats its last page for ever is not read for ever."""
    rows = {"orders": [an_order(number) for number in range(50)], "params": {"total_items": "9999"}}
    shop.before = lambda request: httpx.Response(200, json=rows)
    keys, broken = await changed(source)
    assert len(keys) == 49
    assert len(broken) == 1
    assert len(shop.calls) < 8


@pytest.mark.parametrize("gone", [3, 50, 51])
async def test_an_order_that_leaves_hides_no_other(shop: FakeShop, source: CSCartSource, gone: int) -> None:
    """An order deleted between two pages pulls the next one over the boundary; it is fetched all the same."""
    fill(shop, 120)

    def leaves(request: httpx.Request) -> None:
        if request.url.params.get("page") == "2":
            shop.orders.pop(gone, None)

    shop.before = leaves
    keys, _ = await changed(source)
    assert set(map(str, shop.orders)) <= set(keys)
    assert len(keys) == len(set(keys))


async def test_a_new_order_doubles_no_other(shop: FakeShop, source: CSCartSource) -> None:
    """An old order that is edited between two pages pushes others to the next page; each comes once."""
    fill(shop, 120)
    shop.orders[1] = an_order(1, START - 1)

    def edited(request: httpx.Request) -> None:
        if request.url.params.get("page") == "2":
            shop.orders[1] = an_order(1, START + 5)

    shop.before = edited
    keys, _ = await changed(source)
    assert sorted(keys, key=int) == [str(number) for number in range(1, 121)]


async def test_a_shop_that_ignores_the_filter(shop: FakeShop, source: CSCartSource) -> None:
    """Rows from before the time asked for are dropped here (contracts/cscart §4.1: filter since 4.13)."""
    rows = [an_order(1, START - 1), an_order(2, START), an_order(3, START + 1)]
    shop.before = lambda request: httpx.Response(200, json={"orders": rows, "params": {"total_items": "3"}})
    assert (await changed(source))[0] == ["2", "3"]


async def test_a_shop_that_tells_no_time_of_changes(shop: FakeShop, source: CSCartSource) -> None:
    """Where orders have no `updated_at`, none of them is dropped: a new status of an old order would never arrive."""
    rows = [an_order(number, START - 1, timestamp=str(START - 500)) for number in (1, 2, 3)]
    del rows[0]["updated_at"]
    rows[1]["updated_at"] = None
    shop.before = lambda request: httpx.Response(200, json={"orders": rows, "params": {"total_items": "3"}})
    assert (await changed(source))[0] == ["1", "2"]


async def test_a_shop_that_tells_short_rows(shop: FakeShop, source: CSCartSource) -> None:
    """Where get_orders_data is unknown, every order is read alone; once it is known, no more."""
    shop.knows_orders_data = False
    fill(shop, 3)
    assert (await changed(source))[0] == ["1", "2", "3"]
    assert shop.resources() == ["orders", "orders/1", "orders/2", "orders/3"]
    shop.knows_orders_data = True
    await changed(source)
    assert shop.resources()[4:] == ["orders"]


async def test_an_order_that_breaks_the_page(shop: FakeShop, source: CSCartSource) -> None:
    """One order that empties the answer is set aside with its reason, the others go on (contracts/cscart §1.5)."""
    fill(shop, 4)

    def broken(request: httpx.Request) -> httpx.Response | None:
        poisoned = request.url.params.get("get_orders_data") or request.url.path.endswith("/orders/3")
        return httpx.Response(200, text="") if poisoned else None

    shop.before = broken
    keys, records = await changed(source)
    assert keys == ["1", "2", "4"]
    assert [record.key for record in records] == ["3"]
    assert "not JSON" in records[0].reason


async def test_an_order_that_breaks_the_shop(shop: FakeShop, source: CSCartSource) -> None:
    """An order on which PHP dies is set aside while the shop answers otherwise."""
    fill(shop, 2)

    def dies(request: httpx.Request) -> httpx.Response | None:
        poisoned = request.url.params.get("get_orders_data") or request.url.path.endswith("/orders/2")
        return page(500) if poisoned else None

    shop.before = dies
    keys, records = await changed(source)
    assert (keys, [record.key for record in records]) == (["1"], ["2"])
    assert "although the shop answers" in records[0].reason


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (page(500), ShopUnavailable),
        (httpx.Response(200, text=""), BrokenAnswer),
        (httpx.Response(401, json={}), NotAuthorised),
        (httpx.Response(429, headers={"Retry-After": "900"}), Throttled),
    ],
)
async def test_a_shop_that_is_down_stops_the_reading(
    shop: FakeShop, source: CSCartSource, response: httpx.Response, error: type[Exception]
) -> None:
    """When the short list does not come either, nothing is set aside: the stream tries again later."""
    fill(shop, 2)
    shop.before = lambda request: response
    with pytest.raises(error):
        await changed(source)


async def test_a_shop_that_goes_down_in_the_middle(shop: FakeShop, source: CSCartSource) -> None:
    """Orders that cannot be read because the shop went down are not set aside."""
    fill(shop, 2)
    shop.knows_orders_data = False
    shop.before = lambda request: None if request.url.path == "/api/orders" else page(500)
    with pytest.raises(ShopUnavailable):
        await changed(source)


async def test_a_closed_shop_breaks_no_order(shop: FakeShop, source: CSCartSource) -> None:
    """A shop that answers everything with a page and 200 is down: the order asked for is not set aside as unreadable."""
    fill(shop, 1)
    shop.before = lambda request: page(200, "<html>Store closed</html>")
    with pytest.raises(BrokenAnswer):
        await source.order("1")


async def test_a_row_that_cannot_be_read(shop: FakeShop, source: CSCartSource) -> None:
    """A bad row becomes a record with key, reason and excerpt; a row without an id gets one."""
    fill(shop, 3)
    shop.orders[2]["total"] = "?"
    del shop.orders[3]["order_id"]
    keys, (second, third) = await changed(source)
    assert keys == ["1"]
    assert second.key == "2"
    assert "order.total" in second.reason
    assert '"total": "?"' in second.payload
    assert third.key.startswith("without-id-")


async def test_an_order_deleted_meanwhile(shop: FakeShop, source: CSCartSource) -> None:
    """An order that is gone before it is read alone is just absent."""
    shop.knows_orders_data = False
    fill(shop, 2)

    def deleted(request: httpx.Request) -> None:
        if request.url.path.endswith("/orders/1"):
            del shop.orders[1]

    shop.before = deleted
    assert await changed(source) == (["2"], [])


async def test_one_order(shop: FakeShop, client: CSCartClient) -> None:
    """By its key: read, missing, of another company, or with a key that no order can have."""
    fill(shop, 1)
    shop.orders[2] = an_order(2, company_id="2")
    shop.orders[3] = an_order(3, total=None)
    source = CSCartSource(client, company="1", language="ru", currency="RUB")
    order = await source.order("1")
    assert isinstance(order, Order)
    assert order.currency == "RUB"
    assert shop.calls[0].params["sl"] == "ru"
    assert await source.order("2") is None
    assert isinstance(await source.order("3"), BrokenRecord)
    assert await source.order("4") is None
    before = len(shop.calls)
    assert await source.order("../users") is None
    assert await source.order("") is None
    assert len(shop.calls) == before


@given(
    count=st.integers(0, 40),
    events=st.lists(
        st.tuples(st.sampled_from(["delete", "append", "enter"]), st.integers(0, 60)), max_size=6
    ),
)
@settings(max_examples=200)
def test_nothing_that_stays_is_missed(count: int, events: list[tuple[str, int]]) -> None:
    """With one event between any two pages, two readings bring every row that was there all the time, each once."""
    rows = list(range(100, 100 + 2 * count, 2))
    always = set(rows) - {rows[at % count] for kind, at in events if count and kind == "delete"}
    pending = list(events)

    async def read(number: int, size: int) -> Portion[Any]:
        part = [str(row) for row in sorted(rows)[(number - 1) * size : number * size]]
        listing = Listing(list(part), size, len(rows), NOW)
        portion: Portion[Any] = Portion(dict.fromkeys(part, "x"), len(rows), NOW, listing.ends(number, size))
        if pending:
            apply(*pending.pop(0))
        return portion

    first = list(rows)

    def apply(kind: str, at: int) -> None:
        if kind == "delete" and first and first[at % len(first)] in rows:
            rows.remove(first[at % len(first)])
        elif kind == "append":
            rows.append(1000 + len(rows) + at * 100)
        elif kind == "enter":
            rows.append(at)

    async def run() -> list[str]:
        known: set[str] = set()
        keys: list[str] = []
        steady = False
        while not (steady and not pending):
            walk = Walk(read, 5, known)
            async for part in walk.run():
                keys += [""] * len(part.records)
            steady = walk.steady
        assert len(keys) == len(known)
        return sorted(known)

    assert always <= {int(key) for key in asyncio.run(run())}
