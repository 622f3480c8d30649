from __future__ import annotations

from collections.abc import Iterator

import pytest
import respx

from tests.shops.webasyst.webasyst_support import Shop, recorded


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop that tells its profile: two warehouses, UTC, USD and EUR."""
    with respx.mock(assert_all_called=False) as router:
        laid_out = Shop(router)
        laid_out.says("shop.settings.get", *[recorded("seeded/settings_get")] * 9)
        laid_out.says("shop.stock.getList", *[recorded("seeded/stock_getList")] * 9)
        yield laid_out
