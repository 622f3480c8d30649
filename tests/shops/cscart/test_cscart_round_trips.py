"""The source against the sandbox shop over real sockets: what one call tells agrees with what the others tell."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from syncd.errors import NotAuthorised
from syncd.model.order import Order
from syncd.model.product import Product
from syncd.shops.cscart.client import CSCartClient, request_headers
from syncd.shops.cscart.source import CSCartSource
from syncd.shops.transport import Transport
from syncd.sync.ports import OrderSource, ProductSource

pytestmark = pytest.mark.anyio

PRODUCTS = 600
ORDERS = 60


@pytest.fixture(scope="module")
def address() -> Iterator[dict[str, str]]:
    """Where the sandbox listens, and its key."""
    command = [sys.executable, "-m", "syncd.sandbox", "cscart"]
    command += ["--products", str(PRODUCTS), "--orders", str(ORDERS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def transport(address: dict[str, str], key: str) -> Transport:
    return Transport(
        shop="cscart",
        base_url=address["url"],
        headers=request_headers("en"),
        auth=(address["email"], key),
        calls_per_second=1000,
        deadline=30,
        log=None,
    )


@pytest.fixture
async def source(address: dict[str, str]) -> AsyncIterator[CSCartSource]:
    async with transport(address, address["api_key"]) as calls:
        yield CSCartSource(CSCartClient(calls), company=None, language="en", currency="USD")


def both(source: CSCartSource) -> tuple[OrderSource, ProductSource]:
    """The source is what both streams ask for; the type checker says so."""
    return source, source


async def all_orders(source: CSCartSource) -> list[Order]:
    pages = [page async for page in both(source)[0].changed_orders(None)]
    assert not any(page.broken for page in pages)
    return [order for page in pages for order in page.records]


async def all_products(source: CSCartSource) -> list[Product]:
    pages = [page async for page in both(source)[1].changed_products(None)]
    assert not any(page.broken for page in pages)
    return [product for page in pages for product in page.records]


async def test_orders_add_up_and_agree(source: CSCartSource) -> None:
    """Every order comes once, adds up, and is the same when read alone."""
    orders = await all_orders(source)
    assert len({order.key for order in orders}) == len(orders) == ORDERS
    assert not [order.key for order in orders if order.unexplained]
    assert await source.order(orders[0].key) == orders[0]
    assert await source.order("999999999") is None


async def test_orders_since_a_moment(source: CSCartSource) -> None:
    """The moment itself belongs to the changes, the second after it does not."""
    orders = await all_orders(source)
    last = max(order.updated_at for order in orders)
    changed = {order.key async for page in source.changed_orders(last) for order in page.records}
    assert changed == {order.key for order in orders if order.updated_at == last}
    assert not [page.records async for page in source.changed_orders(last + timedelta(1)) if page.records]


async def test_products_agree_with_their_amounts(source: CSCartSource) -> None:
    """The full list and the sweep tell the same products, prices and quantities."""
    full = {product.key: product for product in await all_products(source)}
    assert len(full) == PRODUCTS
    swept = [product async for page in source.amounts() for product in page.records]
    assert len(swept) == PRODUCTS
    for product in swept:
        other = full[product.key]
        assert (product.price, product.quantity, product.visible) == (
            other.price,
            other.quantity,
            other.visible,
        )


async def test_products_since_a_moment(source: CSCartSource) -> None:
    """The window in hours never cuts off the moment asked for."""
    products = await all_products(source)
    moment = sorted(product.updated_at for product in products)[-PRODUCTS // 3]
    changed = {product.key async for page in source.changed_products(moment) for product in page.records}
    assert changed == {product.key for product in products if product.updated_at >= moment}


async def test_products_by_key(source: CSCartSource) -> None:
    """Listed by id a product is what the list told; alone it tells its page address too, and its picture is there."""
    listed = [product for product in await all_products(source) if product.images][:120]
    some = await source.products([product.key for product in listed])
    assert {product.key: product for product in some.records} == {product.key: product for product in listed}
    alone = await source.product(listed[0].key)
    assert isinstance(alone, Product)
    assert alone.content.url
    content, name = await source.image(alone.images[0].url)
    assert content
    assert name.endswith((".png", ".jpg", ".jpeg", ".gif", ".webp"))


async def test_a_wrong_key_is_refused(address: dict[str, str]) -> None:
    """A key that the shop does not know stops everything."""
    async with transport(address, "x" * 32) as calls:
        with pytest.raises(NotAuthorised):
            await CSCartClient(calls).version()
