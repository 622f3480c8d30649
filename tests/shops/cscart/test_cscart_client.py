"""One call: its address, its headers, and what its answer means."""

from __future__ import annotations

import base64
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import stamina

from syncd.errors import BrokenAnswer, Misconfigured, NotAuthorised, ShopUnavailable
from syncd.shops.cscart.client import CSCartClient, request_headers
from tests.shops.cscart.cscart_shop import NOW, FakeShop, an_order, page, sample

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def no_waiting() -> Any:
    """Repetitions inside the transport are tested there."""
    with stamina.set_testing(True, attempts=1):
        yield


def answers(shop: FakeShop, *responses: httpx.Response) -> None:
    """The shop answers these at api/, in this order; at api.php there is nothing."""
    queue = list(responses)
    shop.before = lambda request: page(404) if request.url.path == "/api.php" else queue.pop(0)


async def test_headers_of_a_call(shop: FakeShop, client: CSCartClient) -> None:
    """Basic auth, JSON wanted, the language told, and no Content-Type on a GET (contracts/cscart §1.2, §1.4)."""
    seen: list[httpx.Headers] = []
    shop.before = lambda request: seen.append(request.headers)
    assert await client.version() == "2.1"
    assert seen[0]["Accept"] == "application/json"
    assert seen[0]["Accept-Language"] == "ru"
    assert (
        seen[0]["Authorization"] == f"Basic {base64.b64encode(b'admin@example.test:key-0123456789').decode()}"
    )
    assert "Content-Type" not in seen[0]
    assert request_headers(None) == {"Accept": "application/json"}


@pytest.mark.parametrize("status", [200, 301, 403, 404, 405])
async def test_the_plain_form_of_addresses(shop: FakeShop, client: CSCartClient, status: int) -> None:
    """Where nothing is rewritten, api.php answers, whatever page stands at api/: the storefront, a refusal, a redirect,
    none. The choice is remembered (contracts/cscart §1.1)."""

    def plain_only(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api.php":
            assert request.url.params["_d"] in {"version", "orders/98"}
            return httpx.Response(200, json={"Version": "2.1"})
        return page(status)

    shop.before = plain_only
    await client.version()
    reply = await client.order("98", [("sl", "ru")])
    assert reply is not None
    assert [url.path for url in shop.calls] == ["/api/version", "/api.php", "/api.php"]
    assert shop.calls[-1].params["sl"] == "ru"


async def test_neither_form_answers(shop: FakeShop, client: CSCartClient) -> None:
    """Two web pages instead of the API name the setting to look at."""
    answers(shop, page(404))
    with pytest.raises(ShopUnavailable, match="SYNCD_CSCART__URL"):
        await client.version()


async def test_a_shop_that_moved_says_where(shop: FakeShop, client: CSCartClient) -> None:
    """Where both forms are redirected, as from http to https, the setting is wrong, and the target is told."""
    shop.before = lambda request: httpx.Response(
        301, headers={"Location": f"https://new.example.test{request.url.path}"}
    )
    with pytest.raises(Misconfigured, match=r"https://new\.example\.test/api/version.*SYNCD_CSCART__URL"):
        await client.version()


async def test_a_page_is_never_a_missing_record(shop: FakeShop, client: CSCartClient) -> None:
    """Only the API's own 404 says that an order is gone; a web server's page is trouble (contracts/cscart §7.1)."""
    await client.version()
    assert await client.order("98", []) is None
    answers(shop, page(404), httpx.Response(404, json={"error": "not found"}))
    for _ in range(2):
        with pytest.raises(ShopUnavailable, match="404"):
            await client.order("98", [])
    assert shop.resources() == ["version", "orders/98", "orders/98", "orders/98"]


async def test_a_refused_key(shop: FakeShop, client: CSCartClient) -> None:
    """401 stops everything and names the variables and the lost header (contracts/cscart §1.2)."""
    answers(shop, httpx.Response(401, json=sample("error_401.json")))
    with pytest.raises(NotAuthorised, match=r"(?s)SYNCD_CSCART__EMAIL.*SYNCD_CSCART__API_KEY.*Authorization"):
        await client.version()


@pytest.mark.parametrize(
    ("name", "words"), [("error_403.json", "view_orders"), ("error_403_https_only.json", "HTTPS")]
)
async def test_a_missing_privilege(shop: FakeShop, client: CSCartClient, name: str, words: str) -> None:
    """403 of the API names the privilege that is missing, or what else it says."""
    answers(shop, httpx.Response(403, json=sample(name)))
    with pytest.raises(NotAuthorised, match=words):
        await client.orders([])


@pytest.mark.parametrize("status", [403, 405, 406])
async def test_a_firewall_is_no_refusal(shop: FakeShop, client: CSCartClient, status: int) -> None:
    """A page of a firewall is asked again later: no privilege is missing."""
    answers(shop, page(status))
    with pytest.raises(ShopUnavailable, match="firewall"):
        await client.orders([])


async def test_a_broken_answer_is_asked_for_once_more(shop: FakeShop, client: CSCartClient) -> None:
    """A cut body comes whole the second time; one that stays broken is an error."""
    cut = httpx.Response(200, text='{"Version": "2')
    answers(shop, cut, httpx.Response(200, json={"Version": "2.1"}))
    assert await client.version() == "2.1"
    answers(shop, httpx.Response(200, text=""), httpx.Response(200, text=""))
    with pytest.raises(BrokenAnswer):
        await client.version()
    answers(shop, cut, page(403))
    with pytest.raises(ShopUnavailable):
        await client.version()


async def test_a_list_without_rows_is_broken(shop: FakeShop, client: CSCartClient) -> None:
    """An answer without the list is not an empty list; an object of rows is one."""
    answers(shop, httpx.Response(200, json={"params": []}))
    with pytest.raises(BrokenAnswer, match="no list orders"):
        await client.orders([])
    answers(shop, httpx.Response(200, json={"orders": {"3": an_order(3)}, "params": []}))
    listing = await client.orders([])
    assert (len(listing.rows), listing.total, listing.size) == (1, None, None)


async def test_a_list_that_is_not_there(shop: FakeShop, client: CSCartClient) -> None:
    """A 404 of the API to a list says nothing about records."""
    answers(shop, httpx.Response(404, json=sample("error_404_entity.json")))
    with pytest.raises(ShopUnavailable, match="404 to products"):
        await client.products([])


async def test_the_shops_clock(shop: FakeShop, client: CSCartClient) -> None:
    """The Date header tells the shop's time; without one our own stands in, and says so."""
    shop.tells_time = False
    _, measured = await client.clock()
    assert not measured
    shop.tells_time = True
    shop.now = NOW + timedelta(hours=5)
    listing = await client.orders([("page", "1"), ("items_per_page", "1")])
    assert listing.clock == shop.now
    clock, measured = await client.clock()
    assert measured
    assert clock >= shop.now
    assert shop.resources() == ["version", "orders"]


async def test_the_clock_is_asked_for_when_unknown(shop: FakeShop, client: CSCartClient) -> None:
    """Before the first answer one cheap call measures the clock."""
    clock, measured = await client.clock()
    assert measured
    assert clock >= NOW
    assert shop.resources() == ["version"]


async def test_the_shops_clock_goes_on(
    shop: FakeShop, client: CSCartClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two answers the shop's time goes on as ours does."""
    passed = [100.0]
    monkeypatch.setattr("syncd.shops.cscart.client.time", SimpleNamespace(monotonic=lambda: passed[0]))
    await client.version()
    passed[0] += 3600
    assert await client.clock() == (NOW + timedelta(hours=1), True)
