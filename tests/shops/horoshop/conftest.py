from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from zoneinfo import ZoneInfo

import pytest
import stamina

from syncd.model.hook import HookCall
from syncd.shops.horoshop.client import HoroshopClient, request_headers
from syncd.shops.horoshop.comments import Calls
from syncd.shops.horoshop.source import HoroshopSource
from tests.shops.conftest import Connect
from tests.shops.horoshop.small_shop import LOGIN, PASSWORD, SmallShop, served

Reading = Callable[..., HoroshopSource]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Repetitions inside the transport are tested there."""
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
async def shop() -> AsyncIterator[SmallShop]:
    made = SmallShop()
    async with served(made):
        yield made


@pytest.fixture
def client(shop: SmallShop, connect: Connect) -> HoroshopClient:
    transport = connect(shop.wire.url, shop="horoshop", headers=request_headers(None))
    return HoroshopClient(transport, login=LOGIN, password=PASSWORD, now=shop.clock)


async def no_calls(keys: Sequence[str]) -> dict[str, list[HookCall]]:
    """No call is kept about any order."""
    return {}


@pytest.fixture
def reading(shop: SmallShop, client: HoroshopClient) -> Reading:
    """Makes sources in Kyiv's time whose open orders are given."""

    def make(*open_orders: str, currency: str | None = None, calls: Calls = no_calls) -> HoroshopSource:
        async def told() -> list[str]:
            return list(open_orders)

        return HoroshopSource(
            client,
            zone=ZoneInfo("Europe/Kyiv"),
            currency=currency,
            open_orders=told,
            calls=calls,
            now=shop.clock,
        )

    return make
