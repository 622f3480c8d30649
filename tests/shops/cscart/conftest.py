"""The small shop behind a real transport whose wire is replaced by respx."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import respx

from syncd.shops.cscart.client import CSCartClient, request_headers
from syncd.shops.cscart.source import CSCartSource
from syncd.shops.transport import Transport
from tests.shops.cscart.cscart_shop import BASE, FakeShop


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
