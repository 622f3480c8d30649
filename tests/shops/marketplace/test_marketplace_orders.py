"""Changed orders of the Marketplace, one order, and where licence numbers come from."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.errors import BrokenAnswer, NotAuthorised, ShopUnavailable
from syncd.model.order import Order
from syncd.model.product import BrokenRecord
from syncd.shops.marketplace.client import MarketplaceClient, request_headers
from syncd.shops.marketplace.source import MarketplaceSource
from syncd.shops.mask import Mask
from syncd.shops.request_log import RequestLog
from syncd.sync.ports import OrderSource
from tests.shops.conftest import Connect
from tests.shops.marketplace.small_market import (
    AUTH,
    NOON,
    NOT_FOUND,
    START,
    SmallMarket,
    Told,
    a_licence,
    an_order,
    without_licences,
)
from tests.shops.samples import sample

pytestmark = pytest.mark.anyio

SINCE = NOON - timedelta(hours=1)
DAY_AGO = START - 30 * 3600
FORBIDDEN: Told = (403, {"message": "Forbidden", "status": 403})


async def changed(source: OrderSource, since: datetime | None = SINCE) -> list[Order]:
    return [order async for page in source.changed_orders(since) for order in page.records]


async def broken_of(source: OrderSource) -> list[BrokenRecord]:
    return [each async for page in source.changed_orders(SINCE) for each in page.broken]


def fill(market: SmallMarket, count: int) -> None:
    market.orders = {number: an_order(number) for number in range(1, count + 1)}


def read_alone(market: SmallMarket) -> list[str]:
    return [path.removeprefix("orders/") for path in market.paths() if path.startswith("orders/")]


async def test_the_query_says_everything(market: SmallMarket, source: MarketplaceSource) -> None:
    """Page, size, sorting, and the change since a day before the cursor; without a cursor no filter."""
    await changed(source)
    await changed(source, None)
    (_, first), (_, second) = market.calls
    assert first == {
        "page": "1",
        "items_per_page": "50",
        "get_orders_data": "1",
        "sort_by": "order_id",
        "sort_order": "asc",
        "updated_at_from": str(int((SINCE - timedelta(hours=24)).timestamp())),
    }
    assert "updated_at_from" not in second


async def test_a_short_row_is_read_whole(market: SmallMarket, source: MarketplaceSource) -> None:
    """The list of the sample has no lines: the order alone has them."""
    market.orders = {50231: sample("cscart_mkt_order.json")}
    market.before = lambda path, query: (
        (200, sample("cscart_mkt_orders_list.json")) if path == "orders" else None
    )
    (order,) = await changed(source, None)
    assert (order.key, len(order.lines)) == ("50231", 2)
    assert market.paths() == ["orders", "orders/50231"]


async def test_a_whole_row_costs_no_further_call(market: SmallMarket, source: MarketplaceSource) -> None:
    """Where the server knows `get_orders_data`."""
    fill(market, 3)
    market.row_fields = None
    assert [order.key for order in await changed(source)] == ["1", "2", "3"]
    assert market.paths() == ["orders"]


@pytest.mark.parametrize("count", [49, 50, 51, 120])
async def test_every_page_is_read(market: SmallMarket, source: MarketplaceSource, count: int) -> None:
    """All orders, each once."""
    fill(market, count)
    market.row_fields = None
    assert [order.key for order in await changed(source)] == [str(number) for number in range(1, count + 1)]
    assert len(market.calls) == -(-count // 50)


async def test_the_first_page_brings_the_clock(market: SmallMarket, source: MarketplaceSource) -> None:
    """The cursor comes from it, also from a page without orders."""
    pages = [page async for page in source.changed_orders(SINCE)]
    assert [(list(page.records), page.clock) for page in pages] == [([], NOON)]


async def test_a_server_that_ignores_pages_is_not_read_for_ever(
    market: SmallMarket, source: MarketplaceSource
) -> None:
    """A page that only repeats is the last (contracts/sources §6, 10)."""
    rows = [an_order(number) for number in range(1, 61)]
    told = {"orders": rows, "params": {"total_items": "9999", "items_per_page": 50}}
    market.before = lambda path, query: (200, told)
    assert len(await changed(source)) == 60
    assert len(market.calls) == 2


@pytest.mark.parametrize(
    ("fields", "alone"),
    [
        (None, []),
        (("order_id", "status", "updated_at"), ["2"]),
        (("order_id", "status"), ["1", "2"]),
    ],
)
async def test_a_server_that_ignores_the_filter_brings_no_old_orders(
    market: SmallMarket, source: MarketplaceSource, fields: tuple[str, ...] | None, alone: list[str]
) -> None:
    """What changed earlier is left out: by the row where it tells, which saves the call, else by the order."""
    market.orders = {1: an_order(1, DAY_AGO), 2: an_order(2)}
    market.filters, market.row_fields = False, fields
    assert [order.key for order in await changed(source)] == ["2"]
    assert read_alone(market) == alone
    assert [order.key for order in await changed(source, None)] == ["1", "2"]


async def test_a_broken_order_stops_no_other(market: SmallMarket, source: MarketplaceSource) -> None:
    """It is set aside with its reason and without its licence numbers (contracts/sources §6, 17, 19)."""
    market.orders = {1: an_order(1), 2: an_order(2, total="much"), 3: an_order(3)}
    assert [order.key for order in await changed(source)] == ["1", "3"]
    (broken,) = await broken_of(source)
    assert (broken.key, "total" in broken.reason) == ("2", True)
    assert "license_number" in broken.payload
    assert "CSC-" not in broken.payload + broken.reason


async def test_a_row_without_a_number_is_told(market: SmallMarket, source: MarketplaceSource) -> None:
    """Under a key made from its content."""
    told = {"orders": [{"status": "P"}, "?"], "params": {}}
    market.before = lambda path, query: (200, told)
    assert [each.key[:11] for each in await broken_of(source)] == ["without-id-"] * 2


@pytest.mark.parametrize("told", [(500, b"<html>"), (200, b"<html>"), (403, b"<html>firewall</html>")])
async def test_an_order_that_breaks_the_server_stops_no_other(
    market: SmallMarket, source: MarketplaceSource, told: Told
) -> None:
    """The others can be read, so it is set aside; when nothing can, the cycle ends."""
    fill(market, 3)
    market.before = lambda path, query: told if path == "orders/2" else None
    assert [order.key for order in await changed(source)] == ["1", "3"]
    assert [each.key for each in await broken_of(source)] == ["2"]
    down: list[str] = []

    def goes_down(path: str, query: dict[str, str]) -> Told | None:
        down.extend([path] if path == "orders/2" else [])
        return (503, b"down") if down else None

    market.before = goes_down
    with pytest.raises(ShopUnavailable):
        await changed(source)


@pytest.mark.parametrize("told", [NOT_FOUND, FORBIDDEN])
async def test_an_order_of_somebody_else_is_not_there(
    market: SmallMarket, source: MarketplaceSource, told: Told
) -> None:
    """404 and 403 of the API itself; a developer sees only own orders."""
    market.before = lambda path, query: told
    assert await source.order("50231") is None


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("body", [b"<html>no</html>", {"error": "no upstream"}, []])
async def test_a_page_with_404_is_no_missing_order(
    market: SmallMarket, source: MarketplaceSource, status: int, body: Any
) -> None:
    """A web server, a firewall or a gateway says nothing about orders: the API repeats its status in the body."""
    market.before = lambda path, query: (status, body) if path == "orders/7" else None
    assert isinstance(await source.order("7"), BrokenRecord)
    market.before = lambda path, query: (status, body)
    with pytest.raises(ShopUnavailable, match="firewall"):
        await source.order("7")


@pytest.mark.parametrize("key", ["", "50231/../1", "1 or 1=1", "-5", "٣"])
async def test_only_digits_make_an_address(market: SmallMarket, source: MarketplaceSource, key: str) -> None:
    """Anything else is no order, without a call (contracts/sources §6, 12)."""
    assert await source.order(key) is None
    assert not market.calls


async def test_refused_credentials_are_told(market: SmallMarket, connect: Connect) -> None:
    """401 for anything, 403 for the list: a person is needed, and no secret is in the text (contracts/sources §6, 19)."""
    url = f"{market.wire.url}/api/"
    wrong = MarketplaceClient(connect(url, auth=("canary@x.example", "canary-wrong"), headers={}))
    for call in (wrong.orders([("page", "1")]), wrong.order("1"), wrong.licences([])):
        with pytest.raises(NotAuthorised) as raised:
            await call
        assert "canary" not in str(raised.value)
    right = MarketplaceClient(connect(url, auth=AUTH, headers=request_headers()))
    market.before = lambda path, query: FORBIDDEN
    with pytest.raises(NotAuthorised, match="403"):
        await right.orders([("page", "1")])


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"orders": 5}', b'{"rows": []}'])
async def test_a_list_without_orders_is_broken(
    market: SmallMarket, source: MarketplaceSource, body: bytes
) -> None:
    """It is never read as no orders."""
    market.before = lambda path, query: (200, body)
    with pytest.raises(BrokenAnswer):
        await changed(source)


async def test_licence_numbers_come_from_their_own_list(
    market: SmallMarket, source: MarketplaceSource
) -> None:
    """Where a paid order's lines have none, alone or in the list; the order then waits for nothing."""
    market.orders = {7: without_licences(7)}
    market.licences = [a_licence(8, "CSC-8"), a_licence(7, "CSC-7"), a_licence(7, "CSC-9", 3002)]
    market.row_fields = None
    for market.filters in (True, False):
        (listed,) = await changed(source)
        for order in (listed, await source.order("7")):
            assert isinstance(order, Order)
            assert [line.licences for line in order.lines] == [("CSC-7",), ("CSC-9",)]
            assert order.awaits == ""
    assert market.calls[-1] == ("4.0/licenses", {"order_id": "7", "page": "1", "items_per_page": "250"})


async def test_a_second_licence_is_there_at_the_next_reading(
    market: SmallMarket, source: MarketplaceSource
) -> None:
    """The second hook leads to the same order, with one number more (contracts/sources §6, 12)."""
    market.orders = {7: without_licences(7)}
    lines = market.orders[7]["products"]
    first = await source.order("7")
    assert isinstance(first, Order)
    assert first.awaits
    lines["1840012345"]["extra"]["license_number"] = "CSC-1"
    second = await source.order("7")
    lines["1840012346"]["extra"]["license_number"] = ["CSC-2"]
    third = await source.order("7")
    assert isinstance(second, Order)
    assert isinstance(third, Order)
    assert (first.key, second.awaits) == (third.key, "")
    assert [line.licences for line in third.lines] == [("CSC-1",), ("CSC-2",)]


@pytest.mark.parametrize(
    "told",
    [
        (200, {"licenses": [], "params": {}}),
        NOT_FOUND,
        FORBIDDEN,
        (404, b"<html>no such page</html>"),
        (500, b"oops"),
        (200, b"<html>"),
        (200, {"licenses": [{"order_id": {}, "license_number": "CSC-canary"}]}),
    ],
)
async def test_without_their_list_the_order_goes_on_waiting(
    market: SmallMarket, source: MarketplaceSource, told: Told
) -> None:
    """No right to see them, no such resource, trouble there: the order itself is read all the same."""
    market.orders = {7: without_licences(7)}
    market.before = lambda path, query: told if "licenses" in path else None
    (order,) = await changed(source)
    assert order.awaits == "its licence numbers"


async def test_the_list_of_licences_is_found_below_another_root(
    market: SmallMarket, source: MarketplaceSource
) -> None:
    """Where the address that is set ends with `4.0/` already."""
    market.orders = {7: without_licences(7)}
    rows = {"licenses": {"700": a_licence(7, "CSC-7")}, "params": []}
    market.before = lambda path, query: (
        {"4.0/licenses": NOT_FOUND, "licenses": (200, rows)}.get(path) if "licenses" in path else None
    )
    order = await source.order("7")
    assert isinstance(order, Order)
    assert order.lines[0].licences == ("CSC-7",)


async def test_an_unpaid_order_asks_for_no_licences(market: SmallMarket, source: MarketplaceSource) -> None:
    """It has none to come."""
    market.orders = {7: without_licences(7, status="O")}
    await source.order("7")
    assert market.paths() == ["orders/7"]


async def test_no_line_of_the_log_holds_a_secret(
    market: SmallMarket, connect: Connect, tmp_path: Path
) -> None:
    """Neither licence numbers in orders and in their list, nor e-mail and access token (contracts/sources §6, 19)."""
    log = RequestLog(tmp_path / "requests.log", max_bytes=10**6, mask=Mask(AUTH))
    transport = connect(f"{market.wire.url}/api/", headers=request_headers(), auth=AUTH, log=log)
    source = MarketplaceSource(MarketplaceClient(transport), currency="USD", sku_map={}, now=lambda: NOON)
    market.orders = {7: an_order(7), 8: without_licences(8)}
    market.licences = [a_licence(8, "CSC-canary")]
    assert [order.lines[0].licences for order in await changed(source)] == [
        ("CSC-AAAA-BBBB-CCCC-0001",),
        ("CSC-canary",),
    ]
    log.close()
    text = (tmp_path / "requests.log").read_text("utf-8")
    assert len(text.splitlines()) == len(market.calls) == 4
    assert "external_id" in text
    assert "CSC-" not in text
    assert "canary" not in text
