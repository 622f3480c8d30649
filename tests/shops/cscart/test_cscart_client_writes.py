"""One write: its address, its body, and that it is sent once."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

import syncd.shops.cscart
from syncd.errors import InDoubt, NotAuthorised, Refused, ShopUnavailable
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.target import CSCartTarget
from tests.shops.cscart.cscart_shop import FakeShop, page, sample

pytestmark = pytest.mark.anyio

Call = Callable[[CSCartClient], Awaitable[str | None]]
CALLS: dict[str, tuple[str, Call, Any]] = {
    "update_product": (
        "PUT products/12",
        lambda c: c.update_product("12", {"amount": 1}),
        {"product_id": 12},
    ),
    "create_product": ("POST products", lambda c: c.create_product({"price": "1"}), {"product_id": 287}),
    "update_order": ("PUT orders/98", lambda c: c.update_order("98", {"status": "C"}), {"order_id": "98"}),
    "create_shipment": (
        "POST shipments",
        lambda c: c.create_shipment({"order_id": "98"}),
        {"shipment_id": 4},
    ),
    "update_shipment": ("PUT shipments/4", lambda c: c.update_shipment("4", {"comments": ""}), {}),
}
each_call = pytest.mark.parametrize("name", CALLS)


@pytest.fixture(autouse=True)
def no_waiting() -> Any:
    """Repetitions inside the transport are tested there."""
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def writes(shop: FakeShop) -> list[httpx.Request]:
    """The writes that reached the shop."""
    return []


def answers(shop: FakeShop, writes: list[httpx.Request], response: httpx.Response) -> None:
    """The shop answers this to every write."""

    def answer(request: httpx.Request) -> httpx.Response | None:
        if request.method == "GET":
            return None
        writes.append(request)
        return response

    shop.before = answer


@each_call
async def test_a_write_is_json(
    shop: FakeShop, client: CSCartClient, writes: list[httpx.Request], name: str
) -> None:
    """Method, address, type and body are those of the contract (§1.4); ids come back as texts."""
    call, send, told = CALLS[name]
    answers(shop, writes, httpx.Response(201 if call.startswith("POST") else 200, json=told))
    result = await send(client)
    assert result == (str(next(iter(told.values()))) if call.startswith("POST") else None)
    (request,) = writes
    assert f"{request.method} {request.url.path.removeprefix('/api/')}" == call
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"] == "application/json"
    assert not request.url.query
    assert json.loads(request.content)


@each_call
@pytest.mark.parametrize(
    ("response", "error"),
    [
        (httpx.Response(404, json=sample("error_404.json")), Refused),
        (httpx.Response(401, json=sample("error_401.json")), NotAuthorised),
        (httpx.Response(403, json=sample("error_403.json")), NotAuthorised),
        (page(404), ShopUnavailable),
        (page(500), InDoubt),
        (page(200), InDoubt),
        (httpx.Response(200, text=""), InDoubt),
    ],
)
async def test_a_failed_write_is_never_repeated(
    shop: FakeShop,
    client: CSCartClient,
    writes: list[httpx.Request],
    *,
    name: str,
    response: httpx.Response,
    error: type[Exception],
) -> None:
    """Whatever the shop answers, it got the call once."""
    answers(shop, writes, response)
    with pytest.raises(error):
        await CALLS[name][1](client)
    assert len(writes) == 1


@pytest.mark.parametrize("name", [name for name in CALLS if name != "update_shipment"])
@pytest.mark.parametrize("value", [[], {}, {"product_id": 5, "order_id": 5, "shipment_id": 0}, "ok", None])
async def test_a_success_without_the_promised_id_is_in_doubt(
    shop: FakeShop, client: CSCartClient, writes: list[httpx.Request], name: str, value: Any
) -> None:
    """The id in the answer is the only sign that the shop did what it was asked for."""
    answers(shop, writes, httpx.Response(200, json=value))
    if name == "create_product" and isinstance(value, dict) and value:
        assert await CALLS[name][1](client) == "5"
        return
    with pytest.raises(InDoubt) as caught:
        await CALLS[name][1](client)
    assert caught.value.ended


async def test_the_form_of_addresses_is_found_by_a_read(
    shop: FakeShop, client: CSCartClient, writes: list[httpx.Request]
) -> None:
    """Where nothing is rewritten, the first write goes to api.php at once: it is not tried at the other form before."""

    def plain_only(request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            writes.append(request)
            return httpx.Response(200, json={"product_id": 12})
        return httpx.Response(200, json={}) if request.url.path == "/api.php" else page(404)

    shop.before = plain_only
    await client.update_product("12", {"amount": 1})
    await client.update_product("12", {"amount": 2})
    assert [(url.path, url.params.get("_d")) for url in shop.calls] == [
        ("/api/version", None),
        ("/api.php", "version"),
        ("/api.php", "products/12"),
        ("/api.php", "products/12"),
    ]
    assert len(writes) == 2


@pytest.mark.parametrize("response", [page(404), page(403), page(200), page(503)])
async def test_nothing_is_sent_to_a_shop_that_is_not_there(
    shop: FakeShop, client: CSCartClient, writes: list[httpx.Request], response: httpx.Response
) -> None:
    """Without an answer of the API no write leaves, and that is no doubt."""

    def answer(request: httpx.Request) -> httpx.Response:
        writes.extend([request] * (request.method != "GET"))
        return response

    shop.before = answer
    with pytest.raises(ShopUnavailable):
        await client.create_product({"price": "1"})
    assert not writes


async def test_a_page_does_not_lead_to_the_other_form(
    shop: FakeShop, client: CSCartClient, writes: list[httpx.Request]
) -> None:
    """A write that met the web server's 404 is not sent a second time elsewhere."""
    answers(shop, writes, page(404))
    with pytest.raises(ShopUnavailable):
        await client.update_product("12", {"amount": 1})
    assert [request.url.path for request in writes] == ["/api/products/12"]


async def test_a_write_tells_the_shops_clock(
    shop: FakeShop, client: CSCartClient, writes: list[httpx.Request]
) -> None:
    """The Date header of a write is as good as that of a read."""
    answers(shop, writes, httpx.Response(200, json={"product_id": 12}))
    await client.update_product("12", {"amount": 1})
    clock, measured = await client.clock()
    assert measured
    assert clock >= shop.now
    assert shop.resources() == ["version", "products/12"]


def test_nothing_is_ever_deleted() -> None:
    """No method of client and target takes a record away, and no call is a DELETE."""
    for kind in (CSCartClient, CSCartTarget):
        names = [name for name, _ in inspect.getmembers(kind, inspect.isfunction)]
        assert not [name for name in names if "delete" in name or "remove" in name]
    folder = Path(next(iter(syncd.shops.cscart.__path__)))
    assert not [path.name for path in folder.glob("*.py") if '"DELETE"' in path.read_text("utf-8")]
