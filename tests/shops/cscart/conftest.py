"""The small shop behind a real transport whose wire is replaced by respx, and the sandbox shop on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import respx

from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.shops.cscart.client import CSCartClient, request_headers
from syncd.shops.cscart.source import CSCartSource
from syncd.shops.cscart.target import CSCartTarget
from syncd.shops.transport import Transport
from tests.shops.cscart.cscart_shop import BASE, FakeShop

Aim = Callable[..., CSCartTarget]


def aimed(
    sandbox: RunningShop,
    *,
    company: str | None = None,
    language: str | None = "en",
    deadline: float = 10,
    key: str = "",
) -> tuple[Transport, CSCartTarget]:
    """A target for a sandbox shop, and its transport, which is to be closed."""
    transport = Transport(
        shop="cscart",
        base_url=sandbox.url,
        headers=request_headers(language),
        auth=(sandbox.credentials["email"], key or sandbox.credentials["api_key"]),
        calls_per_second=10_000,
        deadline=deadline,
        log=None,
        first_wait=0.001,
    )
    client = CSCartClient(transport)
    return transport, CSCartTarget(client, company=company, language=language, currency="USD")


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


@pytest.fixture
async def client(shop: FakeShop) -> AsyncIterator[CSCartClient]:
    with respx.mock(assert_all_called=False) as mock:
        mock.route().mock(side_effect=shop)
        async with httpx.AsyncClient() as http:
            transport = Transport(
                shop="cscart",
                base_url=BASE,
                headers=request_headers("ru"),
                auth=("admin@example.test", "key-0123456789"),
                calls_per_second=10_000,
                deadline=5,
                log=None,
                client=http,
            )
            yield CSCartClient(transport)


@pytest.fixture
def source(client: CSCartClient) -> CSCartSource:
    return CSCartSource(client, company=None, language="ru", currency="RUB")


@pytest.fixture
def sandbox() -> Iterator[RunningShop]:
    """A sandbox shop with 30 products of the codes SKU-000001 and on, and no orders."""
    with ShopThread(CSCartShop(products=30)) as running:
        yield running


@pytest.fixture
async def aim() -> AsyncIterator[Aim]:
    """Makes targets for a sandbox shop; they end with the test."""
    async with AsyncExitStack() as stack:

        def make(sandbox: RunningShop, **options: Any) -> CSCartTarget:
            transport, target = aimed(sandbox, **options)
            stack.push_async_callback(transport.close)
            return target

        yield make


@pytest.fixture
def target(sandbox: RunningShop, aim: Aim) -> CSCartTarget:
    return aim(sandbox)
