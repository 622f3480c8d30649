"""A client of the small account over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from syncd.app import utc_now
from syncd.shops.justclick.client import JustClickClient
from tests.shops.conftest import Connect
from tests.shops.justclick.justclick_account import KEY, LOGIN, Account, account
from tests.shops.justclick.own_silence import OwnSilence


@pytest.fixture
async def shop() -> AsyncIterator[Account]:
    async with account() as made:
        yield made


@pytest.fixture
def client(shop: Account, connect: Connect) -> JustClickClient:
    transport = connect(shop.url, shop="justclick", headers={})
    return JustClickClient(transport, login=LOGIN, key=KEY, silence=OwnSilence(), now=utc_now)
