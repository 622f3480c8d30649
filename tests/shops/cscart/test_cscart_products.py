"""Products: changed ones, amounts, some by id; fallbacks and completeness while the shop is being used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
import stamina

from syncd.errors import BrokenAnswer, ShopUnavailable
from syncd.model.exchange import Page
from syncd.model.product import BrokenRecord, Product
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.source import CSCartSource
from tests.shops.cscart.cscart_shop import NOW, FakeShop, a_product, page

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 2, 24, 10, 0, 0, 500_000, tzinfo=UTC)
START = 1771927200


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repetitions inside the transport are tested there."""
    with stamina.set_testing(True, attempts=1):
        yield


def fill(shop: FakeShop, count: int) -> None:
    shop.products = {number: a_product(number, START + number) for number in range(1, count + 1)}


async def gathered(pages: AsyncIterator[Page[Product]]) -> tuple[list[str], list[str]]:
    """The keys of all products, and of what was broken."""
    keys: list[str] = []
    broken: list[str] = []
    async for part in pages:
        keys += [product.key for product in part.records]
        broken += [record.key for record in part.broken]
    return keys, broken


async def test_the_query_for_changes(shop: FakeShop, client: CSCartClient) -> None:
    """Window, sorting, page, texts, language and company are all told (contracts/cscart §1.9, §3.1)."""
    fill(shop, 1)
    source = CSCartSource(client, company="1", language="ru", currency="RUB")
    assert (await gathered(source.changed_products(SINCE)))[0] == ["1"]
    query = shop.calls[-1].params
    assert query.get_list("extend[]") == ["description", "full_description", "meta_data", "page_title"]
    told = {name: query[name] for name in query if name not in {"extend[]", "updated_in_hours"}}
    assert told == {
        "page": "1",
        "items_per_page": "250",
        "sort_by": "updated_timestamp",
        "sort_order": "desc",
        "company_id": "1",
        "sl": "ru",
        "lang_code": "ru",
    }


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=15), timedelta(minutes=-15)])
async def test_the_window_is_counted_by_the_shops_clock(
    shop: FakeShop, source: CSCartSource, ahead: timedelta
) -> None:
    """The hours reach back to `since` on the shop's clock, however wrong that is, and a little further."""
    shop.now = NOW + ahead
    fill(shop, 1)
    shop.products[2] = a_product(2, START - 1)
    keys, _ = await gathered(source.changed_products(SINCE))
    assert keys == ["1"]
    hours = Decimal(shop.calls[-1].params["updated_in_hours"])
    exact = Decimal(int(shop.now.timestamp()) - START) / 3600
    assert exact < hours < exact + Decimal("0.05")
    assert shop.resources() == ["version", "products"]


async def test_an_unknown_clock_reaches_back_further(shop: FakeShop, source: CSCartSource) -> None:
    """Without a Date header the window is an hour wider, for the shop's clock may be ahead."""
    shop.tells_time = False
    shop.now = datetime.now(UTC) + timedelta(minutes=50)
    since = shop.now - timedelta(hours=2)
    shop.products = {1: a_product(1, int(since.timestamp()) + 1)}
    assert (await gathered(source.changed_products(since)))[0] == ["1"]


async def test_a_time_to_come_asks_for_the_least(shop: FakeShop, source: CSCartSource) -> None:
    """A time after the shop's now never makes a negative window."""
    await gathered(source.changed_products(NOW + timedelta(days=1)))
    assert shop.calls[-1].params["updated_in_hours"] == "0.000001"


async def test_every_product(shop: FakeShop, source: CSCartSource) -> None:
    """Without a time there is no window, and the order is one that edits do not change."""
    fill(shop, 600)
    keys, _ = await gathered(source.changed_products(None))
    assert sorted(map(int, keys)) == list(range(1, 601))
    assert all("updated_in_hours" not in url.params for url in shop.calls)
    assert {url.params["sort_by"] for url in shop.calls} == {"timestamp"}
    assert [url.params["items_per_page"] for url in shop.calls] == ["250", "250", "250", "1000"]


@pytest.mark.parametrize("since", [SINCE, None])
async def test_a_deleted_product_hides_no_other(
    shop: FakeShop, source: CSCartSource, since: datetime | None
) -> None:
    """A product deleted between two pages pulls another over the boundary; it is fetched by its id."""
    fill(shop, 600)

    def deleted(request: httpx.Request) -> None:
        if request.url.params.get("page") == "2":
            shop.products.pop(590, None)
            shop.products.pop(2, None)

    shop.before = deleted
    keys, _ = await gathered(source.changed_products(since))
    assert set(map(str, shop.products)) <= set(keys)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("since", [SINCE, None])
async def test_an_edit_hides_no_other(shop: FakeShop, source: CSCartSource, since: datetime | None) -> None:
    """An edit between two pages moves its own row only."""
    fill(shop, 600)

    def edited(request: httpx.Request) -> None:
        if request.url.params.get("page") == "2":
            for number in (1, 300, 590):
                shop.products[number] = a_product(number, START + 9000)

    shop.before = edited
    keys, _ = await gathered(source.changed_products(since))
    assert sorted(map(int, keys)) == list(range(1, 601))


async def test_a_product_that_breaks_the_page(shop: FakeShop, source: CSCartSource) -> None:
    """The product that breaks the answer is found by halving and set aside; the others go on."""
    fill(shop, 230)

    def broken(request: httpx.Request) -> httpx.Response | None:
        query = request.url.params
        asked = query["pid"].split(",") if "pid" in query else ["150"]
        poisoned = request.url.path == "/api/products" and "150" in asked and "only_short_fields" not in query
        return httpx.Response(200, text="<b>Warning</b>{}") if poisoned else None

    shop.before = broken
    keys, records = await gathered(source.changed_products(SINCE))
    assert sorted(map(int, keys)) == [number for number in range(1, 231) if number != 150]
    assert records == ["150"]


async def test_a_product_that_breaks_the_shop(shop: FakeShop, source: CSCartSource) -> None:
    """A product on which PHP dies is set aside while the shop answers otherwise."""
    fill(shop, 3)

    def dies(request: httpx.Request) -> httpx.Response | None:
        query = request.url.params
        listed = request.url.path == "/api/products" and "only_short_fields" not in query
        return page(500) if listed and "2" in query.get("pid", "2").split(",") else None

    shop.before = dies
    assert await gathered(source.changed_products(None)) == (["1", "3"], ["2"])


async def test_a_shop_that_is_down_stops_the_reading(shop: FakeShop, source: CSCartSource) -> None:
    """When the ids do not come either, or the shop goes down on the way, nothing is set aside."""
    fill(shop, 3)
    shop.before = lambda request: httpx.Response(200, text="")
    with pytest.raises(BrokenAnswer):
        await gathered(source.changed_products(None))
    shop.before = lambda request: None if "only_short_fields" in request.url.params else page(500)
    with pytest.raises(ShopUnavailable):
        await gathered(source.changed_products(None))


async def test_a_row_that_cannot_be_read(shop: FakeShop, source: CSCartSource) -> None:
    """A bad row becomes a record with its key, a row without an id gets one; the others go on."""
    fill(shop, 3)
    shop.products[1]["amount"] = {"a": 1}
    shop.products[2] |= {"product_id": None}
    keys, (first, second) = await gathered(source.amounts())
    assert keys == ["3"]
    assert sorted([first[:10], second[:10]]) == ["1", "without-id"]


async def test_amounts_are_lean(shop: FakeShop, source: CSCartSource) -> None:
    """A sweep asks for large pages without features and extras, and reads no texts."""
    fill(shop, 1200)
    pages = [part async for part in source.amounts()]
    assert [len(part.records) for part in pages] == [500, 500, 200]
    assert pages[0].total == 1200
    assert pages[0].clock == NOW
    query = shop.calls[0].params
    assert (query["get_features"], query["get_additional"], query["sort_by"]) == ("0", "0", "timestamp")
    assert "only_short_fields" not in query
    assert pages[0].records[0].content.description is None
    assert len(shop.calls) == 3


async def test_amounts_are_read_again_when_the_count_changed(shop: FakeShop, source: CSCartSource) -> None:
    """A product deleted during a sweep makes a second reading, which brings only what was not seen."""
    fill(shop, 1200)

    def deleted(request: httpx.Request) -> None:
        if request.url.params.get("page") == "2":
            shop.products.pop(7, None)

    shop.before = deleted
    keys, _ = await gathered(source.amounts())
    assert sorted(map(int, keys)) == list(range(1, 1201))
    assert len(shop.calls) == 6


async def test_amounts_of_a_restless_shop_end(shop: FakeShop, source: CSCartSource) -> None:
    """A count that changes all the time does not make a sweep endless."""
    fill(shop, 1200)
    shop.before = lambda request: shop.products.update(
        {len(shop.products) + 1: a_product(len(shop.products) + 1)}
    )
    keys, _ = await gathered(source.amounts())
    assert len(keys) == len(set(keys)) >= 1200
    assert len(shop.calls) == 9


async def test_some_products(shop: FakeShop, source: CSCartSource) -> None:
    """By id, a hundred a call; missing ones are absent and impossible ones are not asked for."""
    fill(shop, 250)
    keys = [str(number) for number in range(1, 252)]
    found = await source.products([*keys, "7", "x", "1,2", "²"])
    assert [product.key for product in found.records] == keys[:250]
    assert [len(url.params["pid"].split(",")) for url in shop.calls] == [100, 100, 51]
    assert found.clock == NOW
    assert "extend[]" in shop.calls[0].params


async def test_no_products_at_all(shop: FakeShop, source: CSCartSource) -> None:
    """Nothing asked, nothing found; the clock is told all the same."""
    found = await source.products([])
    assert (found.records, found.broken) == ([], [])
    assert found.clock >= NOW
    assert shop.resources() == ["version"]


async def test_one_product(shop: FakeShop, client: CSCartClient) -> None:
    """By its key: read, missing, of another company, broken, or with a key that no product can have."""
    shop.products = {
        1: a_product(1, seo_name="mug"),
        2: a_product(2, company_id="2"),
        3: a_product(3, status=None),
    }
    source = CSCartSource(client, company="1", language="de", currency="RUB")
    product = await source.product("1")
    assert isinstance(product, Product)
    assert product.content.url == "mug"
    assert shop.calls[0].params["lang_code"] == "de"
    assert await source.product("2") is None
    assert isinstance(await source.product("3"), BrokenRecord)
    assert await source.product("4") is None
    before = len(shop.calls)
    assert await source.product("1/../2") is None
    assert len(shop.calls) == before
    shop.before = lambda request: httpx.Response(200, text="") if request.url.path.endswith("/1") else None
    assert isinstance(await source.product("1"), BrokenRecord)


async def test_a_closed_shop_breaks_no_product(shop: FakeShop, source: CSCartSource) -> None:
    """A shop that answers everything with a page and 200 is down: no product is set aside, and few calls tell so."""
    keys = [str(number) for number in range(1, 65)]
    shop.products = {int(key): a_product(int(key)) for key in keys}
    shop.before = lambda request: page(200, "<html>Store closed</html>")
    for reading in (source.products(keys), source.product("1")):
        with pytest.raises(BrokenAnswer):
            await reading
    assert len(shop.calls) < 20
