from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import stamina

from syncd.shops.marketplace.client import MarketplaceClient, request_headers
from syncd.shops.marketplace.source import MarketplaceSource
from tests.shops.conftest import Connect
from tests.shops.marketplace.small_market import AUTH, NOON, SmallMarket, served


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repetitions inside the transport are tested there."""
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
async def market() -> AsyncIterator[SmallMarket]:
    made = SmallMarket()
    async with served(made):
        yield made


@pytest.fixture
def source(market: SmallMarket, connect: Connect) -> MarketplaceSource:
    url = f"{market.wire.url}/api/"
    transport = connect(url, shop="marketplace", headers=request_headers(), auth=AUTH)
    client = MarketplaceClient(transport)
    return MarketplaceSource(client, currency="EUR", sku_map={"3001": "BY-MAP"}, now=lambda: NOON)
